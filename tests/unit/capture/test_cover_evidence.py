"""What a surveyed page means: unseen sides, looks of covers, and print that is read badly."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace

import pytest

from digitizer.capture.cover_evidence import reads_like_cover, reads_like_legal, see
from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, payload
from digitizer.engines.printing.kit.cover_layout import mark_ids
from digitizer.model.paper import (
    Box,
    CodeKind,
    DoubtReason,
    Sightings,
    SurveyedPage,
    Symbol,
)
from digitizer.support.paths import PRINT_TEMPLATES

RING = KeyRing({1: bytes(range(32))}, current=1)
PAGE = SurveyedPage(3, "page-00003", 1700, 2200, 200, blank=False, ink=0.1)


def with_code(page: SurveyedPage) -> SurveyedPage:
    text = payload(new_cover_code(CodeKind.INMATE, RING), RING)
    symbol = Symbol("QRCode", text, Box(0, 0, 100, 100), ("zxing-cpp",))
    return replace(page, sightings=Sightings((symbol,)))


def reasons(page: SurveyedPage) -> list[DoubtReason]:
    return [doubt.reason for doubt in see(page, RING).doubts]


def test_an_unseen_side_is_a_doubt_unless_its_code_was_verified() -> None:
    dark = replace(PAGE, unseen="too dark")
    assert reasons(dark) == [DoubtReason.UNSEEN]
    assert "too dark" in see(dark, RING).doubts[0].message
    assert reasons(with_code(dark)) == []


@pytest.mark.parametrize("kind", CodeKind)
def test_what_is_known_by_its_look_alone_may_be_a_legal_marker_and_seals(kind: CodeKind) -> None:
    """A marker that lost its band looks like any other sheet."""
    looks = replace(PAGE, looks_like=kind)
    assert reasons(looks) == [DoubtReason.LEGAL, DoubtReason.COVER_UNREADABLE]
    assert reasons(with_code(looks)) == []


@pytest.mark.parametrize("kind", CodeKind)
def test_what_may_be_a_cover_seen_through_its_back_only_holds(kind: CodeKind) -> None:
    """Unless a marker's band shines through."""
    pale = replace(PAGE, looks_like=kind, perhaps_blank=True)
    legal = [DoubtReason.LEGAL] if kind is CodeKind.LEGAL else []
    assert reasons(pale) == [*legal, DoubtReason.COVER_UNREADABLE]


def print_of(kind: str, language: str) -> str:
    words = tomllib.loads((PRINT_TEMPLATES / "cover.toml").read_text("utf-8"))[kind][language]
    lines = [
        each for value in words.values() for each in ([value] if isinstance(value, str) else value)
    ]
    return "\n".join(lines)


def misread(text: str, share: float, seed: int) -> str:
    chance = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz .,'1l|"
    return "".join(chance.choice(letters) if chance.random() < share else each for each in text)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.25])
@pytest.mark.parametrize(
    ("kind", "language"),
    [
        ("inmate", "en"),
        ("inmate", "es"),
        ("batch", "en"),
        ("legal", "en"),
        ("separator", "en"),
        ("separator", "es"),
    ],
)
def test_a_cover_is_known_by_its_words_however_misread(
    kind: str, language: str, share: float
) -> None:
    for seed in range(5):
        assert reads_like_cover(misread(print_of(kind, language), share, seed))


def test_half_of_a_covers_print_is_enough() -> None:
    lines = print_of("inmate", "en").splitlines()
    assert reads_like_cover(misread("\n".join(lines[len(lines) // 2 :]), 0.1, 1))


LETTERS = (
    "",
    "Dear son, I put the photos behind the letter. Mail me a sheet of paper with your number.",
    "I will write my own name and address on the envelope. Please do not copy it.",
    "Querida hija, ponga la carta detrás de la puerta y escriba su nombre. Use una copia.",
    "Your letter got here on Monday and I read it. This letter is for you. Housing is bad.",
)


@pytest.mark.parametrize("letter", LETTERS)
def test_letters_do_not_read_like_one(letter: str) -> None:
    assert not reads_like_cover(letter)
    assert not reads_like_cover(letter * 30)


@pytest.mark.parametrize(
    "title", ["Mail cover sheet", "Mai1 cover sheef", "Hoja de portada para correo"]
)
def test_a_title_that_is_a_line_of_its_own_is_a_covers(title: str) -> None:
    assert reads_like_cover(f"R000-0C00-6\n{title}\nunread")
    assert not reads_like_cover(f"I sent your {title} to the house of my aunt, and another to you")


@pytest.mark.parametrize("kind", CodeKind)
def test_marks_without_a_code_say_which_kind_of_sheet_it_may_be(kind: CodeKind) -> None:
    marked = replace(PAGE, sightings=Sightings((), mark_ids(kind)[:2]))
    seen = see(marked, RING)
    assert seen.kinds == (kind,)
    assert DoubtReason.COVER_UNREADABLE in [doubt.reason for doubt in seen.doubts]
    name = "a separator" if kind is CodeKind.SEPARATOR else "a cover sheet"
    assert f"looks like {name}, but" in seen.doubts[-1].message


def test_a_separator_is_not_taken_for_a_legal_marker_by_its_words() -> None:
    for language in "en", "es":
        assert not reads_like_legal(print_of("separator", language))
