"""Which way up a page is read, and which reading is doubtful."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.capture.isolated import page_reading
from digitizer.capture.isolated.page_reading import (
    UprightReading,
    is_doubtful,
    read_again,
    read_upright,
)
from digitizer.engines.imaging import encode_lossless, load
from digitizer.model.paper import Box, PageKind, Transcript, Word
from tests.support import scanner

Picture = NDArray[np.uint8]
LETTER = "dear mother we have been here since may and think about your house every night"


def horizontal(text: str, confidence: float) -> Transcript:
    words = [Word(word, Box(0, 0, 60, 20), confidence) for word in text.split()]
    return Transcript("made-up", text, confidence, tuple(words))


def vertical(text: str, confidence: float) -> Transcript:
    words = [Word(word, Box(0, 0, 20, 60), confidence) for word in text.split()]
    return Transcript("made-up", text, confidence, tuple(words))


NOTHING_SURE = horizontal("dnar nnothee me hove heer hene smie uay aud thmk aboul yonr", 0.3)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A picture with a dark upper left corner."""
    picture = np.full((40, 30), 255, np.uint8)
    picture[:5, :5] = 0
    path = tmp_path / "page"
    path.write_bytes(encode_lossless(picture))
    return path


#: By how many degrees a page was turned that, set upright, has its dark corner there.
_TURNED_TO = {"top left": 0, "low left": 90, "low right": 180, "top right": 270}


def _read(path: Path, maybe_turned: bool = False) -> UprightReading:
    """As the pipeline does: again, if the first reading is doubtful."""
    read = read_upright(str(path), 200, ("en",), maybe_turned)
    if is_doubtful(read.transcript):
        return read_again(str(path), 200, ("en",), read)
    return read


Reads = Callable[[dict[str, Transcript]], list[str]]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Sets what is read by where the dark corner is; gives the corners in order of reading."""

    def corner(picture: Picture) -> str:
        row, column = np.argwhere(picture < 128).mean(axis=0)
        height, width = picture.shape
        return ("top " if row < height / 2 else "low ") + (
            "left" if column < width / 2 else "right"
        )

    def set_up(texts: dict[str, Transcript]) -> list[str]:
        seen: list[str] = []

        def read(picture: Picture, _dpi: int, _languages: tuple[str, ...]) -> Transcript:
            seen.append(corner(picture))
            return texts.get(seen[-1], NOTHING_SURE)

        def way_up(picture: Picture) -> int:
            seen.append("sample")
            horizontal_ones = (text for text in texts if texts[text].words[0].box.width == 60)
            return _TURNED_TO[next(horizontal_ones, "low right")]

        monkeypatch.setattr(page_reading, "read_page", read)
        monkeypatch.setattr(page_reading, "way_up", way_up)
        return seen

    return set_up


def test_a_page_that_reads_well_is_read_once(reads: Reads, page: Path) -> None:
    seen = reads({"top left": horizontal(LETTER, 0.7)})
    read = _read(page)
    assert (read.turned, read.transcript.text) == (0, LETTER)
    assert seen == ["top left"]


def test_short_words_read_with_certainty_may_be_a_page_upside_down(
    reads: Reads, page: Path
) -> None:
    reads(
        {
            "low right": horizontal(LETTER, 0.7),
            "top left": horizontal("in no or on of as we to", 0.6),
        }
    )
    assert _read(page).turned == 180


def test_a_page_upside_down_is_turned(reads: Reads, page: Path) -> None:
    seen = reads({"low right": horizontal(LETTER, 0.7)})
    read = _read(page)
    assert (read.turned, read.transcript.text) == (180, LETTER)
    assert seen == ["top left", "sample", "low right"]
    assert load(page.read_bytes())[-1, -1] == 0


@pytest.mark.parametrize(("upright", "turned"), [("top right", 270), ("low left", 90)])
def test_a_sideways_page_is_turned(reads: Reads, page: Path, upright: str, turned: int) -> None:
    reads({"top left": vertical(LETTER, 0.7), upright: horizontal(LETTER, 0.7)})
    read = _read(page)
    assert (read.turned, read.transcript.words[0].box.width) == (turned, 60)
    assert load(page.read_bytes()).shape == (30, 40)


def test_a_scrawl_that_reads_no_better_otherwise_stays(reads: Reads, page: Path) -> None:
    before = page.read_bytes()
    seen = reads({})
    assert _read(page).turned == 0
    assert seen == ["top left", "sample", "low right"]
    assert page.read_bytes() == before


def test_a_few_words_that_read_well_are_read_once(reads: Reads, page: Path) -> None:
    seen = reads({"top left": horizontal("few words", 0.96)})
    _read(page)
    assert seen == ["top left"]


@pytest.mark.parametrize("upright", ["low right", "low left", "top right"])
def test_a_few_words_the_wrong_way_up_are_turned(reads: Reads, page: Path, upright: str) -> None:
    reads({upright: horizontal("few words", 0.96), "top left": horizontal("spuem maj", 0.5)})
    read = _read(page)
    assert (read.turned, read.transcript.text) == (_TURNED_TO[upright], "few words")


def test_a_few_vertical_words_are_turned_though_they_read_well(reads: Reads, page: Path) -> None:
    reads({"top left": vertical("few words", 0.96), "top right": horizontal("few words", 0.96)})
    assert _read(page).turned == 270


@pytest.mark.parametrize("kind", [PageKind.BLANK, PageKind.PHOTO])
def test_a_page_without_words_is_not_doubtful(kind: PageKind) -> None:
    assert not is_doubtful(Transcript("none", "", 0.0, kind=kind))
    assert is_doubtful(Transcript("made-up", "", 0.0, kind=PageKind.HANDWRITTEN))


def test_a_mirrored_page_is_flipped_and_read(tmp_path: Path) -> None:
    text = "Dear friend,\n\nthe orchard behind the schoolhouse\ngave nine baskets of pears."
    upright = cv2.resize(scanner.typed_page(text), None, fx=0.6, fy=0.6)
    path = tmp_path / "page"
    path.write_bytes(encode_lossless(np.ascontiguousarray(upright[:, ::-1])))
    read = _read(path)
    assert (read.mirrored, read.turned) == (True, 0)
    assert "orchard behind the schoolhouse" in read.transcript.text
    assert np.abs(load(path.read_bytes()).astype(int) - upright).mean() < 3


def test_behind_a_turned_cover_it_is_read_as_a_sample_reads_best(reads: Reads, page: Path) -> None:
    seen = reads({"low left": horizontal(LETTER, 0.7)})
    assert _read(page, maybe_turned=True).turned == 90
    assert seen == ["sample", "low left"]
