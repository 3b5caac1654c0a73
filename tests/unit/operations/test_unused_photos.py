"""Photos that nobody sent are removed a day after, and none that anybody still has."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import IO, Any

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import photos, writing
from digitizer.messages.actions import send
from digitizer.model.mail import Direction, Draft
from digitizer.model.people import MACHINE
from digitizer.operations.unused_photos import forget_unused_photos
from digitizer.storage.blobs import BlobStore
from digitizer.storage.database import writing as changing
from digitizer.storage.tables_messages import added_photo, message_draft
from tests.support.conversing import a_photo, as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, as_inmate


def _let_pass(facility: Facility, time: timedelta) -> None:
    """As if all that is noted was noted so much earlier."""
    with changing(facility.engine) as tx:
        for row in tx.execute(sa.select(added_photo)).all():
            earlier = {"at": row.at - time, "unused": row.unused and row.unused - time}
            this = sa.update(added_photo).where(added_photo.c.id == row.id)
            tx.execute(this.values(**earlier))


@pytest.fixture
def ida(facility: Facility) -> int:
    return make_contact(facility)


def _stored(facility: Facility) -> int:
    return len(list(facility.pictures.names()))


def _forget(facility: Facility) -> int:
    """As upkeep does, twice, with a day between."""
    assert forget_unused_photos(facility, MACHINE) == 0
    _let_pass(facility, timedelta(days=1))
    return forget_unused_photos(facility, MACHINE)


def test_what_was_taken_out_is_removed_and_the_rest_is_kept(facility: Facility, ida: int) -> None:
    by = as_correspondent(ida)
    for colour in ("red", "lime", "blue"):
        writing.add_photo(facility, ORSON, a_photo(colour), by)
    writing.remove_photo(facility, ORSON, 2, by)
    assert _stored(facility) == 3
    assert _forget(facility) == 1
    assert _stored(facility) == 2
    sent = writing.write(facility, ORSON, "", "Look", by)
    assert _forget(facility) == 0
    for place in (1, 2):
        assert writing.photo(facility, sent, place, by)
    with changing(facility.engine) as tx:  # what is sent is the message's, and not noted here
        assert tx.execute(sa.select(added_photo)).all() == []


def test_one_that_another_has_too_is_kept(facility: Facility, ida: int) -> None:
    by = as_correspondent(ida)
    writing.add_photo(facility, ORSON, a_photo(), by)
    writing.add_photo(facility, str(ida), a_photo(), as_inmate(ORSON))
    writing.remove_photo(facility, ORSON, 1, by)
    assert _forget(facility) == 0
    assert writing.draft_photo(facility, str(ida), 1, as_inmate(ORSON))


def test_one_that_is_added_again_in_the_last_moment_is_kept(
    facility: Facility, ida: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is noted, and not yet stored or in the draft, when the old one would be removed."""
    by = as_correspondent(ida)
    writing.add_photo(facility, ORSON, a_photo(), by)
    writing.remove_photo(facility, ORSON, 1, by)
    assert forget_unused_photos(facility, MACHINE) == 0
    _let_pass(facility, timedelta(days=1))
    removed, store = [], photos.store

    def store_later(pictures: BlobStore, clean: bytes) -> None:
        removed.append(forget_unused_photos(facility, MACHINE))
        store(pictures, clean)

    monkeypatch.setattr(photos, "store", store_later)
    writing.add_photo(facility, ORSON, a_photo(), by)
    assert removed == [0]
    assert writing.draft_photo(facility, ORSON, 1, by)


def test_one_that_staff_send_at_that_moment_is_kept(
    facility: Facility, ida: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same photo, byte for byte, was in a draft: it is stored, and in no message yet."""
    by = as_correspondent(ida)
    writing.add_photo(facility, ORSON, a_photo(), by)
    (name,) = facility.pictures.names()
    clean = facility.pictures.get(name)
    writing.remove_photo(facility, ORSON, 1, by)
    assert forget_unused_photos(facility, MACHINE) == 0
    _let_pass(facility, timedelta(days=1))
    upkeep = threading.Thread(target=forget_unused_photos, args=(facility, MACHINE))
    put = type(facility.pictures).put

    def put_while_upkeep_looks(self: Any, source: IO[bytes]) -> tuple[str, int]:
        kept = put(self, source)
        upkeep.start()
        upkeep.join(timeout=0.5)  # it waits for the end of the transaction
        return str(kept[0]), int(kept[1])

    monkeypatch.setattr(type(facility.pictures), "put", put_while_upkeep_looks)
    draft = Draft(Direction.TO_INMATE, ORSON, "Ida Marlow", "Hi", "Look", photos=(clean,))
    send(facility, draft, CLERK)
    upkeep.join()
    assert name in facility.pictures.names()


def test_what_a_dead_process_stored_is_removed(
    facility: Facility, ida: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = as_correspondent(ida)
    store = photos.store

    def store_and_die(*values: object) -> None:
        store(*values)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(photos, "store", store_and_die)
    with pytest.raises(KeyboardInterrupt):
        writing.add_photo(facility, ORSON, a_photo(), by)
    assert _stored(facility) == 1
    assert _forget(facility) == 1
    assert _stored(facility) == 0


def test_a_draft_that_is_gone_leaves_no_photo(facility: Facility, ida: int) -> None:
    by = as_correspondent(ida)
    writing.add_photo(facility, ORSON, a_photo(), by)
    with changing(facility.engine) as tx:
        tx.execute(sa.delete(message_draft))
    assert _forget(facility) == 1
