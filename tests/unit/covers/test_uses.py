"""The uses of covers: counted as letters are filed, once a letter, and never by a retry."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.capture.filing import file_scan
from digitizer.capture.outcomes import outcome_of
from digitizer.capture.scans import ledger
from digitizer.covers import register, uses
from digitizer.facility import House
from digitizer.letters.replies import replies_under
from digitizer.messages import outgoing
from digitizer.model.mail import Direction, LetterState, Outcome
from digitizer.model.paper import CodeKind, CoverCode, SplitLetter
from digitizer.model.settings import Covers, Release
from digitizer.screening import decisions
from digitizer.storage.tables import cover, cover_use, reading, writing
from digitizer.support.clock import now
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    ORSON,
    PETRA,
    file,
    letter_of,
    letters_of,
    new_cover,
    split_of,
    take,
    used_by,
    worked,
)

_FEW = Covers(usual_letters=2, hold_unusual=True)


def _reply_code(house: House, inmate_id: int = 1) -> CoverCode:
    with writing(house.engine) as tx:
        code = register.fresh_code(tx, CodeKind.REPLY, house.keys)
        sent = outgoing.queue_message(
            tx, direction=Direction.TO_INMATE, inmate_id=inmate_id, correspondent="Aunt Ida",
            address=None, subject="Hi", body="How are you?", photos=(), cover_id=code.cover_id,
        )  # fmt: skip
        register.enrol(tx, code, inmate_id=inmate_id, message_id=sent)
    return code


def _reply(code: CoverCode, *pages: int) -> SplitLetter:
    return SplitLetter(code, (), pages, ())


def _outcomes(house: House, scan: str) -> list[Outcome]:
    with reading(house.engine) as tx:
        return [each.outcome for each in outcome_of(tx, scan)]


def _doubts(house: House, scan: str) -> list[list[str]]:
    return [row.doubts for row in letters_of(house, scan)]


def _uses(house: House, code: CoverCode) -> list[str]:
    with reading(house.engine) as tx:
        return [each.scan for each in uses.uses_of(tx, code.cover_id)]


def test_each_letter_is_a_use_whether_delivered_or_held(house: House) -> None:
    code = new_cover(house)
    one = file(house, split_of(letter_of(code, 1, 2), letter_of(code, 3, 4, DOUBT)), content=b"1")
    two = file(house, split_of(letter_of(code, 1, 2)), content=b"2")
    assert _uses(house, code) == [two, one, one]
    with reading(house.engine) as tx:
        states = {each.state for each in uses.uses_of(tx, code.cover_id)}
        (known,) = uses.used_covers(tx, now(), Covers())
    assert states == {LetterState.DELIVERED, LetterState.HELD}
    assert (known.uses, known.recent, known.often) == (3, 3, False)


def test_a_retry_is_no_second_use(house: House) -> None:
    """Its first try wrote all and died before the commit."""
    code, reply = new_cover(house), _reply_code(house)
    taken = take(house, b"1")
    stack = worked(taken, split_of(letter_of(code, 1, 2), _reply(reply, 3)))

    def try_to_file(dies: bool) -> None:
        with writing(house.engine) as tx:
            ledger.claim(tx, taken.id, "one")
            file_scan(tx, stack, {}, Release.AUTOMATIC)
            if dies:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        try_to_file(dies=True)
    assert _uses(house, code) == []
    assert used_by(house, reply) is None
    try_to_file(dies=False)
    assert _uses(house, code) == [taken.id]
    assert used_by(house, reply) == taken.id
    assert _outcomes(house, taken.id) == [Outcome.DELIVERED] * 2


def test_a_reply_sheet_is_good_for_one_reply(house: House) -> None:
    code = _reply_code(house)
    first = file(house, split_of(_reply(code, 1)), content=b"1")
    again = file(house, split_of(_reply(code, 1)), content=b"2")
    assert _outcomes(house, first) == [Outcome.DELIVERED]
    assert _outcomes(house, again) == [Outcome.HELD]
    assert _doubts(house, again) == [["reply_used"]]
    with reading(house.engine) as tx:
        seen = replies_under(tx, ORSON)
        assert replies_under(tx, PETRA) == ()
    assert [each.is_delivered for each in seen] == [False, True]
    assert {each.correspondent for each in seen} == {"Aunt Ida"}


def test_two_replies_on_one_sheet_in_one_stack_are_held(house: House) -> None:
    code = _reply_code(house)
    scan = file(house, split_of(_reply(code, 1, 2), _reply(code, 3)))
    assert _doubts(house, scan) == [["reply_used"]] * 2
    assert used_by(house, code) is None


def test_a_held_reply_uses_its_sheet_when_a_person_delivers_it(house: House) -> None:
    code = _reply_code(house)
    held = file(house, split_of(SplitLetter(code, (), (1,), (), (DOUBT,))), content=b"1")
    assert used_by(house, code) is None
    (row,) = letters_of(house, held)
    decisions.assign(house, row.id, ORSON, CLERK, "asked them")
    assert used_by(house, code) == held
    again = file(house, split_of(_reply(code, 1)), content=b"2")
    assert _doubts(house, again) == [["reply_used"]]


def _limited(house: House, letters: int) -> CoverCode:
    code = new_cover(house)
    with writing(house.engine) as tx:
        tx.execute(sa.update(cover).where(cover.c.id == code.cover_id).values(most_letters=letters))
    return code


def test_a_cover_for_two_letters_delivers_two(house: House) -> None:
    code = _limited(house, 2)
    scans = [file(house, split_of(letter_of(code, 1, 2)), content=b"%d" % n) for n in range(3)]
    assert [_outcomes(house, scan) for scan in scans] == [
        [Outcome.DELIVERED], [Outcome.DELIVERED], [Outcome.HELD]
    ]  # fmt: skip
    assert _doubts(house, scans[2]) == [["cover_spent"]]


def test_which_of_too_many_letters_in_a_stack_are_good_cannot_be_told(house: House) -> None:
    code = _limited(house, 2)
    stack = split_of(*(letter_of(code, first, first + 1) for first in (1, 3, 5)))
    scan = file(house, stack, content=b"1")
    assert _doubts(house, scan) == [["cover_spent"]] * 3
    after = file(house, split_of(letter_of(code, 1, 2), letter_of(code, 3, 4)), content=b"2")
    assert _outcomes(house, after) == [Outcome.DELIVERED] * 2


def _file_with(house: House, code: CoverCode, usual: Covers, content: bytes) -> str:
    taken = take(house, content)
    with writing(house.engine) as tx:
        ledger.claim(tx, taken.id, "one")
        stack = worked(taken, split_of(letter_of(code, 1, 2)))
        file_scan(tx, stack, {}, Release.AUTOMATIC, usual)
    return taken.id


@pytest.mark.parametrize("holds", [True, False])
def test_unusual_use_is_shown_and_held_where_the_facility_wants_it(
    house: House, holds: bool
) -> None:
    code, other = new_cover(house), new_cover(house, PETRA)
    usual = _FEW.model_copy(update={"hold_unusual": holds})
    scans = [_file_with(house, code, usual, b"%d" % n) for n in range(3)]
    _file_with(house, other, usual, b"other")
    with reading(house.engine) as tx:
        (often,) = uses.used_covers(tx, now(), usual, only_often=True)
        everyone = uses.used_covers(tx, now(), usual)
        his = uses.used_covers(tx, now(), usual, booking_number=PETRA)
    assert (often.cover.code.cover_id, often.recent) == (code.cover_id, 3)
    assert [each.cover.code.cover_id for each in everyone] == [code.cover_id, other.cover_id]
    assert [each.uses for each in his] == [1]
    wanted = [["cover_used_often"]] if holds else [[]]
    assert [_doubts(house, scan) for scan in scans] == [[[]], [[]], wanted]


def test_old_uses_do_not_count_as_of_late(house: House) -> None:
    code = new_cover(house)
    for n in range(3):
        _file_with(house, code, _FEW.model_copy(update={"hold_unusual": False}), b"%d" % n)
    with writing(house.engine) as tx:
        tx.execute(sa.update(cover_use).values(at=now().replace(year=2001)))
    with reading(house.engine) as tx:
        assert uses.used_covers(tx, now(), _FEW, only_often=True) == ()
        (known,) = uses.used_covers(tx, now(), _FEW)
    assert (known.uses, known.recent) == (3, 0)
    assert _doubts(house, _file_with(house, code, _FEW, b"new")) == [[]]


def test_a_use_is_kept_with_the_scan_when_pages_move(house: House) -> None:
    """Cutting or joining held letters is a person's work on a picture, no further letter."""
    code = new_cover(house)
    scan = file(house, split_of(letter_of(code, 1, 4, DOUBT)))
    (row,) = letters_of(house, scan)
    first, second = decisions.cut(house, row.id, 3, CLERK, "two letters")
    decisions.join(house, first, second, CLERK, "one after all")
    assert _uses(house, code) == [scan]
