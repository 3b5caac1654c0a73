"""Where everything stands on a cover or reply sheet: for those who draw it and who read it back.

Millimetres from the paper's top left corner, y downward, for a sheet printed at its true size.
Drawing and reading share this file and nothing else, so it imports no library of either.

Four copies of the code are in the corners, where one fold, stain or tear takes one or two of
them; six marks stand between them at the paper's sides, where what takes all codes leaves marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from digitizer.model.paper import CodeKind

Paper = Literal["a4", "letter"]

PAPERS: dict[Paper, tuple[float, float]] = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}

MARGIN = 14.0
"""Paper edge to the nearest ink. Home printers leave 4 to 6 mm white, and one that enlarges to
104 % pushes 6 mm over the edge."""

CODE_SIDE = 28.0
"""A printed symbol without its quiet zone; 25.8 mm are left at 92 %."""

CODE_MODULES = 29
QUIET_MODULES = 4
"""QR version 3, and the quiet zone that ISO/IEC 18004 asks for on each side."""

MARK_SIDE = 13.0
MARK_MODULES = 8
"""An AprilTag 36h11: 6 by 6 data cells in a border of one black cell."""

_FIRST_MARK = {
    CodeKind.INMATE: 401,
    CodeKind.REPLY: 421,
    CodeKind.BATCH: 441,
    CodeKind.LEGAL: 461,
    CodeKind.SEPARATOR: 481,
}
_MARKS_A_SHEET = 6

# The data cells of the AprilTag 36h11 family's tags, row by row, 1 for black. Copied here so that
# printing needs no vision library; a test compares them with that library's own table.
_MARK_CELLS: dict[CodeKind, tuple[int, ...]] = {
    CodeKind.INMATE: (
        0x48072DAE9,
        0x2321B405A,
        0x6125663CF,
        0x700467574,
        0x65388818E,
        0x72F5AC34C,
    ),
    CodeKind.REPLY: (
        0x52060EF01,
        0x6A310CF4F,
        0x8E6CC4DF2,
        0xE0F21C590,
        0xA690A4459,
        0x329E260CB,
    ),
    CodeKind.BATCH: (
        0xB892DE519,
        0x063D6F977,
        0x897EEEDEF,
        0x9DCBA70AA,
        0x0CE6E61E0,
        0x10B85822E,
    ),
    CodeKind.LEGAL: (
        0x4C44C2193,
        0x9CCE0AC7C,
        0x435E2501A,
        0x2E7E93546,
        0xF27BF8535,
        0x86B1E281A,
    ),
    CodeKind.SEPARATOR: (
        0x4474D91FE,
        0xFA9870353,
        0xCC4B7C7CB,
        0x14627B47C,
        0x835D8815D,
        0xFD50A0994,
    ),
}


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on the sheet, in millimetres: left, top, width, height."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def grown(self, by: float) -> Area:
        """The same rectangle, larger by ``by`` millimetres on each side."""
        return Area(self.left - by, self.top - by, self.width + 2 * by, self.height + 2 * by)


def mark_ids(kind: CodeKind) -> tuple[int, ...]:
    """The six marks of a kind of sheet, in the order of ``mark_areas``."""
    first = _FIRST_MARK[kind]
    return tuple(range(first, first + _MARKS_A_SHEET))


COVER_MARKS: tuple[int, ...] = tuple(mark for kind in CodeKind for mark in mark_ids(kind))
"""Every mark of ours, of all kinds. Low ids are common in the world, so these are high."""


def kind_of_mark(mark: int) -> CodeKind:
    """The kind of sheet that carries this mark; KeyError if it is none of ours."""
    return _KINDS_OF_MARKS[mark]


_KINDS_OF_MARKS = {mark: kind for kind in CodeKind for mark in mark_ids(kind)}


def mark_bits(mark: int) -> tuple[tuple[bool, ...], ...]:
    """The 8 by 8 cells of a mark of ours, row by row from the top, True for black."""
    kind = kind_of_mark(mark)
    cells = _MARK_CELLS[kind][mark - _FIRST_MARK[kind]]
    bits = [bool(cells >> shift & 1) for shift in range(35, -1, -1)]
    edge = (True,) * MARK_MODULES
    rows = (tuple(bits[row : row + 6]) for row in range(0, 36, 6))
    return (edge, *((True, *row, True) for row in rows), edge)


def code_areas(width: float, height: float) -> tuple[Area, ...]:
    """The four copies of the code, without quiet zones, on paper of that size."""
    right, low = width - MARGIN - CODE_SIDE, height - MARGIN - CODE_SIDE
    places = ((MARGIN, MARGIN), (right, MARGIN), (MARGIN, low), (right, low))
    return tuple(Area(x, y, CODE_SIDE, CODE_SIDE) for x, y in places)


def mark_areas(width: float, height: float) -> tuple[Area, ...]:
    """The six marks on paper of that size: left column from the top, then right column."""
    first = MARGIN + CODE_SIDE
    step = (height - 2 * first) / 6
    tops = [first + step * part - MARK_SIDE / 2 for part in (1, 3, 5)]
    columns = (MARGIN, width - MARGIN - MARK_SIDE)
    return tuple(Area(x, y, MARK_SIDE, MARK_SIDE) for x in columns for y in tops)


def body_area(width: float, height: float) -> Area:
    """What is free between the columns of marks and the rows of codes, with air on each side."""
    side, end = MARGIN + MARK_SIDE + 6, MARGIN + CODE_SIDE + 6
    return Area(side, end, width - 2 * side, height - 2 * end)


def writing_area(width: float, height: float) -> Area:
    """The framed box of a reply sheet in which the answer is written."""
    body = body_area(width, height)
    return Area(body.left, body.top + 29, body.width, body.height - 29)


@dataclass(frozen=True, slots=True)
class CoverZones:
    """The blocks of an inmate's cover. What is printed never leaves its block.

    ``sender`` is the framed place for the sender, of which ``sender_printed`` may hold print and
    ``sender_lines`` (the y of each) are ruled for a pen.
    """

    header: Area
    person: Area
    mail_to: Area
    sender: Area
    sender_printed: Area
    sender_lines: tuple[float, ...]
    steps: Area
    footer: Area


def cover_zones(width: float, height: float) -> CoverZones:
    """Where the blocks of an inmate's cover stand on paper of that size."""
    body = body_area(width, height)
    between = MARGIN + CODE_SIDE + 7
    beside_codes = width - 2 * between
    half = (body.width - 5) / 2
    second = body.top + 44
    sender = Area(body.left + half + 5, second, half, 42)
    return CoverZones(
        header=Area(between, MARGIN, beside_codes, CODE_SIDE),
        person=Area(body.left, body.top, body.width, 39),
        mail_to=Area(body.left, second, half, sender.height),
        sender=sender,
        sender_printed=Area(sender.left, sender.top, sender.width, 17.5),
        sender_lines=tuple(sender.top + down for down in (23.0, 30.5, 38.0)),
        steps=Area(body.left, second + 47, body.width, body.height - 91),
        footer=Area(between, height - MARGIN - CODE_SIDE, beside_codes, CODE_SIDE),
    )


