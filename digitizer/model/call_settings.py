"""Settings of video calls."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from digitizer.model.toml_file import AsWritten, Keys

#: Connections of one call: two who send and watch, and staff who watch both. Each takes a port of
#: the media server, and of the relay one for each way that its browser is told: it opens them all.
_CONNECTIONS = 6
_WAYS, _WAYS_WITH_TLS = 2, 3
_LEAST_PORTS = 20

#: The first and the last.
PortRange = AsWritten[tuple[int, ...]]


class Unwatched(StrEnum):
    """What happens to a family's call at which nobody of staff looks."""

    CONTINUE = "continue"
    PAUSE = "pause"
    END = "end"


class Unrecorded(StrEnum):
    """What becomes of a family's call of which somebody does not agree to the recording."""

    NOT_RECORDED = "not recorded"
    NO_VISIT = "no visit"


class Calls(Keys):
    """``video``: whether there are video calls here; Debian's janus and coturn must be installed.
    Both are started with the service. ``media_address`` is an IPv4 address of this machine, not
    its loopback, at which the two speak to each other; nobody else needs to reach it.

    Browsers reach the relay at ``relay_host`` (a name or an address), which listens on this
    machine at ``relay_address``, on ``relay_port``, and encrypted on ``tls_port`` where there is a
    ``certificate`` with its ``certificate_key`` (paths). ``relay_range`` and ``media_range`` are
    ranges of ports of ``media_address``: for a call six of ``media_range``, and of ``relay_range``
    twelve, or eighteen with a ``certificate``.

    ``kilobits`` a second bound each picture. ``early_minutes`` before a call its visitor may come.
    A fault of ours moves the end, by ``most_moved_minutes`` at most.

    ``when_nobody_watches``: what happens to a family's call after ``unwatched_seconds`` in which
    nobody of staff looked at it.

    ``record``: whether families' calls are recorded of which both agreed to it; without that
    happens what ``without_agreement`` says.
    """

    video: bool = False
    media_address: str = ""
    relay_host: str = ""
    relay_address: str = "0.0.0.0"
    relay_port: int = Field(default=3478, ge=1, le=65_535)
    tls_port: int = Field(default=5349, ge=1, le=65_535)
    certificate: str = ""
    certificate_key: str = ""
    relay_range: PortRange = (49_200, 49_599)
    media_range: PortRange = (49_600, 49_999)
    kilobits: int = Field(default=400, ge=64, le=4000)
    early_minutes: int = Field(default=15, ge=0, le=120)
    most_moved_minutes: int = Field(default=15, ge=0, le=120)
    when_nobody_watches: AsWritten[Unwatched] = Unwatched.CONTINUE
    unwatched_seconds: int = Field(default=30, ge=10, le=600)
    record: bool = False
    without_agreement: AsWritten[Unrecorded] = Unrecorded.NOT_RECORDED

    @field_validator("media_address")
    @classmethod
    def _is_of_a_network(cls, address: str) -> str:
        if address and not _may_carry_media(address):
            raise ValueError(
                f"holds {address!r}. Write an IPv4 address of this machine that is not its "
                'loopback, like "10.1.0.5".'
            )
        return address

    @field_validator("relay_address")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise ValueError(
                f'holds {address!r}. Write an address of this machine, or "0.0.0.0" for all.'
            ) from None
        return address

    @field_validator("relay_range", "media_range")
    @classmethod
    def _is_a_range(cls, ports: tuple[int, ...]) -> tuple[int, ...]:
        good = len(ports) == 2 and 1024 <= ports[0] <= ports[1] <= 65_535
        if not good or ports[1] - ports[0] + 1 < _LEAST_PORTS:
            raise ValueError(f"must be the first and last of at least {_LEAST_PORTS} ports.")
        return ports

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        if self.video and not (self.media_address and self.relay_host):
            raise ValueError("video needs media_address and relay_host.")
        if bool(self.certificate) != bool(self.certificate_key):
            raise ValueError("certificate and certificate_key go together.")
        if (
            self.relay_range[0] <= self.media_range[1]
            and self.media_range[0] <= self.relay_range[1]
        ):
            raise ValueError("relay_range and media_range must not overlap.")
        return self

    @property
    def at_once(self) -> int:
        """Calls for which there are ports."""
        ways = _WAYS_WITH_TLS if self.certificate else _WAYS
        relayed, media = (last - first + 1 for first, last in (self.relay_range, self.media_range))
        return min(relayed // (_CONNECTIONS * ways), media // _CONNECTIONS)


def _may_carry_media(address: str) -> bool:
    try:
        found = ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_unspecified or found.is_multicast)
