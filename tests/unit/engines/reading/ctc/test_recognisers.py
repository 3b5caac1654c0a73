"""Lines read letter by letter: print by the quick network, what it doubts by the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.engines.reading.ctc import recognisers
from digitizer.engines.reading.ctc.lattice import best_path
from digitizer.engines.reading.ctc.networks import network
from digitizer.engines.reading.ctc.recognisers import (
    LINE_HEIGHT,
    OF_PRINT,
    OF_WRITING,
    Recogniser,
    alphabet,
    read_print,
    read_writing,
    sureness,
)
from digitizer.engines.reading.layout.pictures import cut_out
from digitizer.engines.reading.layout.print_lines import find_print
from digitizer.engines.reading.layout.specks import find_specks
from digitizer.model.errors import EngineError
from tests.unit.engines.reading.conftest import LINES

Picture = NDArray[np.uint8]


def white(width: int, height: int = LINE_HEIGHT) -> Picture:
    return np.full((height, width, 3), 255, np.uint8)


@pytest.fixture
def lines(typed_page: Picture) -> list[tuple[Picture, int]]:
    """Pictures of the page's lines, from top to bottom, and their letters."""
    found = find_print(find_specks(typed_page)).lines
    return [
        (cut_out(typed_page, line.corners, LINE_HEIGHT), line.letters)
        for line in sorted(found, key=lambda line: float(line.corners[0, 1]))
    ]


@pytest.fixture
def second_readings(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """The lines that the quick network was not sure of."""
    seen: list[Picture] = []

    def read(line: Picture) -> NDArray[np.float64]:
        seen.append(line)
        return read_writing(line)

    monkeypatch.setattr(recognisers, "read_writing", read)
    return seen


def test_a_line_of_print_is_read_letter_by_letter(lines: list[tuple[Picture, int]]) -> None:
    assert [best_path(read_print(*line), alphabet()) for line in lines] == list(LINES)
    assert [best_path(read_writing(line), alphabet()) for line, _ in lines] == list(LINES)


@pytest.mark.parametrize(("letters", "squeezed"), [(1, 390), (20, 390), (25, 488), (80, 600)])
def test_a_line_of_print_is_squeezed_as_far_as_its_letters_allow(
    second_readings: list[Picture], letters: int, squeezed: int
) -> None:
    read_print(white(600), letters)
    assert second_readings[0].shape[:2] == (LINE_HEIGHT, squeezed)


def test_both_networks_know_the_same_letters() -> None:
    listed = [network(one.path).metadata["character"] for one in (OF_WRITING, OF_PRINT)]
    assert listed[0] == listed[1]
    assert alphabet()[0] == ""
    assert {"a", "Z", "9", "@", "%", "ñ", " "} <= set(alphabet())


@pytest.mark.parametrize("recogniser", [OF_WRITING, OF_PRINT])
@pytest.mark.parametrize("width", [24, 400])
def test_frames_of_padding_are_not_given(recogniser: Recogniser, width: int) -> None:
    read = recogniser.read(white(width, recogniser.height))
    assert read.shape == (width // recogniser.frame, len(alphabet()))
    assert read.sum(axis=1) == pytest.approx(np.ones(len(read)), abs=0.05)


def test_plain_print_is_not_read_twice(
    lines: list[tuple[Picture, int]], second_readings: list[Picture]
) -> None:
    for line, letters in lines:
        read_print(line, letters)
    assert not second_readings


def test_what_the_quick_network_doubts_the_other_reads(
    lines: list[tuple[Picture, int]], second_readings: list[Picture]
) -> None:
    line, letters = lines[0]
    noise = np.random.default_rng(5).normal(0, 60, line.shape)
    faint = np.clip(line.astype(float) * 0.2 + 160 + noise, 0, 255).astype(np.uint8)
    read = read_print(faint, letters)
    assert len(second_readings) == 1
    assert np.array_equal(read, read_writing(second_readings[0]))


def test_nothing_seen_is_doubted(second_readings: list[Picture]) -> None:
    assert best_path(read_print(white(300), 3), alphabet()) == ""
    assert len(second_readings) == 1


def test_sureness_is_of_the_letters_that_are_seen() -> None:
    frames = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.1, 0.0, 0.9]])
    assert sureness(frames) == pytest.approx(0.8)
    assert sureness(frames[:1]) == 0.0


def test_a_missing_network_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert recognisers.ready()
    monkeypatch.setattr(recognisers, "OF_PRINT", replace(OF_PRINT, path=Path("gone.onnx")))
    assert not recognisers.ready()
    with pytest.raises(EngineError, match=r"gone\.onnx is missing"):
        read_print(white(100), 3)
