"""A page that was withheld is not delivered from another scan of its paper, unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.letters.withheld_before import WITHIN
from digitizer.model.errors import Conflict
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import CoverCode
from digitizer.model.settings import Release
from digitizer.screening import decisions, recalls, review
from digitizer.screening.seen_pages import Unseen
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import letter
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    ORSON,
    PETRA,
    SUPERVISOR,
    file,
    held_letter,
    held_whole,
    letter_of,
    letters_of,
    new_cover,
    split_of,
    stored_letter,
    take,
)
from tests.support.screened_mail import waiting_letter

MAP = "a plan of the building"


def _withheld(facility: Facility, code: CoverCode, content: bytes = b"1") -> str:
    scan = file(
        facility, split_of(letter_of(code, 1, 4)), content=content, release=Release.AFTER_REVIEW
    )
    (made,) = letters_of(facility, scan)
    decisions.withhold(facility, made.id, 3, CLERK, MAP)
    return made.id


def _again(facility: Facility, code: CoverCode, content: bytes = b"again") -> str:
    (made,) = letters_of(facility, file(facility, split_of(letter_of(code, 1, 4)), content=content))
    return made.id


def _waits_and_says_so(facility: Facility, letter_id: str) -> None:
    stored = stored_letter(facility, letter_id)
    assert stored.state in (LetterState.AWAITING_REVIEW, LetterState.HELD)
    assert (MAP in stored.reason, "withheld_before" in stored.doubts) == (True, True)


def test_what_comes_under_its_cover_waits_though_all_is_delivered_at_once(
    facility: Facility,
) -> None:
    code = new_cover(facility)
    old = _withheld(facility, code)
    new = _again(facility, code)
    _waits_and_says_so(facility, new)
    assert f"Page 3 of letter {old}" in stored_letter(facility, new).reason


def test_also_once_the_rest_was_delivered(facility: Facility) -> None:
    code = new_cover(facility)
    first = _withheld(facility, code)
    decisions.release(facility, first, CLERK, "the rest is fine")
    _waits_and_says_so(facility, _again(facility, code))


def test_also_under_another_cover_for_them_while_nobody_has_decided(facility: Facility) -> None:
    first = _withheld(facility, new_cover(facility))
    decisions.ask_for_rescan(facility, first, CLERK, "a corner is folded")
    _waits_and_says_so(facility, _again(facility, new_cover(facility)))
    other = _again(facility, new_cover(facility, PETRA), b"hers")
    assert stored_letter(facility, other).state == LetterState.DELIVERED


def test_also_where_the_cover_is_with_the_other_part_of_the_letter(facility: Facility) -> None:
    code = new_cover(facility)
    scan = file(facility, split_of(letter_of(code, 1, 4)), release=Release.AFTER_REVIEW)
    (whole,) = letters_of(facility, scan)
    _, second = decisions.cut(facility, whole.id, 3, CLERK, "two letters")
    decisions.withhold(facility, second, 3, CLERK, MAP)
    _waits_and_says_so(facility, _again(facility, code))


def test_a_month_later_it_is_another_letter(
    facility: Facility,
) -> None:
    code = new_cover(facility)
    first = _withheld(facility, code)
    decisions.release(facility, first, CLERK, "the rest is fine")
    with writing(facility.engine) as tx:
        old = tx.execute(sa.select(letter.c.received)).scalar_one() - WITHIN - timedelta(days=1)
        tx.execute(sa.update(letter).values(received=old))
    assert stored_letter(facility, _again(facility, code)).state == LetterState.DELIVERED


def test_a_page_that_was_given_back_is_no_reason(facility: Facility) -> None:
    code = new_cover(facility)
    first = _withheld(facility, code)
    decisions.mark_page(facility, first, 3, PageRole.CONTENT, CLERK, "a river")
    assert stored_letter(facility, _again(facility, code)).state == LetterState.DELIVERED


def _rescanned(facility: Facility, old: str, new: str) -> None:
    decisions.rescanned(facility, old, new, SUPERVISOR, "scanned again")


def test_what_replaces_it_waits_and_says_so(facility: Facility) -> None:
    first = _withheld(facility, new_cover(facility))
    scan = file(
        facility, split_of(letter_of(new_cover(facility, PETRA), 1, 4, DOUBT)), content=b"again"
    )
    (new,) = letters_of(facility, scan)
    _rescanned(facility, first, new.id)
    _waits_and_says_so(facility, new.id)
    for by in (CLERK, SUPERVISOR):
        decisions.assign(facility, new.id, ORSON, by, "his")
        assert stored_letter(facility, new.id).state == LetterState.AWAITING_REVIEW
        _waits_and_says_so(facility, new.id)


def test_nobody_releases_it_unseen(facility: Facility) -> None:
    first = _withheld(facility, new_cover(facility))
    new = waiting_letter(facility, b"again", PETRA, texts={2: "a", 3: "b", 4: "c"})
    _rescanned(facility, first, new)
    with pytest.raises(Conflict, match=MAP):
        decisions.release(facility, new, SUPERVISOR, "known")
    done, left = review.release_chosen(facility, [new], SUPERVISOR, "known")
    assert (done, MAP in left[0].why) == ((), True)
    for number in (2, 3, 4):
        review.page_picture(facility, new, number, SUPERVISOR)
    decisions.withhold(facility, new, 3, SUPERVISOR, MAP)
    decisions.release(facility, new, SUPERVISOR, "without it")
    recalls.recall(facility, new, SUPERVISOR, "an appeal")
    _waits_and_says_so(facility, new)


def test_what_is_delivered_already_cannot_replace_it(facility: Facility) -> None:
    first = _withheld(facility, new_cover(facility))
    new = _again(facility, new_cover(facility, PETRA))
    assert stored_letter(facility, new).state == LetterState.DELIVERED
    with pytest.raises(Conflict, match="A supervisor recalls"):
        _rescanned(facility, first, new)
    recalls.recall(facility, new, SUPERVISOR, "scanned again")
    _rescanned(facility, first, new)
    _waits_and_says_so(facility, new)


def test_a_scan_that_is_not_worked_yet_waits_once_it_is(facility: Facility) -> None:
    first = _withheld(facility, new_cover(facility))
    scan = take(facility, b"again")
    _rescanned(facility, first, scan.id)
    same = file(facility, split_of(letter_of(new_cover(facility, PETRA), 1, 4)), content=b"again")
    assert same == scan.id
    _waits_and_says_so(facility, letters_of(facility, same)[0].id)


def test_a_scan_that_is_held_whole_says_so_once_it_is_a_letter(facility: Facility) -> None:
    first, whole = _withheld(facility, new_cover(facility)), held_whole(facility)
    _rescanned(facility, first, whole)
    made = decisions.assign(facility, whole, ORSON, CLERK, "his")
    assert stored_letter(facility, made).state == LetterState.AWAITING_REVIEW
    _waits_and_says_so(facility, made)


def _cut(facility: Facility, new: str) -> str:
    return decisions.cut(facility, new, 3, CLERK, "two letters")[1]


def _cut_and_joined(facility: Facility, new: str) -> str:
    second = _cut(facility, new)
    return decisions.join(facility, second, new, CLERK, "one letter")


def _asked_for(facility: Facility, new: str) -> str:
    return decisions.ask_for_rescan(facility, new, CLERK, "too dark")


def _once_more(facility: Facility, new: str) -> str:
    third = held_letter_again(facility)
    _rescanned(facility, _cut(facility, new), third)
    return third


def held_letter_again(facility: Facility) -> str:
    code = new_cover(facility, PETRA)
    scan = file(facility, split_of(letter_of(code, 1, 4, DOUBT)), content=b"once more")
    return letters_of(facility, scan)[0].id


@pytest.mark.parametrize("way", [_cut, _cut_and_joined, _asked_for, _once_more])
def test_it_goes_with_the_pages(facility: Facility, way: Callable[[Facility, str], str]) -> None:
    first = _withheld(facility, new_cover(facility))
    new = waiting_letter(facility, b"again", PETRA, texts={2: "a", 3: "b", 4: "c"})
    _rescanned(facility, first, new)
    _waits_and_says_so(facility, way(facility, new))


def test_undoing_it_leaves_the_new_scan_as_it_was(facility: Facility) -> None:
    first = _withheld(facility, new_cover(facility))
    new = waiting_letter(facility, b"again", PETRA, texts={2: "a", 3: "b", 4: "c"})
    before = [stored_letter(facility, each) for each in (first, new)]
    _rescanned(facility, first, new)
    with reading(facility.engine) as tx:
        last = next(each for each in audit.latest_events(tx) if each.verb == "rescanned")
    decisions.undo(facility, first, last.seq, SUPERVISOR)
    assert [stored_letter(facility, each) for each in (first, new)] == before


@pytest.mark.parametrize("cover", [True, False])
def test_paper_without_a_cover_says_so_once_it_is_known_for_whom_it_is(
    facility: Facility, cover: bool
) -> None:
    older = held_letter(facility, content=b"older")
    first = _withheld(facility, new_cover(facility) if cover else new_cover(facility, PETRA))
    if not cover:  # a person found out whose it is
        decisions.assign(facility, first, ORSON, CLERK, "his", unseen=Unseen.REFUSED)
    new, other = held_letter(facility, content=b"new"), held_letter(facility, content=b"other")
    for each in (new, older):
        decisions.assign(facility, each, ORSON, CLERK, "his")
    if cover:
        decisions.assign(facility, other, PETRA, CLERK, "hers")
    _waits_and_says_so(facility, new)
    delivered = (older, other) if cover else (older,)
    assert {stored_letter(facility, each).state for each in delivered} == {LetterState.DELIVERED}
