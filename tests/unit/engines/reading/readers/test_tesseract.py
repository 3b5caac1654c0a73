from __future__ import annotations

from pathlib import Path

import numpy as np
import pytesseract
import pytest
from numpy.typing import NDArray

from digitizer.engines.reading.readers import tesseract
from digitizer.model.errors import EngineError
from digitizer.model.paper import Box, Word

Picture = NDArray[np.uint8]

TABLE = """level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext
1\t1\t0\t0\t0\t0\t0\t0\t500\t500\t-1\t
5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t96.5\tDear
5\t1\t1\t1\t1\t2\t50\t20\t30\t12\t40\t"Q
5\t1\t1\t1\t2\t1\t10\t40\t30\t12\t-1\t
5\t1\t1\t1\t2\t2\t10\t40\t30\t12\t101\tyou
"""


@pytest.fixture
def only_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "_library", lambda _: None)


@pytest.mark.usefixtures("only_the_program")
def test_a_table_becomes_words_in_the_pages_own_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract, "image_to_data", lambda *_, **__: TABLE)
    read = tesseract.read(np.zeros((1000, 1000), np.uint8), 500, ("en",))
    assert read.words == (
        Word("Dear", Box(20, 40, 60, 24), 0.965, 0),
        Word('"Q', Box(100, 40, 60, 24), 0.4, 0),
        Word("you", Box(20, 80, 60, 24), 1.0, 1),
    )
    assert read.text == 'Dear "Q\nyou'
    assert read.confidence == pytest.approx((4 * 0.965 + 2 * 0.4 + 3) / 9)


def test_print_is_read_where_it_stands(typed_page: Picture) -> None:
    read = tesseract.read(typed_page, 150, ("en",))
    assert read.engine == "tesseract"
    assert read.text.splitlines()[0] == "Dear Testermann, we hope that this letter"
    assert read.confidence > 0.85
    first = read.words[0]
    assert abs(first.box.left - 150) < 8
    assert abs(first.box.top - 78) < 12
    assert [word.line for word in read.words] == sorted(word.line for word in read.words)


def test_colour_and_an_unknown_resolution_are_read_too(typed_page: Picture) -> None:
    colour = np.repeat(typed_page[:, :, None], 3, axis=2)
    assert "water was very cold" in tesseract.read(colour, 0, ("en", "es")).text


def test_spanish_is_read_with_its_own_data_only_where_asked() -> None:
    assert tesseract._language_codes(("en",)) == "eng"
    if "spa" not in tesseract.installed_languages():
        pytest.skip("Tesseract has no Spanish data here")
    assert tesseract._language_codes(("es", "en")) == "spa+eng"


def test_languages_without_data_fall_back_to_english_and_say_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tesseract, "installed_languages", lambda: ("eng",))
    assert tesseract._language_codes.__wrapped__(("es",)) == "eng"
    assert "apt install" in caplog.text


def test_library_and_program_read_alike(
    typed_page: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tesseract._library("eng") is not None
    by_library = tesseract.read(typed_page, 150, ("en",))
    again = tesseract.read(typed_page, 150, ("en",))
    assert again == by_library, "nothing is left of the page before"
    monkeypatch.setattr(tesseract, "_library", lambda _: None)
    by_program = tesseract.read(typed_page, 150, ("en",))
    assert by_program.text == by_library.text
    for one, other in zip(by_program.words, by_library.words, strict=True):
        assert abs(one.box.left - other.box.left) <= 6
        assert abs(one.box.top - other.box.top) <= 6


def test_without_its_data_the_library_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tesseract, "_data_folders", lambda: [tmp_path])
    assert tesseract._library.__wrapped__("eng") is None


@pytest.mark.usefixtures("only_the_program")
def test_a_missing_program_is_an_engine_error_with_its_fix(
    monkeypatch: pytest.MonkeyPatch, typed_page: Picture
) -> None:
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "no-such-tesseract")
    with pytest.raises(EngineError, match="apt install tesseract-ocr"):
        tesseract.read(typed_page, 150, ("en",))
    assert tesseract.version() is None


@pytest.mark.usefixtures("only_the_program")
def test_a_failing_program_is_an_engine_error(
    monkeypatch: pytest.MonkeyPatch, typed_page: Picture
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("Tesseract process timeout")

    monkeypatch.setattr(pytesseract, "image_to_data", fail)
    with pytest.raises(EngineError, match="timeout"):
        tesseract.read(typed_page, 150, ("en",))
