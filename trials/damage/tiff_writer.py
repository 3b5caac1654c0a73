"""TIFF files written by hand: either byte order, classic and BigTIFF, any strips."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from PIL import Image

ASCII, SHORT, LONG, RATIONAL, LONG8 = 2, 3, 4, 5, 16
_LETTERS = {SHORT: "H", LONG: "I", RATIONAL: "II", LONG8: "Q"}
Tag = tuple[int, int, tuple[int, ...] | bytes]


@dataclass(frozen=True, slots=True)
class TiffLayout:
    """How a file is laid out. ``pad_strips`` to a multiple of so many bytes with zeros;
    ``unclosed``: the last directory ends the file, without a pointer behind it."""

    order: str = "<"
    big: bool = False
    pad_strips: int = 1
    unclosed: bool = False


@dataclass(frozen=True, slots=True)
class TiffPicture:
    """One directory: its strips (None: no data, count 0) and its other tags."""

    strips: tuple[bytes | None, ...]
    tags: tuple[Tag, ...]
    below: tuple[TiffPicture, ...] = field(default=())

    def with_tags(self, *tags: Tag) -> TiffPicture:
        changed = {tag[0] for tag in tags}
        return replace(
            self, tags=tuple(each for each in self.tags if each[0] not in changed) + tags
        )


def packed(
    pixels: Image.Image, compression: str, strip_bytes: int = 16_000, options: int | None = None
) -> TiffPicture:
    """A picture in strips as libtiff packs them."""
    out = io.BytesIO()
    info = {} if options is None else {292: options}
    pixels.save(out, "TIFF", compression=compression, strip_size=strip_bytes, tiffinfo=info)
    with Image.open(out) as made:
        found = made.tag_v2  # type: ignore[attr-defined]
        data = out.getvalue()
        places = zip(found[273], found[279], strict=True)
        strips = tuple(data[at : at + size] for at, size in places)
        kept = [
            (tag, LONG if tag in (256, 257, 278) else SHORT)
            for tag in (256, 257, 259, 262, 277, 278, 284, 292, 317)
            if tag in found
        ]
        tags: list[Tag] = [(tag, kind, (int(found[tag]),)) for tag, kind in kept]
        tags.append((258, SHORT, tuple(found[258])))
        if 347 in found:
            tags.append((347, 7, bytes(found[347])))
    tags += [(282, RATIONAL, (72, 1)), (283, RATIONAL, (72, 1)), (296, SHORT, (2,))]
    return TiffPicture(strips, tuple(tags))


def raw(
    data: bytes,
    width: int,
    height: int,
    bits: Sequence[int],
    photometric: int,
    rows: int = 0,
    *more: Tag,
) -> TiffPicture:
    """An uncompressed picture in strips of ``rows`` rows."""
    rows = rows or height
    planes = len(bits) if (284, SHORT, (2,)) in more else 1
    stride = len(data) // height // planes
    strips = []
    for plane in range(planes):
        begin = plane * stride * height
        strips += [
            data[begin + at * stride : begin + min(at + rows, height) * stride]
            for at in range(0, height, rows)
        ]
    tags: tuple[Tag, ...] = (
        (256, LONG, (width,)),
        (257, LONG, (height,)),
        (258, SHORT, tuple(bits)),
        (259, SHORT, (1,)),
        (262, SHORT, (photometric,)),
        (277, SHORT, (len(bits),)),
        (278, LONG, (rows,)),
    )
    return TiffPicture(tuple(strips), (*tags, *more))


def written(pictures: Sequence[TiffPicture], layout: TiffLayout = TiffLayout()) -> bytes:
    """The whole file: for each picture its strips, what does not fit into its directory, and the
    directory itself, the last thing in the file."""
    writer = _Writer(layout)
    links = [writer.picture(each) for each in pictures]
    return writer.linked(links)


class _Writer:
    def __init__(self, layout: TiffLayout) -> None:
        self._layout = layout
        self._word = "Q" if layout.big else "I"
        mark = b"II" if layout.order == "<" else b"MM"
        head = self._pack("HHH", 43, 8, 0) if layout.big else self._pack("H", 42)
        self._data = bytearray(mark + head)
        self._first = len(self._data)
        self._data += bytes(struct.calcsize(self._word))

    def _pack(self, letters: str, *values: int) -> bytes:
        return struct.pack(self._layout.order + letters, *values)

    def picture(self, picture: TiffPicture) -> tuple[int, int]:
        """Writes it; gives where its directory begins, and where the pointer behind that is."""
        below = [self.picture(each)[0] for each in picture.below]
        places = []
        for strip in picture.strips:
            self._align(self._layout.pad_strips)
            at = len(self._data)
            self._data += strip or b""
            self._align(self._layout.pad_strips)
            places.append((at, len(self._data) - at) if strip is not None else (0, 0))
        kind = LONG8 if self._layout.big else LONG
        tags: list[Tag] = [
            *picture.tags,
            (273, kind, tuple(at for at, _ in places)),
            (279, kind, tuple(size for _, size in places)),
        ]
        if below:
            tags.append((330, kind, tuple(below)))
        return self._directory(sorted(tags))

    def _align(self, to: int) -> None:
        self._data += bytes(-len(self._data) % to)

    def _directory(self, tags: Sequence[Tag]) -> tuple[int, int]:
        room = struct.calcsize(self._word)
        body = b""
        for tag, kind, values in tags:
            if isinstance(values, bytes):
                count, value = len(values), values
            else:
                letters = _LETTERS[kind]
                count = len(values) // len(letters)
                value = self._pack(letters * count, *values)
            if len(value) > room:
                self._align(2)
                at = len(self._data)
                self._data += value
                value = self._pack(self._word, at)
            body += self._pack("HH" + self._word, tag, kind, count) + value.ljust(room, b"\0")
        self._align(2)
        begin = len(self._data)
        self._data += self._pack("Q" if self._layout.big else "H", len(tags)) + body
        pointer = len(self._data)
        self._data += bytes(room)
        return begin, pointer

    def linked(self, links: Sequence[tuple[int, int]]) -> bytes:
        at = self._first
        for begin, pointer in links:
            self._data[at : at + struct.calcsize(self._word)] = self._pack(self._word, begin)
            at = pointer
        room = struct.calcsize(self._word)
        return bytes(self._data[:-room] if self._layout.unclosed else self._data)
