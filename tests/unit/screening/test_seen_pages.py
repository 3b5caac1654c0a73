"""A page counts as shown to somebody only as it stands now."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.events import DECISIONS, Subject, Verb
from digitizer.model.mail import PageRole
from digitizer.screening import checks, decisions, recalls, review
from digitizer.screening.seen_pages import Unseen, pages_changed, unseen_by
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR, events, stored_letter
from tests.support.screened_mail import waiting_letter

TEXTS = {2: "Dear", 3: "by the fence", 4: "Yours"}


def _see(facility: Facility, letter: str, *numbers: int) -> None:
    for number in numbers or TEXTS:
        review.page_picture(facility, letter, number, CLERK)


def _unseen(facility: Facility, letter: str) -> tuple[int, ...]:
    with reading(facility.engine) as tx:
        return unseen_by(tx, letter, CLERK)


def _undo(facility: Facility) -> None:
    with reading(facility.engine) as tx:
        last = next(each for each in audit.latest_events(tx) if each.verb in DECISIONS)
    decisions.undo(facility, last.subject.partition(":")[2], last.seq, SUPERVISOR)


def _given_back(facility: Facility, letter: str) -> None:
    decisions.withhold(facility, letter, 3, SUPERVISOR, "a map")
    decisions.mark_page(facility, letter, 3, PageRole.CONTENT, SUPERVISOR, "it is a river")


def _withheld_and_undone(facility: Facility, letter: str) -> None:
    decisions.withhold(facility, letter, 3, SUPERVISOR, "a map")
    _undo(facility)


def _hidden_and_shown(facility: Facility, letter: str) -> None:
    for role in (PageRole.BLANK, PageRole.CONTENT):
        decisions.mark_page(facility, letter, 3, role, SUPERVISOR, "why")


def _cut_and_joined(facility: Facility, letter: str) -> None:
    _, second = decisions.cut(facility, letter, 3, SUPERVISOR, "why")
    decisions.join(facility, letter, second, SUPERVISOR, "why")


def _cut_and_undone(facility: Facility, letter: str) -> None:
    decisions.cut(facility, letter, 3, SUPERVISOR, "why")
    _undo(facility)


def _moved(facility: Facility, letter: str) -> None:
    decisions.move_page(facility, letter, 3, True, SUPERVISOR, "why")


CHANGES: dict[str, tuple[Callable[[Facility, str], None], tuple[int, ...]]] = {
    "withheld and given back": (_given_back, (3,)),
    "withheld, and that undone": (_withheld_and_undone, (3,)),
    "called blank, and content": (_hidden_and_shown, (3,)),
    "cut off and joined": (_cut_and_joined, (3, 4)),
    "cut off, and that undone": (_cut_and_undone, (3, 4)),
    "moved": (_moved, (3, 4)),
}


@pytest.mark.parametrize(("change", "again"), CHANGES.values(), ids=CHANGES)
def test_what_changed_since_must_be_shown_again(
    facility: Facility, change: Callable[[Facility, str], None], again: tuple[int, ...]
) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    _see(facility, letter)
    change(facility, letter)
    assert _unseen(facility, letter) == again
    with pytest.raises(Conflict, match="you have not seen as it is now"):
        review.release(facility, letter, CLERK, "fine")
    assert review.release_chosen(facility, [letter], CLERK, "fine")[0] == ()
    _see(facility, letter, *again)  # within the minutes in which a look is the same look
    review.release(facility, letter, CLERK, "fine")
    assert stored_letter(facility, letter).state == "delivered"


def test_after_a_recall_all_of_it_is_shown_again(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    _see(facility, letter)
    review.release(facility, letter, CLERK, "fine")
    recalls.recall(facility, letter, SUPERVISOR, "look again")
    assert _unseen(facility, letter) == (2, 3, 4)


def test_it_is_asked_in_the_transaction_that_delivers(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody gives a page back after the browser sent what it saw."""
    letter = waiting_letter(facility, texts=TEXTS)
    _see(facility, letter)
    decisions.withhold(facility, letter, 3, SUPERVISOR, "a map")
    release = decisions.release

    def meanwhile(*given: object, **how: object) -> object:
        decisions.mark_page(facility, letter, 3, PageRole.CONTENT, SUPERVISOR, "a river")
        return release(*given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(decisions, "release", meanwhile)
    with pytest.raises(Conflict, match=r"1 page of it \(3\)"):
        review.release(facility, letter, CLERK, "fine")
    assert stored_letter(facility, letter).state == "awaiting_review"


def test_the_fingerprint_of_what_was_seen_knows_of_it(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    seen = review.look_at(facility, letter, CLERK).seen
    _given_back(facility, letter)
    with pytest.raises(Conflict, match="changed this letter"):
        review.look_after(facility, letter, seen, CLERK)


def test_what_was_not_shown_is_named_in_the_event(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    _see(facility, letter, 2)
    decisions.release(facility, letter, CLERK, "known", unseen=Unseen.NOTED)
    with reading(facility.engine) as tx:
        last = next(each for each in audit.latest_events(tx) if each.verb == Verb.RELEASE)
    assert last.detail["not_shown"] == [3, 4]
    assert events(facility)[-1] == ("release", f"letter:{letter}", CLERK.name)


def test_what_waits_is_not_assigned_unseen_on_the_pages(facility: Facility) -> None:
    """Whoever may overrule can; it is in the event."""
    letter, other = (waiting_letter(facility, each, texts=TEXTS) for each in (b"1", b"2"))
    decisions.assign(facility, letter, ORSON, CLERK, "his", unseen=Unseen.OVERRULED)
    assert stored_letter(facility, letter).state == "awaiting_review"
    _see(facility, letter)
    decisions.assign(facility, letter, ORSON, CLERK, "his", unseen=Unseen.OVERRULED)
    assert stored_letter(facility, letter).state == "delivered"
    decisions.assign(facility, other, ORSON, SUPERVISOR, "his", unseen=Unseen.OVERRULED)
    assert stored_letter(facility, other).state == "delivered"


def test_an_undo_of_an_older_program_makes_all_of_it_new(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    _see(facility, letter)
    with writing(facility.engine) as tx:
        audit.record(tx, SUPERVISOR, Verb.UNDO, Subject.letter(letter), event=1)
    assert _unseen(facility, letter) == (2, 3, 4)


def test_what_an_older_program_noted_as_shown_still_counts(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    with writing(facility.engine) as tx:
        about = Subject.letter(letter)
        audit.record(tx, CLERK, Verb.LOOK_AT_PAGE, about, page=3, screened=3)
    assert _unseen(facility, letter) == (2, 4)


def test_a_look_of_a_check_is_of_the_page_as_it_stands(facility: Facility) -> None:
    screening = facility.settings.screening.model_copy(update={"checked_percent": 100.0})
    settings = facility.settings.model_copy(update={"screening": screening})
    object.__setattr__(facility, "settings", settings)
    letter = waiting_letter(facility, texts=TEXTS)
    _given_back(facility, letter)
    decisions.release(facility, letter, SUPERVISOR, "fine")
    for number in TEXTS:
        checks.page_picture(facility, letter, number, CLERK)
    assert checks.look_at(facility, letter, CLERK).unseen == ()
    with reading(facility.engine) as tx:
        looks = tx.execute(sa.select(event.c.detail).where(event.c.verb == Verb.LOOK_AT_PAGE))
        assert ["as_of" in each for each in looks.scalars()] == [False, True, False]


def test_the_pages_of_a_decision() -> None:
    undo = {
        "of": "s",
        "pages": {"a": [1], "": [2]},
        "roles": {"content": [3]},
        "places": {"4": [5]},
    }
    assert pages_changed(undo) == {1, 2, 3, 5}
    assert pages_changed({}) == set()
