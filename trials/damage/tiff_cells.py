"""The table's cells of TIFF and BigTIFF, in either byte order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from PIL import Image

from trials.damage import harm, paper
from trials.damage.cell import Cell
from trials.damage.orientations import stored_as
from trials.damage.tiff_writer import (
    ASCII,
    LONG,
    SHORT,
    TiffLayout,
    TiffPicture,
    packed,
    raw,
    written,
)

LAYOUTS = {
    "TIFF": TiffLayout("<"),
    "TIFF, big-endian": TiffLayout(">"),
    "BigTIFF": TiffLayout("<", big=True),
    "BigTIFF, big-endian": TiffLayout(">", big=True),
}
_RAW = "raw"
_NO_SUMS = "Nothing in raw pixels shows whether they should be zeros."


@dataclass(frozen=True, slots=True)
class _Codec:
    mode: str
    compression: str
    options: int | None = None
    low_bit_first: bool = False


CODECS = {
    _RAW: _Codec("L", "raw"),
    "G3": _Codec("1", "group3", 0),
    "G3 in two dimensions": _Codec("1", "group3", 1),
    "G3, filled": _Codec("1", "group3", 4),
    "RLE (Huffman)": _Codec("1", "tiff_ccitt"),
    "G4": _Codec("1", "group4"),
    "G4, lowest bit first": _Codec("1", "group4", low_bit_first=True),
    "LZW": _Codec("L", "tiff_lzw"),
    "Deflate": _Codec("L", "tiff_adobe_deflate"),
    "PackBits": _Codec("1", "packbits"),
    "JPEG": _Codec("L", "jpeg"),
    "JPEG, colour": _Codec("RGB", "jpeg"),
}


@cache
def _picture(codec: str, seed: int = 1, one_strip: bool = False) -> TiffPicture:
    chosen = CODECS[codec]
    if codec == _RAW:
        rows = paper.SIZE[1] if one_strip else 100
        return raw(paper.grey(seed).tobytes(), *paper.SIZE, [8], 1, rows)
    image = paper.letter(seed).convert("L")
    if chosen.mode == "1":
        image = Image.fromarray(paper.black_and_white(seed)).convert("1")
    elif chosen.mode == "RGB":
        image = paper.letter(seed)
    strip = 10**8 if one_strip else 600 * 100 if chosen.mode == "L" else 75 * 100
    made = packed(
        image, chosen.compression, 3 * strip if chosen.mode == "RGB" else strip, chosen.options
    )
    if chosen.low_bit_first:
        turned = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
        strips = tuple((strip or b"").translate(turned) for strip in made.strips)
        made = replace(made, strips=strips).with_tags((266, SHORT, (2,)))
    return made


Harm = Callable[[bytes], bytes | None]


def _harmed(codec: str, harming: Harm, one_strip: bool = False) -> TiffPicture:
    """One strip, not the last, harmed."""
    whole = _picture(codec, one_strip=one_strip)
    at = len(whole.strips) // 2
    strips = (*whole.strips[:at], harming(whole.strips[at] or b""), *whole.strips[at + 1 :])
    return replace(whole, strips=strips)


def _of_codec(container: str, layout: TiffLayout, codec: str) -> Iterator[Cell]:
    cell = partial(Cell, container, codec)
    letter, two = paper.is_letter(1), paper.is_letter(1, 2)
    mode = CODECS[codec].mode
    if mode == "1":
        letter, two = paper.is_letter(1, like=40), paper.is_letter(1, 2, like=40)

    def file(*pictures: TiffPicture, **more: object) -> bytes:
        return written(pictures, replace(layout, **more))  # type: ignore[arg-type]

    def whole() -> bytes:
        return file(_picture(codec))

    yield cell("whole", 1, whole, looks_right=letter)
    yield cell("whole, in one strip", 1, lambda: file(_picture(codec, 1, True)), looks_right=letter)
    yield cell("two pages", 2, lambda: file(_picture(codec), _picture(codec, 2)), looks_right=two)
    yield cell("cut: the file", 0, lambda: harm.cut(whole()))
    yield cell("cut: one strip", 0, lambda: file(_harmed(codec, harm.cut)))
    yield cell("cut: the only strip", 0, lambda: file(_harmed(codec, harm.cut, True)))
    yield cell("cut: one strip without data", 0, lambda: file(_harmed(codec, lambda _: None)))
    if codec == _RAW:
        yield cell("hole in one strip", impossible=_NO_SUMS)
    else:
        yield cell("hole in one strip", 0, lambda: file(_harmed(codec, harm.with_hole)))
        yield cell("hole in the only strip", 0, lambda: file(_harmed(codec, harm.with_hole, True)))
    yield cell("a block left out of a strip", 0, lambda: file(_harmed(codec, harm.with_piece_lost)))
    for name, filler in harm.FILLERS.items():
        yield cell(f"trailing data: {name}", 1, partial(_behind, whole, filler), looks_right=letter)
    yield cell(
        "padding: strips to 512 bytes",
        1,
        lambda: file(_picture(codec), pad_strips=512),
        looks_right=letter,
    )
    name_field = (305, ASCII, b"Scanner\0".ljust(4000, b"\0"))
    yield cell(
        "padding: a name field ends in zeros",
        1,
        lambda: file(_picture(codec).with_tags(name_field)),
        looks_right=letter,
    )
    yield cell(
        "wrong counts: no pointer behind the last directory",
        1,
        lambda: file(_picture(codec), unclosed=True),
        looks_right=letter,
    )
    more_rows = (257, LONG, (paper.SIZE[1] + 300,))
    yield cell(
        "wrong counts: more rows than are coded",
        0,
        lambda: file(_picture(codec).with_tags(more_rows)),
    )
    yield cell(
        "wrong counts: more rows than the only strip has",
        0,
        lambda: file(_one_strip_of(codec, more_rows)),
    )
    fewer = (257, LONG, (paper.SIZE[1] - 300,))
    yield cell(
        "wrong counts: fewer rows than are coded", 0, lambda: file(_picture(codec).with_tags(fewer))
    )
    yield cell(
        "concatenation: two files", 2, lambda: whole() + file(_picture(codec, 2)), looks_right=two
    )
    yield cell(
        "concatenation: three files, padded",
        3,
        lambda: (whole() + bytes(100)) * 2 + file(_picture(codec, 2)),
        looks_right=two,
    )


def _behind(whole: Callable[[], bytes], filler: bytes) -> bytes:
    return whole() + filler


def _one_strip_of(codec: str, height: tuple[int, int, tuple[int, ...]]) -> TiffPicture:
    rows = (278, height[1], height[2])
    return _picture(codec, 1, True).with_tags(height, rows)


# --- what a directory may be besides a page


def _thumbnail(
    kind: tuple[int, int, tuple[int, ...]] | None, size: tuple[int, int] = (75, 100)
) -> TiffPicture:
    small = np.asarray(paper.letter(2).convert("L").resize(size))
    made = raw(small.tobytes(), *size, [8], 1)
    return made.with_tags(kind) if kind else made


_REDUCED = {
    "NewSubfileType 1": (254, LONG, (1,)),
    "old SubfileType 2": (255, SHORT, (2,)),
}


def _of_copies(container: str, layout: TiffLayout) -> Iterator[Cell]:
    cell = partial(Cell, container, _RAW, looks_right=paper.is_letter(1))
    page = _picture(_RAW)
    for name, kind in _REDUCED.items():
        for size in ((75, 100), (300, 400), (450, 600)):
            small = _thumbnail(kind, size)
            width = f"{name}, {size[0]} wide"
            yield cell(
                f"reduced copy behind the page: {width}", 1, partial(written, (page, small), layout)
            )
            yield cell(
                f"reduced copy before the page: {width}", 1, partial(written, (small, page), layout)
            )
        yield cell(
            f"thumbnails of two pages: {name}",
            2,
            partial(written, (page, _thumbnail(kind), page, _thumbnail(kind)), layout),
        )
    yield cell(
        "reduced copy in a sub-directory",
        1,
        partial(written, (replace(page, below=(_thumbnail(None),)),), layout),
    )
    yield cell(
        "the page in a sub-directory of its thumbnail",
        1,
        partial(written, (replace(_thumbnail((254, LONG, (1,))), below=(page,)),), layout),
    )
    other = raw(paper.grey(2).tobytes(), *paper.SIZE, [8], 1)
    yield cell(
        "another page in a sub-directory",
        0,
        partial(written, (replace(page, below=(other,)),), layout),
    )
    yield Cell(
        container,
        _RAW,
        "a small page that is not marked as a copy",
        2,
        partial(written, (page, _thumbnail(None)), layout),
    )


# --- depth, planes, alpha, negatives, orientation


def _deep(pixels: paper.Samples, layout: TiffLayout, bits: int = 16) -> bytes:
    wide = pixels.astype(np.uint32) * ((1 << bits) - 1) // 255
    return wide.astype(layout.order + "u2").tobytes()


def _of_depth(container: str, layout: TiffLayout) -> Iterator[Cell]:
    cell = partial(Cell, container, _RAW, looks_right=paper.is_letter(1))
    grey, colour = paper.grey(), paper.colour()
    planar = (284, SHORT, (2,))

    def file(
        data: bytes, bits: Sequence[int], photometric: int, *more: object, rows: int = 0
    ) -> bytes:
        return written([raw(data, *paper.SIZE, bits, photometric, rows, *more)], layout)  # type: ignore[arg-type]

    for bits in (16, 14, 12, 10):
        yield cell(
            f"bit depth: grey of {bits} bits in 16",
            1,
            partial(file, _deep(grey, layout, bits), [16], 1),
        )
        yield cell(
            f"bit depth: colour of {bits} bits in 16",
            1,
            partial(file, _deep(colour, layout, bits), [16] * 3, 2),
        )
    yield cell(
        "bit depth: WhiteIsZero of 16 bits", 1, partial(file, _deep(255 - grey, layout), [16], 0)
    )
    yield cell(
        "bit depth: colour of 16 bits",
        1,
        partial(file, _deep(colour, layout), [16] * 3, 2, rows=64),
    )
    planes = np.moveaxis(colour, 2, 0)
    yield cell(
        "bit depth: colour of 16 bits in planes",
        1,
        partial(file, _deep(planes, layout), [16] * 3, 2, planar),
    )
    yield cell(
        "bit depth: colour of 16 bits in planes and strips",
        1,
        partial(file, _deep(planes, layout), [16] * 3, 2, planar, rows=64),
    )
    yield cell(
        "bit depth: colour of 8 bits in planes",
        1,
        partial(file, planes.tobytes(), [8] * 3, 2, planar),
    )
    yield cell("bit depth: WhiteIsZero of 8 bits", 1, partial(file, (255 - grey).tobytes(), [8], 0))
    for name, value in (("unspecified", 0), ("associated", 1), ("unassociated", 2)):
        extra = (338, SHORT, (value,))
        clear = np.dstack([colour, np.zeros_like(grey)]).tobytes()
        yield cell(f"alpha: 0 everywhere, {name}", 1, partial(file, clear, [8] * 4, 2, extra))
    for value in range(1, 9):
        stored = stored_as(grey, value)
        height, width = stored.shape
        yield cell(
            f"orientation: {value}",
            1,
            partial(
                written,
                [raw(stored.tobytes(), width, height, [8], 1, 0, (274, SHORT, (value,)))],
                layout,
            ),
        )


def _cells() -> Iterator[Cell]:
    for container, layout in LAYOUTS.items():
        for codec in CODECS:
            yield from _of_codec(container, layout, codec)
        yield from _of_copies(container, layout)
        yield from _of_depth(container, layout)


CELLS: tuple[Cell, ...] = tuple(_cells())
