"""Inmates and families ask for the paper of their own letters, and of no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.originals import Answer, GivenTo
from digitizer.originals import actions as originals
from digitizer.storage.database import writing
from digitizer.storage.tables import cover, inmate, letter, page
from digitizer.support.clock import now
from tests.support.boxed_paper import Boxed, boxed
from tests.support.conversing import as_correspondent, give_account, make_contact, with_family
from tests.support.made_mail import CLERK, ORSON, PETRA, as_inmate
from tests.support.web_kit import add_page

ME, OTHER = as_inmate(ORSON), as_inmate(PETRA)
YOUNG = timedelta(days=3)


def test_an_inmate_asks_once_and_reads_the_answer(facility: Facility) -> None:
    at = boxed(facility)
    _, letter = at.add(age=YOUNG)
    offered = originals.own_paper(facility, letter, ME)
    assert offered is not None
    assert offered.until is not None
    assert offered.request is None
    with pytest.raises(NotFound):
        originals.own_paper(facility, letter, OTHER)
    with pytest.raises(NotFound):
        originals.ask_for_own(facility, letter, OTHER)
    number = originals.ask_for_own(facility, letter, ME)
    with pytest.raises(Conflict):
        originals.ask_for_own(facility, letter, ME)
    originals.answer(facility, number, Answer.REFUSED, "It is evidence.", CLERK)
    answered = originals.own_paper(facility, letter, ME)
    assert answered is not None
    assert answered.until is None
    assert answered.request is not None
    assert answered.request.why == "It is evidence."


def test_what_is_not_offered(facility: Facility) -> None:
    at = boxed(facility)
    (_, old), (scan, withheld), (sealed, legal) = at.add(), at.add(age=YOUNG), at.add(age=YOUNG)
    add_page(at.mail, scan, 1, withheld, "Dear Orson", position=1)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(page).where(page.c.letter_id == withheld).values(role="withheld"))
    at.change(sealed, sealed=True)
    for each in (old, withheld, legal):
        assert originals.own_paper(facility, each, ME) is None
        with pytest.raises(Conflict):
            originals.ask_for_own(facility, each, ME)
    _, offered = at.add(age=YOUNG)
    closed = facility.settings.originals.model_copy(update={"inmates_ask": False})
    settings = facility.settings.model_copy(update={"originals": closed})
    assert originals.own_paper(replace(facility, settings=settings), offered, ME) is None


def _row_of(tx: sa.Connection, booking: str) -> int:
    return int(
        tx.execute(sa.select(inmate.c.id).where(inmate.c.booking_number == booking)).scalar_one()
    )


def _by_cover(at: Boxed, number: int) -> str:
    """A letter to ORSON that came under a cover of this correspondent."""
    _, made = at.add(age=YOUNG)
    with writing(at.facility.engine) as tx:
        values = {
            **{"id": "cover", "kind": "inmate", "key_id": 1, "short_id": "XYZ"},
            **{"printed": now(), "correspondent_id": number},
        }
        tx.execute(sa.insert(cover).values(**values))
        tx.execute(sa.update(letter).where(letter.c.id == made).values(cover_id="cover"))
    return made


def test_neither_side_sees_what_the_other_asked_or_loses_by_it(facility: Facility) -> None:
    here = with_family(facility)
    ida = make_contact(here)
    give_account(here, ida)
    family = as_correspondent(ida)
    wanted = _by_cover(boxed(facility), ida)

    def mine() -> originals.OwnPaper | None:
        return originals.own_paper(here, wanted, ME)

    def hers() -> originals.OwnPaper | None:
        return next(iter(originals.papers_under(here, "XYZ", family)), None)

    number = originals.ask_under(here, "XYZ", wanted, family)
    assert mine() is None
    with pytest.raises(Conflict):
        originals.ask_for_own(here, wanted, ME)
    originals.answer(here, number, Answer.REFUSED, "She is watched.", CLERK)
    offered, told = mine(), hers()
    assert offered is not None
    assert (offered.request, offered.until is None) == (None, False)
    assert told is not None
    assert told.request is not None
    assert (told.request.why, told.until) == ("She is watched.", None)
    number = originals.ask_for_own(here, wanted, ME)
    originals.answer(here, number, Answer.REFUSED, "Not his.", CLERK)
    number = originals.ask_for(here, wanted, "his lawyer", CLERK)
    own = mine()
    assert own is not None
    assert own.request is not None
    assert own.request.why == "Not his."
    originals.answer(here, number, Answer.SENDER, "to his lawyer", CLERK)
    for shown in (mine(), hers()):
        assert shown is not None
        assert shown.request is not None
        assert (shown.request.at, shown.request.answer) == (None, Answer.SENDER)
        assert (shown.request.why, shown.destroyed) == ("", False)


def test_who_gets_the_letter_later_sees_no_request_of_before(facility: Facility) -> None:
    at = boxed(facility)
    scan, moved = at.add(age=YOUNG)
    number = originals.ask_for_own(facility, moved, ME)
    originals.answer(facility, number, Answer.REFUSED, "It is evidence.", CLERK)
    with writing(facility.engine) as tx:
        this = sa.update(letter).where(letter.c.id == moved)
        tx.execute(this.values(inmate_id=_row_of(tx, PETRA)))
    offered = originals.own_paper(facility, moved, OTHER)
    assert offered is not None
    assert (offered.request, offered.until is None) == (None, False)
    originals.give_paper(facility, scan, GivenTo.PROPERTY, "", CLERK)
    assert originals.own_paper(facility, moved, OTHER) is None
