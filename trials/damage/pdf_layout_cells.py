"""How a PDF may lay out a scan: layers, strips, forms, patterns, odd sizes; all as scanned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from trials.damage.cell import Cell
from trials.damage.pdf_kit import (
    HEIGHT,
    WIDTH,
    Coded,
    Pixels,
    coded,
    filling,
    looks_like,
    page_pdf,
    stream,
    written,
)

_FINE = 600  # dpi: what these pages were scanned at
_COARSE = 100  # of a background
_INCHES = (1.7, 2.2)
_POINTS = (_INCHES[0] * 72, _INCHES[1] * 72)


def _page(dpi: int = _FINE, level: int = 0) -> Pixels:
    """Writing as it was scanned at so many dpi, on paper and ink of some grey."""
    page = written(round(_INCHES[0] * dpi), round(_INCHES[1] * dpi))
    return np.maximum(page, level).astype(np.uint8)


def _paper() -> bytes:
    return coded("Flate", _page(_COARSE, 255)).stream()


def _as_fine(dpi: int = _FINE, page: Pixels | None = None) -> Callable[..., bool]:
    """Whether it has the pixels that were scanned, and shows the page."""
    looks = looks_like(_page(dpi) if page is None else page)

    def fine(seen: Any) -> bool:
        width: int = seen.shape[1]
        return abs(width - _INCHES[0] * dpi) <= 2 and looks(seen)

    return fine


def _form(drawn: str, thing: int, matrix: str = "") -> bytes:
    keys = "/Type/XObject/Subtype/Form/BBox[0 0 2000 2000]"
    inner = f"/Resources<</XObject<</X{thing} {thing} 0 R>>>>"
    return stream(drawn.encode(), keys + matrix + inner)


def _in_a_form(nested: bool) -> bytes:
    picture = coded("Flate", _page()).stream()
    half = "q 2 0 0 2 0 0 cm " + filling("X7", (_POINTS[0] / 2, _POINTS[1] / 2)) + " Q"
    if not nested:
        return page_pdf("/X6 Do", [b"null", _form(half, 7), picture], size=_POINTS)
    outer = _form("q .5 0 0 .5 0 0 cm /X6 Do Q", 6, "/Matrix[2 0 0 2 0 0]")
    return page_pdf("/X5 Do", [outer, _form(half, 7), picture], size=_POINTS)


def _masked(key: str, codec: str) -> bytes:
    """Coarse ink under a fine mask, over a coarse background."""
    page = _page()
    mask = coded(codec, page if key == "/Mask" else (255 - page).astype(np.uint8))
    keys = "/ImageMask true" if key == "/Mask" else ""
    if codec != "Flate" and key == "/SMask":
        mask = replace(mask, more=mask.more.replace("/Decode[1 0]", ""))
    ink = coded("Flate", _page(_COARSE) // 255 * 0).stream(keys=f"{key} 7 0 R")
    return page_pdf(
        filling("X5", _POINTS) + filling("X6", _POINTS),
        [_paper(), ink, _bilevel(mask, page).stream(keys=keys) if keys else mask.stream()],
        size=_POINTS,
    )


def _bilevel(mask: Coded, page: Pixels) -> Coded:
    """As a stencil: bits, of which 0 is painted."""
    if mask.bits == 1:
        return mask
    bits = np.packbits(page > 127, axis=1).tobytes()
    return Coded(bits, "", page.shape[1], page.shape[0], bits=1)


def _stencil(codec: str, dpi: int = _FINE) -> bytes:
    page = _page(dpi)
    ink = _bilevel(coded(codec, page), page).stream(keys="/ImageMask true")
    return page_pdf(
        filling("X5", _POINTS) + "0 g " + filling("X6", _POINTS), [_paper(), ink], size=_POINTS
    )


def _strips(dpi: int, count: int, codec: str = "Flate") -> bytes:
    page = _page(dpi)
    rows = -(-len(page) // count)
    drawn, strips = "", []
    for number, top in enumerate(range(0, len(page), rows)):
        strip = page[top : top + rows]
        high = len(strip) * _POINTS[1] / len(page)
        low = _POINTS[1] - top * _POINTS[1] / len(page) - high
        drawn += f"q {_POINTS[0]} 0 0 {high} 0 {low} cm /X{5 + number} Do Q\n"
        strips.append(coded(codec, strip).stream())
    return page_pdf(drawn, strips, size=_POINTS)


def _pattern() -> bytes:
    keys = (
        f"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 {_POINTS[0]} {_POINTS[1]}]"
        f"/XStep {_POINTS[0]}/YStep {_POINTS[1]}/Resources<</XObject<</X6 6 0 R>>>>"
    )
    pattern = stream(filling("X6", _POINTS).encode(), keys)
    drawn = f"/Pattern cs /P scn 0 0 {_POINTS[0]} {_POINTS[1]} re f"
    return page_pdf(
        drawn,
        [pattern, coded("Flate", _page()).stream()],
        size=_POINTS,
        resources="/Pattern<</P 5 0 R>>",
    )


def _in_line(dpi: int) -> bytes:
    """Every strip within the drawing itself, as some drivers write pages."""
    page = _page(dpi)
    drawn, rows = "", 20
    for top in range(0, len(page), rows):
        strip = page[top : top + rows]
        bits = np.packbits(strip > 127, axis=1).tobytes()
        high = len(strip) * _POINTS[1] / len(page)
        low = _POINTS[1] - top * _POINTS[1] / len(page) - high
        drawn += f"q {_POINTS[0]} 0 0 {high} 0 {low} cm\nBI /W {strip.shape[1]} /H {len(strip)} "
        drawn += f"/CS /G /BPC 1 /F /AHx ID {bits.hex()}>\nEI Q\n"
    return page_pdf(drawn, size=_POINTS)


def _in_line_cut() -> bytes:
    whole = _in_line(_FINE)
    at = whole.index(b"/AHx ID ") + 400
    end = whole.index(b">", at)
    return whole[: at + 100] + b"> " + b" " * (end - at - 101) + whole[end + 1 :]


def _sized(points: tuple[float, float], keys: str = "", box: str = "", dpi: int = 200) -> bytes:
    picture = coded("Flate", written()).stream()
    return page_pdf(filling("X5", points), [picture], size=points, keys=keys, box=box)


def _with_transfer(layered: bool) -> bytes:
    state = "/ExtGState<</G<</TR<</FunctionType 2/Domain[0 1]/N 1/C0[1]/C1[0]>>>>>>"
    drawn = "/G gs " + filling("X5", _POINTS) + (filling("X5", _POINTS) if layered else "")
    picture = coded("Flate", (255 - _page(200)).astype(np.uint8)).stream()
    return page_pdf(drawn, [picture], size=_POINTS, resources=state)


def _unit(seen: Any) -> bool:
    return _has_size(seen, WIDTH, HEIGHT) and looks_like(written())(seen)


def _has_size(seen: Any, width: int, height: int) -> bool:
    tall, wide = seen.shape[:2]
    return bool(abs(wide - width) <= 2 and abs(tall - height) <= 2)


_W, _H = WIDTH * 72 / 200, HEIGHT * 72 / 200
_BOXES: tuple[tuple[str, Callable[[], bytes]], ...] = (
    ("UserUnit 2", lambda: _sized((_W / 2, _H / 2), "/UserUnit 2")),
    ("UserUnit 10, a layer of print", lambda: _sized((_W / 10, _H / 10), "/UserUnit 10")),
    ("a point for each pixel", lambda: _sized((WIDTH, HEIGHT))),
    (
        "box with its corners the wrong way round",
        lambda: _sized((_W, _H), box=f"/MediaBox[{_W} {_H} 0 0]"),
    ),
    (
        "crop box beyond the sheet",
        lambda: _sized((_W, _H), box=f"/MediaBox[0 0 {_W} {_H}]/CropBox[-50 -50 900 900]"),
    ),
    (
        "crop box of no size",
        lambda: _sized((_W, _H), box=f"/MediaBox[0 0 {_W} {_H}]/CropBox[0 0 0 0]"),
    ),
)


def cells() -> Iterator[Cell]:
    fine = _as_fine()
    for damage, make in (
        ("600 dpi in a form", lambda: _in_a_form(nested=False)),
        ("600 dpi in a form in a form", lambda: _in_a_form(nested=True)),
        ("soft mask of 600 dpi over 100", lambda: _masked("/SMask", "Flate")),
        ("strips of 600 dpi", lambda: _strips(_FINE, 12)),
        ("pattern of 600 dpi", _pattern),
        ("in the drawing's line, 600 dpi", lambda: _in_line(_FINE)),
    ):
        yield Cell("PDF", "Flate", damage, 1, make, looks_right=fine)
    for codec in ("G4", "JBIG2"):
        yield Cell(
            "PDF",
            codec,
            "stencil of 600 dpi over 100",
            1,
            partial(_stencil, codec),
            looks_right=fine,
        )
        yield Cell(
            "PDF",
            codec,
            "mask of 600 dpi over 100",
            1,
            partial(_masked, "/Mask", codec),
            looks_right=fine,
        )
    yield Cell(
        "PDF", "G4", "strips of 600 dpi", 1, lambda: _strips(_FINE, 12, "G4"), looks_right=fine
    )
    yield Cell(
        "PDF",
        "Flate",
        "strips of 1,200 dpi",
        1,
        lambda: _strips(1200, 20),
        looks_right=_as_fine(1200),
    )
    yield Cell("PDF", "raw", "in the drawing's line, cut off", 0, _in_line_cut)
    for damage, make in _BOXES:
        yield Cell("PDF", "Flate", damage, 1, make, looks_right=_unit)
    for layered in (False, True):
        layers = "two layers" if layered else "one picture"
        yield Cell(
            "PDF",
            "Flate",
            f"negative by /TR, {layers}",
            1,
            partial(_with_transfer, layered),
            looks_right=looks_like(_page(200)),
        )
