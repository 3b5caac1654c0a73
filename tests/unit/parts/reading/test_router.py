from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digitizer.parts.reading import engines, ppocr, read_page, router, tesseract
from digitizer.parts.reading.pictures import InkShapes, ink_shapes
from digitizer.vocabulary.errors import EngineError
from digitizer.vocabulary.paper import Box, Transcript, Word

Picture = NDArray[np.uint8]
Engine = Callable[..., Transcript]
PAGE = np.zeros((10, 10), np.uint8)
PRINT, SCRAWL, UNSURE = InkShapes(300, 0.2, 0.8), InkShapes(300, 0.8, 0.1), InkShapes(90, 0.6, 0.6)
TYPEWRITTEN = InkShapes(300, 0.3, 0.7)


def reading(engine: str, text: str, confidence: float) -> Transcript:
    words = tuple(Word(word, Box(0, 0, 1, 1), confidence) for word in text.split())
    return Transcript(engine, text, confidence, words)


def gives(engine: str, text: str, confidence: float) -> Engine:
    return lambda *_: reading(engine, text, confidence)


def fails(*_: object) -> Transcript:
    raise EngineError("This engine is out of order.")


def must_not_run(*_: object) -> Transcript:
    raise AssertionError("this engine costs time for nothing")


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Callable[[InkShapes, Engine, Engine], None]:
    """Sets what the ink looks like, and the two engines (Tesseract, PP-OCR)."""

    def set_up(shapes: InkShapes, typed: Engine, hand: Engine) -> None:
        monkeypatch.setattr(router, "ink_shapes", lambda _: shapes)
        monkeypatch.setattr(tesseract, "read", typed)
        monkeypatch.setattr(ppocr, "read", hand)

    return set_up


House = Callable[[InkShapes, Engine, Engine], None]
GOOD = gives("tesseract", "we have been to the lake", 0.95)


def test_a_typed_page_does_not_pay_for_the_slow_engine(house: House) -> None:
    house(PRINT, GOOD, must_not_run)
    assert read_page(PAGE, 300, ("en",)).engine == "tesseract"


def test_a_handwritten_page_does_not_pay_for_tesseract(house: House) -> None:
    house(SCRAWL, must_not_run, gives("pp-ocrv6", "dear", 0.3))
    assert read_page(PAGE, 300, ("en",)).engine == "pp-ocrv6"


def test_a_typewriters_page_is_read_by_the_better_reader_alone(house: House) -> None:
    house(TYPEWRITTEN, must_not_run, gives("pp-ocrv6", "we have been to the lake", 0.9))
    assert read_page(PAGE, 300, ("en",)).engine == "pp-ocrv6"


def test_print_in_another_language_is_read_by_both(house: House) -> None:
    spanish = "te queremos mucho y todos los días hablamos de ti con la familia"
    house(
        TYPEWRITTEN,
        gives("tesseract", spanish, 0.9),
        gives("pp-ocrv6", spanish.replace("o", "c"), 0.9),
    )
    assert read_page(PAGE, 300, ("en", "es")).engine == "tesseract"


@pytest.mark.parametrize(
    ("typed", "hand", "winner"),
    [
        (("ee i Sp", 0.3), ("we have been ill", 0.6), "pp-ocrv6"),
        (("we have been to the lake", 0.7), ("ve hve beeu lo tle", 0.5), "tesseract"),
        (("|| ~~ XQ zz", 0.95), ("Dear you and me", 0.5), "pp-ocrv6"),
        (("", 0.0), ("", 0.0), "pp-ocrv6"),
    ],
)
def test_a_doubtful_page_is_read_by_both_and_the_better_is_kept(
    house: House, typed: tuple[str, float], hand: tuple[str, float], winner: str
) -> None:
    house(UNSURE, gives("tesseract", *typed), gives("pp-ocrv6", *hand))
    assert read_page(PAGE, 300, ("en",)).engine == winner


@pytest.mark.parametrize(("shapes", "left"), [(PRINT, "pp-ocrv6"), (SCRAWL, "tesseract")])
def test_where_one_engine_fails_the_other_reads(house: House, shapes: InkShapes, left: str) -> None:
    working = {"pp-ocrv6": gives("pp-ocrv6", "dear you", 0.9), "tesseract": GOOD}
    house(shapes, *(working[e] if e == left else fails for e in ("tesseract", "pp-ocrv6")))
    assert read_page(PAGE, 300, ("en",)).engine == left


def test_a_doubtful_reading_stands_when_the_second_engine_fails(house: House) -> None:
    house(PRINT, gives("tesseract", "dear me", 0.4), fails)
    assert read_page(PAGE, 300, ("en",)).text == "dear me"


@pytest.mark.parametrize("shapes", [PRINT, SCRAWL])
def test_where_both_fail_it_is_an_engine_error(house: House, shapes: InkShapes) -> None:
    house(shapes, fails, fails)
    with pytest.raises(EngineError, match="out of order"):
        read_page(PAGE, 300, ("en",))


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1100, 850), (1100, 850, 3), (1, 1), (3, 4000)])
def test_paper_without_ink_is_an_empty_transcript(shade: int, shape: tuple[int, ...]) -> None:
    read = read_page(np.full(shape, shade, np.uint8), 100, ("en",))
    assert (read.engine, read.text, read.confidence, read.words) == ("none", "", 0.0, ())


def test_specks_and_stains_never_raise() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (300, 200), dtype=np.uint8)
    assert read_page(noise, 100, ("en",)).engine in {"none", "tesseract", "pp-ocrv6"}


def test_print_and_scrawl_are_told_apart(typed_page: Picture, scrawled_page: Picture) -> None:
    assert not router.looks_handwritten(ink_shapes(typed_page))
    assert router.looks_handwritten(ink_shapes(scrawled_page))


def test_a_typed_page_is_read(typed_page: Picture) -> None:
    read = read_page(typed_page, 150, ("en",))
    assert read.engine == "tesseract"
    assert "every day" in read.text


def test_engines_are_named_for_the_doctor() -> None:
    found = {engine.name: engine for engine in engines()}
    assert set(found) == {"tesseract", "pp-ocrv6"}
    assert all(engine.ready and engine.version for engine in found.values())


def test_real_letters_are_told_apart(letters_corpus: list[Path]) -> None:
    kinds = {
        kind: [p for p in letters_corpus if p.parent.name == kind]
        for kind in ("typed", "handwritten")
    }
    thought = {
        kind: [router.looks_handwritten(ink_shapes(np.asarray(Image.open(p)))) for p in some[::5]]
        for kind, some in kinds.items()
    }
    assert not any(thought["typed"])
    assert sum(thought["handwritten"]) >= 0.9 * len(thought["handwritten"])
