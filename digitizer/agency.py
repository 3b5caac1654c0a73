"""The facilities of one agency: each has a home of its own, and on one PostgreSQL database a schema
of its own.

The agency's home is that of its first facility; the homes of the others are in its folder
``facilities``, each by its code. So a facility is the same thing in an agency and alone: its keys,
settings, files, log of events and backups are nobody else's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from digitizer.model.errors import SettingsError, UsageError
from digitizer.model.settings_file import FACILITIES, FILE_NAME, read_settings

FOLDER = FACILITIES
#: As the schema of its tables is named.
A_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Member:
    """A facility of an agency: its code, and its home."""

    code: str
    home: Path


def members(home: Path) -> tuple[Member, ...]:
    """The facilities of the agency at ``home``, the first one first, the others by code; of a home
    that is alone just this one. Raises SettingsError where it is no home."""
    first = Member(read_settings(home).facility.code, home)
    others = tuple(
        Member(each.name, each)
        for each in sorted((home / FOLDER).glob("*"))
        if A_CODE.fullmatch(each.name) and (each / FILE_NAME).is_file()
    )
    if first.code in {each.code for each in others}:
        raise SettingsError(
            f"Two facilities of {home} have the code {first.code!r}: its own, by facility.code in "
            f"{home / FILE_NAME}, and {FOLDER}/{first.code}. Change the first."
        )
    return (first, *others)


def home_of(home: Path, code: str | None) -> Path:
    """The home of the facility with this code, without one of the only facility. Raises UsageError
    for an unknown code, and without a code where there are several; SettingsError for codes that do
    not tell them apart."""
    if code is None and not (home / FOLDER).is_dir():
        return home  # also one that is yet to be made
    known = members(home)
    if code is None and len(known) == 1:
        return home
    found = next((each.home for each in known if each.code == code), None)
    if found and read_settings(found).facility.code != code:
        raise SettingsError(f"facility.code in {found / FILE_NAME} must be {code!r}.")
    if found is None:
        codes = ", ".join(each.code for each in known)
        missing = "Name one of them" if code is None else f"None has the code {code!r}; name one"
        raise UsageError(
            f"The facilities of {home} are: {codes}. {missing}: digitizer --facility CODE COMMAND, "
            "or set DIGITIZER_FACILITY."
        )
    return found
