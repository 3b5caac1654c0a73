"""What rules mark, and that a mark alone decides nothing."""

from __future__ import annotations

import pytest

from digitizer import audit
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.model.mail import PageRole
from digitizer.model.paper import Split
from digitizer.model.settings import Release
from digitizer.people.correspondents.actions import Entry
from digitizer.policies import actions as policies
from digitizer.policies import marks, watch_rules
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import decisions, recalls, senders
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
        found = marks.hits(watch_rules.current_rules(tx), [], [], {3: [read("the north fence")]})
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
    (box,) = marks.frames([known], [read("the north fence", fense=0.2)])
    assert box.width == 8


# --- what does not take a mark away


def _delivered_and_recalled(facility: Facility) -> str:
    letter = waiting_letter(facility, release=Release.AUTOMATIC, texts=TEXTS)
    for text in ("by the river", "by the south gate"):
        letters.correct_page(facility, letter, 2, text, SUPERVISOR)
    recalls.recall(facility, letter, SUPERVISOR, "look again")
    return letter


@pytest.mark.parametrize("words", ["north fence", "by the river", "south gate"])
def test_a_corrected_text_adds_marks_and_takes_none_away(facility: Facility, words: str) -> None:
    """What the machine read, and each correction, may be what stands there."""
    letter = _delivered_and_recalled(facility)
    rule = _watch(facility, "words", words)
    assert _marks(facility, letter) == [(rule, True)]
    decisions.assign(facility, letter, ORSON, CLERK, "his")
    assert stored_letter(facility, letter).state == "awaiting_review"
    assert _marks(facility, letter) == [(rule, True)]


@pytest.mark.parametrize(("kind", "number"), [("sender", ""), ("pair", ORSON)])
def test_who_sent_it_as_a_person_said_is_watched(
    facility: Facility, kind: str, number: str
) -> None:
    rule = _watch(facility, kind, "Ben Orchard", number)
    letter = waiting_letter(facility, texts=TEXTS)
    assert _marks(facility, letter) == []
    senders.name_sender(facility, letter, None, Entry("Ben Orchard"), CLERK)
    assert _marks(facility, letter) == [(rule, False)]


@pytest.mark.parametrize(
    ("kind", "words", "number"),
    [("sender", "Ben Orchard", ""), ("pair", "Ben Orchard", ORSON), ("inmate", "", ORSON)],
)
def test_the_second_part_of_a_cut_is_watched_too(
    facility: Facility, kind: str, words: str, number: str
) -> None:
    rule = _watch(facility, kind, words, number)
    letter = waiting_letter(facility, texts=TEXTS)
    senders.name_sender(facility, letter, None, Entry("Ben Orchard"), CLERK)
    first, second = decisions.cut(facility, letter, 3, CLERK, "two letters")
    assert _marks(facility, first) == _marks(facility, second) == [(rule, False)]
    decisions.assign(facility, second, ORSON, CLERK, "his")
    assert stored_letter(facility, second).state == "awaiting_review"


def test_undoing_a_cut_keeps_the_mark_of_a_word(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    _, second = decisions.cut(facility, letter, 3, CLERK, "two letters")
    rule = _watch(facility, "words", "north fence")
    assert _marks(facility, second) == [(rule, True)]
    with reading(facility.engine) as tx:
        cut = next(each for each in audit.latest_events(tx) if each.verb == "cut")
    decisions.undo(facility, letter, cut.seq, CLERK)
    assert _marks(facility, letter) == [(rule, True)]


def test_a_page_that_was_called_blank_is_marked_once_it_counts_again(facility: Facility) -> None:
    rule = _watch(facility, "words", "north fence")
    letter = waiting_letter(facility, texts=TEXTS)
    expected: list[tuple[PageRole, list[tuple[str, bool]]]] = [
        (PageRole.BLANK, []),
        (PageRole.CONTENT, [(rule, True)]),
    ]
    for role, marked in expected:
        decisions.mark_page(facility, letter, 3, role, CLERK, "why")
        assert _marks(facility, letter) == marked


def test_what_was_read_in_the_first_scan_is_watched_in_the_second(facility: Facility) -> None:
    rule = _watch(facility, "words", "north fence")
    old = waiting_letter(facility, b"1", texts=TEXTS)
    new = waiting_letter(facility, b"2", PETRA, texts={2: "Dear", 3: "a b0xxh fonnnce", 4: "your"})
    assert _marks(facility, new) == []
    decisions.rescanned(facility, old, new, SUPERVISOR, "too dark")
    assert _marks(facility, new) == [(rule, False)]
    with reading(facility.engine) as tx:
        last = next(each for each in audit.latest_events(tx) if each.verb == "rescanned")
    decisions.undo(facility, old, last.seq, SUPERVISOR)
    assert (_marks(facility, new), _marks(facility, old)) == ([], [(rule, True)])


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
