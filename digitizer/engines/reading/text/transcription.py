"""From words to a transcript: its text, and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from digitizer.model.paper import Transcript, Word


def transcript(engine: str, words: Sequence[Word]) -> Transcript:
    """``words`` in reading order as a transcript, a text line a line of words."""
    lines = groupby(words, key=lambda word: word.line)
    text = "\n".join(" ".join(word.text for word in line) for _, line in lines)
    return Transcript(engine, text, mean_confidence(words), tuple(words))


def mean_confidence(words: Sequence[Word]) -> float:
    """The words' confidence, each counting by its letters; 0 for no words."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
