"""Photos are stored as they were drawn anew, never as they were sent, and not too many in an
hour."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from digitizer.facility import Facility
from digitizer.messages import photos, writing
from digitizer.messages.photos import cleaned
from digitizer.model.errors import Conflict, UsageError
from digitizer.storage.database import writing as changing
from digitizer.storage.tables_messages import added_photo
from tests.support.conversing import (
    a_photo,
    approve,
    as_correspondent,
    make_contact,
    with_messages,
)
from tests.support.made_mail import ORSON, PETRA, as_inmate


def test_the_bytes_that_were_sent_are_kept_nowhere(facility: Facility) -> None:
    sent = a_photo(comment=b"taken at 99 Secret Lane")
    by = as_correspondent(make_contact(facility))
    writing.add_photo(facility, ORSON, sent, by)
    stored = writing.draft_photo(facility, ORSON, 1, by)
    assert b"Secret Lane" in sent
    for file in facility.home.rglob("*"):
        assert not file.is_file() or b"Secret Lane" not in file.read_bytes(), file
    with Image.open(io.BytesIO(stored)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (60, 40))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff\xe0 cut off", b"%PDF-1.7"])
def test_what_is_no_photo_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(UsageError, match="photo"):
        cleaned(data)


def test_one_of_too_many_bytes_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "LARGEST", 100)
    with pytest.raises(UsageError, match="at most"):
        cleaned(a_photo())


def test_so_many_in_an_hour_to_anybody_and_no_more(facility: Facility) -> None:
    """Counted are also what was no photo, and what was taken out again; each account by itself."""
    facility = with_messages(facility, photos_an_hour=3)
    ida = make_contact(facility)
    approve(facility, ida, PETRA)
    by = as_correspondent(ida)
    writing.add_photo(facility, ORSON, a_photo(), by)
    writing.remove_photo(facility, ORSON, 1, by)
    writing.add_photo(facility, PETRA, a_photo(), by)
    with pytest.raises(UsageError):
        writing.add_photo(facility, PETRA, b"%PDF-1.7", by)
    with pytest.raises(Conflict, match="in one hour"):
        writing.add_photo(facility, ORSON, a_photo(), by)
    writing.add_photo(facility, str(ida), a_photo(), as_inmate(ORSON))
    _let_pass(facility, timedelta(hours=1))
    assert writing.add_photo(facility, ORSON, a_photo(), by) == 1


def _let_pass(facility: Facility, time: timedelta) -> None:
    """As if all were added so much earlier."""
    with changing(facility.engine) as tx:
        for row in tx.execute(sa.select(added_photo)).all():
            this = sa.update(added_photo).where(added_photo.c.id == row.id)
            tx.execute(this.values(at=row.at - time))
