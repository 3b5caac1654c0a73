"""Letters with pictures and texts that wait for a review."""

from __future__ import annotations

import io

from digitizer.facility import Facility
from digitizer.model.settings import Release
from tests.support.made_mail import (
    ORSON,
    file,
    letter_of,
    letters_of,
    new_cover,
    read,
    split_of,
)
from tests.support.web_kit import draw_page

TEXTS = {2: "Dear", 3: "Yours"}


def waiting_letter(
    facility: Facility,
    content: bytes = b"screened",
    to: str = ORSON,
    release: Release = Release.AFTER_REVIEW,
    texts: dict[int, str] | None = None,
) -> str:
    """A letter of pages 2, 3 … behind its cover; returns its id."""
    said = texts or TEXTS
    pictures = {
        number: facility.pictures.put(io.BytesIO(draw_page(text, number)))[0]
        for number, text in said.items()
    }
    scan = file(
        facility,
        split_of(letter_of(new_cover(facility, to), 1, max(said))),
        {number: read(text) for number, text in said.items()},
        content=content,
        release=release,
        pictures=pictures,
    )
    (row,) = letters_of(facility, scan)
    return row.id
