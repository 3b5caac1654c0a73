from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.engines.reading.ctc import detector
from digitizer.engines.reading.ctc.lattice import WordGuess
from digitizer.engines.reading.layout.print_lines import Print, find_print
from digitizer.engines.reading.layout.specks import find_specks
from digitizer.engines.reading.readers import ppocr
from digitizer.model.errors import EngineError
from digitizer.model.paper import Box

Picture = NDArray[np.uint8]
QUAD = np.array([[100, 50], [500, 50], [500, 90], [100, 90]], dtype=np.float32)


def guesses(*words: str) -> list[WordGuess]:
    """Words of one letter a frame, with a frame between them."""
    found, start = [], 0
    for word in words:
        found.append(WordGuess(start, start + len(word) - 1, ((word, 0.8), (word[::-1], 0.1))))
        start += len(word) + 1
    return found


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


def test_words_share_their_line_in_order() -> None:
    words = list(ppocr._words(guesses("two", "words"), 9, QUAD, 3))
    assert [word.text for word in words] == ["two", "words"]
    assert [word.line for word in words] == [3, 3]
    assert words[0].confidence == 0.8
    assert words[0].alternatives == (("owt", 0.1),)
    assert 100 <= words[0].box.left < words[0].box.right <= words[1].box.left + 1
    assert words[1].box.right <= 500
    assert (words[0].box.top, words[0].box.height) == (50, 40)


def test_a_line_without_a_word_is_no_word() -> None:
    assert list(ppocr._words([], 10, QUAD, 0)) == []


def test_a_slanting_lines_word_is_boxed_at_its_own_height() -> None:
    slanting = QUAD + np.array([[0, 0], [0, 100], [0, 100], [0, 0]], dtype=np.float32)
    first, last = ppocr._words(guesses("one", "two"), 7, slanting, 0)
    assert first.box.top == 50
    assert last.box.bottom == 190
    assert first.box.top < last.box.top


def test_a_whole_line_of_one_letter_is_a_box_of_the_line() -> None:
    assert next(ppocr._words(guesses("I"), 1, QUAD, 0)).box.height == 40
    assert ppocr._box(QUAD, 0, 1) == Box(100, 50, 400, 40)


def test_whatever_the_libraries_raise_is_an_engine_error(
    monkeypatch: pytest.MonkeyPatch, typed_page: Picture
) -> None:
    def fail(_: object) -> list[object]:
        raise ZeroDivisionError("inside the library")

    monkeypatch.setattr(ppocr, "find_lines", fail)
    with pytest.raises(EngineError, match="inside the library"):
        ppocr.read(typed_page)


def test_a_missing_network_is_named_and_nothing_is_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ppocr.ready()
    monkeypatch.setattr(detector, "_MODEL", "gone.onnx")
    assert not ppocr.ready()
    with pytest.raises(EngineError, match="pip install"):
        detector.find_lines(np.zeros((800, 800), np.uint8))


def test_known_lines_of_print_need_no_detector(
    typed_page: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = find_print(find_specks(typed_page))
    assert known.elsewhere == ()
    detected = ppocr.read(typed_page)

    def must_not_run(*_: object) -> None:
        raise AssertionError("the detector costs time for nothing")

    monkeypatch.setattr(detector, "_find", must_not_run)
    read = ppocr.read(typed_page, ("en",), known)
    assert read.text == detected.text
    water = next(word for word in read.words if word.text == "water")
    ink = typed_page[water.box.top : water.box.bottom, water.box.left : water.box.right] < 128
    assert ink.any(axis=0).mean() > 0.6


def test_beside_known_lines_only_other_ink_is_looked_at(
    typed_page: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = np.vstack([typed_page, np.full((300, typed_page.shape[1]), 255, np.uint8)])
    below = len(typed_page)
    large = cv2.resize(typed_page[75:110, 140:420], None, fx=3, fy=3)
    page[below + 60 : below + 60 + large.shape[0], 200 : 200 + large.shape[1]] = large
    known = find_print(find_specks(page))
    assert len(known.lines) == 5
    looked: list[tuple[int, ...]] = []
    find = detector._find

    def spy(image: Picture, factor: float) -> list[detector.Quad]:
        looked.append(image.shape)
        return find(image, factor)

    monkeypatch.setattr(detector, "_find", spy)
    read = ppocr.read(page, ("en",), known)
    assert "Dear Test" in read.text.splitlines()[-1]
    assert len(read.text.splitlines()) == 6
    assert sum(height * width for height, width in looked) < page.size / 2


def test_where_much_else_is_the_whole_page_is_looked_at(
    typed_page: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Print((), 0.0, (Box(0, 0, typed_page.shape[1], len(typed_page) * 2 // 3),))
    monkeypatch.setattr(ppocr, "find_lines_within", lambda *_: [])
    assert "water" in ppocr.read(typed_page, ("en",), known).text
