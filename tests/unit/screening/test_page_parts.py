"""A part of a page that is withheld: decided, seen, undone and told of as a page that is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import refused_mail
from digitizer.model.errors import Conflict, NotAllowed, UsageError
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import Box
from digitizer.model.people import Actor, ActorKind
from digitizer.screening import checks, decisions, recalls, review
from digitizer.screening.notices import rejection_notice
from digitizer.screening.page_parts import PageArea
from digitizer.screening.rejections import find_rejection
from digitizer.storage.database import reading
from digitizer.storage.tables_screening import blind_check, withheld_part
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    ORSON,
    SUPERVISOR,
    as_inmate,
    file,
    letter_of,
    letters_of,
    new_cover,
    one_more_event,
    split_of,
    stored_letter,
)
from tests.support.screened_mail import waiting_letter

WHY, LOWER = "a map", "0 50 100 50"
OTHER = Actor(ActorKind.STAFF, "Olga Other", SUPERVISOR.role, proven=True)


def _look(facility: Facility, letter: str, by: Actor = CLERK, number: int = 2) -> None:
    review.page_picture(facility, letter, number, by)


def _parts(facility: Facility) -> int:
    with reading(facility.engine) as tx:
        return tx.execute(sa.select(sa.func.count()).select_from(withheld_part)).scalar_one()


@pytest.mark.parametrize(
    "text",
    [
        *("", "0 0", "0 0 a 5", "nan 0 5 5", "0 nan 5 5", "inf 0 5 5", "-1 0 5 5", "60 0 50 5"),
        *("0 60 5 50", "0 0 0.5 5", "0 0 5 0", "0 0 100 100", "2 2 96 96"),
    ],
)
def test_what_is_no_part_of_a_page_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        PageArea.of(text).check()


def test_a_part_is_all_the_pixels_that_it_touches() -> None:
    area = PageArea.of("0, 33.4; 50.1 66.6")
    area.check()
    assert area.box(850, 1100) == Box(0, 367, 426, 733)


def test_it_is_decided_as_a_page_is_and_by_those_who_may(facility: Facility) -> None:
    letter = waiting_letter(facility)
    _look(facility, letter)
    _look(facility, letter, number=3)
    with pytest.raises(NotAllowed):
        decisions.withhold_part(facility, letter, 2, LOWER, INVESTIGATOR, WHY)
    with pytest.raises(UsageError):
        decisions.withhold_part(facility, letter, 2, LOWER, CLERK, " ")
    with pytest.raises(Conflict):
        decisions.withhold_part(facility, letter, 1, LOWER, CLERK, WHY)  # its cover
    with one_more_event(facility, "withhold part of page", f"letter:{letter}", CLERK):
        decisions.withhold_part(facility, letter, 2, LOWER, CLERK, WHY)
    case = review.look_at(facility, letter, CLERK)
    assert [[each.reason for each in page.parts] for page in case.pages] == [[WHY], []]
    # As it stands now, nobody has seen it yet.
    assert case.waiting.unseen == (2,)
    with pytest.raises(Conflict):
        review.release(facility, letter, CLERK, "fine")
    _look(facility, letter)
    review.release(facility, letter, CLERK, "fine")
    assert stored_letter(facility, letter).state is LetterState.DELIVERED


def test_it_is_undone_and_given_back(facility: Facility) -> None:
    letter = waiting_letter(facility)
    decisions.withhold_part(facility, letter, 2, LOWER, CLERK, WHY)
    decisions.withhold_part(facility, letter, 2, "0 0 20 20", CLERK, "another")
    decisions.undo_last(facility, CLERK)
    assert _parts(facility) == 1
    assert review.look_at(facility, letter, CLERK).waiting.unseen == (2, 3)
    decisions.give_back_parts(facility, letter, 2, CLERK, "a mistake")
    assert _parts(facility) == 0
    decisions.undo_last(facility, CLERK)
    (page, _) = review.look_at(facility, letter, CLERK).pages
    assert [each.reason for each in page.parts] == [WHY]
    decisions.give_back_parts(facility, letter, 2, CLERK, "a mistake")
    with pytest.raises(Conflict):
        decisions.give_back_parts(facility, letter, 2, CLERK, "a mistake")


def test_marking_its_page_gives_nothing_back(facility: Facility) -> None:
    letter = waiting_letter(facility)
    decisions.withhold_part(facility, letter, 2, LOWER, CLERK, WHY)
    for envelope in (True, False):
        decisions.mark_page(facility, letter, 2, PageRole.CONTENT, CLERK, "why", envelope=envelope)
    decisions.withhold(facility, letter, 2, CLERK, "all of it")
    decisions.mark_page(facility, letter, 2, PageRole.CONTENT, CLERK, "not all")
    decisions.cut(facility, letter, 3, CLERK, "two letters")
    assert _parts(facility) == 1


def test_the_notice_and_the_inmates_list_name_it(facility: Facility) -> None:
    letter = waiting_letter(facility, texts={2: "a", 3: "b", 4: "c"})
    decisions.withhold(facility, letter, 2, CLERK, "all of it")
    decisions.withhold_part(facility, letter, 4, LOWER, CLERK, WHY)
    decisions.release(facility, letter, CLERK, "the rest is fine")
    with reading(facility.engine) as tx:
        found = find_rejection(tx, letter)
    assert (found.withheld, found.parts, found.pages) == (((1, "all of it"),), ((3, WHY),), 3)
    assert rejection_notice(facility, letter, False, (), CLERK).pdf.startswith(b"%PDF")
    (refused,) = refused_mail.refusals(facility, as_inmate(ORSON))
    assert (refused.number, refused.reasons) == (2, ("all of it", WHY))


def test_what_comes_under_its_cover_again_waits_and_names_the_part(facility: Facility) -> None:
    code = new_cover(facility)
    (first,) = letters_of(facility, file(facility, split_of(letter_of(code, 1, 3))))
    recalls.recall(facility, first.id, SUPERVISOR, "look again")
    decisions.withhold_part(facility, first.id, 2, LOWER, CLERK, WHY)
    decisions.assign(facility, first.id, ORSON, SUPERVISOR, "the rest is fine")
    again = file(facility, split_of(letter_of(code, 1, 3)), content=b"again")
    (new,) = letters_of(facility, again)
    assert new.state is LetterState.AWAITING_REVIEW
    assert f"A part of page 2 of letter {first.id}" in new.reason


def test_a_page_of_which_a_part_was_withheld_was_not_let_pass(facility: Facility) -> None:
    """As a check counts it: whoever checks it sees all of it, and may refuse it for that part."""
    rules = facility.settings.screening.model_copy(update={"checked_percent": 100})
    settings = facility.settings.model_copy(update={"screening": rules})
    object.__setattr__(facility, "settings", settings)
    letter = waiting_letter(facility)
    decisions.withhold_part(facility, letter, 2, LOWER, CLERK, WHY)
    for number in (2, 3):
        _look(facility, letter, number=number)
    review.release(facility, letter, CLERK, "fine")
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(blind_check.c.passed)).scalar_one() == [3]
    (waiting,) = checks.waiting(facility, OTHER)
    opened = checks.look_at(facility, waiting, OTHER)
    assert [page.parts for page in opened.pages] == [(), ()]
