"""The words behind the picture: where they stand, in order, and never drawn."""

from __future__ import annotations

import hashlib

import pypdfium2
import pytest

from digitizer.engines.searchable_pdf import searchable_pdf
from digitizer.model.paper import Box, Word
from tests.support.read_pages import DEAR, DPI, LOVE, SENOR, all_text, page, picture


def words_found(pdf: bytes, number: int, text: str) -> tuple[float, ...]:
    """Left, bottom, right, top in points of the first place where ``text`` stands."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        textpage = document[number].get_textpage()
        found = textpage.search(text).get_next()
        assert found is not None, text
        boxes = [textpage.get_charbox(found[0] + i, loose=True) for i in range(found[1])]
        textpage.close()
    finally:
        document.close()
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


@pytest.mark.parametrize("word", [DEAR, SENOR, LOVE])
def test_words_are_found_at_their_place(word: Word) -> None:
    left, bottom, right, top = words_found(
        searchable_pdf([page(DEAR, SENOR, LOVE)], "A letter"), 0, word.text
    )
    scale, height = 72 / DPI, 1100 * 72 / DPI
    assert left == pytest.approx(word.box.left * scale, abs=1.0)
    assert right == pytest.approx(word.box.right * scale, abs=1.0)
    assert bottom == pytest.approx(height - word.box.bottom * scale, abs=4.0)
    assert top == pytest.approx(height - word.box.top * scale, abs=4.0)


def test_words_of_a_line_stay_on_it_with_spaces() -> None:
    text = all_text(searchable_pdf([page(DEAR, SENOR, LOVE)], "A letter"))[0]
    assert text.split("\r\n")[0].split() == ["Dear", "señor"]
    assert LOVE.text in text


def test_a_word_far_from_its_lines_slope_keeps_its_own_box() -> None:
    stray = Word("margin", Box(700, 900, 100, 30), 0.5, 0)
    found = words_found(searchable_pdf([page(DEAR, SENOR, stray)], "A letter"), 0, "margin")
    assert found[0] == pytest.approx(700 * 72 / DPI, abs=1.0)


def test_the_letters_are_not_drawn() -> None:
    data = picture(kind="PNG")
    with_words = searchable_pdf([page(DEAR, LOVE, data=data)], "A letter")
    without = searchable_pdf([page(data=data)], "A letter")
    assert drawn(with_words) == drawn(without)


def drawn(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return hashlib.sha256(document[0].render(scale=1).to_numpy().tobytes()).hexdigest()
    finally:
        document.close()


def test_odd_words_do_no_harm() -> None:
    odd = [
        Word("(\\)<>", Box(0, 0, 50, 20), 1, 0),
        Word("\U0001f600", Box(100, 0, 50, 20), 1, 0),
        Word("\ud800", Box(200, 0, 50, 20), 1, 0),
        Word(" ", Box(300, 0, 50, 20), 1, 1),
        Word("flat", Box(400, 500, 0, 0), 1, 2),
        Word("outside", Box(-50, 5000, 90, 30), 1, 3),
    ]
    text = all_text(searchable_pdf([page(*odd)], "A letter"))[0]
    assert "(\\)<>" in text
    assert "flat" in text
