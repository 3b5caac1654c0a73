"""Glyphs in a PDF: drawn by their numbers, their fonts cut down to what is used (HarfBuzz).

ReportLab draws by character, and a PDF of its shaped text cannot be copied or searched: what has
no character of its own gets one of the private area. Here every glyph bears the text it stands
for. Readers turn what runs to the left around by themselves, glyph by glyph, so there each bears
one character, as it looks; a line that runs to the right bears its text as a whole where marks
are stacked or several glyphs stand for one character.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, BinaryIO
from weakref import WeakKeyDictionary

import uharfbuzz
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.fonts import Font
from digitizer.engines.printing.kit.shaping import (
    HIGHEST,
    LEAST_MOVE,
    LOWEST,
    Glyph,
    Run,
    own_width,
)
from digitizer.engines.printing.kit.unicode_map import unicode_map
from digitizer.engines.printing.kit.written import Written, WrittenStream

_DROPPED = frozenset(
    int.from_bytes(tag.encode(), "big")
    for tag in (
        "BASE",
        "DSIG",
        "GDEF",
        "GPOS",
        "GSUB",
        "OS/2",
        "cmap",
        "gasp",
        "name",
        "post",
        "vhea",
        "vmtx",
    )
)
rl_config.useA85 = 0  # bytes stay bytes: no printer has wanted them as letters for decades
_MOST_IN_A_BLOCK = 100  # of a character map, as Adobe's technical note 5411 says
_SYMBOLIC = 4


class _NoFont:
    """What a page begins with: ReportLab's own choice would be named there and not embedded."""

    fontName = "none"  # noqa: N815 (ReportLab's name)
    face = SimpleNamespace(name="none")
    _dynamicFont = True  # noqa: N815
    _multiByte = False  # noqa: N815


def empty_canvas(out: BinaryIO, size: tuple[float, float], kind: type[Canvas] = Canvas) -> Canvas:
    """A canvas on which only ``show`` writes. Equal drawing gives equal bytes."""
    pdfmetrics.registerFont(_NoFont())
    return kind(
        out,
        pagesize=size,
        invariant=1,
        pageCompression=1,
        initialFontName=_NoFont.fontName,  # type: ignore[arg-type]  # its stubs want a number
    )


_font_of = attrgetter("font")


def show(canvas: Canvas, text: str, runs: Sequence[Run], size: float, x: float, y: float) -> None:
    """Draws runs one after the other from ``x`` on the base line ``y``, ``size`` points large.

    ``text`` is what they say together.
    """
    if not runs:
        return
    fonts = _fonts_of(canvas)
    start = f"BT 1 0 0 1 {_number(x)} {_number(y)} Tm"
    if all(run.ordinary for run in runs):
        for font, group in groupby(runs, key=_font_of):
            embedded = fonts.font(font)
            start += f" /{embedded.label} {_number(size)} Tf {embedded.plainly(group)}"
        canvas.addLiteral(f"{start} ET")
        return
    whole = _is_stacked(runs)
    parts = [_spoken(text)] if whole else []
    cut = any(run.sticks_out for run in runs)
    parts += [_band(runs, size, x, y)] if cut else []
    parts.append(start)
    for font, group in groupby(runs, key=_font_of):
        embedded = fonts.font(font)
        parts.append(f"/{embedded.label} {_number(size)} Tf")
        for to_the_left, alike in groupby(group, key=lambda run: run.level % 2 == 1):
            parts += embedded.operators(alike, to_the_left, size)
    parts += ["ET", *(["Q"] if cut else []), *([_END] if whole else [])]
    canvas.addLiteral(" ".join(parts))


def _band(runs: Sequence[Run], size: float, x: float, y: float) -> str:
    """What begins a stretch of the page whose ink stays in the line's own band."""
    em = size / 1000
    low, height = y + LOWEST * em, (HIGHEST - LOWEST) * em
    width = sum(run.width for run in runs) * em + size
    return f"q {_number(x - size / 2)} {_number(low)} {_number(width)} {_number(height)} re W n"


