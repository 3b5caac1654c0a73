"""The doctor: what is installed, reachable, writable and safe; each finding with its mend."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digitizer.access.permissions import Act, permit
from digitizer.capture.scans import sealing
from digitizer.engines.codes.decoders import has_second_decoder
from digitizer.engines.isolation import network_guard
from digitizer.engines.printing.kit.missing import missing_scripts
from digitizer.engines.reading import engines
from digitizer.engines.reading.readers.vision_model import open_premises
from digitizer.facility import House, open_house
from digitizer.model.errors import DigitizerError
from digitizer.model.people import Actor
from digitizer.operations.actions import verify_audit
from digitizer.scanners.profiles import (
    undirected,
    unwatched_folders,
    watched_folders,
)
from digitizer.storage.tables import (
    integrity,
    linked_sqlite,
    reading,
    wal_is_safe,
)
from inbox_watch.errors import UnsafeFolders
from inbox_watch.safety import refuse_overlaps

_LEAST_FREE = 2 * 1024**3
_FONT_PACKAGES = "fonts-noto-core fonts-droid-fallback fonts-nanum"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``mend`` is what to do, None where it is good."""

    what: str
    good: bool
    says: str
    mend: str | None = None


def examine(home: Path | None, by: Actor) -> Iterator[Finding]:
    """Looks at the programs first, then, if one is named, at the home. Raises NotAllowed."""
    permit(by, Act.OPERATE)
    return _examine(home, by)


def _examine(home: Path | None, by: Actor) -> Iterator[Finding]:
    yield from _programs()
    if home is None:
        yield Finding("home", True, "none was named; only the programs were looked at")
        return
    try:
        house = open_house(home)
    except DigitizerError as error:
        yield Finding("home", False, str(error), f"digitizer --home {home} init")
        return
    yield from _home(house, by)


def _programs() -> Iterator[Finding]:
    for engine in engines():
        says = f"{engine.version or 'not there'}"
        mend = None if engine.ready else engine.mend
        yield Finding(f"reader {engine.name}", engine.ready, says, mend)
    second = has_second_decoder()
    yield Finding(
        "second barcode decoder", second, "zbar" if second else "libzbar is missing",
        None if second else "apt-get install libzbar0",
    )  # fmt: skip
    scripts = missing_scripts()
    yield Finding(
        "fonts for print", not scripts,
        f"none for {', '.join(scripts)}: such names print as boxes" if scripts else "all there",
        f"apt-get install {_FONT_PACKAGES}" if scripts else None,
    )  # fmt: skip
    version = linked_sqlite()
    safe = wal_is_safe(version)
    says = ".".join(map(str, version)) + ("" if safe else ": the safe rollback journal is used")
    yield Finding("SQLite", True, says)
    yield Finding("network guard of workers", True, network_guard())


def _home(house: House, by: Actor) -> Iterator[Finding]:
    mode = house.home.stat().st_mode & 0o077
    yield Finding(
        "home", mode == 0, f"{house.home}" + (": others can look into it" if mode else ""),
        f"chmod 700 {house.home}" if mode else None,
    )  # fmt: skip
    free = shutil.disk_usage(house.home).free
    yield Finding(
        "disk", free >= _LEAST_FREE, f"{free / 1024**3:.1f} GiB free",
        None if free >= _LEAST_FREE else "Free space, or move the home to a larger disk.",
    )  # fmt: skip
    fault = integrity(house.engine)
    yield Finding(
        "database", fault is None, fault or "sound",
        "Stop the service and restore the last backup." if fault else None,
    )  # fmt: skip
    if not fault:
        yield _audit_chain(house, by)
        yield _seals(house)
    yield from _endpoint(house)
    yield from _folders(house)
    yield _ways_of_paper(house)


def _audit_chain(house: House, by: Actor) -> Finding:
    events, broken = verify_audit(house, by)
    return Finding(
        "audit chain", broken is None, broken or f"{events} events hold",
        "Keep the database as it is and tell a supervisor: it was changed by hand."
        if broken else None,
    )  # fmt: skip


def _seals(house: House) -> Finding:
    with reading(house.engine) as tx:
        left = sealing.plain_beside_seals(tx, house.originals)
    return Finding(
        "seals", not left,
        f"the plain original lies beside the sealed one: scan {', '.join(left)}" if left
        else "no plain original lies beside a sealed one",
        "Restart the service. If it stays, the sealed copy cannot be proven: see the log."
        if left else None,
    )  # fmt: skip


def _endpoint(house: House) -> Iterator[Finding]:
    try:
        premises = open_premises(house.settings.endpoint, house.home)
    except DigitizerError as error:
        yield Finding("reading endpoint", False, str(error), "Mend [endpoint] in config.toml.")
        return
    if premises:
        fault = premises.fault()
        yield Finding(
            "reading endpoint", fault is None, fault or "answers",
            "Start it, or mend [endpoint] in config.toml; meanwhile our own reader reads all."
            if fault else None,
        )  # fmt: skip


def _ways_of_paper(house: House) -> Finding:
    """Paper from outside and paper from inside share no stack: each scanner says which it takes."""
    what, lacking = "ways of the paper", undirected(house.profiles, house.home)
    if not lacking:
        return Finding(what, True, "each scanner in use says where its paper comes from")
    names = ", ".join(lacking)
    return Finding(
        what, False, f"nobody said which way the paper of {names} goes",
        'Write from = "outside" (letters behind cover sheets) or from = "inside" (reply sheets) '
        f"into {house.home}/profiles/NAME.toml for each of: {names}.",
    )  # fmt: skip


def _folders(house: House) -> Iterator[Finding]:
    folders = watched_folders(house.profiles, house.home)
    try:
        refuse_overlaps(folders, house.home, house.home / "inbox")
        yield Finding("watched folders", True, ", ".join(str(each.path) for each in folders))
    except UnsafeFolders as error:
        yield Finding("watched folders", False, str(error), "Change the profile that is named.")
    for folder in unwatched_folders(house.profiles, house.home):
        yield Finding(
            "inbox", False, f"{folder} has no profile of its name; nothing there is taken in",
            f"Write {house.home}/profiles/{folder.name}.toml, or move its files to inbox/default.",
        )  # fmt: skip
