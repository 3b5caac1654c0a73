"""Outposts: the folder that a machine elsewhere needs, so that a worker or a watcher can run on it.

It has copies of the settings, the profiles and the keys for covers and for the event log; the
database and the bucket are where the settings say. The keys of seals, the backups and the pages
stay in the home. An agency's outpost works for all its facilities.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from digitizer.access.acting import acting
from digitizer.access.permissions import Act, permit
from digitizer.agency import FOLDER, Member, members
from digitizer.capture.scans import home_rules
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import UsageError
from digitizer.model.events import STORE, Verb
from digitizer.model.people import Actor
from digitizer.model.settings_file import AGENCY_FILE, FILE_NAME, agency_file, read_settings
from digitizer.scanners.profiles import watched_folders
from digitizer.storage.copying import replace_file

_STORE = re.compile(r"^\s*\[\s*store\s*\]")
_SAID = re.compile(r"^\s*outpost\s*=")
_KEYS = ("covers.json", "audit.json", "home.json")
_MARK = "outpost = true"


@dataclass(frozen=True, slots=True)
class Outpost:
    """A folder that was made, and for which facilities."""

    folder: Path
    codes: tuple[str, ...]


def make_outpost(home: Path, folder: Path, by: Actor) -> Outpost:
    """Makes ``folder``, which is new, or an outpost of earlier, whose inboxes and work are left as
    they are. Recorded in the log of each facility: it holds secret keys. Raises NotAllowed,
    UsageError, SettingsError and StorageError."""
    permit(by, Act.OPERATE)
    known = members(home.resolve())
    _check_place(folder)
    for each in known:
        facility = open_facility(each.home)
        try:
            _must_be_shared(facility)
            _make(facility, _place_of(each, known, folder))
            with acting(facility, by, Act.OPERATE) as action:
                home_rules.note(action.tx, facility)
                action.record(Verb.MAKE_OUTPOST, STORE, folder=str(folder))
        finally:
            facility.engine.dispose()
    return Outpost(folder, tuple(each.code for each in known))


def _place_of(member: Member, known: tuple[Member, ...], folder: Path) -> Path:
    return folder if member == known[0] else folder / FOLDER / member.code


def _check_place(folder: Path) -> None:
    """Raises UsageError for what is somebody else's."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / FILE_NAME).is_file() or not read_settings(folder).store.outpost:
        raise UsageError(f"{folder} is there already, and is no outpost. Name a new folder.")


def _must_be_shared(facility: Facility) -> None:
    store = facility.settings.store
    if facility.engine.dialect.name != "postgresql" or not store.blobs_url:
        raise UsageError(
            f"The tables or files of {facility.home} are on its own disk, which no other machine "
            "reaches. Move them first: digitizer move-to, and store.blobs_url in config.toml."
        )


def _make(facility: Facility, place: Path) -> None:
    """The settings last: without them nothing runs there. Raises UsageError."""
    text = _marked((facility.home / FILE_NAME).read_text("utf-8"))
    for name in ("keys", "run", "work", "inbox/default"):
        (place / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    place.chmod(0o700)
    for name in _KEYS:
        if (facility.home / "keys" / name).exists():
            replace_file(place / "keys" / name, (facility.home / "keys" / name).read_bytes())
    shutil.rmtree(place / "profiles", ignore_errors=True)
    shutil.copytree(facility.home / "profiles", place / "profiles")
    for each in watched_folders(facility.profiles, place):
        if each.path.is_relative_to(place):
            each.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    (place / AGENCY_FILE).unlink(missing_ok=True)
    defaults = agency_file(facility.home)
    if defaults is not None:
        replace_file(place / AGENCY_FILE, defaults.read_bytes())
    replace_file(place / FILE_NAME, text.encode())


def _marked(settings: str) -> str:
    lines = [line for line in settings.splitlines() if not _SAID.match(line)]
    at = next((number for number, line in enumerate(lines) if _STORE.match(line)), None)
    if at is None:
        raise UsageError(f"Write the settings of the store in {FILE_NAME} under a line [store].")
    return "\n".join([*lines[: at + 1], _MARK, *lines[at + 1 :]]) + "\n"
