"""Many documents of ours as one, by the rules of PDF/A-2b, without ever holding it in memory.

What is added lies in memory up to some megabytes, then in files of a folder; the whole is written
from these. qpdf reads of a file only what it writes next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, Stream

from digitizer import __version__
from digitizer.engines.searchable_pdf.colours import output_intents
from digitizer.engines.searchable_pdf.metadata import sayable, xmp

#: Bytes, and documents, that are held in memory before they are written.
_MOST_BYTES, _MOST_PARTS = 16 * 2**20, 100
#: Of a part: what a document has as a whole, and its pages alone do not.
_OF_THE_WHOLE = (Name.StructParents, Name.Tabs, Name.Trans)
_PRINTED = 4  # flag of a link, which PDF/A wants
#: Read as it is written: mapped into memory, the whole would be in it.
_READ = pikepdf.AccessMode.stream


class Leads(NamedTuple):
    """A place on a page (from 0) of the front, and the page (from 0, of all) to which it leads;
    ``box`` is in points from the lower left. ``title`` stands in the outline."""

    front_page: int
    box: tuple[float, float, float, float]
    to: int
    title: str


class GrowingPdf:
    """Grows by whole documents, in order. ``folder`` is its own, and is empty afterwards. It claims
    to be PDF/A unless a picture in it has printing colours, for which PDF/A wants their profile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: list[bytes] = []
        self._size = 0
        self._parts: list[Path] = []
        self._is_archival = True
        self.pages = 0

    def add(self, document: bytes) -> int:
        """Returns how many pages it had. It must be ours: all that it needs lies in its pages."""
        with Pdf.open(BytesIO(document)) as pdf:
            pages = len(pdf.pages)
            self._is_archival &= not any(_has_printing_colours(page) for page in pdf.pages)
        self._waiting.append(document)
        self._size += len(document)
        self.pages += pages
        if self._size >= _MOST_BYTES or len(self._waiting) >= _MOST_PARTS:
            self._write_part()
        return pages

    def _write_part(self) -> None:
        if not self._waiting:
            return
        part = self._folder / f"part-{len(self._parts)}.pdf"
        with ExitStack() as open_ones, Pdf.new() as pdf:
            for each in self._waiting:
                source = open_ones.enter_context(Pdf.open(BytesIO(each)))
                pdf.pages.extend(_alone(source))
            pdf.save(part, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        self._parts.append(part)
        self._waiting, self._size = [], 0

    def finish(self, out: Path, front: bytes, leads: Sequence[Leads], title: str) -> None:
        """Writes ``front`` and all that was added behind it; the parts are removed."""
        self._write_part()
        cover, whole = self._folder / "front.pdf", self._folder / "whole.pdf"
        with Pdf.open(BytesIO(front)) as source, Pdf.new() as pdf:
            pdf.pages.extend(_alone(source))
            pdf.save(cover)
        _join([cover, *self._parts], whole)
        with Pdf.open(whole, access_mode=_READ) as pdf:
            _lead(pdf, leads)
            _describe(pdf, sayable(title), self._is_archival)
            pdf.save(
                out,
                deterministic_id=True,
                min_version="1.7",
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            )
        whole.unlink()


def _join(files: Sequence[Path], out: Path) -> None:
    """One file of all pages; the files are removed. By qpdf itself: a document that takes pages
    over from another one (``Pdf.pages``) holds all of them in memory."""
    named = [str(each) for each in files]
    pikepdf.Job(["qpdf", "--empty", "--pages", *named, "--", str(out)]).run()
    for each in files:
        each.unlink()


def _alone(source: Pdf) -> Iterator[pikepdf.Page]:
    for page in source.pages:
        for key in _OF_THE_WHOLE:
            if key in page.obj:
                del page.obj[key]
        yield page


def _has_printing_colours(page: pikepdf.Page) -> bool:
    drawn = page.obj.Resources.get(Name.XObject, Dictionary())
    return any(each.get(Name.ColorSpace) == Name.DeviceCMYK for each in drawn.values())


def _lead(pdf: Pdf, leads: Sequence[Leads]) -> None:
    """Each place of the front leads to its page, and so does the outline."""
    with pdf.open_outline() as outline:
        for each in leads:
            target = pdf.pages[each.to]
            outline.root.append(OutlineItem(sayable(each.title), each.to, "Fit"))
            link = Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=Array([round(side, 2) for side in each.box]),
                Border=Array([0, 0, 0]),
                F=_PRINTED,
                Dest=Array([target.obj, Name.Fit]),
            )
            page = pdf.pages[each.front_page].obj
            if Name.Annots not in page:
                page.Annots = Array([])
            page.Annots.append(pdf.make_indirect(link))


def _describe(pdf: Pdf, title: str, is_archival: bool) -> None:
    producer = f"digitizer {__version__}"
    pdf.Root.OutputIntents = output_intents(pdf)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.PageMode = Name.UseOutlines
    pdf.docinfo["/Title"] = title
    pdf.docinfo["/Producer"] = producer
    packet = xmp(title, producer, "B" if is_archival else "")
    pdf.Root.Metadata = Stream(pdf, packet, Type=Name.Metadata, Subtype=Name.XML)
