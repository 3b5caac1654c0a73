"""Held letters cut, joined, and their pages marked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.letters.actions import mailbox
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.mail import LetterState, PageRole, Queue
from digitizer.screening import decisions
from digitizer.storage.database import reading
from digitizer.storage.tables import page
from tests.support.made_mail import (
    CLERK,
    OPERATOR,
    ORSON,
    held_letter,
    one_more_event,
    stored_letter,
)


def test_cut_and_join(facility: Facility) -> None:
    held = held_letter(facility)
    with one_more_event(facility, "cut", f"letter:{held}", CLERK):
        first, second = decisions.cut(facility, held, 3, CLERK, "two hands")
    assert [item.pages for item in decisions.held(facility, OPERATOR)] == [(1, 2), (3, 4)]
    with one_more_event(facility, "join", f"letter:{first}", CLERK):
        assert decisions.join(facility, first, second, CLERK, "one after all") == first
    assert [item.pages for item in decisions.held(facility, OPERATOR)] == [(1, 2, 3, 4)]
    assert stored_letter(facility, second).state == LetterState.REPLACED


def test_mark_a_page(facility: Facility) -> None:
    held = held_letter(facility)
    with one_more_event(facility, "mark page", f"letter:{held}", CLERK):
        decisions.mark_page(facility, held, 1, PageRole.COVER, CLERK, "it is a cover")
    decisions.mark_page(facility, held, 4, PageRole.BLANK, CLERK, "nothing on it")
    assert decisions.held(facility, OPERATOR)[0].pages == (2, 3)
    decisions.mark_page(facility, held, 4, PageRole.CONTENT, CLERK, "pencil, after all")
    decisions.assign(facility, held, ORSON, CLERK, "looked")
    assert mailbox(facility, ORSON, OPERATOR)[0].pages == 3


def _in_order(facility: Facility, letter_id: str) -> list[int]:
    with reading(facility.engine) as tx:
        return list(
            tx.execute(
                sa.select(page.c.number)
                .where(page.c.letter_id == letter_id, page.c.position.is_not(None))
                .order_by(page.c.position)
            ).scalars()
        )


def test_sheets_that_were_scanned_in_the_wrong_order_change_places(facility: Facility) -> None:
    held = held_letter(facility)
    with one_more_event(facility, "move page", f"letter:{held}", CLERK):
        decisions.move_page(facility, held, 1, True, CLERK, "the second sheet came first")
    assert _in_order(facility, held) == [2, 1, 3, 4]
    decisions.mark_page(facility, held, 3, PageRole.BLANK, CLERK, "nothing on it")
    decisions.move_page(facility, held, 4, False, CLERK, "it comes before the blank and page 1")
    assert _in_order(facility, held) == [2, 4, 1]
    decisions.assign(facility, held, ORSON, CLERK, "looked")
    assert _in_order(facility, held) == [2, 4, 1]


def test_a_moved_page_is_cut_where_it_lies_now(facility: Facility) -> None:
    held = held_letter(facility)
    decisions.move_page(facility, held, 1, True, CLERK, "why")
    first, second = decisions.cut(facility, held, 1, CLERK, "another letter")
    assert (_in_order(facility, first), _in_order(facility, second)) == ([2], [1, 3, 4])


@pytest.mark.parametrize(("number", "later"), [(1, False), (4, True), (99, True)])
def test_a_page_with_none_beside_it_stays(facility: Facility, number: int, later: bool) -> None:
    held = held_letter(facility)
    with pytest.raises(Conflict, match="no letter page on that side"):
        decisions.move_page(facility, held, number, later, CLERK, "why")


def test_what_must_be_scanned_again_stays_held_and_says_so(facility: Facility) -> None:
    held = held_letter(facility)
    with one_more_event(facility, "ask for rescan", f"letter:{held}", CLERK):
        decisions.ask_for_rescan(facility, held, CLERK, "A corner is folded over")
    (item,) = decisions.held(facility, OPERATOR)
    assert item.reason == "Scan its paper again: A corner is folded over"
    assert item.queue is Queue.EXCEPTION


@pytest.mark.parametrize("number", [1, 5, 99])
def test_where_a_letter_cannot_be_cut(facility: Facility, number: int) -> None:
    with pytest.raises(Conflict, match="cannot be cut before"):
        decisions.cut(facility, held_letter(facility), number, CLERK, "why")


def test_join_needs_two_of_one_scan(facility: Facility) -> None:
    one, other = held_letter(facility), held_letter(facility, content=b"another scan")
    for pair in ((one, other), (one, one)):
        with pytest.raises(Conflict, match="same scan"):
            decisions.join(facility, *pair, CLERK, "why")


def test_pages_and_roles_that_cannot_be_marked(facility: Facility) -> None:
    held = held_letter(facility)
    with pytest.raises(NotFound):
        decisions.mark_page(facility, held, 9, PageRole.BLANK, CLERK, "why")
    with pytest.raises(UsageError):
        decisions.mark_page(facility, held, 1, PageRole.RECORDED, CLERK, "why")
