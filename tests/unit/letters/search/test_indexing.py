"""Pages and terms in the index."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.letters.search import indexing
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import page, posting, shelf, term
from tests.support.made_mail import ORSON, deliver


def test_terms_are_shelved_once_they_are_many(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_SHELVED_TOGETHER", 3)
    deliver(facility, ORSON, "two words", b"1")
    assert _shelved(facility) is None
    deliver(facility, ORSON, "three more words", b"2")
    assert _shelved(facility) == 3


def _shelved(facility: Facility) -> int | None:
    with reading(facility.engine) as tx:
        last: int | None = tx.execute(sa.select(sa.func.max(shelf.c.last_term))).scalar()
    return last


def test_a_letter_taken_out_is_not_found_and_others_are(facility: Facility) -> None:
    gone, stays = (deliver(facility, ORSON, "plums", each) for each in (b"1", b"2"))
    with writing(facility.engine) as tx:
        indexing.unindex_letter(tx, gone)
        found = sa.select(page.c.letter_id).join(posting, posting.c.page_id == page.c.id)
        assert set(tx.execute(found).scalars()) == {stays}


def test_words_that_are_on_no_other_page_are_forgotten_and_no_number_is_given_again(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_SHELVED_TOGETHER", 3)
    deliver(facility, ORSON, "plums stay here", b"1")
    gone = deliver(facility, ORSON, "plums zebra quartz", b"2")
    with writing(facility.engine) as tx:
        newest = tx.execute(sa.select(sa.func.max(term.c.id))).scalar_one()
        own = tx.execute(sa.select(page.c.id).where(page.c.letter_id == gone)).scalars().all()
        indexing.forget_words(tx, own)
        kept = set(tx.execute(sa.select(term.c.text)).scalars())
        assert kept == {"plums", "stay", "here", f"#{newest}"}
        texts = b"".join(tx.execute(sa.select(shelf.c.texts)).scalars())
        assert b"zebra" not in texts
        assert b"plums" in texts
        assert tx.execute(sa.select(sa.func.max(term.c.id))).scalar_one() == newest
    again = deliver(facility, ORSON, "zebra", b"3")
    with writing(facility.engine) as tx:
        found = sa.select(page.c.letter_id).join(posting, posting.c.page_id == page.c.id)
        words = found.join(term, term.c.id == posting.c.term_id).where(term.c.text == "zebra")
        assert set(tx.execute(words).scalars()) == {again}
