"""Scanner profiles: the built-in ones, overlaid by the home's own, each key checked.

A profile's file name is its name. A home's file takes what it does not say from ``based_on``,
else from the built-in profile of its own name, else from ``default``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from digitizer.model.errors import SettingsError
from digitizer.model.scanner_profile import Origin, ScannerProfile, Stack
from digitizer.scanners.profile_keys import CHECKS, Unfit
from digitizer.support.paths import SCANNER_PROFILES
from inbox_watch.folder import WatchedFolder

DEFAULT = "default"
HOME_FOLDER = "profiles"
INBOX = "inbox"
BASED_ON = "based_on"
ORIGIN = "from"

# Seconds; nobody changes the sheet on a flatbed faster, and a stack cut in two loses pages.
LEAST_STACK_PAUSE = 10.0

# What editors make of "x.toml" on other systems.
_MISNAMED = re.compile(r"\.(?!toml$)(?i:toml(\.txt)?)$")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class _Source:
    """One profile file as written: its values checked one by one, not yet complete."""

    path: Path
    text: str
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.path.stem

    def fault(self, key: str | None, says: str) -> SettingsError:
        """The error for ``key``, with the file and the key's line."""
        line = _line_of(key, self.text) if key else 1
        return SettingsError(f"{self.path}, line {line}: {says}")


def read_profiles(home: Path) -> dict[str, ScannerProfile]:
    """All profiles by name: the built-in ones and those of ``home``'s ``profiles/`` folder.

    Raises SettingsError with file, line and mend if any of them is wrong.
    """
    built_in = _read_folder(SCANNER_PROFILES)
    own = _read_folder(home / HOME_FOLDER)
    every = {**built_in, **own}
    profiles = {name: _complete(name, own, built_in) for name in sorted(every)}
    _refuse_shared_folders(profiles, every, home)
    return profiles


def watched_folders(
    profiles: Mapping[str, ScannerProfile], home: Path
) -> tuple[WatchedFolder, ...]:
    """The folders to watch: ``inbox/default`` always, each other profile's own folder if it
    names one, else ``inbox/NAME`` if that exists in ``home``."""
    return tuple(
        _watched(profile, folder_of(profile, home))
        for profile in profiles.values()
        if profile.name == DEFAULT or profile.folder or folder_of(profile, home).is_dir()
    )


def unwatched_folders(profiles: Mapping[str, ScannerProfile], home: Path) -> tuple[Path, ...]:
    """Folders in the home's inbox that no profile is named for: scans in them would lie unseen."""
    inbox = home / INBOX
    found = sorted(inbox.iterdir()) if inbox.is_dir() else []
    return tuple(each for each in found if each.is_dir() and each.name not in profiles)


def undirected(profiles: Mapping[str, ScannerProfile], home: Path) -> tuple[str, ...]:
    """The scanners in use, beside ``default``, of which nobody said which way their paper goes."""
    watched = (profiles[folder.name] for folder in watched_folders(profiles, home))
    return tuple(
        each.name for each in watched if each.name != DEFAULT and each.origin is Origin.BOTH
    )


def folder_of(profile: ScannerProfile, home: Path) -> Path:
    """Where the scanner of ``profile`` writes: its own folder, or ``inbox/NAME`` in the home."""
    return Path(profile.folder) if profile.folder else home / INBOX / profile.name


def _watched(profile: ScannerProfile, path: Path) -> WatchedFolder:
    return WatchedFolder(
        path=path.absolute(),
        name=profile.name,
        patterns=profile.patterns,
        settle_seconds=profile.settle_seconds,
        polling=profile.polling,
        together=profile.stack is Stack.FILES,
    )


def _read_folder(folder: Path) -> dict[str, _Source]:
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    seen = [path for path in files if not path.name.startswith(".")]
    for path in seen:
        if _MISNAMED.search(path.name):  # else it would be passed over without a word
            raise SettingsError(
                f"{path} has the ending of another kind of file. Rename it to end in .toml"
            )
    return {path.stem: _read(path) for path in seen if path.suffix == ".toml"}


def _read(path: Path) -> _Source:
    text = _text(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_broken_toml(path, text, str(error))) from None
    source = _Source(path, text, values)
    if not _NAME.fullmatch(source.name):
        raise source.fault(
            None,
            "a profile's file name may hold only small letters, digits and hyphens. "
            "Rename it, for example to front-desk.toml.",
        )
    return _Source(path, text, {key: _checked(source, key) for key in values})


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")  # some editors put a byte order mark first
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(
            f"{path}, line {line}: this is not UTF-8 text. Save the file as UTF-8."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}. Give the service the right to read it."
        ) from None


