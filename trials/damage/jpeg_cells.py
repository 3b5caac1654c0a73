"""The table's cells of JPEG files."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from functools import cache, partial

import numpy as np
from PIL import Image

from trials.damage import harm, paper
from trials.damage.arithmetic_jpeg import arithmetic_jpeg
from trials.damage.cell import Cell
from trials.damage.orientations import stored_as

_END = b"\xff\xd9"
_KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "baseline, grey": ("L", {}),
    "baseline, grey, optimized": ("L", {"optimize": True}),
    "baseline, colour": ("RGB", {}),
    "baseline, colour, optimized": ("RGB", {"optimize": True}),
    "baseline, restart markers": ("RGB", {"restart_marker_rows": 4}),
    "progressive, grey": ("L", {"progressive": True}),
    "progressive, colour": ("RGB", {"progressive": True}),
    "CMYK": ("CMYK", {}),
    "CMYK, progressive": ("CMYK", {"progressive": True}),
    "arithmetic, grey": ("arithmetic", {}),
}


@cache
def jpeg(codec: str, seed: int = 1) -> bytes:
    """A letter as a JPEG of this kind."""
    mode, options = _KINDS[codec]
    if mode == "arithmetic":
        return arithmetic_jpeg(paper.grey(seed))
    return saved(paper.letter(seed).convert(mode), **options)


def saved(picture: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", **options)
    return out.getvalue()


def _scan_at(data: bytes) -> int:
    return data.index(b"\xff\xda") + 2


def _in_scan(data: bytes, harming: Callable[[bytes], bytes]) -> bytes:
    """The coded data harmed, header and end marker as they were."""
    at = _scan_at(data) + 20
    return data[:at] + harming(data[at:-2]) + _END


def _frame_at(data: bytes) -> int:
    """Where the height is in the frame's header."""
    found = [data.find(bytes((0xFF, marker, 0))) for marker in (0xC0, 0xC1, 0xC2, 0xC9)]
    return min(at for at in found if at >= 0) + 5


def _with_height(data: bytes, height: int) -> bytes:
    at = _frame_at(data)
    return data[:at] + struct.pack(">H", height) + data[at + 2 :]


def _height_at_the_end(data: bytes, height: int) -> bytes:
    """The height left out of the header, and given by a DNL marker behind the scan."""
    marker = b"\xff\xdc\0\4" + struct.pack(">H", paper.SIZE[1])
    return _with_height(data[:-2] + marker + _END, height)


def _cut_before_its_end_tells(data: bytes, height: int) -> bytes:
    return harm.cut(_height_at_the_end(data, height), 0.8)


def _with_segment(data: bytes, marker: int, content: bytes) -> bytes:
    return data[:2] + struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content + data[2:]


def _without_jfif(data: bytes) -> bytes:
    """Without the JFIF segment, which Pillow writes first."""
    if data[2:4] != b"\xff\xe0":
        return data
    return data[:2] + data[4 + int.from_bytes(data[4:6], "big") :]


