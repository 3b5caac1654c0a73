"""What a page draws, found in its drawing itself: every picture with its place and resolution.

PDFium lists the pictures on a page but not masks, patterns, pictures in the line of the
drawing, or things that are named and not there, which it leaves out without a word.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import hypot
from typing import Any

import pikepdf

from digitizer.engines.opening.page import MOST_STRETCH

POINTS = 72  # an inch
_OPERATORS = "q Q cm Do BI ID EI gs scn SCN"
_DEEPEST = 12  # drawings within drawings; deeper ones go in a circle
_MOST_STEPS = 50_000  # of all drawings of a page together: drawings may double at each depth
_MOST_BYTES = 8 << 20  # of drawing; longer ones are maps and plans, not scans
_COUNTED = (b"q ", b"q\n", b"q\r", b"Q ", b"Q\n", b"Q\r", b"cm", b"Do", b"scn", b"gs")
PIKEPDF_ERRORS = (
    pikepdf.PdfError,
    pikepdf.DependencyError,
    RuntimeError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
    OverflowError,
)
_Linear = tuple[float, float, float, float]  # a, b, c, d of a drawing matrix
_UPRIGHT: _Linear = (1.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture where the page draws it. ``image`` is a stream, or an image in the drawing's line;
    ``size`` is its width and height in pixels, as its dictionary has them.

    ``dpi`` is the finer of its two resolutions (the coarser where it is stretched to a wash of
    colour), before the page's UserUnit; ``share`` the part of the page that it covers, from 0 to
    1, and 1 in a pattern; ``bilevel`` whether it has one bit a pixel: ink or none.
    """

    image: Any
    size: tuple[int, int]
    dpi: float
    share: float
    bilevel: bool

    @property
    def is_read_by_rows(self) -> bool:
        """Whether it needs little memory, however many pixels it has: PDFium draws it so."""
        entries = getattr(self.image, "obj", self.image)
        filters = str(entries.get("/Filter", ""))
        return self.bilevel and not any(codec in filters for codec in ("CCITT", "JBIG2"))


@dataclass(slots=True)
class PageContents:
    """``lost``: something is drawn that is not in the file. ``toned``: tones are changed (/TR)."""

    pictures: list[PlacedPicture] = field(default_factory=list)
    lost: bool = False
    toned: bool = False


def examine_contents(page: pikepdf.Page, width: float, height: float) -> PageContents:
    """What the page draws; sizes in points. What cannot be understood is left to the drawing."""
    walk = _Walk(width * height)
    if _can_be_followed([each.read_bytes() for each in _streams(page)]):
        walk.draw(page, page.resources, _UPRIGHT, 0)
    with contextlib.suppress(*PIKEPDF_ERRORS):
        for look, matrix in _appearances(page):
            walk.form(look, matrix, 0)
    return walk.found


def images_of(contents: PageContents) -> Iterator[Any]:
    """Each picture that is drawn, and each mask of one, once."""
    seen: set[tuple[int, int]] = set()
    for placed in contents.pictures:
        key = placed.image.objgen if isinstance(placed.image, pikepdf.Object) else (0, 0)
        if key == (0, 0) or key not in seen:
            seen.add(key)
            yield placed.image


def _can_be_followed(drawing: list[bytes]) -> bool:
    """Whether following it takes a moment: a step costs ten millionths of a second."""
    steps = sum(each.count(word) for each in drawing for word in _COUNTED)
    return sum(map(len, drawing)) <= _MOST_BYTES and steps <= _MOST_STEPS


def _streams(page: pikepdf.Page) -> list[pikepdf.Stream]:
    contents = page.obj.get("/Contents")
    listed = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return [each for each in listed if isinstance(each, pikepdf.Stream)]