def _broken_toml(path: Path, text: str, error: str) -> str:
    """tomllib says the line in words, or "at end of document"."""
    found = re.search(r"line (\d+)", error)
    line = int(found[1]) if found else text.count("\n") + 1
    what = error.partition(" (at ")[0]
    written = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
    mend = (
        "Write paths with / and not with \\."
        if "\\" in written
        else 'Write key = value, one a line, words in "quotes", lists in [brackets].'
    )
    return f"{path}, line {line}: not valid TOML: {what}. {mend}"


def _checked(source: _Source, key: str) -> object:
    value = source.values[key]
    if key == BASED_ON:
        if isinstance(value, str):
            return value
        raise source.fault(key, f'{BASED_ON} must be the name of a profile, as in "{DEFAULT}".')
    if key not in CHECKS:
        raise source.fault(key, _unknown_key(key))
    try:
        return CHECKS[key](value)
    except Unfit as error:
        raise source.fault(key, f"{key} {error}") from None


def _unknown_key(key: str) -> str:
    near = get_close_matches(key, [*CHECKS, BASED_ON], 1)
    if key == "name":
        return "a profile's name is its file's name. Remove this line."
    if near:
        return f"there is no key {key!r}. Did you mean {near[0]!r}?"
    return f"there is no key {key!r}. Remove the line; the keys are {', '.join(CHECKS)}."


def _complete(
    name: str, own: Mapping[str, _Source], built_in: Mapping[str, _Source]
) -> ScannerProfile:
    """The profile with what it does not say filled in from those it is based on, in order.

    A folder is never passed on: two scanners that write into one folder mix their stacks.
    """
    chain = _chain(name, own, built_in)
    values: dict[str, Any] = {}
    for source in reversed(chain):
        values |= source.values
    folder = chain[0].values.get("folder")
    if folder and name == DEFAULT:
        raise chain[0].fault(
            "folder",
            f"the profile {DEFAULT} always watches {INBOX}/{DEFAULT} in the home. "
            "Remove this line, or make a profile of another name for that folder.",
        )
    if name != DEFAULT and chain[0].values.get(ORIGIN) is Origin.BOTH:
        raise chain[0].fault(
            ORIGIN,
            f'"both" is for the profile {DEFAULT} alone: each other scanner takes paper from one '
            'way. Write "outside" (letters behind cover sheets) or "inside" (reply sheets).',
        )
    values["origin"] = values.pop(ORIGIN, Origin.BOTH)
    wanted = {each.name for each in fields(ScannerProfile)} - {"name", "folder"}
    for key in sorted(wanted - values.keys()):
        raise chain[-1].fault(None, f"the key {key} is missing. Add it.")
    if values["stack"] is Stack.FILES and values["settle_seconds"] < LEAST_STACK_PAUSE:
        raise chain[0].fault(
            "settle_seconds" if "settle_seconds" in chain[0].values else "stack",
            f'with stack = "files" a pause of settle_seconds ends the stack, and '
            f"{values['settle_seconds']:g} s is shorter than changing a sheet takes. "
            f"Write {LEAST_STACK_PAUSE:g} or more.",
        )
    return ScannerProfile(name=name, folder=folder, **{key: values[key] for key in wanted})


def _chain(name: str, own: Mapping[str, _Source], built_in: Mapping[str, _Source]) -> list[_Source]:
    """The profile's file and those it is based on, itself first, ``default`` last."""
    every = {**built_in, **own}
    chain = [every[name]]
    while (last := chain[-1]).path != built_in[DEFAULT].path:
        base = last.values.get(BASED_ON, last.name if last.name in built_in else DEFAULT)
        if base not in every:
            near = get_close_matches(base, every, 1)
            mend = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(every)}."
            raise last.fault(BASED_ON, f"there is no profile {base!r}. {mend}")
        following = built_in.get(base) if base == last.name else every[base]
        if following is None or following.path == last.path:
            following = built_in[DEFAULT]
        if following in chain:
            raise last.fault(BASED_ON, f"{name} is based on itself in a circle. Break it here.")
        chain.append(following)
    return chain


def _refuse_shared_folders(
    profiles: Mapping[str, ScannerProfile], every: Mapping[str, _Source], home: Path
) -> None:
    seen: dict[str, str] = {}
    # Those without a folder of their own come first, so that the fault is told of the other.
    for profile in sorted(profiles.values(), key=lambda each: each.folder is not None):
        path = os.path.realpath(folder_of(profile, home))
        if path in seen:
            raise every[profile.name].fault(
                "folder",
                f"the folder {path} is already that of the profile {seen[path]}. "
                "Give each scanner a folder of its own.",
            )
        seen[path] = profile.name


def _line_of(key: str, text: str) -> int:
    """The line, from 1, on which ``key`` (or a table of that name) stands."""
    name = re.escape(key)
    pattern = rf"""^[ \t]*(?:\[+[ \t]*)?(?:"{name}"|'{name}'|{name})[ \t]*[=.\]]"""
    found = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1