def _of_codec(codec: str) -> Iterator[Cell]:
    cell = partial(Cell, "JPEG", codec)
    whole = partial(jpeg, codec)
    letter, two = paper.is_letter(1, like=30), paper.is_letter(1, 2, like=30)

    def made(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
        return lambda: change(whole())

    yield cell("whole", 1, whole, looks_right=letter)
    yield cell("no end marker, data whole", 1, made(lambda data: data[:-2]), looks_right=letter)
    for share in (0.3, 0.9):
        lost = partial(harm.cut, share=share)
        yield cell(f"cut at {share:.0%}", 0, made(lost))
        yield cell(
            f"cut at {share:.0%}, end marker put behind",
            0,
            made(partial(_cut_and_ended, share=share)),
        )
    yield cell("cut, zeros to its old length", 0, made(_cut_and_filled))
    yield cell("hole: 200 bytes zeroed", 0, made(lambda data: _in_scan(data, harm.with_hole)))
    yield cell(
        "hole: 4,096 bytes zeroed",
        0,
        made(lambda data: _in_scan(data, partial(harm.with_hole, size=4096))),
    )
    yield cell(
        "a block of 4,096 bytes left out",
        0,
        made(lambda data: _in_scan(data, partial(harm.with_piece_lost, size=4096))),
    )
    for name, filler in harm.FILLERS.items():
        yield cell(
            f"trailing data: {name}", 1, made(partial(_behind, filler=filler)), looks_right=letter
        )
    for height in (0, 65535):
        yield cell(
            f"wrong counts: height {height:,}, given by a DNL marker",
            1,
            made(partial(_height_at_the_end, height=height)),
            looks_right=letter,
        )
        yield cell(
            f"wrong counts: height {height:,}, cut before its DNL marker",
            0,
            made(partial(_cut_before_its_end_tells, height=height)),
        )
    yield cell(
        "wrong counts: more rows than are coded",
        0,
        made(partial(_with_height, height=paper.SIZE[1] + 160)),
    )
    yield cell(
        "wrong counts: fewer rows than are coded",
        0,
        made(partial(_with_height, height=paper.SIZE[1] - 160)),
    )
    yield cell(
        "wrong boxes: an empty JFIF segment",
        1,
        made(lambda data: _with_segment(_without_jfif(data), 0xE0, b"JFIF\0")),
        looks_right=letter,
    )
    yield cell(
        "wrong boxes: a JFIF segment of no bytes",
        1,
        made(lambda data: _with_segment(_without_jfif(data), 0xE0, b"")),
        looks_right=letter,
    )
    yield cell("concatenation: two files", 2, lambda: whole() + jpeg(codec, 2), looks_right=two)
    yield cell(
        "concatenation: three files, padded",
        3,
        lambda: (whole() + bytes(512)) * 2 + jpeg(codec, 2),
        looks_right=two,
    )
    yield cell(
        "concatenation: HTML between two files", 0, lambda: whole() + harm.HTML + jpeg(codec, 2)
    )
    yield cell("concatenation: the first cut off", 0, lambda: harm.cut(whole()) + jpeg(codec, 2))


def _cut_and_ended(data: bytes, share: float) -> bytes:
    at = _scan_at(data)
    return data[:at] + harm.cut(data[at:-2], share) + _END


def _cut_and_filled(data: bytes) -> bytes:
    part = harm.cut(data)
    return part + bytes(len(data) - len(part))


def _behind(data: bytes, filler: bytes) -> bytes:
    return data + filler


def _of_pictures() -> Iterator[Cell]:
    cell = partial(Cell, "JPEG", "baseline, grey")
    letter = paper.is_letter(1)
    for value in range(1, 9):
        yield cell(f"orientation: {value}", 1, partial(_turned, value), looks_right=letter)
    yield cell(
        "a short sheet filled to its length with even grey",
        1,
        _short_sheet,
        looks_right=_is_short_sheet,
    )
    yield cell("a thumbnail in its EXIF data", 1, _with_thumbnail, looks_right=letter)
    yield cell(
        "a telephone's pictures in a multi-picture index", 1, _with_index, looks_right=letter
    )
    yield cell("a gain map behind it", 1, _with_gain_map, looks_right=letter)
    yield cell(
        "a video behind it",
        1,
        lambda: jpeg("baseline, grey") + b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 9,
        looks_right=letter,
    )


def _turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(Image.fromarray(stored_as(paper.grey(), orientation)), exif=exif)


def _filled() -> paper.Pixels:
    page = paper.grey().copy()
    page[500:] = 128  # what libjpeg, too, puts where data are missing
    return page


def _short_sheet() -> bytes:
    return saved(Image.fromarray(_filled()))


def _is_short_sheet(image: paper.Pixels) -> bool:
    return image.shape == _filled().shape and bool(np.abs(image * 1.0 - _filled()).mean() < 12)


def _small() -> bytes:
    return saved(paper.letter(2).resize((150, 200)))


def _with_thumbnail() -> bytes:
    exif = b"Exif\0\0II*\0\x08\0\0\0\0\0" + bytes(4) + _small()
    return _with_segment(jpeg("baseline, grey"), 0xE1, exif)


def _with_index() -> bytes:
    out = io.BytesIO()
    small = paper.letter(2).resize((300, 400))
    paper.letter().save(out, "MPO", save_all=True, append_images=[small])
    return out.getvalue()


def _with_gain_map() -> bytes:
    about = b"http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version='1.0'/>"
    return jpeg("baseline, grey") + _with_segment(_small(), 0xE1, about)


def _cells() -> Iterator[Cell]:
    for codec in _KINDS:
        yield from _of_codec(codec)
    yield from _of_pictures()


CELLS: tuple[Cell, ...] = tuple(_cells())
