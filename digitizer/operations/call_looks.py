"""What the doctor looks at for video calls: that the two servers are there, and that nobody runs
them with the settings of their packages: those listen everywhere, with known passwords."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Any

import psutil

from digitizer.calls.recordings import incomplete, left_over
from digitizer.engines.calls.servers import missing_programs
from digitizer.facility import Facility
from digitizer.operations.findings import Finding

#: By the program: the ports of its HTTP and WebSocket interfaces and their consoles, as Debian's
#: settings have them, and of coturn's console.
_PORTS = {"janus": {8088, 8089, 8188, 8989, 7088, 7188}, "coturn": {5766, 8080}}
_PROGRAMS = {"janus": "janus", "coturn": "turnserver"}
#: In the command line of each server that we started.
_OURS = "/run/calls/"


def video_calls(facility: Facility) -> Iterator[Finding]:
    """Nothing is said where there are no calls and nobody runs the servers."""
    own = facility.settings.calls
    for package, program in _PROGRAMS.items():
        at = _listens_with_other_settings(package, program)
        if at or own.video:
            yield Finding(
                f"settings of {package}",
                not at,
                f"it runs with settings that are not ours, and listens at {', '.join(at)}"
                if at
                else "it runs with our settings alone",
                f"systemctl disable --now {package}" if at else None,
            )
    if not facility.is_outpost:
        yield _recordings(facility)
    if not own.video:
        return
    missing = missing_programs()
    yield Finding(
        "video servers",
        not missing,
        f"not installed: {', '.join(missing)}" if missing else "installed",
        f"apt-get install {' '.join(missing)}" if missing else None,
    )
    yield _relay(own.relay_address)
    here = _is_of_this_machine(own.media_address)
    yield Finding(
        "address of video calls",
        here,
        own.media_address if here else f"{own.media_address} is no address of this machine",
        None if here else "Correct calls.media_address in config.toml.",
    )


def _relay(address: str) -> Finding:
    """Families, kiosks and staff may come by networks of their own: so it listens everywhere unless
    somebody says where."""
    everywhere = ip_address(address).is_unspecified
    good = everywhere or _is_of_this_machine(address)
    said = "it listens at every address of this machine: families, kiosks and staff must reach it"
    return Finding(
        "address of the relay",
        good,
        said
        if everywhere
        else f"it listens at {address} alone"
        if good
        else f"{address} is no address of this machine",
        None if good else "Correct calls.relay_address in config.toml.",
    )


def _recordings(facility: Facility) -> Finding:
    """Also where there are no calls any more: what was recorded is still kept."""
    left, gone = left_over(facility), incomplete(facility)
    wrong = f"the recording of call {', '.join(gone)} is not complete" if gone else ""
    if left:
        wrong = f"nobody could take in {', '.join(left)}"
    advice = (
        "It lies in run/calls/recordings, not encrypted: see the log, and remove by hand what "
        "belongs to no call."
        if left
        else "Put back the folders recordings and keys/recordings of this home: they are in no "
        "backup of ours."
    )
    return Finding(
        "recordings",
        not wrong,
        wrong or "every recording is whole, and none lies about",
        advice if wrong else None,
    )


def _listens_with_other_settings(package: str, program: str) -> tuple[str, ...]:
    """Where such a server that we did not start listens, but for the loopback. Of a process of
    somebody else the system may say only which ports are taken: those of its package count."""
    strangers = [each for each in psutil.process_iter(["name", "cmdline"]) if _is(each, program)]
    if not strangers:
        return ()
    found: set[str] = set()
    for each in strangers:
        try:
            found |= _open_addresses(each.net_connections("tcp"), None)
        except psutil.AccessDenied:
            found |= _open_addresses(psutil.net_connections("tcp"), _PORTS[package])
        except psutil.NoSuchProcess:
            continue
    return tuple(sorted(found))


def _is(process: psutil.Process, program: str) -> bool:
    command = " ".join(process.info["cmdline"] or ())
    return process.info["name"] == program and _OURS not in command


def _open_addresses(found: Iterable[Any], ports: set[int] | None) -> set[str]:
    return {
        f"{each.laddr.ip} port {each.laddr.port}"
        for each in found
        if each.status == psutil.CONN_LISTEN
        and (ports is None or each.laddr.port in ports)
        and not ip_address(each.laddr.ip.partition("%")[0]).is_loopback
    }


def _is_of_this_machine(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as tried:
        try:
            tried.bind((address, 0))
        except OSError:
            return False
    return True
