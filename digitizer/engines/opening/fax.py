"""Whether fax data (ITU-T T.4 and T.6: Group 3 and 4) hold all the rows they should.

Every decoder fills rows that are missing, or that it cannot understand, with white or with the
row before. So the rows are counted here. What libtiff wrote, or any encoder that follows the
standard's own order of choices, is proven whole quickly: encoding its picture once more gives the
same bits. Only other data are read code by code, which takes some tenths of a second a page.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from digitizer.engines.opening import fax_codes as codes
from digitizer.engines.opening.page import PAGE_DAMAGED
from digitizer.model.errors import UnopenableFile

_END_OF_BLOCK_BITS = 24  # two end-of-line words
_PADDING_BYTES = 8  # behind the rows, whatever they hold, they are too few for a row to be missed
_END_WORD = 0x001  # of twelve bits


@dataclass(frozen=True, slots=True)
class FaxCoding:
    """``k`` as in a PDF: below 0 Group 4; 0 Group 3 in one dimension; above 0 mixed.

    ``byte_align``: each row begins at a byte. ``low_bit_first``: TIFF's FillOrder 2.
    """

    width: int
    k: int
    byte_align: bool = False
    low_bit_first: bool = False


def check_fax(data: bytes, height: int, coding: FaxCoding) -> None:
    """Raises UnopenableFile where ``data`` do not code just ``height`` good rows."""
    check_fax_strips((data,), height, height, coding)


def check_fax_strips(
    strips: Sequence[bytes],
    height: int,
    rows: int,
    coding: FaxCoding,
    picture: Image.Image | None = None,
) -> None:
    """The same for a picture in strips of ``rows`` rows, the last of which may be shorter.

    ``picture`` is what libtiff makes of the strips, where that is known: mode 1, in which what the
    code words call black is white (as a TIFF's BlackIsZero has it).
    """
    if coding.low_bit_first:
        strips = tuple(codes.lowest_bit_first(strip) for strip in strips)
    if (
        coding.k < 0
        and not coding.byte_align
        and _is_as_libtiff_writes(strips, height, rows, coding.width, picture)
    ):
        return
    for number, strip in enumerate(strips):
        _Reader(strip, coding).check(min(rows, height - number * rows))


def group4_picture(data: bytes, height: int, width: int) -> Image.Image | None:
    """What libtiff makes of Group 4 data, whole or not, in mode 1; None for nothing at all."""
    try:
        picture = Image.open(io.BytesIO(_wrapped((data,), height, height, width)))
        picture.load()
    except (OSError, ValueError, SyntaxError):
        return None
    return picture


def _is_as_libtiff_writes(
    strips: Sequence[bytes], height: int, rows: int, width: int, picture: Image.Image | None
) -> bool:
    try:
        if picture is None:
            picture = Image.open(io.BytesIO(_wrapped(strips, height, rows, width)))
        written = _written(picture, rows)
    except (OSError, ValueError, SyntaxError):
        return False  # the reader below says what is wrong
    return len(written) == len(strips) and all(map(_is_same, strips, written))


def _written(picture: Image.Image, rows: int) -> tuple[bytes, ...]:
    """The picture's strips as libtiff codes them in Group 4."""
    out = io.BytesIO()
    stride = (picture.width + 7) // 8
    picture.save(out, "TIFF", compression="group4", strip_size=rows * stride)
    with Image.open(out) as made:
        tags = made.tag_v2  # type: ignore[attr-defined]
        places = zip(tags[273], tags[279], strict=True)
        return tuple(out.getvalue()[at : at + size] for at, size in places)


def _is_same(strip: bytes, written: bytes) -> bool:
    """Whether a strip's rows have the same bits, and none follow but an end and padding."""
    bits = _rows_bits(written)
    whole, odd = divmod(bits, 8)
    if strip[:whole] != written[:whole]:
        return False
    mask = 0xFF00 >> odd & 0xFF
    if odd and (len(strip) <= whole or (strip[whole] ^ written[whole]) & mask):
        return False
    if len(strip) - whole <= _PADDING_BYTES or not any(strip[whole + 1 :]):
        return True
    following = int.from_bytes(strip[whole : whole + 4], "big") >> 20 - odd & 0xFFF
    return following == _END_WORD


def _rows_bits(written: bytes) -> int:
    """How many bits libtiff wrote before the end-of-block."""
    last = len(written.rstrip(b"\0"))
    byte = written[last - 1] if last else 1
    return 8 * last - (byte & -byte).bit_length() + 1 - _END_OF_BLOCK_BITS


def _wrapped(strips: Sequence[bytes], height: int, rows: int, width: int) -> bytes:
    """A TIFF of Group 4 strips."""
    head = 8 + 2 + 9 * 12 + 4
    table = head + 8 * len(strips)
    starts = [table + sum(map(len, strips[:number])) for number in range(len(strips))]
    places = struct.pack(f"<{len(strips)}I", *starts)
    sizes = struct.pack(f"<{len(strips)}I", *map(len, strips))
    one = len(strips) == 1
    entries = (
        (256, 1, width),
        (257, 1, height),
        (258, 1, 1),
        (259, 1, 4),
        (262, 1, 1),
        (273, len(strips), starts[0] if one else head),
        (277, 1, 1),
        (278, 1, rows),
        (279, len(strips), len(strips[0]) if one else head + len(places)),
    )
    body = b"".join(struct.pack("<HHII", tag, 4, count, value) for tag, count, value in entries)
    directory = struct.pack("<H", 9) + body + bytes(4)
    return b"II*\0" + struct.pack("<I", 8) + directory + places + sizes + b"".join(strips)


class _Reader:
    """Reads rows code by code. A row is the list of where its colour changes, from white."""

    def __init__(self, data: bytes, coding: FaxCoding) -> None:
        self._next = codes.windows(data)
        self._bits = 8 * len(data)
        self._at = 0
        self._width = coding.width
        self._k = coding.k
        self._aligned = coding.byte_align

    def check(self, height: int) -> None:
        row: list[int] = []
        for _ in range(height):
            row = self._row(row)
        if self._bits - self._at > 8 * _PADDING_BYTES and self._another_row_follows(row):
            raise UnopenableFile(PAGE_DAMAGED)  # of more rows than the page has

    def _another_row_follows(self, row: list[int]) -> bool:
        try:
            self._row(row)
        except UnopenableFile:
            return False
        return True

    def _row(self, before: list[int]) -> list[int]:
        if self._aligned:
            self._at = -(-self._at // 8) * 8
        in_two = self._k < 0
        if self._k >= 0 and self._skip_end_of_line() and self._k > 0:
            in_two = not self._next[self._at] >> codes.WINDOW - 1
            self._at += 1
        row = self._row_in_two(before) if in_two else self._row_in_one()
        if self._at > self._bits:
            raise UnopenableFile(PAGE_DAMAGED)
        return row

    def _skip_end_of_line(self) -> bool:
        """Over the word that begins a row, and the zeros that may fill up before it."""
        at = self._at
        while at < self._bits and self._next[at] >> 1 == 0:
            at += 1
        if at >= self._bits:
            raise UnopenableFile(PAGE_DAMAGED)
        if self._next[at] >> 1 != _END_WORD:
            return False
        self._at = at + 12
        return True

    def _row_in_one(self) -> list[int]:
        row: list[int] = []
        at, colour = 0, 0
        while at < self._width:
            at += self._run(colour)
            row.append(at)
            colour ^= 1
        return self._within(row)

    def _row_in_two(self, before: list[int]) -> list[int]:
        row: list[int] = []
        above = [*before, *[self._width] * 4]
        at, colour, i = -1, 0, 0
        while at < self._width:
            while above[i] <= at and above[i] < self._width:
                i += 2
            meaning = self._code(codes.MODES)
            if meaning == codes.PASS:
                at = above[i + 1]
            elif meaning == codes.HORIZONTAL:
                first = max(at, 0) + self._run(colour)
                at = first + self._run(1 - colour)
                row += (first, at)
            elif -3 <= meaning <= 3:
                at = self._forward(at, above[i] + meaning)
                row.append(at)
                colour ^= 1
                i += 1 if i == 0 else -1
            else:
                raise UnopenableFile(PAGE_DAMAGED)
        return self._within(row)

    def _forward(self, before: int, at: int) -> int:
        if at < max(before, 0):
            raise UnopenableFile(PAGE_DAMAGED)
        return at

    def _within(self, row: list[int]) -> list[int]:
        if row and row[-1] > self._width:
            raise UnopenableFile(PAGE_DAMAGED)
        return row

    def _run(self, colour: int) -> int:
        total = run = self._code(codes.RUNS[colour])
        while run >= 64:
            run = self._code(codes.RUNS[colour])
            total += run
        return total

    def _code(self, table: codes.Codes) -> int:
        if self._at >= self._bits:
            raise UnopenableFile(PAGE_DAMAGED)
        word = table[self._next[self._at]]
        if word is None:
            raise UnopenableFile(PAGE_DAMAGED)
        self._at += word[1]
        return word[0]
