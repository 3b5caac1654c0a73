"""Opens what a scanner wrote, whatever its name says it is. Run it in an isolated process.

Nothing is shown by halves: a file or page that cannot be shown whole is refused, with a
sentence a clerk understands.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from digitizer.parts.opening import joined, pdf, pictures
from digitizer.parts.opening.page import (
    AGAIN,
    DEFAULT_DPI,
    OpenedPage,
    OpeningLimits,
    PageFault,
)
from digitizer.vocabulary.errors import UnopenableFile, UsageError

__all__ = [
    "DEFAULT_DPI",
    "OpenedPage",
    "OpeningLimits",
    "PageFault",
    "count_pages",
    "open_page",
    "open_pages",
]


class Document(Protocol):
    """An opened file: how many pages it has, and each of them."""

    @property
    def count(self) -> int: ...

    def page(self, number: int, dpi_hint: int) -> OpenedPage: ...


_PDF = "PDF"
_HEAD = 1032  # bytes: enough for every signature but that of a PDF
_PDF_HEADER_WITHIN = 1 << 20  # bytes: a printer's or a web form's words may stand before it
_SIGNATURES = (
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
)
_EMPTY = f"The file is empty. {AGAIN}"
_UNKNOWN = "This is no scan: it is neither a PDF nor a picture. {}"
_OTHERS = (
    (b"PK\x03\x04", "It looks like an office document or a ZIP file. Print it, or save it as PDF."),
    (b"\xd0\xcf\x11\xe0", "It looks like an old office document. Print it, or save it as PDF."),
    (b"%!PS", "It is PostScript. Set the scanner to PDF, TIFF or JPEG."),
)


def count_pages(path: Path, limits: OpeningLimits) -> int:
    """How many pages the file has, once it is sure that none is lost. Raises UnopenableFile."""
    with _opened(path, limits) as document:
        return document.count


def open_page(path: Path, number: int, limits: OpeningLimits, dpi_hint: int) -> OpenedPage:
    """One page, counted from 1. ``dpi_hint`` is the scanner's resolution, 0 where unknown.

    Raises UnopenableFile, for the file or for this page of it.
    """
    with closing(open_pages(path, (number,), limits, dpi_hint)) as pages:
        page = next(pages)
    if isinstance(page, PageFault):
        raise UnopenableFile(page.reason)
    return page


def open_pages(
    path: Path, numbers: Sequence[int], limits: OpeningLimits, dpi_hint: int
) -> Generator[OpenedPage | PageFault]:
    """The pages asked for, in that order, opening the file once. Raises UnopenableFile."""
    with _opened(path, limits) as document:
        for number in numbers:
            if not 1 <= number <= document.count:
                raise UsageError(f"The file has no page {number}: it has {document.count}.")
            try:
                page: OpenedPage | PageFault = document.page(number, dpi_hint)
            except UnopenableFile as error:
                page = PageFault(number, str(error))
            yield page


@contextmanager
def _opened(path: Path, limits: OpeningLimits) -> Iterator[Document]:
    with _regular_file(path) as file:
        kind = _kind(file)
        with (
            pdf.opened(file, limits)
            if kind == _PDF
            else pictures.opened(file, kind, limits) as document
        ):
            yield document


@contextmanager
def _regular_file(path: Path) -> Iterator[BinaryIO]:
    # Without O_NONBLOCK a pipe laid in the inbox would wait here for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnopenableFile("This is no file but a folder, pipe or device. Remove it.")
    with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor, not a path)
        yield file


def _kind(file: BinaryIO) -> str:
    head = file.read(_HEAD)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[8:12] == b"WEBP":
        return "WEBP"
    if b"%PDF-" in head or (not _other(head) and joined.HEADER.search(head + _more(file))):
        return _PDF
    raise UnopenableFile(_not_a_scan(head))


def _more(file: BinaryIO) -> bytes:
    return file.read(_PDF_HEADER_WITHIN)


def _other(head: bytes) -> str | None:
    return next((says for signature, says in _OTHERS if head.startswith(signature)), None)


def _not_a_scan(head: bytes) -> str:
    if not head:
        return _EMPTY
    look = "Look at what the scanner is set to write, and scan it again."
    return _UNKNOWN.format(_other(head) or look)
