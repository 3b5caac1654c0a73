"""Which way up a page is read; the rest of the survey is shown by whole paths of paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.parts.imaging import encode_lossless, load
from digitizer.processes import survey
from digitizer.processes.survey import read_upright
from digitizer.vocabulary.paper import Box, Transcript, Word

Picture = NDArray[np.uint8]
LETTER = "dear mother we have been here since may and think about your house every night"


def lying(text: str, confidence: float) -> Transcript:
    words = [Word(word, Box(0, 0, 60, 20), confidence) for word in text.split()]
    return Transcript("made-up", text, confidence, tuple(words))


def standing(text: str, confidence: float) -> Transcript:
    words = [Word(word, Box(0, 0, 20, 60), confidence) for word in text.split()]
    return Transcript("made-up", text, confidence, tuple(words))


NOTHING_SURE = lying("dnar nnothee me hove heer hene smie uay aud thmk aboul yonr", 0.3)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A picture whose corner is dark at the left of its upper edge."""
    picture = np.full((40, 30), 255, np.uint8)
    picture[:5, :5] = 0
    path = tmp_path / "page"
    path.write_bytes(encode_lossless(picture))
    return path


Reads = Callable[[dict[str, Transcript]], list[str]]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Sets what is read by where the dark corner lies; gives the corners in order of reading."""

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

        monkeypatch.setattr(survey, "read_page", read)
        return seen

    return set_up


def test_a_page_that_reads_well_is_read_once(reads: Reads, page: Path) -> None:
    seen = reads({"top left": lying(LETTER, 0.7)})
    read = read_upright(str(page), 200, ("en",))
    assert (read.turned, read.transcript.text) == (0, LETTER)
    assert seen == ["top left"]


def test_short_words_that_are_read_surely_may_be_a_page_on_its_head(
    reads: Reads, page: Path
) -> None:
    reads({"top left": lying("in no or on of as we to", 0.6), "low right": lying(LETTER, 0.7)})
    assert read_upright(str(page), 200, ("en",)).turned == 180


def test_a_page_on_its_head_is_turned(reads: Reads, page: Path) -> None:
    seen = reads({"low right": lying(LETTER, 0.7)})
    read = read_upright(str(page), 200, ("en",))
    assert (read.turned, read.transcript.text) == (180, LETTER)
    assert seen == ["top left", "low right"]
    assert load(page.read_bytes())[-1, -1] == 0


@pytest.mark.parametrize(("upright", "turned"), [("top right", 270), ("low left", 90)])
def test_a_page_on_its_side_is_turned(reads: Reads, page: Path, upright: str, turned: int) -> None:
    reads({"top left": standing(LETTER, 0.7), upright: lying(LETTER, 0.7)})
    read = read_upright(str(page), 200, ("en",))
    assert (read.turned, read.transcript.words[0].box.width) == (turned, 60)
    assert load(page.read_bytes()).shape == (30, 40)


def test_a_scrawl_that_reads_no_better_otherwise_stays(reads: Reads, page: Path) -> None:
    before = page.read_bytes()
    seen = reads({})
    assert read_upright(str(page), 200, ("en",)).turned == 0
    assert seen == ["top left", "low right"]
    assert page.read_bytes() == before


def test_a_few_words_do_not_tell(reads: Reads, page: Path) -> None:
    seen = reads({"top left": lying("few words", 0.2)})
    read_upright(str(page), 200, ("en",))
    assert seen == ["top left"]


def test_behind_a_cover_that_lay_turned_its_ways_are_tried(reads: Reads, page: Path) -> None:
    seen = reads({"low left": lying(LETTER, 0.7)})
    assert read_upright(str(page), 200, ("en",), maybe_turned=270).turned == 90
    assert sorted(seen) == ["low left", "top left", "top right"]
