"""From the setting to the notice: each side is told once, in their language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.appeals import actions as appeals
from digitizer.appeals import rejections
from digitizer.facility import Facility
from digitizer.messages.refused_mail import refusals
from digitizer.model.appeal_settings import RejectReason
from digitizer.model.appeals import Refused, Rejection, SheetGoes, Side
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.mail import LetterState
from digitizer.model.people import MACHINE
from digitizer.people.correspondents.actions import Entry
from digitizer.prints import queue
from digitizer.screening import appeal_notices, decisions, notices, senders
from digitizer.screening.appeal_decisions import decide_appeal
from digitizer.storage import tables
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_appeals import rejection
from tests.support.appealing import (
    ME,
    WARDEN,
    appealed,
    give_notices,
    later,
    rejection_of,
    told_letter,
    with_appeals,
)
from tests.support.conversing import IDA, give_account, mailed, make_contact, with_family
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR, held_letter, new_cover
from tests.support.pdf_looks import page_texts
from tests.support.screened_mail import waiting_letter

DRAWING = RejectReason(
    reason="Drawings are not allowed", rule="WAC 137-48-040", es="No se permiten dibujos"
)
BLADE = RejectReason(reason="Plans of a crime", rule="18 USC 4", sheet="evidence")


def _with_reasons(facility: Facility) -> Facility:
    own = facility.settings.screening.model_copy(update={"reject_reasons": (DRAWING, BLADE)})
    return replace(facility, settings=facility.settings.model_copy(update={"screening": own}))


def _papers(facility: Facility) -> list[str]:
    """The words of all that waits to be printed."""
    with reading(facility.engine) as tx:
        found = [facility.pictures.get(each.pdf) for each in queue.waiting(tx) if each.pdf]
    return [" ".join(" ".join(page_texts(each)).split()) for each in found]


def _speaks_spanish(facility: Facility) -> None:
    with facility.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE inmate SET more = '{{\"language\": \"es\"}}' WHERE booking_number = '{ORSON}'"
        )


def test_from_the_setting_to_the_paper_in_both_languages(facility: Facility) -> None:
    home = with_appeals(_with_reasons(facility), sheet="held")
    _speaks_spanish(home)
    letter = waiting_letter(home)
    senders.name_sender(home, letter, make_contact(home, IDA), Entry(""), CLERK)
    decisions.reject(home, letter, CLERK, DRAWING.reason)
    assert appeal_notices.give_notices(home, MACHINE) == 0  # it can still be undone
    assert give_notices(home) == 2
    of = rejection_of(home, letter)
    assert (set(of.told), of.sheet) == (set(Side), SheetGoes.HELD)
    to_inmate, to_sender = sorted(_papers(home), key=lambda text: "12 Elm Street" in text)
    own = appeals.own_rejections(home, ME)[0]
    assert own.possible is not None
    assert own.possible.last_day >= date.today() + timedelta(days=10)
    for text in (to_inmate, to_sender):
        assert "Drawings are not allowed" in text
        assert "No se permiten dibujos" in text
        assert "(WAC 137-48-040)" in text
        assert "held until the appeal is over" in text
        assert "se guarda hasta que termine la apelación" in text
    assert f"El último día para apelar es el {own.possible.last_day}" in to_inmate
    assert to_inmate.index("Su correo fue rechazado") < to_inmate.index("Your mail was rejected")
    assert "within 10 days" in to_inmate
    assert "within 20 days" in to_sender
    assert to_sender.index("Your mail was rejected") < to_sender.index("Su correo fue rechazado")
    assert give_notices(home) == 0
    number = appealed(home, of).number
    decide_appeal(home, number, WARDEN, "A drawing of a cat", granted=True)
    assert give_notices(home) == 2
    decided = [each for each in _papers(home) if "The appeal was granted" in each]
    assert len(decided) == 2
    assert all(
        "A drawing of a cat" in each and "La apelación fue aceptada" in each for each in decided
    )


def test_a_sender_with_an_account_is_told_by_e_mail(facility: Facility) -> None:
    home = with_family(facility)
    letter, ida = waiting_letter(home), make_contact(home)
    give_account(home, ida)
    senders.name_sender(home, letter, ida, Entry(""), CLERK)
    decisions.reject(home, letter, CLERK, "a drawing")
    give_notices(home)
    (sent,) = mailed(home)
    assert "rejected" in sent.subject
    assert "a drawing" not in sent.body
    assert letter not in sent.body


def test_whose_cover_alone_names_them_is_told_by_nobody_but_a_person(facility: Facility) -> None:
    letter = held_letter(facility, new_cover(facility))
    decisions.reject(facility, letter, CLERK, "a drawing")
    assert give_notices(facility) == 0
    of = rejection_of(facility, letter)
    assert (of.inmate, of.told) == (None, {})
    notices.rejection_notice(facility, letter, False, (), CLERK)
    of = rejection_of(facility, letter)
    assert of.inmate is not None
    assert (of.inmate.booking_number, set(of.told)) == (ORSON, {Side.INMATE})


def test_a_notice_that_was_printed_by_hand_is_given_once(facility: Facility) -> None:
    letter = waiting_letter(facility)
    decisions.reject(facility, letter, CLERK, "a drawing")
    notices.rejection_notice(facility, letter, False, (), CLERK)
    assert give_notices(facility) == 0
    assert set(rejection_of(facility, letter).told) == {Side.INMATE}


def test_what_was_undone_is_told_to_nobody(facility: Facility) -> None:
    letter = waiting_letter(facility)
    decisions.reject(facility, letter, CLERK, "a drawing")
    decisions.undo_last(facility, CLERK)
    assert give_notices(facility) == 0
    assert appeals.own_rejections(facility, ME) == ()


class TestOfEvidence:
    @pytest.fixture
    def home(self, facility: Facility) -> Facility:
        return _with_reasons(facility)

    @pytest.fixture
    def letter(self, home: Facility) -> str:
        found = waiting_letter(home)
        decisions.reject(home, found, CLERK, BLADE.reason)
        return found

    def test_it_waits_a_day_for_a_supervisor(self, home: Facility, letter: str) -> None:
        assert give_notices(home) == 0
        assert refusals(home, ME) == ()
        with later(timedelta(hours=25)):
            assert appeal_notices.give_notices(home, MACHINE) == 1
        assert [each.id for each in refusals(home, ME)] == [letter]

    def test_a_supervisor_withholds_it_until_a_day_is_over(
        self, home: Facility, letter: str
    ) -> None:
        until = appeals.current_day() + timedelta(days=30)
        of = appeals.withhold_notice(home, letter, until, SUPERVISOR, "case 17")
        assert (of.what, of.is_kept, of.kept_by) == (Refused.LETTER, True, SUPERVISOR.name)
        with later(timedelta(days=29)):
            assert appeal_notices.give_notices(home, MACHINE) == 0
        with pytest.raises(Conflict, match="withholds"):
            notices.rejection_notice(home, letter, False, (), CLERK)
        assert refusals(home, ME) == ()
        assert [each.number for each in appeals.queue(home, CLERK).kept] == [of.number]
        with later(timedelta(days=31)):
            assert appeal_notices.give_notices(home, MACHINE) == 1
        assert set(rejection_of(home, letter).told) == {Side.INMATE}

    def test_what_cannot_be_withheld(self, home: Facility, letter: str) -> None:
        day = appeals.current_day()
        for until, reason in ((day, " "), (day - timedelta(days=1), "a"), (date.max, "a")):
            with pytest.raises(UsageError):
                appeals.withhold_notice(home, letter, until, SUPERVISOR, reason)
        told = told_letter(home, b"another")
        with pytest.raises(Conflict, match="given already"):
            appeals.withhold_notice(home, told.item, day, SUPERVISOR, "a case")
        with pytest.raises(Conflict, match="not rejected"):
            appeals.withhold_notice(home, held_letter(home), day, SUPERVISOR, "a case")


def test_a_letter_to_nobody_is_left_to_a_person(facility: Facility) -> None:
    """No notice on paper can say whose mail it was, though its sender is known."""
    home = with_appeals(facility, paper="always")
    letter = held_letter(home)
    senders.name_sender(home, letter, make_contact(home, IDA), Entry(""), CLERK)
    decisions.reject(home, letter, CLERK, "nobody of this name is here")
    told_letter(home)
    with reading(home.engine) as tx:
        assert rejections.in_force(tx, letter)[0].told == {}


def test_one_that_fails_keeps_no_other_back(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (waiting_letter(facility, each) for each in (b"1", b"2"))
    for letter in (first, second):
        decisions.reject(facility, letter, CLERK, "a plan")
    draw = notices.draw_notice

    def fails(tx: sa.Connection, home: Facility, of: Rejection, *rest: Any) -> Any:
        if of.item == first:
            raise OSError("no room")
        return draw(tx, home, of, *rest)

    monkeypatch.setattr(appeal_notices, "draw_notice", fails)
    assert give_notices(facility) >= 1
    monkeypatch.undo()
    assert Side.INMATE in rejection_of(facility, second).told
    assert Side.INMATE not in rejection_of(facility, first).told
    give_notices(facility)
    assert Side.INMATE in rejection_of(facility, first).told


def test_a_decision_is_told_once(facility: Facility) -> None:
    of = told_letter(facility)
    number = appealed(facility, of).number
    decide_appeal(facility, number, WARDEN, "no", granted=False)
    assert appeal_notices._tell_decision(facility, number, MACHINE) > 0
    assert appeal_notices._tell_decision(facility, number, MACHINE) == 0


def test_evidence_is_a_supervisors_to_say(facility: Facility) -> None:
    home = _with_reasons(facility)
    letter = waiting_letter(home)
    decisions.reject(home, letter, CLERK, BLADE.reason)
    give_notices(home)
    of = rejection_of(home, letter)
    with pytest.raises(Conflict, match="supervisor"):
        appeals.say_sheet(home, of.number, SheetGoes.HELD, CLERK)
    with pytest.raises(Conflict, match="evidence"):
        notices.rejection_notice(home, letter, False, (), CLERK)
    appeals.say_sheet(home, of.number, SheetGoes.HELD, SUPERVISOR)
    assert notices.rejection_notice(home, letter, False, (), CLERK).pdf


def test_what_was_destroyed_stays_refused(facility: Facility) -> None:
    """Its inmate must not read that it is refused no longer."""
    of = told_letter(facility)
    rejected = sa.update(tables.letter).where(tables.letter.c.id == of.item)
    with writing(facility.engine) as tx:
        tx.execute(rejected.values(state=str(LetterState.DESTROYED)))
    give_notices(facility)
    assert rejection_of(facility, of.item).ended is None
    with writing(facility.engine) as tx:
        assert rejections.changes(tx, timedelta()) == ([], [])
        a_message = {"what": str(Refused.MESSAGE_FROM), "item": "gone"}
        tx.execute(sa.update(rejection).values(**a_message))
        assert rejections.changes(tx, timedelta()) == ([], [])
        tx.execute(sa.update(rejection).values(item=of.item))
        tx.execute(rejected.values(state=str(LetterState.DELIVERED)))
        assert rejections.changes(tx, timedelta()) == ([], [of.number])
