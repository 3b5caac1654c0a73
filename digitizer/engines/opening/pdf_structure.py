"""Whether a PDF is whole, by a second parser (pikepdf, which is qpdf).

PDFium repairs a damaged file silently, and opens it with fewer pages than it had. What is only
sloppy (a wrong offset, junk before the header) is let through; where a page may be missing,
the file is refused.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pikepdf
from PIL import Image

from digitizer.engines.opening.jbig2 import SYMBOLS_NOTE
from digitizer.engines.opening.page import (
    AGAIN,
    CUT_OFF,
    DAMAGED,
    PAGE_DAMAGED,
    OpeningLimits,
    Picture,
    too_many_pages,
)
from digitizer.engines.opening.pdf_coded import (
    described,
    has_symbols,
    jbig2_trial,
    jpeg_to_fix,
    refuse_incomplete,
)
from digitizer.engines.opening.pdf_contents import (
    PIKEPDF_ERRORS,
    PageContents,
    PlacedPicture,
    examine_contents,
    images_of,
)
from digitizer.engines.opening.pdf_lost import lost_masks, names_contents
from digitizer.engines.opening.pdf_plain import is_plain, pixels_of
from digitizer.model.errors import UnopenableFile

LOCKED = (
    "The PDF is locked with a password. Ask for it without one, or set the scanner to write "
    "PDFs without a password."
)
Decoder = Callable[[bytes], Sequence[Picture]]
_NO_PAGES = f"The PDF has no page. {AGAIN}"
_PACKET = "The PDF is a packet of other files. Take in those files one by one."
_FORM = "The PDF is a form that only Adobe's programs can show. Print it and scan the print."
_END_WITHIN = 1100
_DEEPEST = 12  # drawings within drawings that are looked into


class Structure:
    """The object tree of one PDF. Problems of a page raise UnopenableFile."""

    def __init__(self, pdf: pikepdf.Pdf, limits: OpeningLimits) -> None:
        self._pdf = pdf
        self._maskless = lost_masks(pdf)
        self._broken: dict[tuple[int, int] | None, bool] = {}
        self._fixed: set[tuple[int, int] | None] = set()
        self._tried: set[tuple[int, int] | None] = set()
        self._faxes: dict[tuple[int, int], Image.Image] = {}  # the last one checked
        self._contents: tuple[int, PageContents] = (0, PageContents())  # of the page looked at
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
            for stream in _drawings(self._pdf, page):
                stream.read_bytes()
            contents = self._page_contents(number)
            drawn = {_name(image) for image in images_of(contents)}
            if contents.lost or drawn & self._maskless:
                raise UnopenableFile(PAGE_DAMAGED)
            for image in (*images_of(contents), *_named_images(page.resources)):
                self._check_image(image)

    def unit(self, number: int) -> float:
        """The page's UserUnit: how many points one of its points has on paper."""
        unit = self._pages[number - 1].obj.get("/UserUnit", 1)
        return float(unit) if isinstance(unit, (int, float, Decimal)) and unit > 0 else 1.0

    def pictures(self, number: int) -> Sequence[PlacedPicture]:
        """What pictures the page draws, and where."""
        with _refusing(PAGE_DAMAGED):
            return self._page_contents(number).pictures

    def is_plain_picture(self, number: int) -> bool:
        """Whether the page draws one picture, as its pixels are: no mask, no change of tones."""
        contents = self._page_contents(number)
        if len(contents.pictures) != 1 or contents.toned:
            return False
        (placed,) = contents.pictures
        return isinstance(placed.image, pikepdf.Stream) and is_plain(placed.image)

    def notes(self, number: int) -> tuple[str, ...]:
        """Problems of the page that only the file can show."""
        with contextlib.suppress(*PIKEPDF_ERRORS):
            if any(has_symbols(image) for image in images_of(self._page_contents(number))):
                return (SYMBOLS_NOTE,)
        return ()

    def _page_contents(self, number: int) -> PageContents:
        if self._contents[0] != number:
            page = self._pages[number - 1]
            left, bottom, right, top = (float(each) for each in page.mediabox)
            size = max(1.0, abs(right - left)), max(1.0, abs(top - bottom))
            self._contents = number, examine_contents(page, *size)
        return self._contents[1]

    def fixed(self, number: int) -> bytes | None:
        """A PDF of this page alone, where a picture on it had to be fixed for PDFium to read."""
        images = images_of(self._page_contents(number))
        if not any(_name(image) in self._fixed for image in images):
            return None
        return _alone(self._pages[number - 1])

    def plain_pixels(self, number: int) -> Picture | None:
        """The pixels of a page that is one plain picture, where PDFium is not needed for them."""
        (placed,) = self._page_contents(number).pictures
        return pixels_of(described(placed.image), self._faxes.get(placed.image.objgen))

    def refuse_incomplete_jbig2(self, number: int, decode: Decoder) -> None:
        """Raises where JBIG2 data of the page do not suffice for their picture, as a decoder of
        a PDF's pictures shows."""
        with _refusing(PAGE_DAMAGED):
            for image in images_of(self._page_contents(number)):
                coded, name = described(image), _name(image)
                if coded.is_jbig2 and name not in self._tried:
                    first, second = decode(jbig2_trial(coded))
                    self._broken[name] = not np.array_equal(first, second)
                    self._tried.add(name)
                if coded.is_jbig2 and self._broken[name]:
                    raise UnopenableFile(PAGE_DAMAGED)

    def _check_image(self, image: Any) -> None:
        name = _name(image)
        if name is None:
            refuse_incomplete(image)
            return
        if name not in self._broken:
            self._broken[name] = self._is_broken(image)
            if not self._broken[name] and (whole := jpeg_to_fix(image)) is not None:
                image.write(whole, filter=pikepdf.Name.DCTDecode)
                self._fixed.add(name)
        if self._broken[name]:
            raise UnopenableFile(PAGE_DAMAGED)

    def _is_broken(self, image: Any) -> bool:
        try:
            fax = refuse_incomplete(image)
        except (*PIKEPDF_ERRORS, UnopenableFile):
            return True
        self._faxes = {image.objgen: fax} if fax is not None else {}
        return False


