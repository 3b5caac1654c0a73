"""Scanner profiles: the built-in ones, overlaid by the home's own, each key checked.

A profile's file name is its name. A home's file takes what it does not say from ``based_on``,
else from the built-in profile of its own name, else from ``default``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitizer.model.errors import SettingsError
from digitizer.model.scanner_profile import Origin, ProfileKeys, ScannerProfile, Stack
from digitizer.model.toml_file import TomlFile, did_you_mean, read_toml
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


def read_profiles(home: Path) -> dict[str, ScannerProfile]:
    """All profiles by name: the built-in ones and those of ``home``'s ``profiles/`` folder.

    Raises SettingsError with file, line and fix if any of them is wrong.
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
    """The scanners in use, beside ``default``, whose profile lacks the way that the paper goes."""
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


def _read_folder(folder: Path) -> dict[str, TomlFile]:
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    seen = [path for path in files if not path.name.startswith(".")]
    for path in seen:
        if _MISNAMED.search(path.name):  # else it would be passed over without a word
            raise SettingsError(
                f"{path} has the ending of another kind of file. Rename it to end in .toml"
            )
    return {path.stem: _read(path) for path in seen if path.suffix == ".toml"}


def _read(path: Path) -> TomlFile:
    file = read_toml(path)
    if not _NAME.fullmatch(path.stem):
        raise file.problem(
            (),
            "a profile's file name may hold only small letters, digits and hyphens. "
            "Rename it, for example to front-desk.toml.",
        )
    if "name" in file.values:
        raise file.problem(("name",), "a profile's name is its file's name. Remove this line.")
    file.check(ProfileKeys)
    return file


def _complete(
    name: str, own: Mapping[str, TomlFile], built_in: Mapping[str, TomlFile]
) -> ScannerProfile:
    """The profile with what it does not say filled in from those it is based on, in order.

    A folder is never passed on: two scanners that write into one folder mix their stacks.
    """
    file, *bases = _chain(name, own, built_in)
    values: dict[str, Any] = {}
    for base in reversed(bases):
        values |= base.values
    values.pop("folder", None)
    profile = ScannerProfile.model_validate({**values, **file.values, "name": name})
    if profile.folder and name == DEFAULT:
        raise file.problem(
            ("folder",),
            f"the profile {DEFAULT} always watches {INBOX}/{DEFAULT} in the home. "
            "Remove this line, or make a profile of another name for that folder.",
        )
    if name != DEFAULT and file.values.get(ORIGIN) == Origin.BOTH:
        raise file.problem(
            (ORIGIN,),
            f'"both" is for the profile {DEFAULT} alone: each other scanner takes paper from one '
            'way. Write "outside" (letters behind cover sheets) or "inside" (reply sheets).',
        )
    if profile.stack is Stack.FILES and profile.settle_seconds < LEAST_STACK_PAUSE:
        raise file.problem(
            ("settle_seconds",) if "settle_seconds" in file.values else ("stack",),
            f'with stack = "files" a pause of settle_seconds ends the stack, and '
            f"{profile.settle_seconds:g} s is shorter than changing a sheet takes. "
            f"Write {LEAST_STACK_PAUSE:g} or more.",
        )
    return profile


def _chain(
    name: str, own: Mapping[str, TomlFile], built_in: Mapping[str, TomlFile]
) -> list[TomlFile]:
    """The profile's file and those it is based on, itself first, ``default`` last."""
    every = {**built_in, **own}
    chain = [every[name]]
    while (last := chain[-1]).path != built_in[DEFAULT].path:
        itself = last.path.stem
        base = last.values.get(BASED_ON, itself if itself in built_in else DEFAULT)
        if base not in every:
            fix = did_you_mean(base, every) or f"There are {', '.join(every)}."
            raise last.problem((BASED_ON,), f"there is no profile {base!r}. {fix}")
        following = built_in.get(base) if base == itself else every[base]
        if following is None or following.path == last.path:
            following = built_in[DEFAULT]
        if following in chain:
            raise last.problem(
                (BASED_ON,), f"{name} is based on itself in a circle. Break it here."
            )
        chain.append(following)
    return chain


def _refuse_shared_folders(
    profiles: Mapping[str, ScannerProfile], every: Mapping[str, TomlFile], home: Path
) -> None:
    seen: dict[str, str] = {}
    # Those without a folder of their own come first, so that the other is named as wrong.
    for profile in sorted(profiles.values(), key=lambda each: each.folder is not None):
        path = os.path.realpath(folder_of(profile, home))
        if path in seen:
            raise every[profile.name].problem(
                ("folder",),
                f"the folder {path} is already that of the profile {seen[path]}. "
                "Give each scanner a folder of its own.",
            )
        seen[path] = profile.name
