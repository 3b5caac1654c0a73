"""Sheets for the protected line: blank stock, logged once when they go out sealed."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from digitizer.covers import actions as covers
from digitizer.engines.codes.item_code import ItemCode
from digitizer.engines.codes.protected_code import protected_payload
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, UsageError
from digitizer.model.legal import Answer, Cause
from digitizer.protected_line import actions as protected_line
from digitizer.protected_line.actions import DayCount
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import retired_key
from digitizer.storage.tables_protected import protected_sheet
from digitizer.support.clock import now
from tests.support.asked_staff import LINE, ME, OMBUDSMAN, PREA, with_requests
from tests.support.made_mail import CLERK, INVESTIGATOR, OPERATOR, ORSON, SUPERVISOR, events


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_requests(facility, protected=(LINE, OMBUDSMAN))


def _codes(here: Facility) -> list[tuple[str, str]]:
    """Of each sheet, what its code holds and its number."""
    with reading(here.engine) as tx:
        rows = tx.execute(sa.select(protected_sheet).order_by(protected_sheet.c.short_id)).all()
    return [(protected_payload(ItemCode(r.key_id, r.id), here.keys), r.short_id) for r in rows]


def test_a_sheet_is_logged_once_by_its_code_or_its_number(here: Facility) -> None:
    assert protected_line.print_sheets(here, PREA, 2, CLERK).startswith(b"%PDF")
    (scanned, _), (_, typed) = _codes(here)
    first = protected_line.log_envelope(here, scanned.lower(), CLERK)
    assert (first.answer, first.addressee) == (Answer.PASS, PREA)
    again = protected_line.log_envelope(here, scanned, SUPERVISOR)
    assert (again.answer, again.logged) == (Answer.DUPLICATE, _today())
    assert protected_line.log_envelope(here, typed, CLERK).answer is Answer.PASS
    assert protected_line.logged_by_day(here, CLERK) == (DayCount(_today(), PREA, 2),)


def _today() -> date:
    return now().astimezone().date()


@pytest.mark.parametrize(
    ("text", "answer", "cause"),
    [
        ("", Answer.UNREADABLE, Cause.NO_CODE),
        ("K7QM-3XTR-0", Answer.UNREADABLE, Cause.MISTYPED),
        ("MD1" + "A" * 32, Answer.UNKNOWN, Cause.NOT_SIGNED),
        ("https://example.org/a/parcel", Answer.UNKNOWN, Cause.FOREIGN),
    ],
)
def test_what_is_no_sheet_of_ours(here: Facility, text: str, answer: Answer, cause: Cause) -> None:
    found = protected_line.log_envelope(here, text, CLERK)
    assert (found.answer, found.cause) == (answer, cause)


def test_another_sheet_and_a_code_that_nobody_printed(here: Facility) -> None:
    cover = covers.print_inmate_cover(here, ORSON, OPERATOR)
    known = protected_line.log_envelope(here, cover.short_id, CLERK)
    assert (known.answer, known.cause) == (Answer.UNKNOWN, Cause.NOT_REGISTERED)
    made = protected_payload(ItemCode(here.keys.current, "00" * 9), here.keys)
    assert protected_line.log_envelope(here, made, CLERK).cause is Cause.NOT_REGISTERED


def test_a_sheet_under_a_retired_key_is_a_supervisor_s(here: Facility) -> None:
    protected_line.print_sheets(here, PREA, 1, CLERK)
    with writing(here.engine) as tx:
        tx.execute(
            sa.insert(retired_key).values(number=here.keys.current, retired=now(), reason="x")
        )
    found = protected_line.log_envelope(here, _codes(here)[0][0], CLERK)
    assert (found.answer, found.cause) == (Answer.REVOKED, Cause.KEY_RETIRED)
    with pytest.raises(Conflict, match="retired"):
        protected_line.print_sheets(here, PREA, 1, CLERK)


def test_an_inmate_prints_one_and_nobody_learns_who(here: Facility) -> None:
    assert protected_line.print_sheets(here, "Ombudsman", 1, ME).startswith(b"%PDF")
    (entry,) = [each for each in events(here) if each[0] == "print sheets for the protected line"]
    assert ORSON not in repr(entry)
    with reading(here.engine) as tx:
        assert not re.search(ORSON, repr(tx.execute(sa.select(protected_sheet)).all()))
    with pytest.raises(UsageError):
        protected_line.print_sheets(here, PREA, 2, ME)


@pytest.mark.parametrize("number", [0, 51, -1])
def test_so_many_are_not_printed(here: Facility, number: int) -> None:
    with pytest.raises(UsageError):
        protected_line.print_sheets(here, PREA, number, CLERK)
    with pytest.raises(UsageError):
        protected_line.print_sheets(here, "Nobody", 1, CLERK)


def test_who_may_not(here: Facility) -> None:
    for do in (
        lambda: protected_line.log_envelope(here, "", ME),
        lambda: protected_line.log_envelope(here, "", INVESTIGATOR),
        lambda: protected_line.logged_by_day(here, ME),
        lambda: protected_line.print_sheets(here, PREA, 1, INVESTIGATOR),
    ):
        with pytest.raises(NotAllowed):
            do()