def count_frame(width: float, height: float) -> Area:
    """The framed place of a batch header's number, and of a separator's title."""
    body = body_area(width, height)
    return Area(body.left, body.top + 2, body.width, 56)


def legal_band(width: float, height: float) -> Area:
    """The black band of a legal marker, which no other sheet has."""
    body = body_area(width, height)
    return Area(body.left, body.top + 2, body.width, 46)


def printed_areas(width: float, height: float) -> tuple[Area, ...]:
    """Every place of an inmate's cover that may hold print; ink elsewhere is somebody's pen."""
    zones = cover_zones(width, height)
    rules = (Area(zones.sender.left, y - 0.2, zones.sender.width, 0.4) for y in zones.sender_lines)
    sides = (zones.sender.left, zones.sender.right)
    edges = (Area(x - 0.2, zones.sender.top, 0.4, zones.sender.height) for x in sides)
    lower = Area(zones.sender.left, zones.sender.bottom - 0.2, zones.sender.width, 0.4)
    quiet = CODE_SIDE * QUIET_MODULES / CODE_MODULES
    return (
        *(area.grown(quiet / 2) for area in code_areas(width, height)),
        *mark_areas(width, height),
        zones.header,
        zones.person,
        zones.mail_to,
        zones.sender_printed,
        zones.steps,
        zones.footer,
        *rules,
        *edges,
        lower,
    )
