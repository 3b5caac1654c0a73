"""What each part of a page is, for who hears it read out or copies it: a tagged PDF (ReportLab).

Whatever is drawn within ``tagged`` belongs to one element of the document's structure (ISO 32000-1,
14.7); all else on a page is ornament (an artifact), which readers leave out. Elements stand in the
order in which they are drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.written import Written

Role = Literal["H1", "H2", "P", "Figure", "Caption"]

_LANGUAGE = "en"
"""Of a page whose reader's language is not known."""

_SINCE = (1, 4)
"""The version of PDF that began to have structure."""

_ROOT, _DOCUMENT = "structure", "structure:0"


@dataclass(slots=True)
class _Element:
    """``says`` is what a picture shows; ``reads`` is the text in the order of reading, where its
    glyphs stand in another. ``content``: (page from 0, number of a stretch of marked content)."""

    role: Role
    says: str
    reads: str = ""
    content: list[tuple[int, int]] = field(default_factory=list)


class TaggedCanvas(Canvas):
    """A canvas whose document says what its parts are, and the ``language`` of its reader."""

    language = _LANGUAGE

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "pdfVersion": _SINCE})
        self._elements: list[_Element] = []
        self._owners: defaultdict[int, list[int]] = defaultdict(list)
        self._page = 0
        self._within = False
        document: Any = self._doc  # type: ignore[attr-defined]  # asks us when it is finished
        document.delayedFonts.append(self)

    def showPage(self) -> None:  # noqa: N802 (ReportLab's name)
        code: list[str] = self._code  # type: ignore[attr-defined]
        code.insert(0, _ORNAMENT)
        code.append(_END)
        self._page += 1
        super().showPage()

    @contextmanager
    def element(self, role: Role, says: str, reads: str, continued: bool) -> Iterator[None]:
        if self._within:  # a part of a part is the part's
            yield
            return
        if not (continued and self._elements):
            self._elements.append(_Element(role, says))
        self._elements[-1].reads += reads
        owners = self._owners[self._page]
        self._elements[-1].content.append((self._page, len(owners)))
        self.addLiteral(f"{_END} /{role} <</MCID {len(owners)}>> BDC")
        owners.append(len(self._elements) - 1)
        self._within = True
        try:
            yield
        finally:
            self._within = False
            self.addLiteral(f"{_END} {_ORNAMENT}")

    # ---- the structure as objects of the document

    def addObjects(self, document: Any) -> None:  # noqa: N802 (ReportLab's name)
        pages = document.Pages.pages
        at = [document.Reference(page) for page in pages]
        for number, element in enumerate(self._elements, start=1):
            document.Reference(Written(self._dictionary(element), at), f"structure:{number}")
        for number, page in enumerate(pages):
            page.__Defaults__ = {
                **page.__Defaults__,
                "StructParents": number,
                "Tabs": pdfdoc.PDFName("S"),
            }
        kids = "".join(f" {{structure:{each + 1}}}" for each in range(len(self._elements)))
        whole = f"<< /Type /StructElem /S /Document /P {{{_ROOT}}} /K [{kids} ] >>"
        document.Reference(Written(whole, at), _DOCUMENT)
        root = Written(
            f"<< /Type /StructTreeRoot /K [ {{{_DOCUMENT}}} ] "
            f"/ParentTreeNextKey {len(pages)} /ParentTree << /Nums [{self._parents()} ] >> >>",
            at,
        )
        catalog = document.Catalog
        catalog.StructTreeRoot = document.Reference(root, _ROOT)
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
        catalog.ViewerPreferences = pdfdoc.PDFDictionary({"DisplayDocTitle": "true"})
        catalog.Lang = pdfdoc.PDFString(self.language)

    def _parents(self) -> str:
        return "".join(
            f" {page} [{''.join(f' {{structure:{each + 1}}}' for each in owners)} ]"
            for page, owners in sorted(self._owners.items())
        )

    @staticmethod
    def _dictionary(element: _Element) -> str:
        first = element.content[0][0]
        kids = "".join(
            f" {number}" if page == first else f" << /Type /MCR /Pg {{{page}}} /MCID {number} >>"
            for page, number in element.content
        )
        says = f" /Alt {_text(element.says)}" if element.says else ""
        says += f" /ActualText {_text(element.reads)}" if element.reads else ""
        return (
            f"<< /Type /StructElem /S /{element.role} /P {{{_DOCUMENT}}} /Pg {{{first}}}"
            f"{says} /K [{kids} ] >>"
        )


@contextmanager
def tagged(
    canvas: Canvas, role: Role, says: str = "", *, reads: str = "", continued: bool = False
) -> Iterator[None]:
    """What is drawn meanwhile is one element; ``says`` is what a picture shows, in words, and
    ``reads`` the text, where glyphs do not stand in the order of reading.

    ``continued``: it goes on with the element before, as a paragraph does on the next page. Within
    another element, and on a canvas that is not tagged, this does nothing.
    """
    if not isinstance(canvas, TaggedCanvas):
        yield
        return
    with canvas.element(role, says, reads, continued):
        yield


def _text(text: str) -> str:
    return f"<FEFF{text.encode('utf-16-be').hex()}>"


_ORNAMENT = "/Artifact BMC"
_END = "EMC"
