"""Which of the files that came in are one stack, by the scanner's profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from digitizer.model.errors import UsageError
from digitizer.model.paper import Scan
from digitizer.model.scanner_profile import ScannerProfile, Stack
from digitizer.scanners.profiles import DEFAULT

Profiles = Mapping[str, ScannerProfile]
#: In place of a scanner profile, of what no scanner here made but another facility handed over: a
#: name that no profile can have.
BY_TRANSFER = "(transfer)"


def profile_of(profiles: Profiles, scan: Scan) -> ScannerProfile:
    """By which a scan is worked. Raises UsageError where it is gone."""
    return profile_named(profiles, DEFAULT if scan.profile == BY_TRANSFER else scan.profile)


def profile_named(profiles: Profiles, name: str) -> ScannerProfile:
    """Raises UsageError naming the profiles there are."""
    if name not in profiles:
        known = ", ".join(sorted(profiles))
        raise UsageError(f"There is no scanner profile {name!r}. Known: {known}.")
    return profiles[name]


def stacks_of(
    profiles: Profiles, profile: str, files: Sequence[Path]
) -> tuple[tuple[Path, ...], ...]:
    """The files of each stack: every file by itself, or all together where a file is one sheet."""
    if profile_named(profiles, profile).stack is Stack.FILES and files:
        return (tuple(files),)
    return tuple((path,) for path in files)