def _is_stacked(runs: Sequence[Run]) -> bool:
    """Whether all runs to the right, and a reader of glyph after glyph would misread it."""
    if any(run.level % 2 for run in runs):
        return False
    return any(glyph.up or glyph.part for run in runs if not run.plain for glyph in run.glyphs)


def _spoken(text: str) -> str:
    """What begins a stretch of the page that says ``text``, whatever its glyphs say."""
    return f"/Span <</ActualText <FEFF{_hex(text)}>>> BDC"


_END = "EMC"


def _fonts_of(canvas: Canvas) -> _Fonts:
    document: Any = canvas._doc  # type: ignore[attr-defined]  # where ReportLab keeps fonts
    fonts = _documents.get(document)
    if fonts is None:
        fonts = _documents[document] = _Fonts()
        document.delayedFonts.append(fonts)
    return fonts


class _Fonts:
    """The fonts of one document; ReportLab asks for them when it is finished."""

    def __init__(self) -> None:
        self._fonts: dict[str, _Embedded] = {}

    def font(self, font: Font) -> _Embedded:
        known = self._fonts.get(font.name)
        if known is None:
            known = self._fonts[font.name] = _Embedded(font, f"T{len(self._fonts) + 1}")
        return known

    def addObjects(self, document: Any) -> None:  # noqa: N802 (ReportLab's name)
        resources = document.idToObject["BasicFonts"].dict
        for font in self._fonts.values():
            resources[font.label] = font.objects(document)


_documents: WeakKeyDictionary[Any, _Fonts] = WeakKeyDictionary()


class _Codes(dict[tuple[int, str], str]):
    """The code of each glyph with what it stands for, counted up, as four digits."""

    def __missing__(self, sign: tuple[int, str]) -> str:
        code = self[sign] = f"{len(self):04X}"
        return code


