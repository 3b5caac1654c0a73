"""Forms for requests that were printed, written on and filed, without image work."""

from __future__ import annotations

import io

import sqlalchemy as sa
from PIL import Image

from digitizer.covers import register
from digitizer.facility import Facility
from digitizer.messages import request_paper
from digitizer.model.paper import CoverCode, SplitLetter
from digitizer.model.scanner_profile import Sides
from digitizer.storage.database import reading
from digitizer.storage.tables_requests import request_form
from tests.support.asked_staff import COMPLAINT
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    ORSON,
    StoredLetter,
    file,
    letters_of,
    read,
    split_of,
)

#: What stands on the back of each form.
WORDS = "Zinnia quagmire of counsel"


def new_form(facility: Facility, after: int | None = None) -> CoverCode:
    """The code on a form that was printed just now; ``after``: for the next step of that request,
    with the answer to the last one."""
    with reading(facility.engine) as tx:
        before = set(tx.execute(sa.select(request_form.c.cover_id)).scalars())
    if after is None:
        request_paper.print_form(facility, ORSON, COMPLAINT.name, CLERK)
    else:
        request_paper.print_answer(facility, after, CLERK)
    with reading(facility.engine) as tx:
        (new,) = set(tx.execute(sa.select(request_form.c.cover_id)).scalars()) - before
        known = register.look_up(tx, new)
    assert known is not None
    return known.code


def _picture(facility: Facility, colour: str) -> str:
    made = io.BytesIO()
    Image.new("RGB", (2550, 3300), colour).save(made, "JPEG")
    made.seek(0)
    return facility.pictures.put(made)[0]


def scan_form(
    facility: Facility, code: CoverCode, *, held: bool = False, content: bytes = b"form"
) -> StoredLetter:
    """Both sides of a sheet are written on."""
    pictures = {1: _picture(facility, "red"), 2: _picture(facility, "blue")}
    texts = {1: read("The shower is cold"), 2: read(WORDS)}
    split = split_of(SplitLetter(code, (), (1, 2), (), (DOUBT,) if held else ()))
    filed = file(facility, split, texts, pictures=pictures, content=content, sides=Sides.DUPLEX)
    (stored,) = letters_of(facility, filed)
    return stored
