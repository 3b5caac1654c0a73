"""Names: the order of pages, what is wanted, what can be printed."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_watch.names import asked_for, matches, natural_order, printable

ANY_NAME = st.binary(min_size=1, max_size=60).map(os.fsdecode)


@pytest.mark.parametrize(
    "ordered",
    [
        ["page1.jpg", "page2.jpg", "page10.jpg"],
        ["Scan 9.JPG", "scan 10.jpg"],
        ["scan.jpg", "scan (1).jpg", "scan (2).jpg", "scan (10).jpg"],
        ["2026-01-02 1.png", "2026-01-02 2.png", "2026-01-10 1.png"],
        ["a", "a1", "a1b", "a1b2"],
    ],
)
def test_pages_stand_in_the_order_a_person_reads_their_names(ordered: list[str]) -> None:
    backwards = ordered[::-1]
    assert sorted(backwards, key=natural_order) == ordered


@given(st.lists(ANY_NAME, unique=True))
def test_the_order_is_total_and_depends_on_the_names_alone(names: list[str]) -> None:
    keys = [natural_order(name) for name in names]
    assert len(set(keys)) == len(names)
    backwards = names[::-1]
    assert sorted(names, key=natural_order) == sorted(backwards, key=natural_order)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_order_as_numbers(one: int, two: int) -> None:
    before = natural_order(f"page{one}.jpg") < natural_order(f"page{two}.jpg")
    assert before == (one < two)


def test_patterns_ignore_case_and_none_takes_all() -> None:
    assert matches("SCAN.PDF", ("*.pdf",))
    assert matches("scan.pdf", ("*.PDF",))
    assert not matches("scan.tif", ("*.pdf", "*.jpg"))
    assert matches("anything", ())


def test_only_an_ending_that_a_pattern_names_is_asked_for() -> None:
    assert asked_for("SCAN.DAT", ("*.pdf", "*.dat"))
    assert not asked_for("scan.dat", ("*", "*.*", "*.pdf"))
    assert not asked_for("scan.dat", ())


@given(ANY_NAME)
def test_every_name_can_be_printed_on_one_line(name: str) -> None:
    shown = printable(name)
    shown.encode("utf-8")
    assert shown.isprintable()


def test_ordinary_names_are_shown_as_they_are() -> None:
    assert printable("Brief für José 3.pdf") == "Brief für José 3.pdf"
    assert printable("a\nb") == r"a\nb"
    assert printable(os.fsdecode(b"\xff.pdf")) == r"\xff.pdf"
