"""Where the bars, lines and words of a plot are: made once, and drawn as SVG or on paper.

Lengths are of any unit, from the top left. Bars of one row stand beside each other and are told
apart by their pattern, so that a plot is read without colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from digitizer.engines.plots.scales import ticks
from digitizer.model.figures import Figure, said

Align = Literal["start", "middle", "end"]
SIZE = 11.0
"""Of the words."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 74.0, 14.0, 26.0, 24.0
_NAMES = 250.0
_ROW = 26.0
_FILLED = 0.78  # of a row's room
_LETTER = SIZE * 0.56  # a word's letter, on the average
_KEY = 12.0


class Pattern(StrEnum):
    """In this order: solid, lines across, an outline."""

    SOLID = "solid"
    LINES = "lines"
    OUTLINE = "outline"


@dataclass(frozen=True, slots=True)
class Bar:
    left: float
    top: float
    width: float
    height: float
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line; the axis itself is ``strong``."""

    x1: float
    y1: float
    x2: float
    y2: float
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """On their base line."""

    x: float
    y: float
    text: str
    align: Align = "start"


@dataclass(frozen=True, slots=True)
class Plot:
    width: float
    height: float
    bars: tuple[Bar, ...]
    rules: tuple[Rule, ...]
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The part in which the bars are, and the largest value of its scale."""

    left: float
    top: float
    right: float
    bottom: float
    most: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


def plot(figure: Figure, width: float, height: float) -> Plot:
    """``height`` counts for standing bars; lying ones take as much as their rows need."""
    drawn = [number for number, each in enumerate(figure.columns) if each.drawn]
    unit = figure.columns[drawn[0]].unit
    largest = max((row.values[n] or 0 for row in figure.rows for n in drawn), default=0)
    scale = ticks(largest, unit)
    marks = [(value, said(value, unit)) for value in scale]
    if figure.named:
        height = _TOP + max(1, len(figure.rows)) * _ROW + _BOTTOM
        frame = _Frame(_NAMES, _TOP, width - _RIGHT - 60, height - _BOTTOM, scale[-1])
        made = _lying(figure, drawn, frame, marks)
    else:
        frame = _Frame(_LEFT, _TOP, width - _RIGHT, height - _BOTTOM, scale[-1])
        made = _standing(figure, drawn, frame, marks)
    bars, rules, words = made
    return Plot(width, height, bars, rules, (*words, *_key_words(figure, drawn, frame)))


_Made = tuple[tuple[Bar, ...], tuple[Rule, ...], tuple[Words, ...]]


def _standing(
    figure: Figure, drawn: list[int], frame: _Frame, marks: list[tuple[float, str]]
) -> _Made:
    rules = [_across(frame, value) for value, _ in marks]
    words = [
        Words(frame.left - 6, _y(frame, value) + SIZE / 3, text, "end") for value, text in marks
    ]
    room = frame.width / max(1, len(figure.rows))
    each = room * _FILLED / len(drawn)
    bars = [*_key_bars(figure, drawn, frame)]
    longest = max((len(row.label) for row in figure.rows), default=1) * _LETTER + 8
    step = max(1, -(-int(longest) // max(1, int(room))))
    for place, row in enumerate(figure.rows):
        begin = frame.left + place * room
        if place % step == 0:
            words.append(Words(begin + room / 2, frame.bottom + SIZE + 5, row.label, "middle"))
        left = begin + room * (1 - _FILLED) / 2
        for nth, number in enumerate(drawn):
            value = row.values[number] or 0
            top = _y(frame, value)
            if value:
                pattern = list(Pattern)[nth]
                bars.append(Bar(left + nth * each, top, each, frame.bottom - top, pattern))
    return tuple(bars), tuple(rules), tuple(words)


def _lying(
    figure: Figure, drawn: list[int], frame: _Frame, marks: list[tuple[float, str]]
) -> _Made:
    rules, words = [], []
    for value, text in marks:
        x = frame.left + frame.width * value / frame.most
        rules.append(Rule(x, frame.top, x, frame.bottom, strong=not value))
        words.append(Words(x, frame.bottom + SIZE + 5, text, "middle"))
    bars = [*_key_bars(figure, drawn, frame)]
    each = _ROW * _FILLED / len(drawn)
    for place, row in enumerate(figure.rows):
        begin = frame.top + place * _ROW
        name = _cut(row.label, frame.left - 16)
        words.append(Words(frame.left - 8, begin + _ROW / 2 + SIZE / 3, name, "end"))
        top = begin + _ROW * (1 - _FILLED) / 2
        for nth, number in enumerate(drawn):
            value = row.values[number] or 0
            long = frame.width * value / frame.most
            if value:
                pattern = list(Pattern)[nth]
                bars.append(Bar(frame.left, top + nth * each, long, each, pattern))
            if len(drawn) == 1:
                number_said = said(row.values[number], figure.columns[number].unit)
                beside = frame.left + long + 6
                words.append(Words(beside, begin + _ROW / 2 + SIZE / 3, number_said))
    return tuple(bars), tuple(rules), tuple(words)


def _y(frame: _Frame, value: float) -> float:
    return frame.bottom - frame.height * value / frame.most


def _across(frame: _Frame, value: float) -> Rule:
    y = _y(frame, value)
    return Rule(frame.left, y, frame.right, y, strong=not value)


def _cut(text: str, width: float) -> str:
    most = int(width / _LETTER)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _keys(figure: Figure, drawn: list[int], frame: _Frame) -> Iterator[tuple[float, str, Pattern]]:
    """Where each key to a pattern begins; none where there is one pattern alone."""
    x = frame.left
    if len(drawn) > 1:
        for nth, number in enumerate(drawn):
            name = figure.columns[number].name
            yield x, name, list(Pattern)[nth]
            x += _KEY + 6 + len(name) * _LETTER + 22


def _key_bars(figure: Figure, drawn: list[int], frame: _Frame) -> Iterator[Bar]:
    for x, _, pattern in _keys(figure, drawn, frame):
        yield Bar(x, 3, _KEY, _KEY, pattern)


def _key_words(figure: Figure, drawn: list[int], frame: _Frame) -> Iterator[Words]:
    for x, name, _ in _keys(figure, drawn, frame):
        yield Words(x + _KEY + 6, 3 + SIZE - 1, name)
