"""Opens what a scanner wrote, whatever its name says it is. Run it in an isolated process.

Nothing is shown by halves: a file or page that cannot be shown whole is refused, with a
sentence a clerk understands.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

from digitizer.engines.opening import (
    heif,
    joined,
    jpeg_file,
    kinds,
    parts,
    pdf,
    pillow_pictures,
    tiff_file,
)
from digitizer.engines.opening.page import (
    AGAIN,
    DEFAULT_DPI,
    OpenedPage,
    OpeningLimits,
    PageProblem,
    too_many_pages,
)
from digitizer.model.errors import UnopenableFile, UsageError

__all__ = [
    "DEFAULT_DPI",
    "OpenedPage",
    "OpeningLimits",
    "PageProblem",
    "count_pages",
    "open_page",
    "open_pages",
]


class Document(Protocol):
    """An opened file: how many pages it has, and each of them."""

    @property
    def count(self) -> int: ...

    def page(self, number: int, dpi_hint: int) -> OpenedPage: ...


_PDF_HEADER_WITHIN = 1 << 20  # bytes: a printer's or a web form's words may stand before it
_OPENERS: dict[str, Callable[[BinaryIO, OpeningLimits], AbstractContextManager[Document]]] = {
    kinds.PDF: pdf.opened,
    kinds.TIFF: tiff_file.opened,
    kinds.JPEG: jpeg_file.opened,
    kinds.HEIF: heif.opened,
    **{
        kind: partial(pillow_pictures.opened, kind=kind)
        for kind in (kinds.PNG, kinds.GIF, kinds.BMP, kinds.WEBP, kinds.JPEG2000)
    },
}
_EMPTY = f"The file is empty. {AGAIN}"
_UNKNOWN = "This is not a scan: it is neither a PDF nor a picture. {advice}"
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
    if isinstance(page, PageProblem):
        raise UnopenableFile(page.reason)
    return page


def open_pages(
    path: Path, numbers: Sequence[int], limits: OpeningLimits, dpi_hint: int
) -> Generator[OpenedPage | PageProblem]:
    """The pages asked for, in that order, opening the file once. Raises UnopenableFile."""
    with _opened(path, limits) as document:
        for number in numbers:
            if not 1 <= number <= document.count:
                raise UsageError(f"The file has no page {number}: it has {document.count}.")
            try:
                page: OpenedPage | PageProblem = document.page(number, dpi_hint)
            except UnopenableFile as error:
                page = PageProblem(number, str(error))
            yield page


@contextmanager
def _opened(path: Path, limits: OpeningLimits) -> Iterator[Document]:
    with _regular_file(path) as file, ExitStack() as stack:
        documents = list(_documents(file, _kind(file), limits, stack))
        yield documents[0] if len(documents) == 1 else _InOrder(documents, limits)


def _documents(
    file: BinaryIO, kind: str, limits: OpeningLimits, stack: ExitStack
) -> Iterator[Document]:
    """The files that lie in the file, of which the first is of ``kind``, each opened."""
    if kind == kinds.PDF:
        yield from _in_a_pdf(file, limits, stack)
        return
    found = parts.split(file, kind)
    if len(found) == 1:
        yield stack.enter_context(_OPENERS[kind](file, limits))
        return
    for part in found:
        piece = stack.enter_context(parts.view(file, part.begin, part.end))
        if part.kind == kinds.PDF:
            yield from _in_a_pdf(stack.enter_context(joined.copied(piece)), limits, stack)
        else:
            yield stack.enter_context(_OPENERS[part.kind](piece, limits))


def _in_a_pdf(file: BinaryIO, limits: OpeningLimits, stack: ExitStack) -> Iterator[Document]:
    """What lies in a file that begins with a PDF: it, and other files before and behind it."""
    found = joined.parts_of(file)
    if len(found) == 1 and joined.fills(found[0], file):
        yield stack.enter_context(pdf.opened(file, limits))
        return
    for part in found:
        piece = stack.enter_context(joined.alone(file, part))
        if part.kind == kinds.PDF:
            yield stack.enter_context(pdf.opened(piece, limits))
        else:
            yield from _documents(piece, part.kind, limits, stack)


class _InOrder:
    """Several documents as one: all pages of the first, then those of the next."""

    def __init__(self, documents: Sequence[Document], limits: OpeningLimits) -> None:
        self._places = [
            (document, number) for document in documents for number in range(1, document.count + 1)
        ]
        if len(self._places) > limits.pages:
            raise UnopenableFile(too_many_pages(limits))

    @property
    def count(self) -> int:
        return len(self._places)

    def page(self, number: int, dpi_hint: int) -> OpenedPage:
        document, own = self._places[number - 1]
        return replace(document.page(own, dpi_hint), number=number)


@contextmanager
def _regular_file(path: Path) -> Iterator[BinaryIO]:
    # Without O_NONBLOCK a pipe laid in the inbox would wait here for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnopenableFile("This is not a file but a folder, a pipe or a device. Remove it.")
    with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor, not a path)
        yield file


def _kind(file: BinaryIO) -> str:
    head = file.read(kinds.HEAD_BYTES)
    kind = kinds.kind_of(head)
    if kind is None and not _other(head) and joined.HEADER.search(head + _more(file)):
        return kinds.PDF
    if kind is None:
        raise UnopenableFile(_not_a_scan(head))
    return kind


def _more(file: BinaryIO) -> bytes:
    return file.read(_PDF_HEADER_WITHIN)


def _other(head: bytes) -> str | None:
    return next((message for signature, message in _OTHERS if head.startswith(signature)), None)


def _not_a_scan(head: bytes) -> str:
    if not head:
        return _EMPTY
    look = "Look at what the scanner is set to write, and scan it again."
    return _UNKNOWN.format(advice=_other(head) or look)
