"""The table's cells of PNG, BMP, GIF, WebP and JPEG 2000, and of files of two kinds in one."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pikepdf

from trials.damage import harm, paper
from trials.damage.cell import Cell
from trials.damage.jpeg_cells import jpeg
from trials.damage.tiff_writer import packed, written

_LETTER = paper.is_letter(1, like=30)
_BOTH = paper.is_letter(1, 2, like=30)


@dataclass(frozen=True, slots=True)
class _Kind:
    """``hole``: why a hole in its data cannot be seen, where the format has no check for it."""

    form: str
    mode: str
    options: tuple[tuple[str, object], ...] = ()
    hole: str | None = None


_NO_SUM = "The format has no check sum, and any bytes are data to its decoder."
_KINDS = {
    ("PNG", "Deflate"): _Kind("PNG", "RGB"),
    ("PNG", "Deflate, palette"): _Kind("PNG", "P"),
    ("BMP", "raw"): _Kind("BMP", "RGB", hole="Nothing in raw pixels shows whether they are zeros."),
    ("GIF", "LZW"): _Kind("GIF", "L"),
    ("WebP", "VP8"): _Kind("WEBP", "RGB", hole=_NO_SUM),
    ("WebP", "VP8, lossless"): _Kind("WEBP", "RGB", (("lossless", True),), hole=_NO_SUM),
    ("JPEG 2000", "in a file"): _Kind("JPEG2000", "RGB"),
    ("JPEG 2000", "bare codestream"): _Kind("JPEG2000", "RGB", (("no_jp2", True),)),
    ("JPEG 2000", "lossy, tiles"): _Kind(
        "JPEG2000",
        "L",
        (("irreversible", True), ("quality_layers", (20,)), ("tile_size", (256, 256))),
    ),
}


def _saved(kind: _Kind, seed: int = 1) -> bytes:
    out = io.BytesIO()
    paper.letter(seed).convert(kind.mode).save(out, kind.form, **dict(kind.options))
    return out.getvalue()


def _of_kind(container: str, codec: str, kind: _Kind) -> Iterator[Cell]:
    cell = partial(Cell, container, codec)
    whole = partial(_saved, kind)

    def made(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
        return lambda: change(whole())

    yield cell("whole", 1, whole, looks_right=_LETTER)
    yield cell("cut", 0, made(harm.cut))
    if kind.hole:
        yield cell("cut, zeros to its old length", impossible=kind.hole)
        yield cell("hole: 200 bytes zeroed", impossible=kind.hole)
    else:
        yield cell("cut, zeros to its old length", 0, made(_cut_and_filled))
        yield cell("hole: 200 bytes zeroed", 0, made(harm.with_hole))
        yield cell("a block of 1,024 bytes left out", 0, made(harm.with_piece_lost))
    for name, filler in harm.FILLERS.items():
        yield cell(
            f"trailing data: {name}", 1, partial(_behind, whole, filler), looks_right=_LETTER
        )
    yield cell("concatenation: two files", 2, lambda: whole() + _saved(kind, 2), looks_right=_BOTH)
    yield cell(
        "concatenation: three files, padded",
        3,
        lambda: (whole() + bytes(64)) * 2 + _saved(kind, 2),
        looks_right=_BOTH,
    )


def _cut_and_filled(data: bytes) -> bytes:
    part = harm.cut(data)
    return part + bytes(len(data) - len(part))


def _behind(whole: Callable[[], bytes], filler: bytes) -> bytes:
    return whole() + filler


# --- PNG and BMP made by hand


def png(samples: paper.Samples, bits: int, colours: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of unfiltered rows. ``colours``: the format's number of the colour type."""
    height, width = samples.shape[:2]
    rows = samples.astype(">u2" if bits == 16 else "u1").reshape(height, -1)
    packed_rows = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    all_chunks = ((b"IHDR", head), *chunks, (b"IDAT", zlib.compress(packed_rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in all_chunks
    )


def bmp(samples: paper.Samples, header: int = 40, stated: int | None = None) -> bytes:
    """A BMP of 32 bits a pixel, bottom row first, whose head states ``stated`` bytes."""
    height, width = samples.shape[:2]
    pixels = samples[::-1].tobytes()
    body = struct.pack(
        "<IiiHHIIiiII", header, width, height, 1, 32, 0, len(pixels), 2835, 2835, 0, 0
    )
    if header > 40:
        masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
        body = body[:16] + struct.pack("<I", 3) + body[20:] + masks
        body = body.ljust(header, b"\0")
    start = 14 + len(body)
    size = start + len(pixels) if stated is None else stated
    return b"BM" + struct.pack("<IHHI", size, 0, 0, start) + body + pixels


def _bmp_of(alpha: int, header: int, stated: int | None = None) -> bytes:
    blue_first = paper.colour()[..., ::-1]
    samples = np.dstack([blue_first, np.full_like(paper.grey(), alpha)])
    return bmp(samples, header, stated)


def _of_depth_and_alpha() -> Iterator[Cell]:
    cell = partial(Cell, "PNG", "Deflate", looks_right=_LETTER)
    for bits in (16, 14, 12, 10):
        top = (1 << bits) - 1
        grey = paper.grey().astype(np.uint32) * top // 255
        colour = paper.colour().astype(np.uint32) * top // 255
        yield cell(f"bit depth: grey of {bits} bits in 16", 1, partial(png, grey, 16, 0))
        yield cell(f"bit depth: colour of {bits} bits in 16", 1, partial(png, colour, 16, 2))
        opaque = np.dstack([colour, np.full_like(grey, 65535)])
        yield cell(
            f"bit depth: colour and alpha of {bits} bits in 16", 1, partial(png, opaque, 16, 6)
        )
    clear = np.dstack([paper.colour(), np.zeros_like(paper.grey())])
    yield cell("alpha: 0 everywhere", 1, partial(png, clear, 8, 6))
    cell = partial(Cell, "BMP", "raw", looks_right=_LETTER)
    for header in (40, 56, 108, 124):
        for alpha in (0, 255):
            yield cell(
                f"alpha: {alpha} everywhere, header of {header} bytes",
                1,
                partial(_bmp_of, alpha, header),
            )
    for stated in (0, 54, 0xFFFFFFFF):
        yield cell(f"wrong counts: {stated:,} bytes stated", 1, partial(_bmp_of, 255, 40, stated))


# --- files of two kinds in one


def _pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        picture = pikepdf.Stream(
            pdf,
            paper.grey(2).tobytes(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=paper.SIZE[0],
            Height=paper.SIZE[1],
            ColorSpace=pikepdf.Name.DeviceGray,
            BitsPerComponent=8,
        )
        pdf.add_blank_page(page_size=(432, 576))
        pdf.pages[-1].Resources = pikepdf.Dictionary(XObject={"/Im0": picture})
        pdf.pages[-1].Contents = pikepdf.Stream(pdf, b"q 432 0 0 576 0 0 cm /Im0 Do Q")
        pdf.save(out, static_id=True)
    return out.getvalue()


def _of_two_kinds() -> Iterator[Cell]:
    def tiff(seed: int) -> bytes:
        return written([packed(paper.letter(seed).convert("L"), "tiff_lzw")])

    makers: dict[str, Callable[[int], bytes]] = {
        "TIFF": tiff,
        "JPEG": partial(jpeg, "baseline, grey"),
        **{
            container: partial(_saved, kind)
            for (container, codec), kind in _KINDS.items()
            if codec in ("Deflate", "raw", "LZW", "VP8", "in a file")
        },
    }
    for first, make in makers.items():
        for second, make_second in makers.items():
            if first != second:
                yield Cell(
                    first,
                    "any",
                    f"concatenation: {second} behind it",
                    2,
                    partial(_both, make, make_second),
                    looks_right=_BOTH,
                )
        yield Cell(
            first,
            "any",
            "concatenation: PDF behind it",
            2,
            partial(lambda make: make(1) + _pdf(), make),
            looks_right=_BOTH,
        )


def _both(first: Callable[[int], bytes], second: Callable[[int], bytes]) -> bytes:
    return first(1) + second(2)


def _cells() -> Iterator[Cell]:
    for (container, codec), kind in _KINDS.items():
        yield from _of_kind(container, codec, kind)
    yield from _of_depth_and_alpha()
    yield from _of_two_kinds()


CELLS: tuple[Cell, ...] = tuple(_cells())
