"""A scanner profile: what one scanner writes, where, and how its stacks are to be read."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from digitizer.model.toml_file import AsWritten, Keys

# A page with a few typed lines carries about a hundredth of ink: blank must stay well below.
_MOST_BLANK_INK = 0.01


class Sides(StrEnum):
    """Which sides the scanner captures, and in which order they are in the file.

    SIMPLEX: each page is a sheet. DUPLEX: front, back, front, back. ODD_EVEN: the stack went
    through a simplex feeder twice: all fronts, then all backs, the last back first.
    """

    SIMPLEX = "simplex"
    DUPLEX = "duplex"
    ODD_EVEN = "odd_even"


class Stack(StrEnum):
    """FILE: one file is one stack. FILES: each sheet is a file; files that settle together are a
    stack."""

    FILE = "file"
    FILES = "files"


class Origin(StrEnum):
    """Where a scanner's paper comes from: OUTSIDE, letters behind cover sheets; INSIDE, inmates'
    reply sheets; BOTH, not known."""

    OUTSIDE = "outside"
    INSIDE = "inside"
    BOTH = "both"


class ColourMode(StrEnum):
    COLOUR = "colour"
    GREY = "grey"
    BILEVEL = "bilevel"


def _is_folder(path: str) -> str:
    if re.match(r"(?i)\\\\|[a-z]:|[a-z]+://", path):
        raise ValueError(
            "must be a folder of this machine. Mount the share and give the mount's path."
        )
    if not path.startswith("/") or "\0" in path:
        raise ValueError(f"must begin at the root, as in {'/srv/scans/' + path.strip('/')!r}.")
    return path


def _are_patterns(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for each in patterns:
        if not each.strip() or "/" in each:
            raise ValueError(f'holds {each!r}, which fits no file name. Write it like "*.pdf".')
    return patterns


def _is_resolution(dpi: int) -> int:
    if dpi and not 75 <= dpi <= 1200:
        raise ValueError(f"is {dpi}, but must be a whole number from 75 to 1200, or 0 for any.")
    return dpi


def _are_languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    if not languages:
        raise ValueError('must name a language at least, as in ["en"].')
    for each in languages:
        if not re.fullmatch(r"[a-z]{2}", each):
            raise ValueError(f'holds {each!r}. Use the two small letters of ISO 639-1: "en", "es".')
    if len(set(languages)) < len(languages):
        raise ValueError("names a language twice. Remove one.")
    return languages


_Fraction = Annotated[float, Field(ge=0, le=1)]
_Region = tuple[_Fraction, _Fraction, _Fraction, _Fraction]


def _has_area(region: _Region) -> _Region:
    left, top, right, bottom = region
    if left >= right or top >= bottom:
        raise ValueError("is empty: left must be less than right, and top less than bottom.")
    return region


_Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Texts = AsWritten[tuple[str, ...]]


class ProfileKeys(Keys):
    """What a profile's file may hold; what it leaves out is as in the profile it is based on.

    ``folder`` is absolute, or None for ``inbox/NAME`` in the home. ``patterns`` are file-name
    globs (case ignored); an empty tuple takes any file. ``dpi`` is what the scanner is set to
    (0: any) and is used where the file itself does not say. ``settle_seconds`` is how long a
    file must rest before it is taken in, ``polling`` is for shares that give no events.
    ``blank_ink`` is the share of ink (0..1) under which a side is blank. ``languages`` are ISO
    639-1, first the usual one. ``code_region`` is where on the page, as fractions left, top,
    right, bottom, codes are looked for first. ``blank_sheets_expected``: letters here have blank
    sheets among their pages, so a cover's count of sheets is believed there too. ``origin`` is
    the key ``from``, a word that Python keeps for itself: where the paper comes from.
    """

    title: _Title = Field(examples=["Front desk"])
    folder: Annotated[str, AfterValidator(_is_folder)] | None = Field(
        default=None, description="a path in quotes", examples=["/srv/scans/front-desk"]
    )
    patterns: Annotated[_Texts, AfterValidator(_are_patterns)] = Field(examples=[["*.pdf"]])
    dpi: Annotated[int, AfterValidator(_is_resolution)] = Field(examples=[300])
    sides: AsWritten[Sides]
    stack: AsWritten[Stack]
    colour: AsWritten[ColourMode]
    settle_seconds: float = Field(ge=0.5, le=3600)
    polling: bool
    languages: Annotated[_Texts, AfterValidator(_are_languages)] = Field(examples=[["en", "es"]])
    blank_ink: float = Field(ge=0, le=_MOST_BLANK_INK)
    code_region: Annotated[AsWritten[_Region], AfterValidator(_has_area)] = Field(
        description="four fractions from 0 to 1: left, top, right, bottom",
        examples=[[0.0, 0.0, 1.0, 0.5]],
    )
    batch_header_required: bool
    blank_sheets_expected: bool
    origin: AsWritten[Origin] = Field(default=Origin.BOTH, validation_alias="from")
    based_on: str = Field(default="", description="the name of a profile", examples=["default"])


class ScannerProfile(ProfileKeys):
    """One TOML file of ``scanner_profiles/`` or of the home's ``profiles/``, with what it is
    based on. The file's name is its name."""

    name: str
