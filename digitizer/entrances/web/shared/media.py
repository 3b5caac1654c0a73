"""Pictures and documents as answers, and what pages ask for in showing them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

LONGEST_QUERY = 200
#: By how many quarters a picture is turned, clockwise: a page may have lain wrong on the glass.
Quarter = Annotated[int, Query(ge=0, le=3)]


def picture(content: bytes) -> Response:
    """Derived pictures are JPEG or PNG, told apart by how they begin."""
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return Response(content, media_type=kind)


def pdf(content: bytes) -> Response:
    """A letter to keep; its name on the disk says nothing of whose it is."""
    named = {"content-disposition": 'attachment; filename="letter.pdf"'}
    return Response(content, media_type="application/pdf", headers=named)
