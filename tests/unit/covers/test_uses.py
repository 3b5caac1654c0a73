"""The uses of covers: counted as letters are filed, once for each letter, not again by a retry."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.capture.filing import file_scan
from digitizer.capture.outcomes import outcome_of
from digitizer.capture.scans import ledger
from digitizer.covers import uses
from digitizer.facility import Facility
from digitizer.letters.replies import replies_under
from digitizer.model.mail import LetterState, Outcome
from digitizer.model.paper import CoverCode, SplitLetter
from digitizer.model.settings import Covers, Release
from digitizer.screening import decisions
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import cover, cover_use
from digitizer.support.clock import now
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    OPERATOR,
    ORSON,
    PETRA,
    file,
    letter_of,
    letters_of,
    new_cover,
    new_reply_sheet,
    split_of,
    take,
    used_by,
    worked,
)

_FEW = Covers(usual_letters=2, hold_unusual=True)


def _reply(code: CoverCode, *pages: int) -> SplitLetter:
    return SplitLetter(code, (), pages, ())


def _outcomes(facility: Facility, scan: str) -> list[Outcome]:
    with reading(facility.engine) as tx:
        return [each.outcome for each in outcome_of(tx, scan)]


def _doubts(facility: Facility, scan: str) -> list[list[str]]:
    return [row.doubts for row in letters_of(facility, scan)]


def _uses(facility: Facility, code: CoverCode) -> list[str]:
    with reading(facility.engine) as tx:
        return [each.scan for each in uses.uses_of(tx, code.cover_id, OPERATOR)]


def test_each_letter_is_a_use_whether_delivered_or_held(facility: Facility) -> None:
    code = new_cover(facility)
    one = file(
        facility, split_of(letter_of(code, 1, 2), letter_of(code, 3, 4, DOUBT)), content=b"1"
    )
    two = file(facility, split_of(letter_of(code, 1, 2)), content=b"2")
    assert _uses(facility, code) == [two, one, one]
    with reading(facility.engine) as tx:
        states = {each.state for each in uses.uses_of(tx, code.cover_id, OPERATOR)}
        (known,) = uses.used_covers(tx, now(), Covers())
    assert states == {LetterState.DELIVERED, LetterState.HELD}
    assert (known.uses, known.recent, known.often) == (3, 3, False)


def test_a_retry_is_no_second_use(facility: Facility) -> None:
    """The first try wrote everything, and died before the commit."""
    code, reply = new_cover(facility), new_reply_sheet(facility)
    taken = take(facility, b"1")
    stack = worked(taken, split_of(letter_of(code, 1, 2), _reply(reply, 3)))

    def try_to_file(dies: bool) -> None:
        with writing(facility.engine) as tx:
            ledger.claim(tx, taken.id, "one")
            file_scan(tx, stack, {}, Release.AUTOMATIC)
            if dies:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        try_to_file(dies=True)
    assert _uses(facility, code) == []
    assert used_by(facility, reply) is None
    try_to_file(dies=False)
    assert _uses(facility, code) == [taken.id]
    assert used_by(facility, reply) == taken.id
    assert _outcomes(facility, taken.id) == [Outcome.DELIVERED] * 2


def test_a_reply_sheet_is_good_for_one_reply(facility: Facility) -> None:
    code = new_reply_sheet(facility)
    first = file(facility, split_of(_reply(code, 1)), content=b"1")
    again = file(facility, split_of(_reply(code, 1)), content=b"2")
    assert _outcomes(facility, first) == [Outcome.DELIVERED]
    assert _outcomes(facility, again) == [Outcome.HELD]
    assert _doubts(facility, again) == [["reply_used"]]
    with reading(facility.engine) as tx:
        seen = replies_under(tx, ORSON)
        assert replies_under(tx, PETRA) == ()
    assert [each.is_delivered for each in seen] == [False, True]
    assert {each.correspondent for each in seen} == {"Aunt Ida"}


def test_two_replies_on_one_sheet_in_one_stack_are_held(facility: Facility) -> None:
    code = new_reply_sheet(facility)
    scan = file(facility, split_of(_reply(code, 1, 2), _reply(code, 3)))
    assert _doubts(facility, scan) == [["reply_used"]] * 2
    assert used_by(facility, code) is None


def test_a_held_reply_uses_its_sheet_when_a_person_delivers_it(facility: Facility) -> None:
    code = new_reply_sheet(facility)
    held = file(facility, split_of(SplitLetter(code, (), (1,), (), (DOUBT,))), content=b"1")
    assert used_by(facility, code) is None
    (row,) = letters_of(facility, held)
    decisions.assign(facility, row.id, ORSON, CLERK, "asked them")
    assert used_by(facility, code) == held
    again = file(facility, split_of(_reply(code, 1)), content=b"2")
    assert _doubts(facility, again) == [["reply_used"]]


def _limited(facility: Facility, letters: int) -> CoverCode:
    code = new_cover(facility)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(cover).where(cover.c.id == code.cover_id).values(most_letters=letters))
    return code


def test_a_cover_for_two_letters_delivers_two(facility: Facility) -> None:
    code = _limited(facility, 2)
    scans = [file(facility, split_of(letter_of(code, 1, 2)), content=b"%d" % n) for n in range(3)]
    assert [_outcomes(facility, scan) for scan in scans] == [
        [Outcome.DELIVERED],
        [Outcome.DELIVERED],
        [Outcome.HELD],
    ]
    assert _doubts(facility, scans[2]) == [["cover_spent"]]


def test_too_many_letters_in_one_stack_are_all_held(facility: Facility) -> None:
    code = _limited(facility, 2)
    stack = split_of(*(letter_of(code, first, first + 1) for first in (1, 3, 5)))
    scan = file(facility, stack, content=b"1")
    assert _doubts(facility, scan) == [["cover_spent"]] * 3
    after = file(facility, split_of(letter_of(code, 1, 2), letter_of(code, 3, 4)), content=b"2")
    assert _outcomes(facility, after) == [Outcome.DELIVERED] * 2


def _file_with(facility: Facility, code: CoverCode, usual: Covers, content: bytes) -> str:
    taken = take(facility, content)
    with writing(facility.engine) as tx:
        ledger.claim(tx, taken.id, "one")
        stack = worked(taken, split_of(letter_of(code, 1, 2)))
        file_scan(tx, stack, {}, Release.AUTOMATIC, usual)
    return taken.id


@pytest.mark.parametrize("holds", [True, False])
def test_unusual_use_is_shown_and_held_where_the_facility_wants_it(
    facility: Facility, holds: bool
) -> None:
    code, other = new_cover(facility), new_cover(facility, PETRA)
    usual = _FEW.model_copy(update={"hold_unusual": holds})
    scans = [_file_with(facility, code, usual, b"%d" % n) for n in range(3)]
    _file_with(facility, other, usual, b"other")
    with reading(facility.engine) as tx:
        (often,) = uses.used_covers(tx, now(), usual, only_often=True)
        everyone = uses.used_covers(tx, now(), usual)
        theirs = uses.used_covers(tx, now(), usual, booking_number=PETRA)
    assert (often.cover.code.cover_id, often.recent) == (code.cover_id, 3)
    assert [each.cover.code.cover_id for each in everyone] == [code.cover_id, other.cover_id]
    assert [each.uses for each in theirs] == [1]
    wanted = [["cover_used_often"]] if holds else [[]]
    assert [_doubts(facility, scan) for scan in scans] == [[[]], [[]], wanted]


def test_old_uses_do_not_count_as_recent(facility: Facility) -> None:
    code = new_cover(facility)
    for n in range(3):
        _file_with(facility, code, _FEW.model_copy(update={"hold_unusual": False}), b"%d" % n)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(cover_use).values(at=now().replace(year=2001)))
    with reading(facility.engine) as tx:
        assert uses.used_covers(tx, now(), _FEW, only_often=True) == ()
        (known,) = uses.used_covers(tx, now(), _FEW)
    assert (known.uses, known.recent) == (3, 0)
    assert _doubts(facility, _file_with(facility, code, _FEW, b"new")) == [[]]


def test_a_use_is_kept_with_the_scan_when_pages_move(facility: Facility) -> None:
    """Cutting or joining held letters makes no further letter on paper."""
    code = new_cover(facility)
    scan = file(facility, split_of(letter_of(code, 1, 4, DOUBT)))
    (row,) = letters_of(facility, scan)
    first, second = decisions.cut(facility, row.id, 3, CLERK, "two letters")
    decisions.join(facility, first, second, CLERK, "one after all")
    assert _uses(facility, code) == [scan]
