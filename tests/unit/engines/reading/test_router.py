from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digitizer.engines.reading import engines, read_page, router
from digitizer.engines.reading.layout.print_lines import Print, PrintLine
from digitizer.engines.reading.layout.specks import InkShapes, find_specks
from digitizer.engines.reading.readers import ppocr, tesseract
from digitizer.engines.reading.router import PageLook, look_at
from digitizer.model.errors import EngineError
from digitizer.model.paper import Box, PageKind, Transcript, Word

Picture = NDArray[np.uint8]
Engine = Callable[..., Transcript]
PAGE = np.zeros((10, 10), np.uint8)
LINES = Print((PrintLine(np.zeros((4, 2), np.float32), 9),), 0.9)
NO_INK = find_specks(PAGE)
PRINT = PageLook(PageKind.TYPED, InkShapes(300, 0.2, 0.8), LINES, NO_INK)
TYPEWRITTEN = PageLook(PageKind.TYPED, InkShapes(300, 0.3, 0.7), LINES, NO_INK)
SCRAWL = PageLook(PageKind.HANDWRITTEN, InkShapes(300, 0.8, 0.1), Print(), NO_INK)
UNSURE = PageLook(PageKind.MIXED, InkShapes(90, 0.6, 0.6), LINES, NO_INK)


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
def facility(monkeypatch: pytest.MonkeyPatch) -> Callable[[PageLook, Engine, Engine], None]:
    """Sets what the page looks like, and the two engines (Tesseract, PP-OCR)."""

    def set_up(look: PageLook, typed: Engine, hand: Engine) -> None:
        monkeypatch.setattr(router, "look_at", lambda _: look)
        monkeypatch.setattr(tesseract, "read", typed)
        monkeypatch.setattr(ppocr, "read", hand)

    return set_up


Facility = Callable[[PageLook, Engine, Engine], None]
GOOD = gives("tesseract", "we have been to the lake", 0.95)


def test_a_typed_page_does_not_pay_for_the_slow_engine(facility: Facility) -> None:
    facility(PRINT, GOOD, must_not_run)
    assert read_page(PAGE, 300, ("en",)).engine == "tesseract"


def test_a_handwritten_page_does_not_pay_for_tesseract(facility: Facility) -> None:
    facility(SCRAWL, must_not_run, gives("pp-ocrv6", "dear", 0.3))
    assert read_page(PAGE, 300, ("en",)).engine == "pp-ocrv6"


def test_a_typewriters_page_is_read_by_the_better_reader_alone(facility: Facility) -> None:
    facility(TYPEWRITTEN, must_not_run, gives("pp-ocrv6", "we have been to the lake", 0.9))
    assert read_page(PAGE, 300, ("en",)).engine == "pp-ocrv6"


def test_print_in_another_language_is_read_by_both(facility: Facility) -> None:
    spanish = "te queremos mucho y todos los días hablamos de ti con la familia"
    facility(
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
    facility: Facility, typed: tuple[str, float], hand: tuple[str, float], winner: str
) -> None:
    facility(UNSURE, gives("tesseract", *typed), gives("pp-ocrv6", *hand))
    assert read_page(PAGE, 300, ("en",)).engine == winner


@pytest.mark.parametrize(("look", "left"), [(PRINT, "pp-ocrv6"), (SCRAWL, "tesseract")])
def test_where_one_engine_fails_the_other_reads(
    facility: Facility, look: PageLook, left: str
) -> None:
    working = {"pp-ocrv6": gives("pp-ocrv6", "dear you", 0.9), "tesseract": GOOD}
    facility(look, *(working[e] if e == left else fails for e in ("tesseract", "pp-ocrv6")))
    assert read_page(PAGE, 300, ("en",)).engine == left


def test_a_doubtful_reading_stands_when_the_second_engine_fails(facility: Facility) -> None:
    facility(PRINT, gives("tesseract", "dear me", 0.4), fails)
    assert read_page(PAGE, 300, ("en",)).text == "dear me"


@pytest.mark.parametrize("look", [PRINT, SCRAWL])
def test_where_both_fail_it_is_an_engine_error(facility: Facility, look: PageLook) -> None:
    facility(look, fails, fails)
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
    typed, scrawled = look_at(typed_page), look_at(scrawled_page)
    assert (typed.kind, scrawled.kind) == (PageKind.TYPED, PageKind.HANDWRITTEN)
    assert router.looks_handwritten(scrawled.shapes)
    assert not router.looks_handwritten(typed.shapes)


def test_print_above_writing_is_mixed(typed_page: Picture, scrawled_page: Picture) -> None:
    both = np.vstack([typed_page, scrawled_page])
    assert look_at(both).kind is PageKind.MIXED


def test_only_of_typed_pages_the_lines_of_print_are_handed_on(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[object] = []

    def reads(_image: Picture, _languages: tuple[str, ...], known: Print | None) -> Transcript:
        handed.append(known)
        return reading("pp-ocrv6", "we have been to the lake", 0.9)

    for look in (TYPEWRITTEN, UNSURE, SCRAWL):
        facility(look, GOOD, reads)
        assert read_page(PAGE, 300, ("en",)).kind is look.kind
    assert handed == [LINES, None, None]


def test_a_photograph_is_not_read(photograph: Picture, typed_page: Picture) -> None:
    read = read_page(photograph, 150, ("en",))
    assert (read.engine, read.text, read.kind) == ("none", "", PageKind.PHOTO)
    paper = np.full((1100, 1275), 250, np.uint8)
    paper[200:600, 300:900] = photograph[:400, :600]
    assert read_page(paper, 150, ("en",)).kind is PageKind.PHOTO
    height, width = typed_page.shape
    paper[-height:, :width] = typed_page[:, :1275]
    with_text = look_at(paper)
    assert with_text.kind is PageKind.TYPED, "a photograph beside a letter leaves a letter"


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
        kind: [look_at(np.asarray(Image.open(p))).kind for p in some[::5]]
        for kind, some in kinds.items()
    }
    assert set(thought["typed"]) == {PageKind.TYPED}
    assert PageKind.TYPED not in thought["handwritten"]
    assert PageKind.PHOTO not in thought["handwritten"]
