"""Whether a PDF is whole, by a second parser (pikepdf, which is qpdf).

PDFium mends a damaged file silently, and opens it with fewer pages than it had. What is only
sloppy (a wrong offset, junk before the header) is let through; where a page may be missing,
the file is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from digitizer.parts.opening.jbig2 import SYMBOLS_NOTE, has_symbol_dictionary
from digitizer.parts.opening.page import (
    AGAIN,
    CUT_OFF,
    DAMAGED,
    PAGE_DAMAGED,
    OpeningLimits,
    too_many_pages,
)
from digitizer.vocabulary.errors import UnopenableFile

LOCKED = (
    "The PDF is locked with a password. Ask for it without one, or set the scanner to write "
    "PDFs without a password."
)
_NO_PAGES = f"The PDF has no page. {AGAIN}"
_PACKET = "The PDF is a packet of other files. Take in those files one by one."
_FORM = "The PDF is a form that only Adobe's programs can show. Print it and scan the print."
_PIXELWISE = {"/FlateDecode", "/LZWDecode", "/RunLengthDecode"}
_END_WITHIN = 1100
_DEEPEST = 3  # drawings within drawings that are looked into
_FAULTS = (
    pikepdf.PdfError,
    RuntimeError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
)


class Structure:
    """The object tree of one PDF. Faults of a page raise UnopenableFile."""

    def __init__(self, pdf: pikepdf.Pdf, limits: OpeningLimits) -> None:
        self._checked: dict[tuple[int, int], bool] = {}  # scanners share images among pages
        with _refusing(DAMAGED):
            if _declared_pages(pdf) > limits.pages:
                raise UnopenableFile(too_many_pages(limits))
            self._pages = list(pdf.pages)
        if not self._pages:
            raise UnopenableFile(_NO_PAGES)
        _refuse_lost_pages(pdf, len(self._pages))
        _refuse_hidden_content(pdf)

    @property
    def count(self) -> int:
        return len(self._pages)

    def check(self, number: int) -> None:
        """Raises where the page's drawing, or a picture on it, is damaged in the file."""
        with _refusing(PAGE_DAMAGED):
            page = self._pages[number - 1]
            for stream in _contents(page):
                stream.read_bytes()
            for image in _images(page.resources):
                self._check_image(image)

    def sole_picture(self, number: int) -> pikepdf.Object | None:
        """The one image that a page's drawing names; None for none, several or other things."""
        with contextlib.suppress(*_FAULTS):
            page = self._pages[number - 1]
            drawn = pikepdf.parse_content_stream(page, "Do")
            if len(drawn) == 1:
                picture = page.Resources.XObject[str(drawn[0].operands[0])]
                return picture if picture.get("/Subtype") == "/Image" else None
        return None

    def notes(self, number: int) -> tuple[str, ...]:
        with contextlib.suppress(*_FAULTS):
            images = _images(self._pages[number - 1].resources)
            if any(_has_symbols(image) for image in images):
                return (SYMBOLS_NOTE,)
        return ()

    def _check_image(self, image: pikepdf.Object) -> None:
        """A picture stored pixel by pixel must have all its pixels."""
        key = image.objgen
        if key not in self._checked:
            self._checked[key] = _has_all_pixels(image)
        if not self._checked[key]:
            raise UnopenableFile(PAGE_DAMAGED)


@contextlib.contextmanager
def examined(path: str, limits: OpeningLimits) -> Iterator[Structure]:
    """Raises UnopenableFile for what is locked, damaged, or may have lost a page."""
    try:
        pdf = pikepdf.open(path, suppress_warnings=True, attempt_recovery=True)
    except pikepdf.PasswordError:
        raise UnopenableFile(LOCKED) from None
    except _FAULTS as error:
        raise UnopenableFile(DAMAGED) from error
    with pdf:
        yield Structure(pdf, limits)