class _Walk:
    def __init__(self, area: float) -> None:
        self.found = PageContents()
        self._area = area
        self._steps = 0
        self._patterns = 0  # that are being followed

    def draw(self, content: Any, resources: Any, start: _Linear, depth: int) -> None:
        """Follows one drawing: a page's, a form's or a pattern's."""
        matrix, saved = start, []
        with contextlib.suppress(*PIKEPDF_ERRORS):
            for step in pikepdf.parse_content_stream(content, _OPERATORS):
                self._steps += 1
                if self._steps > _MOST_STEPS:
                    return
                match str(step.operator):
                    case "q":
                        saved.append(matrix)
                    case "Q":
                        matrix = saved.pop() if saved else start
                    case "cm":
                        matrix = _times(step.operands, matrix)
                    case "INLINE IMAGE":
                        self._place(step.operands[0], matrix)
                    case "Do":
                        self._do(resources, step.operands[0], matrix, depth)
                    case "gs":
                        self._state(_named(resources, "/ExtGState", step.operands[0]), start, depth)
                    case "scn" | "SCN" if step.operands:
                        self._paint(resources, step.operands[-1], start, depth)

    def form(self, form: Any, matrix: _Linear, depth: int, resources: Any = None) -> None:
        """A drawing within a drawing."""
        if depth < _DEEPEST and isinstance(form, pikepdf.Stream):
            if "/Matrix" in form:
                matrix = _times(list(form.Matrix), matrix)
            self.draw(form, form.get("/Resources", resources), matrix, depth + 1)

    def _do(self, resources: Any, name: Any, matrix: _Linear, depth: int) -> None:
        thing = _named(resources, "/XObject", name)
        if not isinstance(thing, pikepdf.Stream):
            self.found.lost = True
        elif thing.get("/Subtype") == "/Image":
            self._place(thing, matrix)
            for key in ("/SMask", "/Mask"):
                if isinstance(thing.get(key), pikepdf.Stream):
                    self._place(thing[key], matrix)
        elif thing.get("/Subtype") == "/Form":
            self.form(thing, matrix, depth, resources)

    def _state(self, state: Any, matrix: _Linear, depth: int) -> None:
        if not isinstance(state, pikepdf.Dictionary):
            return
        for key in ("/TR2", "/TR"):
            if key in state and str(state[key]) not in ("/Identity", "/Default"):
                self.found.toned = True
        mask = state.get("/SMask")
        if isinstance(mask, pikepdf.Dictionary):
            self.form(mask.get("/G"), matrix, depth)

    def _paint(self, resources: Any, name: Any, start: _Linear, depth: int) -> None:
        if isinstance(name, pikepdf.Name):
            self._patterns += 1
            self.form(_named(resources, "/Pattern", name), start, depth)
            self._patterns -= 1

    def _place(self, image: Any, matrix: _Linear) -> None:
        a, b, c, d = matrix
        entries = image.obj if isinstance(image, pikepdf.PdfInlineImage) else image
        pixels = int(entries.get("/Width", 0)), int(entries.get("/Height", 0))
        sizes = hypot(a, b), hypot(c, d)
        if min(*pixels, *sizes) <= 0:
            return
        coarse, fine = sorted(n * POINTS / size for n, size in zip(pixels, sizes, strict=True))
        dpi = fine if fine <= MOST_STRETCH * coarse else coarse
        share = 1.0 if self._patterns else min(1.0, abs(a * d - b * c) / self._area)
        self.found.pictures.append(PlacedPicture(image, pixels, dpi, share, _is_bilevel(entries)))


def _named(resources: Any, kind: str, name: Any) -> Any:
    things = resources.get(kind) if isinstance(resources, pikepdf.Dictionary) else None
    return things.get(str(name)) if isinstance(things, pikepdf.Dictionary) else None


def _is_bilevel(entries: Any) -> bool:
    filters = str(entries.get("/Filter", ""))
    return (
        bool(entries.get("/ImageMask", False))
        or int(entries.get("/BitsPerComponent", 8)) == 1
        or "JBIG2" in filters
        or "CCITT" in filters
    )


def _times(numbers: Any, matrix: _Linear) -> _Linear:
    """The matrix that draws first by ``numbers``, then by ``matrix``; its linear part."""
    a, b, c, d = (float(each) for each in list(numbers)[:4])
    e, f, g, h = matrix
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


def _appearances(page: pikepdf.Page) -> Iterator[tuple[Any, _Linear]]:
    """How notes and stamps on the page look, with the matrix that draws each."""
    notes = page.obj.get("/Annots")
    for note in notes if isinstance(notes, pikepdf.Array) else ():
        look = note.get("/AP", pikepdf.Dictionary()).get("/N")
        if isinstance(look, pikepdf.Dictionary) and not isinstance(look, pikepdf.Stream):
            look = look.get(str(note.get("/AS", "")))
        if isinstance(look, pikepdf.Stream):
            box, place = ([float(x) for x in each] for each in (look.BBox, note.Rect))
            across, down = (abs((place[i + 2] - place[i]) / (box[i + 2] - box[i])) for i in (0, 1))
            yield look, (across, 0.0, 0.0, down)
