"""E-mails of news: in the transaction of the event, in their reader's language, and with nothing of
what was written."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.covers import own_covers
from digitizer.facility import Facility
from digitizer.messages import news
from digitizer.messages import writing as conversing
from digitizer.model.events import Subject
from digitizer.notifications.outbox import Outgoing
from digitizer.people.correspondents import actions, own_account, telling
from digitizer.people.correspondents.records import Entry
from digitizer.people.correspondents.telling import Letter
from digitizer.screening import message_review
from digitizer.storage.database import writing
from digitizer.storage.tables import cover, cover_use, letter
from digitizer.support.clock import now
from digitizer.support.paths import MAIL_TEMPLATES
from tests.support.conversing import (
    IDA,
    as_correspondent,
    give_account,
    mailed,
    make_contact,
    scanned,
    with_family,
)
from tests.support.made_mail import CLERK, ORSON, as_inmate

SECRET = "the harbor is frozen"


@pytest.fixture
def home_of_families(facility: Facility) -> Facility:
    return with_family(facility)


@pytest.fixture
def ida(home_of_families: Facility) -> int:
    number = make_contact(home_of_families, replace(IDA, language="es"))
    give_account(home_of_families, number)
    return number


def _answer(facility: Facility, ida: int) -> Outgoing | None:
    """The e-mail about an inmate's message that staff released."""
    sent = conversing.write(facility, str(ida), "A secret", SECRET, as_inmate(ORSON))
    assert mailed(facility) == []
    message_review.release_message(facility, sent, CLERK, "nothing against it")
    return next(iter(mailed(facility)), None)


def test_a_new_message_is_told_without_its_words(home_of_families: Facility, ida: int) -> None:
    told = _answer(home_of_families, ida)
    assert told is not None
    assert told.recipient == "ida@example.org"
    assert told.subject.startswith("Tiene un mensaje nuevo")
    said = told.subject + told.body
    assert not any(each in said for each in (SECRET, "A secret", "Orson", "Testvale", ORSON))
    assert told.leave is not None
    assert told.leave in told.body


@pytest.mark.parametrize(
    ("shows", "wants", "there"),
    [("words", True, True), ("words", False, False), ("nothing", True, False)],
)
def test_the_words_stand_in_it_only_where_both_want_that(
    home_of_families: Facility, ida: int, shows: str, wants: bool, there: bool
) -> None:
    changed = with_family(home_of_families, mail_shows=shows)
    own_account.change_own_account(
        changed, Entry(IDA.name), as_correspondent(ida), tell=True, tell_content=wants
    )
    told = _answer(changed, ida)
    assert told is not None
    assert (SECRET in told.body) == there


def test_who_wants_none_gets_none(home_of_families: Facility, ida: int) -> None:
    own_account.change_own_account(
        home_of_families, Entry(IDA.name), as_correspondent(ida), tell=False, tell_content=False
    )
    assert _answer(home_of_families, ida) is None


def test_no_mail_where_nobody_can_have_an_account(facility: Facility) -> None:
    number = make_contact(facility)
    give_account(facility, number)
    assert _answer(facility, number) is None


def test_a_refusal_is_told_to_its_writer(home_of_families: Facility, ida: int) -> None:
    sent = conversing.write(home_of_families, ORSON, "Hi", SECRET, as_correspondent(ida))
    message_review.refuse_message(home_of_families, sent, CLERK, "it threatens somebody")
    (told,) = mailed(home_of_families)
    assert "threatens" not in told.body
    assert SECRET not in told.body
    own = conversing.write(home_of_families, str(ida), "Hi", "Hello", as_inmate(ORSON))
    message_review.refuse_message(home_of_families, own, CLERK, "it threatens somebody")
    assert len(mailed(home_of_families)) == 1


def test_a_letter_under_a_cover_of_theirs_is_told_when_it_is_delivered(
    home_of_families: Facility, ida: int
) -> None:
    made = own_covers.make_cover(home_of_families, ORSON, "", 0, as_correspondent(ida), "10.0.0.7")
    scan = scanned(home_of_families)
    with writing(home_of_families.engine) as tx:
        code = tx.execute(sa.select(cover.c.id)).scalar_one()
        for letter_id, state in (("a" * 16, "delivered"), ("b" * 16, "held")):
            values = {"scan_id": scan, "kind": "letter", "received": now(), "state": state}
            tx.execute(sa.insert(letter).values(id=letter_id, **values))
            tx.execute(
                sa.insert(cover_use).values(
                    cover_id=code, letter_id=letter_id, scan_id=scan, at=now()
                )
            )
        news.tell_filed(tx, home_of_families.settings, scan)
    (told,) = mailed(home_of_families)
    assert made in told.body
    assert told.body.count("/family/letters") == 1
    assert "Orson" not in told.body


def test_every_e_mail_is_written_in_every_language(home_of_families: Facility, ida: int) -> None:
    each_is = ("link", "name", "words", "cover", "when", "where")
    words = {name: name.upper() for name in each_is}
    about = Subject.correspondent(ida)
    for language in telling.LANGUAGES:
        with writing(home_of_families.engine) as tx:
            for kind in Letter:
                telling.write(
                    tx, home_of_families.settings, "a@b.example", language, kind, about, **words
                )
    told = mailed(home_of_families)
    assert len({each.body for each in told}) == len(Letter) * len(telling.LANGUAGES)
    assert all("$" not in each.subject + each.body and "LINK" in each.body for each in told)
    files = {path.stem for path in MAIL_TEMPLATES.glob("*/*.txt")}
    assert files == {*(str(each) for each in Letter), "leave"}


def test_news_of_a_merged_record_go_to_whose_it_is_now(
    home_of_families: Facility, ida: int
) -> None:
    other = actions.add_correspondent(home_of_families, Entry("Ida M."), CLERK)
    with writing(home_of_families.engine) as tx:
        telling.tell(
            tx,
            home_of_families.settings,
            other,
            Letter.APPROVED,
            Subject.correspondent(other),
        )
    assert mailed(home_of_families) == []
