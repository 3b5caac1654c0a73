"""Each obstacle keeps paper from being destroyed, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.logbook import actions as logbook
from digitizer.model.errors import Conflict
from digitizer.model.logbook import Done, NewReturn, Why
from digitizer.model.originals import GivenTo, Obstacle
from digitizer.model.retention import HoldOn
from digitizer.originals import actions as originals
from digitizer.retention import actions as retention
from digitizer.storage.database import writing
from digitizer.storage.tables import letter
from digitizer.storage.tables_appeals import appeal, rejection
from digitizer.storage.tables_logbook import returned_mail
from digitizer.support.clock import now
from tests.support.boxed_paper import Boxed, boxed
from tests.support.made_mail import CLERK, INVESTIGATOR, ORSON, PETRA, SUPERVISOR


def _reject(at: Boxed, letter_id: str, sheet: str, told: timedelta) -> int:
    with writing(at.facility.engine) as tx:
        tx.execute(
            sa.update(letter)
            .where(letter.c.id == letter_id)
            .values(state="rejected", inmate_id=None)
        )
        owner = tx.execute(sa.text("SELECT id FROM inmate WHERE booking_number='A-100'")).scalar()
        values = {
            **{"what": "letter", "item": letter_id, "event": 1, "inmate_id": owner},
            **{"parts": [], "reasons": [], "decided": now() - told, "decided_by": "Clara Clerk"},
            **{"sheet": sheet, "told_inmate": now() - told, "kept_by": "", "kept_why": ""},
        }
        insert = sa.insert(rejection).values(**values).returning(rejection.c.id)
        return int(tx.execute(insert).scalar_one())


def test_what_is_settled_and_old_is_due(facility: Facility) -> None:
    at = boxed(facility)
    scan, _ = at.add()
    young, _ = at.add(age=timedelta(days=29))
    held, *_ = at.add(ORSON, None)
    working, _ = at.add(state="working")
    sealed, _ = at.add(sealed=True)
    loose, _ = at.add()
    originals.put_paper(facility, loose, "", CLERK)
    whole, _ = at.add(state="held")
    assert [each.scan for each in originals.due(facility, CLERK)] == [scan]
    assert [each.scan for each in originals.due(facility, CLERK, at.code)] == [scan]
    assert originals.overview(facility, CLERK).due == 1
    wanted = {
        young: Obstacle.YOUNG,
        held: Obstacle.UNSETTLED,
        working: Obstacle.UNSETTLED,
        whole: Obstacle.UNSETTLED,
        sealed: Obstacle.SEALED,
        loose: Obstacle.NOWHERE,
    }
    assert {each: at.obstacle(each) for each in wanted} == wanted


def test_rejected_mail_stays_until_its_paper_went_back(facility: Facility) -> None:
    at = boxed(facility)
    long_ago = timedelta(days=40)
    kept, one = at.add()
    returns, two = at.add()
    lately, three = at.add()
    appealed, four = at.add()
    _reject(at, one, "evidence", long_ago)
    _reject(at, two, "returned", long_ago)
    _reject(at, three, "returned", timedelta(days=2))
    number = _reject(at, four, "returned", long_ago)
    with writing(facility.engine) as tx:
        tx.execute(
            sa.insert(appeal).values(
                **{"rejection_id": number, "side": "inmate", "level": 1, "words": "no"},
                **{"at": now(), "came": now().date(), "late": False, "due": now().date()},
                **{"entered_by": "", "decided_by": "", "why": ""},
            )
        )
    assert at.obstacle(kept) is Obstacle.KEPT
    assert at.obstacle(returns) is Obstacle.RETURNS
    assert at.obstacle(lately) is Obstacle.APPEAL
    assert at.obstacle(appealed) is Obstacle.APPEAL
    entry = NewReturn(ORSON, "", Why.REFUSED, Done.RETURNED)
    noted = logbook.record_return(facility, entry, CLERK)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(returned_mail).where(returned_mail.c.id == noted).values(item=two))
    assert at.obstacle(returns) is None


def test_sheets_that_were_scanned_again_go_with_the_last_scan(facility: Facility) -> None:
    at = boxed(facility)
    (first, one), (second, two), (third, three) = at.add(), at.add(), at.add()
    with writing(facility.engine) as tx:
        for old, new in ((one, two), (two, three)):
            this = sa.update(letter).where(letter.c.id == old)
            tx.execute(this.values(state="replaced", replaced_by=new))
    assert (at.obstacle(first), at.obstacle(second)) == (Obstacle.AGAIN, Obstacle.AGAIN)
    assert at.obstacle(third) is None
    today = now().astimezone().date()
    originals.hold_paper(facility, first, today, INVESTIGATOR, "case 12")
    assert at.obstacle(third) is Obstacle.HOLD
    for each in (first, second, third):
        with pytest.raises(Conflict, match="on hold"):
            originals.give_paper(facility, each, GivenTo.SENDER, "", CLERK)


def test_a_legal_hold_keeps_paper_too(facility: Facility) -> None:
    at = boxed(facility)
    (scan, letter_id), (other, _) = at.add(), at.add()
    for on in (HoldOn.LETTER, HoldOn.INMATE):
        of = letter_id if on is HoldOn.LETTER else ORSON
        hold = retention.set_hold(facility, on, of, SUPERVISOR, "a claim")
        assert at.obstacle(scan) is Obstacle.LEGAL_HOLD
        assert (at.obstacle(other) is None) == (on is HoldOn.LETTER)
        retention.lift_hold(facility, hold, SUPERVISOR, "settled")
    assert (at.obstacle(scan), at.obstacle(other)) == (None, None)


def test_of_what_has_no_letters_nobody_knows_whose_it_is(facility: Facility) -> None:
    at = boxed(facility)
    whole, *_ = at.add()
    with writing(facility.engine) as tx:
        tx.execute(sa.delete(letter).where(letter.c.scan_id == whole))
    assert at.obstacle(whole) is None
    retention.set_hold(facility, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    assert at.obstacle(whole) is Obstacle.LEGAL_HOLD


def test_only_of_paper_in_a_box_it_is_asked_whether_a_legal_hold_keeps_it(
    facility: Facility,
) -> None:
    at = boxed(facility)
    (scan, one), (_, two), (gone, three) = at.add(), at.add(), at.add()
    originals.give_paper(facility, gone, GivenTo.SENDER, "", CLERK)
    retention.set_hold(facility, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    named: set[str] = set()

    @sa.event.listens_for(facility.engine, "before_cursor_execute")
    def note(*call: Any) -> None:
        named.update(each for each in (one, two, three) if each in str(call[3]))

    assert at.obstacle(scan) is None
    assert named == {one}
    assert len(originals.due(facility, CLERK)) == 2
    assert named == {one, two}


def test_rejected_paper_stays_when_its_letter_is_destroyed_by_schedule(facility: Facility) -> None:
    at = boxed(facility)
    long_ago = timedelta(days=40)
    (kept, one), (returns, two), (lately, three), (delivered, four) = (at.add() for _ in range(4))
    _reject(at, one, "evidence", long_ago)
    _reject(at, two, "returned", long_ago)
    _reject(at, three, "returned", timedelta(days=2))
    with writing(facility.engine) as tx:
        gone = sa.update(letter).where(letter.c.id.in_((one, two, three, four)))
        tx.execute(gone.values(state="destroyed"))
        tx.execute(sa.update(rejection).values(ended=now()))
        tx.execute(  # nobody tells of it any more
            sa.update(rejection)
            .where(rejection.c.item == two)
            .values(told_inmate=None, ended=now() - long_ago)
        )
    wanted = {
        kept: Obstacle.KEPT,
        returns: Obstacle.RETURNS,
        lately: Obstacle.APPEAL,
        delivered: None,
    }
    assert {each: at.obstacle(each) for each in wanted} == wanted
