"""Which words of a transcript may be misread; they are marked wherever they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from digitizer.model.paper import PERSON, Transcript, Word

#: A word that was read with less confidence (0..1) is marked, so that people check the picture.
_MAY_BE_MISREAD = 0.6
#: A page of whose ink so much (0..1) was not read may have lost a line. Of 40 pages by hands of
#: today none has it, of 381 with one line taken out of what was read 97 in 100.
_LOST_LINE = 0.02


class ShownWord(NamedTuple):
    text: str
    doubtful: bool


Lines = Sequence[Sequence[ShownWord]]


def shown_lines(read: Transcript) -> Lines:
    """The text as lines of words. A person's correction is not doubtful."""
    if read.engine == PERSON:  # ``words`` are only those that have a place on the picture
        return _lines(read.text, doubtful=False)
    if not read.words:
        return _lines(read.text, doubtful=read.confidence < _MAY_BE_MISREAD)
    return [
        [ShownWord(word.text, word.confidence < _MAY_BE_MISREAD) for word in line]
        for _, line in groupby(read.words, key=_line)
    ]


def is_read_in_part(read: Transcript) -> bool:
    """Whether there may be writing on the page of which nothing was read. A person saw it all."""
    return read.engine != PERSON and read.unread >= _LOST_LINE


def doubts_in(lines: Lines) -> tuple[int, int]:
    """How many words are doubtful, and how many words there are."""
    words = [word for line in lines for word in line]
    return sum(word.doubtful for word in words), len(words)


def _lines(text: str, doubtful: bool) -> Lines:
    return [[ShownWord(word, doubtful) for word in line.split()] for line in text.split("\n")]


def _line(word: Word) -> int:
    return word.line