class _Embedded:
    """One font in one document: a code for each glyph and what it stands for."""

    def __init__(self, font: Font, label: str) -> None:
        self.label = label
        self._font = font
        self._codes = _Codes({(0, ""): "0000"})

    def operators(self, runs: Iterable[Run], to_the_left: bool, size: float) -> Iterator[str]:
        """What draws runs of one direction in a text object, the font being set."""
        if to_the_left:
            for run in runs:
                yield from self._to_the_left(run.glyphs, size)
            return
        for plain, alike in groupby(runs, key=lambda run: run.plain):
            if plain:
                yield self.plainly(alike)
            else:
                yield from self._drawn([glyph for run in alike for glyph in run.glyphs], size)

    def plainly(self, runs: Iterable[Run]) -> str:
        """The same for plain runs to the right."""
        codes = self._codes
        return f"<{''.join([codes[sign] for run in runs for sign in run.signs])}> Tj"

    def _to_the_left(self, glyphs: Sequence[Glyph], size: float) -> Iterator[str]:
        """Marks above and below come last: between them, readers take words apart."""
        flat: list[Glyph] = []
        stacked: list[Glyph] = []
        pen = 0.0
        for glyph in glyphs:
            if not glyph.advance and (glyph.up or glyph.across):
                stacked.append(glyph._replace(across=pen + glyph.across))
            else:
                flat.append(glyph)
                pen += glyph.advance
        yield from self._drawn(flat, size)
        yield from self._drawn([mark._replace(across=mark.across - pen) for mark in stacked], size)

    def _drawn(self, glyphs: Sequence[Glyph], size: float) -> Iterator[str]:
        for up, group in groupby(glyphs, key=lambda glyph: glyph.up):
            pieces = list(self._placed(group))
            rise = f"{_number(up * size / 1000)} Ts " if up else ""
            if len(pieces) == 1:
                yield f"{rise}{pieces[0]} Tj"
            else:
                yield f"{rise}[{''.join(pieces)}] TJ"
            if up:
                yield "0 Ts"

    def _placed(self, glyphs: Iterable[Glyph]) -> Iterator[str]:
        """Codes, and between them how far the pen goes back (thousandths of the size)."""
        codes, back = "", 0.0
        for glyph in glyphs:
            back -= glyph.across
            if abs(back) >= LEAST_MOVE:
                if codes:
                    yield f"<{codes}>"
                yield _number(back)
                codes, back = "", 0.0
            codes += self._codes[glyph.number, glyph.text]
            back += own_width(self._font, glyph.number) - glyph.advance + glyph.across
        yield f"<{codes}>"
        if abs(back) >= LEAST_MOVE:
            yield _number(back)

    # ---- the font as objects of the document

    def objects(self, document: Any) -> Any:
        program, numbers = self._program()
        name, label = f"{_tag(program)}+{self._font.name}", self.label
        widths = " ".join([_written_width(self._font, number) for number, _ in self._codes])
        length = f"/Length1 {len(program)} "
        document.Reference(WrittenStream(numbers), f"gids:{label}")
        document.Reference(WrittenStream(program, length), f"program:{label}")
        document.Reference(WrittenStream(self._unicode_map()), f"unicode:{label}")
        document.Reference(
            Written(
                f"<< /Type /FontDescriptor /FontName /{name} /FontFile2 {{program:{label}}} "
                f"{_measures(self._font)} >>"
            ),
            f"descriptor:{label}",
        )
        document.Reference(
            Written(
                f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} "
                "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
                f"/FontDescriptor {{descriptor:{label}}} /CIDToGIDMap {{gids:{label}}} "
                f"/W [ 0 [ {widths} ] ] >>"
            ),
            f"descendant:{label}",
        )
        return document.Reference(
            Written(
                f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H "
                f"/DescendantFonts [ {{descendant:{label}}} ] /ToUnicode {{unicode:{label}}} >>"
            ),
            f"font:{label}",
        )

    def _program(self) -> tuple[bytes, bytes]:
        """The font cut down to its used glyphs, and the glyph of each code, two bytes each."""
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update({number for number, _ in self._codes})
        wanted.drop_table_tag_set.update(_DROPPED)
        wanted.flags = (
            uharfbuzz.SubsetFlags.NO_HINTING
            | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
            | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
        )
        plan = uharfbuzz.SubsetPlan(self._font.face, wanted)
        kept = plan.old_to_new_glyph_mapping
        numbers = b"".join(kept[number].to_bytes(2, "big") for number, _ in self._codes)
        return plan.execute().blob.data, numbers

    def _unicode_map(self) -> bytes:
        shown = [(code, text) for (_, text), code in self._codes.items() if text]
        blocks = []
        for first in range(0, len(shown), _MOST_IN_A_BLOCK):
            block = shown[first : first + _MOST_IN_A_BLOCK]
            lines = "\n".join(f"<{code}> <{_hex(text)}>" for code, text in block)
            blocks.append(f"{len(block)} beginbfchar\n{lines}\nendbfchar")
        return unicode_map("\n".join(blocks))


@cache
def _written_width(font: Font, number: int) -> str:
    return _number(own_width(font, number))


@cache
def _measures(font: Font) -> str:
    """What a font's descriptor says of its size and look (ISO 32000-1, 9.8)."""
    scale = 1000 / font.units
    edges = struct.unpack(">4h", font.face.reference_table("head").data[36:44])
    extents = font.shaper.get_font_extents("ltr")
    low, high = round(extents.descender * scale), round(extents.ascender * scale)
    box = " ".join(str(round(edge * scale)) for edge in edges)
    return (
        f"/Flags {_SYMBOLIC} /FontBBox [ {box} ] /ItalicAngle 0 /Ascent {high} /Descent {low} "
        f"/CapHeight {round(high * 0.7)} /StemV 80"
    )


def _tag(program: bytes) -> str:
    """Six letters that distinguish this subset of the font from every other."""
    return "".join(chr(ord("A") + byte % 26) for byte in hashlib.sha256(program).digest()[:6])


def _hex(text: str) -> str:
    return text.encode("utf-16-be", "surrogatepass").hex().upper()


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
