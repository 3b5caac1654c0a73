from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.parts.reading import ppocr
from digitizer.parts.reading.ppocr import Letter
from digitizer.vocabulary.errors import EngineError
from digitizer.vocabulary.paper import Box

Picture = NDArray[np.uint8]
QUAD = np.array([[100, 50], [500, 50], [500, 90], [100, 90]], dtype=np.float32)


def letters(text: str, probability: float = 0.9) -> list[Letter]:
    step = 1 / len(text)
    return [Letter(one, (i + 0.5) * step, probability) for i, one in enumerate(text)]


def test_print_is_read_where_it_stands(typed_page: Picture) -> None:
    read = ppocr.read(typed_page)
    assert read.engine == "pp-ocrv6"
    assert read.text.splitlines()[0].split() == [
        "Dear",
        "Testermann,",
        "we",
        "hope",
        "that",
        "this",
        "letter",
    ]
    assert len(read.text.splitlines()) == 5
    water = next(word for word in read.words if word.text == "water")
    assert water.confidence > 0.8
    ink = typed_page[water.box.top : water.box.bottom, water.box.left : water.box.right] < 128
    assert ink.any(axis=0).mean() > 0.6  # its own letters fill it


def test_colour_reads_as_grey_does(typed_page: Picture) -> None:
    colour = np.repeat(typed_page[:, :, None], 3, axis=2)
    assert ppocr.read(colour).text == ppocr.read(typed_page).text


def test_margin_writing_is_read_from_its_own_side(typed_page: Picture) -> None:
    assert "water" in ppocr.read(np.ascontiguousarray(np.rot90(typed_page, k=3))).text


def test_white_paper_reads_as_nothing() -> None:
    read = ppocr.read(np.full((400, 300), 255, np.uint8))
    assert (read.text, read.confidence, read.words) == ("", 0.0, ())


def test_repeats_are_joined_unless_an_empty_frame_parts_them() -> None:
    alphabet = ppocr._recogniser().letters
    best = [0, alphabet.index("l"), alphabet.index("l"), 0, alphabet.index("l"), 0]
    rows = np.full((6, len(alphabet)), 0.001, dtype=np.float32)
    rows[range(6), best] = [0.9, 0.5, 0.8, 0.9, 0.7, 0.9]
    found = ppocr._letters(rows, width=48)
    assert [letter.text for letter in found] == ["l", "l"]
    assert [letter.probability for letter in found] == pytest.approx([0.8, 0.7])
    assert [letter.place for letter in found] == pytest.approx([2.5 / 6, 4.5 / 6])


def test_frames_of_padding_are_not_read() -> None:
    alphabet = ppocr._recogniser().letters
    rows = np.full((6, len(alphabet)), 0.001, dtype=np.float32)
    rows[:, alphabet.index("x")] = 0.9
    assert len(ppocr._letters(rows, width=24)) == 1
    assert ppocr._letters(rows, width=24)[0].place <= 1


def test_words_share_their_line_in_order() -> None:
    words = list(ppocr._words(letters("  two  words "), QUAD, 3))
    assert [word.text for word in words] == ["two", "words"]
    assert [word.line for word in words] == [3, 3]
    assert words[0].confidence == pytest.approx(0.9**3)
    assert 100 <= words[0].box.left < words[0].box.right <= words[1].box.left + 1
    assert words[1].box.right <= 500
    assert (words[0].box.top, words[0].box.height) == (50, 40)


def test_a_slanting_lines_word_is_boxed_at_its_own_height() -> None:
    slanting = QUAD + np.array([[0, 0], [0, 100], [0, 100], [0, 0]], dtype=np.float32)
    first, last = ppocr._words(letters("one two"), slanting, 0)
    assert first.box.top == 50
    assert last.box.bottom == 190
    assert first.box.top < last.box.top


def test_a_whole_line_of_one_letter_is_a_box_of_the_line() -> None:
    assert next(ppocr._words([Letter("I", 0.5, 1.0)], QUAD, 0)).box.height == 40
    assert ppocr._box(QUAD, 0, 1) == Box(100, 50, 400, 40)


def test_whatever_the_libraries_raise_is_an_engine_error(
    monkeypatch: pytest.MonkeyPatch, typed_page: Picture
) -> None:
    def fail(_: object) -> list[object]:
        raise ZeroDivisionError("inside the library")

    monkeypatch.setattr(ppocr, "_find_lines", fail)
    with pytest.raises(EngineError, match="inside the library"):
        ppocr.read(typed_page)


def test_a_missing_network_is_said_and_nothing_is_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ppocr.ready()
    monkeypatch.setattr(ppocr, "_DETECTION_MODEL", "gone.onnx")
    assert not ppocr.ready()
    with pytest.raises(EngineError, match="pip install"):
        ppocr._model("gone.onnx")
