"""Opens what a scanner wrote, whatever its name says it is. Run it in an isolated process.

Nothing is shown by halves: a file or page that cannot be shown whole is refused, with a
sentence a clerk understands.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

from digitizer.parts.opening import heif, jpeg_file, kinds, parts, pdf, pictures, tiff_file
from digitizer.parts.opening.page import (
    AGAIN,
    DEFAULT_DPI,
    OpenedPage,
    OpeningLimits,
    PageFault,
    too_many_pages,
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


_OPENERS: dict[str, Callable[[BinaryIO, OpeningLimits], AbstractContextManager[Document]]] = {
    kinds.PDF: pdf.opened,
    kinds.TIFF: tiff_file.opened,
    kinds.JPEG: jpeg_file.opened,
    kinds.HEIF: heif.opened,
    **{
        kind: partial(pictures.opened, kind=kind)
        for kind in (kinds.PNG, kinds.GIF, kinds.BMP, kinds.WEBP, kinds.JPEG2000)
    },
}
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
    with _regular_file(path) as file, ExitStack() as stack:
        kind = _kind(file)
        found = parts.split(file, kind)
        if len(found) == 1:
            yield stack.enter_context(_OPENERS[kind](file, limits))
        else:
            documents = [stack.enter_context(_part(file, part, limits)) for part in found]
            yield _InOrder(documents, limits)


@contextmanager
def _part(file: BinaryIO, part: parts.Part, limits: OpeningLimits) -> Iterator[Document]:
    with parts.view(file, part.begin, part.end) as piece:
        if part.kind != kinds.PDF:
            with _OPENERS[part.kind](piece, limits) as document:
                yield document
            return
        with os.fdopen(os.memfd_create("part"), "w+b") as copy:  # its parsers want a descriptor
            shutil.copyfileobj(piece, copy)
            copy.flush()
            with pdf.opened(copy, limits) as document:
                yield document


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
        raise UnopenableFile("This is no file but a folder, pipe or device. Remove it.")
    with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor, not a path)
        yield file


def _kind(file: BinaryIO) -> str:
    head = file.read(kinds.HEAD_BYTES)
    kind = kinds.kind_of(head)
    if kind is None:
        raise UnopenableFile(_not_a_scan(head))
    return kind


def _not_a_scan(head: bytes) -> str:
    if not head:
        return _EMPTY
    mend = next((says for signature, says in _OTHERS if head.startswith(signature)), None)
    return _UNKNOWN.format(mend or "Look at what the scanner is set to write, and scan it again.")
