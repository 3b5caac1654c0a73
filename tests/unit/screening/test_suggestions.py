"""Suggestions: words on a held letter may mean someone on the roster; they only suggest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.paper import Box, Transcript, Word
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.screening.suggestions import Known, ReadPage, Suggestion, suggest


def inmate(
    first: str = "Michael",
    last: str = "Thompson",
    number: str = "2024-001234",
    status: CustodyStatus = CustodyStatus.IN_CUSTODY,
) -> Inmate:
    return Inmate(number, last, first, "A-1", status)


THOMPSON = inmate()
OTHERS = [
    inmate("Maria", "Garcia", "2024-009999"),
    inmate("Mitchell", "Thomas", "2024-000777"),
    inmate("Oak", "Li", "2024-000888"),
]


def page(text: str, width: int = 1700, height: int = 2200, left: int = 100) -> ReadPage:
    """As read, its lines below each other from the top, its words beside each other."""
    words = [
        Word(word, Box(left + 150 * across, 100 + 60 * down, 140, 40), 0.9, down)
        for down, line in enumerate(text.split("\n"))
        for across, word in enumerate(line.split())
    ]
    return ReadPage(Transcript("invented", text, 0.9, tuple(words)), width, height)


def found_on(text: str, people: list[Inmate], most: int = 5) -> tuple[Suggestion, ...]:
    return suggest([page(text)], people, most)


def best(text: str) -> tuple[str, float]:
    found = found_on(text, [*OTHERS, THOMPSON])
    return found[0].booking_number, found[0].score


def test_a_booking_number_on_the_page_is_nearly_certain() -> None:
    for text in ("for 2024-001234 thanks", "No. 2024001234", "2024-001234,"):
        number, score = best(text)
        assert number == "2024-001234"
        assert 0.95 < score < 1


def test_a_name_scores_in_either_order_and_misread() -> None:
    for text in ("Dear Michael Thompson,", "THOMPSON, MICHAEL", "To: Micheal Thompsom"):
        number, score = best(text)
        assert number == "2024-001234"
        assert 0.5 < score < 0.9


def test_more_evidence_scores_higher_and_gives_its_reasons() -> None:
    both = found_on("Michael Thompson 2024-001284", [*OTHERS, THOMPSON])[0]
    assert both.score > best("Michael Thompson")[1]
    assert len(both.reasons) == 2
    assert any("2024-001234" in reason for reason in both.reasons)


def test_a_last_name_alone_is_weak_and_a_short_one_is_nothing() -> None:
    assert best("the Garcia family")[1] <= 0.5
    assert not found_on("li said so", OTHERS)


@pytest.mark.parametrize("text", ["", "   \n", "I miss you so much", "— … !"])
def test_text_without_names_suggests_nobody(text: str) -> None:
    assert found_on(text, [THOMPSON, inmate("", "", "")]) == ()


@given(st.text(max_size=200), st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_scores_are_shares_in_falling_order_and_few(
    text: str, first: str, last: str, number: str
) -> None:
    crowd = [inmate(first, last, number), *OTHERS, THOMPSON] * 2
    found = found_on(f"{text} {first} {last} {number}", crowd, most=3)
    scores = [each.score for each in found]
    assert len(found) <= 3
    assert scores == sorted(scores, reverse=True)
    assert all(0 < each.score <= 1 and each.reasons for each in found)


@pytest.mark.parametrize("text", ["Michael J. Thompson", "Michael James Thompson", "M. Thompson"])
def test_a_middle_name_or_an_initial_is_no_hindrance(text: str) -> None:
    number, score = best(text)
    assert number == "2024-001234"
    assert score > 0.35


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("Booking 2O24-OOl234", 0.7),
        ("2024-00l2E4", 0.7),
        ("2024-00 1234", 0.95),
        ("Z024-0OI234", 0.9),
    ],
)
def test_a_number_is_found_as_handwriting_is_misread(text: str, least: float) -> None:
    number, score = best(text)
    assert number == "2024-001234"
    assert score >= least


def test_a_number_within_a_longer_one_is_another() -> None:
    assert not found_on("call 12345678901", [inmate("Ann", "Quist", "4567")])


def test_what_the_reader_might_have_read_instead_counts() -> None:
    words = (
        Word("Nichael", Box(100, 100, 90, 40), 0.4, 0, (("Michael", 0.3),)),
        Word("Thorpsan", Box(300, 100, 90, 40), 0.4, 0, (("Thompson", 0.2),)),
    )
    read = ReadPage(Transcript("invented", "Nichael Thorpsan", 0.4, words), 1700, 2200)
    found = suggest([read], [*OTHERS, THOMPSON])
    assert found[0].booking_number == "2024-001234"
    assert found[0].score > 0.4


def test_on_an_envelope_the_name_in_the_corner_is_the_senders() -> None:
    corner, middle = "Maria Garcia\n12 Road", "Michael Thompson\nCounty Jail"
    both = [page(corner, 1900, 820), page(middle, 1900, 820, left=900)]
    words = (*both[0].transcript.words, *both[1].transcript.words)
    envelope = ReadPage(Transcript("invented", "", 0.9, words), 1900, 820)
    found = suggest([envelope], [*OTHERS, THOMPSON])
    assert found[0].booking_number == "2024-001234"
    garcia = next((each.score for each in found if each.booking_number == "2024-009999"), 0.0)
    assert found[0].score > 2 * garcia


def test_a_sender_who_has_a_cover_sheet_for_them_counts() -> None:
    known = Known({"2024-009999": ("Ida Stokes",)}, {})
    (found,) = suggest([page("from Ida Stokes")], [*OTHERS, THOMPSON], known=known)
    assert found.booking_number == "2024-009999"
    assert found.reasons == ("Ida Stokes is on the page, who has a cover sheet for them",)


def test_a_sheet_number_that_somebody_wrote_is_nearly_certain() -> None:
    known = Known({}, {"2024-000777": "K7QM-3XTR-D"})
    found = suggest([page("K7QM 3XTR D\nMichael Thompson")], [*OTHERS, THOMPSON], known=known)
    assert found[0].booking_number == "2024-000777"
    assert "K7QM-3XTR-D" in found[0].reasons[0]
