"""Who appeals, when, and how often; and what staff enter and see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digitizer.appeals import actions as appeals
from digitizer.facility import Facility
from digitizer.model.appeals import SheetGoes, Side
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.people.correspondents.actions import Entry
from digitizer.screening import decisions, senders
from digitizer.screening.appeal_decisions import decide_appeal
from tests.support.appealing import (
    ME,
    WARDEN,
    appeal_of,
    appealed,
    give_notices,
    later,
    rejection_of,
    told_letter,
)
from tests.support.conversing import as_correspondent, give_account, make_contact, with_family
from tests.support.made_mail import CLERK, INVESTIGATOR, PETRA, as_inmate, one_more_event
from tests.support.screened_mail import waiting_letter


def test_an_inmate_appeals_once_and_nobody_else_for_them(facility: Facility) -> None:
    of = told_letter(facility)
    with pytest.raises(NotFound):
        appeals.appeal(facility, of.number, "Mine", as_inmate(PETRA))
    for words in (" ", "x" * 3001):
        with pytest.raises(UsageError):
            appeals.appeal(facility, of.number, words, ME)
    with one_more_event(facility, "appeal", f"letter:{of.item}", ME):
        appealed(facility, of)
    with pytest.raises(Conflict):
        appealed(facility, of)
    (own,) = appeals.own_rejections(facility, ME)
    assert (len(own.appeals), own.possible, own.may_appeal) == (1, None, False)
    assert appeals.own_rejections(facility, as_inmate(PETRA)) == ()


def test_after_the_last_day_only_staff_enter_it_and_it_says_so(facility: Facility) -> None:
    of = told_letter(facility)
    with later(timedelta(days=15)):
        assert not appeals.own_rejections(facility, ME)[0].may_appeal
        with pytest.raises(Conflict, match="has passed"):
            appeals.appeal(facility, of.number, "Late", ME)
        for wrong in (timedelta(days=1), -timedelta(days=16)):
            day = appeals.current_day() + wrong
            with pytest.raises(UsageError):
                appeals.enter_appeal(facility, of.number, Side.INMATE, "Late", day, CLERK)
        today = appeals.current_day()
        number = appeals.enter_appeal(facility, of.number, Side.INMATE, "Late", today, CLERK)
    found = appeal_of(facility, number)
    assert (found.late, found.entered_by, found.came) == (True, CLERK.name, today)


def test_a_sender_appeals_on_their_page_beside_the_inmate(facility: Facility) -> None:
    home = with_family(facility)
    letter, ida = waiting_letter(home), make_contact(home)
    give_account(home, ida)
    senders.name_sender(home, letter, ida, Entry(""), CLERK)
    decisions.reject(home, letter, CLERK, "a drawing")
    give_notices(home)
    of, by = rejection_of(home, letter), as_correspondent(ida)
    (own,) = appeals.own_rejections(home, by)
    assert own.rejection.number == of.number
    appeals.appeal(home, of.number, "I drew it.", by)
    appealed(home, of)
    waiting = appeals.queue(home, CLERK).waiting
    assert [each.side for each in waiting] == [Side.SENDER, Side.INMATE]
    assert appeals.own_rejections(home, ME)[0].others == ()
    decide_appeal(home, waiting[0].number, WARDEN, "It is a plan", granted=False)
    (known,) = appeals.own_rejections(home, ME)[0].others
    said = (known.side, known.granted, known.why, known.words)
    assert said == (Side.SENDER, False, "It is a plan", "")
    assert appeals.own_rejections(home, by)[0].others == ()


def test_what_was_refused_is_shown_to_who_decides(facility: Facility) -> None:
    number = appealed(facility, told_letter(facility)).number
    opened = appeals.open_appeal(facility, number, WARDEN)
    assert (opened.parts, opened.partial, opened.following) == ((2, 3), False, None)
    assert appeals.refused_picture(facility, number, 2, WARDEN).startswith(b"\xff\xd8")
    with pytest.raises(NotFound):
        appeals.refused_picture(facility, number, 1, WARDEN)
    by_clerk = appeals.open_appeal(facility, number, CLERK)
    assert (by_clerk.parts, by_clerk.partial) == ((), True)
    assert not appeals.may_decide(INVESTIGATOR)


def test_where_the_paper_goes_is_said_until_both_are_told(facility: Facility) -> None:
    of = told_letter(facility)  # nobody knows its sender
    appeals.say_sheet(facility, of.number, SheetGoes.CONTRABAND, CLERK)
    assert rejection_of(facility, of.item).sheet is SheetGoes.CONTRABAND
    with pytest.raises(UsageError):
        appeals.say_sheet(facility, of.number, SheetGoes.NONE, CLERK)
    (known,) = appeals.rejections_of(facility, of.item, CLERK)
    assert set(known.possible) == {Side.INMATE}
    assert appeals.find_rejection(facility, of.number, CLERK) == known
    with pytest.raises(NotFound):
        appeals.find_rejection(facility, 999, CLERK)
