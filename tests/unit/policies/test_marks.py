"""What rules mark, and that a mark alone decides nothing."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.model.paper import Split
from digitizer.model.settings import Release
from digitizer.policies import actions as policies
from digitizer.policies import marks, watch_rules
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import decisions
from digitizer.storage.database import reading, writing
from tests.support.made_mail import (
    CLERK,
    LEGAL,
    ORSON,
    PETRA,
    SUPERVISOR,
    file,
    held_letter,
    read,
    stored_letter,
)
from tests.support.screened_mail import waiting_letter

TEXTS = {2: "Dear Orson", 3: "by the north fence", 4: "your cousin Ida Marsh"}


def _watch(facility: Facility, kind: str, words: str = "", number: str = "") -> str:
    asked = NewRule(WatchKind(kind), words, number, "report 12", today())
    return policies.add_rule(facility, asked, SUPERVISOR).id


def _marks(facility: Facility, letter: str) -> list[tuple[str, bool]]:
    """The rules that mark the letter, and whether on a page."""
    with reading(facility.engine) as tx:
        found = marks.marks_of(tx, [letter]).get(letter, ())
    return [(each.rule.id, each.page is not None) for each in found]


@pytest.mark.parametrize(
    ("kind", "words", "number", "on_page"),
    [
        ("words", "north fence", "", [True]),
        ("words", "south fence", "", []),
        ("inmate", "", ORSON, [False]),
        ("inmate", "", PETRA, []),
        ("sender", "Ida Marsh", "", [True]),
        ("pair", "Ida Marsh", ORSON, [True]),
        ("pair", "Ida Marsh", PETRA, []),
    ],
)
def test_what_each_kind_marks(
    facility: Facility, kind: str, words: str, number: str, on_page: list[bool]
) -> None:
    rule = _watch(facility, kind, words, number)
    letter = waiting_letter(facility, texts=TEXTS)
    assert _marks(facility, letter) == [(rule, each) for each in on_page]


@pytest.mark.parametrize("kind", ["words", "inmate"])
def test_a_marked_letter_waits_where_others_are_delivered_at_once(
    facility: Facility, kind: str
) -> None:
    _watch(facility, kind, "north fence", ORSON)
    marked = waiting_letter(facility, b"1", release=Release.AUTOMATIC, texts=TEXTS)
    other = waiting_letter(facility, b"2", PETRA, release=Release.AUTOMATIC)
    assert stored_letter(facility, marked).state == "awaiting_review"
    assert stored_letter(facility, other).state == "delivered"
    decisions.release(facility, marked, CLERK, "a harmless fence")
    assert stored_letter(facility, marked).state == "delivered"


@pytest.mark.parametrize(
    ("holding", "waits"), [(("words",), True), (("people",), False), ((), False)]
)
def test_what_holds_is_the_facilitys_choice(
    facility: Facility, holding: tuple[str, ...], waits: bool
) -> None:
    _watch(facility, "words", "north fence")
    with reading(facility.engine) as tx:
        found = marks.hits(watch_rules.current_rules(tx), [], None, {3: read("the north fence")})
    assert [hit.page for hit in found] == [3]
    assert marks.holds(found, holding) is waits


def test_a_rule_marks_what_waits_already_and_its_end_unmarks_it(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    rule = _watch(facility, "words", "north fence")
    assert _marks(facility, letter) == [(rule, True)]
    policies.end_rule(facility, rule, SUPERVISOR, "over")
    assert _marks(facility, letter) == []


def test_a_mark_goes_with_its_page(facility: Facility) -> None:
    rule = _watch(facility, "words", "north fence")
    letter = waiting_letter(facility, texts=TEXTS)
    first, second = decisions.cut(facility, letter, 3, CLERK, "two letters")
    assert (_marks(facility, first), _marks(facility, second)) == ([], [(rule, True)])


def test_a_sealed_scan_is_never_marked(facility: Facility) -> None:
    _watch(facility, "words", "north fence")
    file(facility, Split(whole=(LEGAL,), sealed=True), count=2, content=b"legal")
    with reading(facility.engine) as tx:
        assert watch_rules.all_rules(tx)[0].marked == 0


def test_a_letter_that_a_person_assigns_waits_where_it_is_watched(facility: Facility) -> None:
    _watch(facility, "inmate", "", PETRA)
    held = held_letter(facility)
    decisions.assign(facility, held, PETRA, CLERK, "her name is on it")
    assert stored_letter(facility, held).state == "awaiting_review"
    decisions.release(facility, held, CLERK, "nothing in it")
    assert stored_letter(facility, held).state == "delivered"


def test_frames_are_where_the_words_are(facility: Facility) -> None:
    rule = _watch(facility, "words", "fence")
    with writing(facility.engine) as tx:
        (known,) = watch_rules.current_rules(tx)
    assert known.id == rule
    (box,) = marks.frames([known], read("the north fence", fense=0.2))
    assert box.width == 8


def test_a_typed_text_is_cut_into_pieces_that_are_marked_or_not(facility: Facility) -> None:
    _watch(facility, "words", "north fence")
    _watch(facility, "words", "boat")
    with reading(facility.engine) as tx:
        rules = watch_rules.current_rules(tx)
    text = "  By the North\nfence,  in\tthe Boat.\n\nNot the fence alone. "
    pieces = marks.marked(rules, text)
    assert "".join(each for each, _ in pieces) == text
    assert [each for each, watched in pieces if watched] == ["North", "fence,", "Boat."]
    assert marks.marked(rules, "") == ()
    assert marks.marked((), text) == ((text, False),)
