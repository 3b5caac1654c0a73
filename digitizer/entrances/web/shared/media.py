"""Pictures and documents as answers, and the options that pages have for showing them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

#: Characters that are read of what is searched for, and of an id: an address is made of them again,
#: and a proxy takes an answer whose headers are long for a failure.
LONGEST_QUERY = 200
LONGEST_ID = 64
#: Digits of a number in an address, which a database still takes for a number.
_DIGITS = 9
#: Quarter turns of a picture, clockwise: a page may have been scanned the wrong way up.
Quarter = Annotated[int, Query(ge=0, le=3)]


def whole_number(text: str) -> int:
    """A number in an address; 0, which nothing has, for what is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if is_number else 0


def picture(content: bytes) -> Response:
    """Derived pictures are JPEG or PNG, told apart by how they begin."""
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return Response(content, media_type=kind)


def pdf(content: bytes, name: str = "letter") -> Response:
    """A document to download; ``name`` (letters, digits, hyphens) does not show whose it is."""
    named = {"content-disposition": f'attachment; filename="{name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=named)
