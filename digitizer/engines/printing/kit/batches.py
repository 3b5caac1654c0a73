"""Letters bound into one file for a housing unit, ready for one print job (pikepdf)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

_LANGUAGE = "en"


def housing_unit_pdf(pdfs: Iterable[bytes], duplex: bool = False) -> bytes:
    """The given PDFs one after the other, as they are: each with what its parts are, and its
    language.

    With ``duplex`` each is filled up to whole sheets, so that no two letters share one.
    Equal files in equal order give equal bytes. pikepdf.PdfError if one is no PDF.
    """
    out = io.BytesIO()
    with pikepdf.new() as bound:
        structure = _Structure(bound)
        for data in pdfs:
            with pikepdf.open(io.BytesIO(data)) as letter:
                first = len(bound.pages)
                bound.pages.extend(letter.pages)
                structure.add(letter, first)
                if duplex and len(letter.pages) % 2:
                    _, _, width, height = letter.pages[-1].mediabox
                    bound.add_blank_page(page_size=(float(width), float(height)))
        structure.write()
        bound.save(out, deterministic_id=True)
    return out.getvalue()


def page_count(pdf: bytes) -> int:
    """The number of pages of a PDF that we made."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


@dataclass(slots=True)
class _Structure:
    """What the parts of all letters are (ISO 32000-1, 14.7), one part a letter. ``parents`` has for
    each page with marked content the elements that its stretches belong to."""

    bound: Pdf
    parts: list[Object] = field(default_factory=list)
    parents: list[Object | int] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)

    def add(self, letter: Pdf, first: int) -> None:
        """Of a letter whose pages are in the bound file already, from the page ``first`` on: what
        refers to one of them refers to its copy."""
        root = letter.Root.get("/StructTreeRoot")
        if root is None:
            return
        language = str(letter.Root.get("/Lang", _LANGUAGE))
        self.languages.add(language)
        part = self.bound.copy_foreign(root.K[0])
        part.S, part.Lang = Name.Part, String(language)
        self.parts.append(part)
        numbers = list(root.ParentTree.Nums)
        owners = {int(key): each for key, each in zip(numbers[::2], numbers[1::2], strict=True)}
        for page in list(self.bound.pages)[first:]:
            key = int(page.obj.StructParents)
            page.obj.StructParents = len(self.parents) // 2
            elements = [self.bound.copy_foreign(each) for each in owners.get(key, [])]
            self.parents += [len(self.parents) // 2, Array(elements)]

    def write(self) -> None:
        """Into the file's root, if there is anything to tell."""
        if not self.parts:
            return
        tree = Dictionary(Type=Name.StructTreeRoot, ParentTree=Dictionary(Nums=Array(self.parents)))
        root = self.bound.make_indirect(tree)
        document = self.bound.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array(self.parts))
        )
        for part in self.parts:
            part.P = document
        root.K = Array([document])
        root.ParentTreeNextKey = len(self.parents) // 2
        own = self.bound.Root
        own.StructTreeRoot, own.MarkInfo = root, Dictionary(Marked=True)
        own.Lang = String(self.languages.pop() if len(self.languages) == 1 else _LANGUAGE)
