"""Objects of a PDF as they are written: ReportLab spells its own out entry by entry, which took a
fifth of a letter's time."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from reportlab.pdfbase import pdfdoc


class Written(pdfdoc.PDFObject):
    """An object as it is written, with ``{names}`` of others and ``{numbers}`` of pages in it."""

    def __init__(self, text: str, pages: Sequence[Any] = ()) -> None:
        self._text = text
        self._pages = pages

    def format(self, document: Any) -> bytes:
        parts = self._text.replace("{", "}").split("}")
        parts[1::2] = [self._reference(name, document) for name in parts[1::2]]
        return "".join(parts).encode("ascii")

    def _reference(self, name: str, document: Any) -> str:
        to = self._pages[int(name)].name if name.isdigit() else name
        number, version = document.idToObjectNumberAndVersion[to]
        return f"{number} {version} R"


class WrittenStream(pdfdoc.PDFObject):
    """A stream of ``content``, compressed; ``entries`` are those of its dictionary beside its
    length and filter."""

    def __init__(self, content: bytes, entries: str = "") -> None:
        self._content = content
        self._entries = entries

    def format(self, document: Any) -> bytes:
        packed = zlib.compress(self._content)
        head = f"<< /Filter /FlateDecode /Length {len(packed)} {self._entries}>>"
        return b"%s\nstream\n%s\nendstream" % (head.encode("ascii"), packed)