def _name(image: Any) -> tuple[int, int] | None:
    """By which a picture is known, which pages may share; None for one in a drawing's line."""
    return image.objgen if isinstance(image, pikepdf.Object) else None


def _alone(page: pikepdf.Page) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.pages.append(page)
        pdf.save(out)
    return out.getvalue()


@contextlib.contextmanager
def examined(path: str, limits: OpeningLimits) -> Iterator[Structure]:
    """Raises UnopenableFile for what is locked, damaged, or may have lost a page."""
    try:
        pdf = pikepdf.open(path, suppress_warnings=True, attempt_recovery=True)
    except pikepdf.PasswordError:
        raise UnopenableFile(LOCKED) from None
    except PIKEPDF_ERRORS as error:
        raise UnopenableFile(DAMAGED) from error
    with pdf:
        yield Structure(pdf, limits)


def _declared_pages(pdf: pikepdf.Pdf) -> int:
    count = pdf.Root.Pages.get("/Count", 0)
    return count if isinstance(count, int) else 0


def _refuse_lost_pages(pdf: pikepdf.Pdf, found: int) -> None:
    with _refusing(DAMAGED):
        if pdf.Root.Pages.get("/Count", found) != found:
            raise UnopenableFile(DAMAGED)
        if any("file is damaged" in str(warning) for warning in pdf.get_warnings()):
            if not _has_end_marker(pdf):
                raise UnopenableFile(CUT_OFF)
            if _page_objects(pdf) != found:
                raise UnopenableFile(DAMAGED)


def _has_end_marker(pdf: pikepdf.Pdf) -> bool:
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


def _drawings(pdf: pikepdf.Pdf, page: pikepdf.Page) -> list[Any]:
    contents = page.obj.get("/Contents")
    if contents is None:
        if names_contents(pdf, page.obj.objgen):
            raise UnopenableFile(PAGE_DAMAGED)
        return []
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    if not all(isinstance(stream, pikepdf.Stream) for stream in streams):
        raise UnopenableFile(PAGE_DAMAGED)
    return streams


def _named_images(resources: Any, depth: int = 0) -> Iterator[pikepdf.Object]:
    """The images that a page names, and those of the drawings it names."""
    for each in resources.get("/XObject", pikepdf.Dictionary()).values():
        if not isinstance(each, pikepdf.Stream):
            continue  # named and not there: a problem only where it is drawn
        if each.get("/Subtype") == "/Image":
            yield each
        elif each.get("/Subtype") == "/Form" and depth < _DEEPEST and "/Resources" in each:
            yield from _named_images(each.Resources, depth + 1)


@contextlib.contextmanager
def _refusing(reason: str) -> Iterator[None]:
    try:
        yield
    except PIKEPDF_ERRORS as error:
        raise UnopenableFile(reason) from error
