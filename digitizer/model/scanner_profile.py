"""A scanner profile: what one scanner writes, where, and how its stacks are to be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sides(StrEnum):
    """Which sides the scanner pictures, and in which order they stand in the file.

    SIMPLEX: a page is a sheet. DUPLEX: front, back, front, back. ODD_EVEN: the stack went
    through twice on a simplex feeder: all fronts, then all backs, the last back first.
    """

    SIMPLEX = "simplex"
    DUPLEX = "duplex"
    ODD_EVEN = "odd_even"


class Stack(StrEnum):
    """FILE: one file holds one stack. FILES: a file a sheet; what settles together is a stack."""

    FILE = "file"
    FILES = "files"


class Origin(StrEnum):
    """Which way a scanner's paper goes: OUTSIDE, letters behind cover sheets; INSIDE, inmates'
    reply sheets; BOTH, not said."""

    OUTSIDE = "outside"
    INSIDE = "inside"
    BOTH = "both"


class ColourMode(StrEnum):
    COLOUR = "colour"
    GREY = "grey"
    BILEVEL = "bilevel"


@dataclass(frozen=True, slots=True)
class ScannerProfile:
    """One TOML file of ``scanner_profiles/`` or of the home's ``profiles/``.

    ``patterns`` are file-name globs (case ignored); an empty tuple takes any file.
    ``folder`` is absolute, or None for ``inbox/NAME`` in the home. ``dpi`` is what the scanner
    is set to (0: any) and is used where the file itself does not say. ``settle_seconds`` is
    how long a file must rest before it is taken in, ``polling`` is for shares that give no
    events. ``blank_ink`` is the share of ink (0..1) under which a side is blank. ``languages``
    are ISO 639-1, first the usual one. ``code_region`` is where on the page, as fractions
    left, top, right, bottom, codes are looked for first. ``origin`` is the key ``from``: where
    the paper comes from.
    """

    name: str
    title: str
    folder: str | None
    patterns: tuple[str, ...]
    dpi: int
    sides: Sides
    stack: Stack
    colour: ColourMode
    settle_seconds: float
    polling: bool
    languages: tuple[str, ...]
    blank_ink: float
    code_region: tuple[float, float, float, float]
    batch_header_required: bool
    origin: Origin = Origin.BOTH