def plain(picture: pikepdf.Object) -> bool:
    """Whether an image is drawn as its pixels alone: no mask, no stencil, no transparency."""
    return not (
        bool(picture.get("/ImageMask", False))
        or "/Mask" in picture
        or "/SMask" in picture
        or picture.get("/SMaskInData", 0) != 0
    )


def _declared_pages(pdf: pikepdf.Pdf) -> int:
    count = pdf.Root.Pages.get("/Count", 0)
    return count if isinstance(count, int) else 0


def _refuse_lost_pages(pdf: pikepdf.Pdf, found: int) -> None:
    with _refusing(DAMAGED):
        if pdf.Root.Pages.get("/Count", found) != found:
            raise UnopenableFile(DAMAGED)
        if any("file is damaged" in str(warning) for warning in pdf.get_warnings()):
            if not _has_end_mark(pdf):
                raise UnopenableFile(CUT_OFF)
            if _page_objects(pdf) != found:
                raise UnopenableFile(DAMAGED)


def _has_end_mark(pdf: pikepdf.Pdf) -> bool:
    with open(pdf.filename, "rb") as file:  # noqa: PTH123 (the path of a descriptor)
        file.seek(-min(_END_WITHIN, file.seek(0, 2)), 2)
        return b"%%EOF" in file.read()


def _page_objects(pdf: pikepdf.Pdf) -> int:
    return sum(
        1
        for each in pdf.objects
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Page"
    )


def _refuse_hidden_content(pdf: pikepdf.Pdf) -> None:
    with _refusing(DAMAGED):
        if "/Collection" in pdf.Root:
            raise UnopenableFile(_PACKET)
        if pdf.Root.get("/NeedsRendering", False) is True:
            raise UnopenableFile(_FORM)


def _contents(page: pikepdf.Page) -> list[Any]:
    contents = page.obj.get("/Contents")
    if contents is None:
        return []
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    if not all(isinstance(stream, pikepdf.Stream) for stream in streams):
        raise UnopenableFile(PAGE_DAMAGED)
    return streams


def _images(resources: Any, depth: int = 0) -> Iterator[pikepdf.Object]:
    """The images that a page names, and those of the drawings it names."""
    for each in resources.get("/XObject", pikepdf.Dictionary()).values():
        if each.get("/Subtype") == "/Image":
            yield each
        elif each.get("/Subtype") == "/Form" and depth < _DEEPEST and "/Resources" in each:
            yield from _images(each.Resources, depth + 1)


def _has_all_pixels(image: pikepdf.Object) -> bool:
    filters = _filters(image)
    if not filters <= _PIXELWISE or "/BitsPerComponent" not in image:
        return True
    width, height, bits = (int(image[key]) for key in ("/Width", "/Height", "/BitsPerComponent"))
    needed = height * ((width * bits * _components(image.get("/ColorSpace")) + 7) // 8)
    return len(image.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized)) >= needed


def _components(space: Any) -> int:
    """Components a pixel, at least; 1 where it is not one of the usual spaces."""
    usual = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4, "/CalRGB": 3, "/Lab": 3}
    if isinstance(space, pikepdf.Array) and len(space) > 0:
        if str(space[0]) == "/ICCBased":
            return int(space[1].get("/N", 1))
        space = space[0]
    return usual.get(str(space), 1)


def _filters(image: pikepdf.Object) -> set[str]:
    named = image.get("/Filter")
    if named is None:
        return set()
    return {str(each) for each in named} if isinstance(named, pikepdf.Array) else {str(named)}


def _has_symbols(image: pikepdf.Object) -> bool:
    if "/JBIG2Decode" not in _filters(image):
        return False
    data = image.read_raw_bytes()
    parms = image.get("/DecodeParms")
    for parm in parms if isinstance(parms, pikepdf.Array) else (parms,):
        if isinstance(parm, pikepdf.Dictionary) and "/JBIG2Globals" in parm:
            data = parm.JBIG2Globals.read_bytes() + data
    return has_symbol_dictionary(data)


@contextlib.contextmanager
def _refusing(reason: str) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise UnopenableFile(reason) from error
