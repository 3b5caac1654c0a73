"""What another reader says of a page is believed only if it can be that page's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.reading.layout.specks import InkShapes
from digitizer.engines.reading.text.cross_check import placed, why_not
from digitizer.model.paper import Box, Transcript, Word

TRUTH = """Dear Testermann, the orchard gave nine baskets of
pears this autumn and we thought of you. Your mother
has been to the lake again with the neighbours and
their children, who learned to swim there."""
_EN = ("en",)


def _reading(lines: list[list[str]], confidence: float = 0.8) -> Transcript:
    """A reading whose words are 10 pixels a letter wide, its lines 40 pixels apart."""
    words = []
    for number, line in enumerate(lines):
        left = 100
        for text in line:
            words.append(Word(text, Box(left, 40 * number, 10 * len(text), 30), confidence, number))
            left += 10 * (len(text) + 1)
    return Transcript("pp-ocrv6", "\n".join(map(" ".join, lines)), confidence, tuple(words))


def _worn(text: str) -> Transcript:
    """As our reader may have read it: every third word wrong."""
    count = 0
    lines = []
    for line in text.splitlines():
        words = []
        for word in line.split():
            count += 1
            words.append(word[:-1] + "q" if count % 3 == 0 else word)
        lines.append(words)
    return _reading(lines)


KNOWN = _worn(TRUTH)
INK = InkShapes(120, 0.7, 0.2)


def test_the_pages_own_text_is_believed() -> None:
    assert why_not(TRUTH, KNOWN, INK, _EN) is None


def test_a_fluent_letter_of_another_page_is_not() -> None:
    other = """My dear friend, I hope this letter finds you well. We were all
    very happy to hear from you last week, and the children ask every day
    when you will come home. The weather has been good and the garden is green."""
    assert why_not(other, KNOWN, INK, _EN) == "it is not what is on the page"


def test_an_answer_about_the_page_is_not() -> None:
    refusal = "I'm sorry, but I cannot read the handwriting in this image clearly enough."
    assert why_not(refusal, KNOWN, INK, _EN) == "it is not what is on the page"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TRUTH * 20, "longer"),
        ("Dear Testermann", "shorter than"),
        ("", "shorter than"),
        (TRUTH + "\n" + "\n".join(["of the orchard"] * 4), "repeats"),
        (TRUTH + " and then and then and then and then and then and then", "repeats"),
        (TRUTH + " hahahahahahahahahahaha", "repeats"),
    ],
)
def test_what_cannot_stand_there_is_not(text: str, why: str) -> None:
    ink = InkShapes(250, 0.7, 0.2)
    assert why in (why_not(text, KNOWN, ink, _EN) or "")


def test_rows_of_dots_are_no_loop() -> None:
    assert why_not(TRUTH + "\n....................... 12", KNOWN, INK, _EN) is None


def test_a_language_of_nobody_here_is_not() -> None:
    foreign = TRUTH.replace(" ", "en ").replace("the", "zde")
    assert why_not(foreign, KNOWN, INK, _EN) == "it is no language of this facility"


def test_where_too_little_is_known_nothing_is_believed() -> None:
    unsure = _reading([line.split() for line in TRUTH.splitlines()], confidence=0.3)
    assert why_not(TRUTH, unsure, INK, _EN) == "too little of the page is known to check it"


# ---- where the words stand -----------------------------------------------------------------


def test_words_on_which_both_agree_stand_where_they_were_seen_and_are_sure() -> None:
    made = placed("premises", TRUTH, KNOWN)
    assert made.text == "\n".join(" ".join(line.split()) for line in TRUTH.splitlines())
    assert made.engine == "premises"
    boxes = {(word.text, word.box) for word in KNOWN.words}
    agreed = [word for word in made.words if word.confidence == 0.9]
    assert len(agreed) > len(made.words) / 2
    assert all((word.text, word.box) in boxes for word in agreed)


def test_what_our_reader_saw_instead_stays_an_alternative() -> None:
    known = _reading([["Dear", "Testormann", "the", "orchard"]])
    made = placed("premises", "Dear Testermann the orchard", known)
    word = made.words[1]
    assert (word.text, word.confidence) == ("Testermann", 0.6)
    assert word.alternatives == (("Testormann", 0.32),)
    assert abs(word.box.left - known.words[1].box.left) <= 10


def test_a_line_that_our_reader_missed_stands_by_its_neighbour() -> None:
    known = _reading([["Dear", "Testermann"], ["write", "again", "soon"]])
    made = placed("premises", "Dear Testermann\nxyzzy plugh\nwrite again soon", known)
    missed = [word for word in made.words if word.line == 1]
    assert [word.text for word in missed] == ["xyzzy", "plugh"]
    assert {word.box.top for word in missed} <= {0, 40}


def test_a_word_seen_twice_is_given_out_once_each() -> None:
    known = _reading([["again", "and", "again"]])
    made = placed("premises", "again and again", known)
    assert [word.box for word in made.words] == [word.box for word in known.words]


_WORDS = st.lists(st.text("abcdeé' ", min_size=1, max_size=9).filter(str.strip), max_size=8)


@given(
    theirs=st.lists(_WORDS, max_size=8), ours=st.lists(_WORDS.filter(bool), min_size=1, max_size=8)
)
def test_every_word_is_kept_in_order_and_stands_on_the_page(
    theirs: list[list[str]], ours: list[list[str]]
) -> None:
    known = _reading([[word.replace(" ", "") for word in line] for line in ours])
    text = "\n".join(" ".join(line) for line in theirs)
    made = placed("premises", text, known)
    assert [word.text for word in made.words] == text.split()
    right = max(word.box.right for word in known.words)
    bottom = max(word.box.bottom for word in known.words)
    for word in made.words:
        assert word.box.width >= 1
        assert 0 <= word.box.left <= right
        assert 0 <= word.box.top < word.box.bottom <= bottom
        total = word.confidence + sum(share for _, share in word.alternatives)
        assert total <= 1.0 + 1e-6 or word.confidence == 0.9
