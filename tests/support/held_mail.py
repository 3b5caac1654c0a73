"""Mail that is held for a reason."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.paper import Split
from digitizer.model.settings import Release
from digitizer.storage.database import writing
from tests.support.made_mail import LEGAL, file, letter_of, letters_of, new_cover, split_of


def sealed(facility: Facility) -> str:
    scan = file(facility, Split(whole=(LEGAL,), sealed=True), count=2, content=b"legal")
    with writing(facility.engine) as tx:
        from digitizer.storage.tables import scan as scans

        tx.execute(sa.update(scans).where(scans.c.id == scan).values(sealed=True))
    return scan


def awaiting(facility: Facility, content: bytes = b"review") -> str:
    code = new_cover(facility)
    scan = file(
        facility, split_of(letter_of(code, 1, 2)), content=content, release=Release.AFTER_REVIEW
    )
    (row,) = letters_of(facility, scan)
    return row.id
