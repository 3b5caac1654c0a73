"""From a line's frames to words, each with all its likely spellings. Pure arithmetic.

The recogniser gives, for each 8 pixels of a line, a probability to every letter and to "no new
letter" (class 0). The likeliest path through the frames is one reading of many; here each word
keeps the others too, weighed by how likely they are as words. What a search looks for is often
among them where the best reading has it wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float64]
#: Text to its probability (0..1) as a word, before the ink is looked at.
Prior = Callable[[str], float]

_BEAM = 24  # spellings kept on the way: 12 lose a hundredth of the searches, 48 gain nothing
_UNLIKELY = 0.004  # a letter less likely than this in a frame is not tried there
_SILENT = 0.995  # a frame this sure of "no new letter" is passed over
_PERHAPS_SPACE = 0.12
_SPACE = 0.5
_LEAST_SPAN = 0.02  # of a word that is there only if a space is, or is not, one
# The power of the prior. A recogniser knows some words itself, so that 1 would count them twice.
_TRUST = 0.35
_LEAST_SPELLING = 0.005

Spellings = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class WordGuess:
    """One word of a line: the frames of its first and its last letter, and its spellings with
    their probabilities (0..1), the likeliest first. There is at least one."""

    first: int
    last: int
    spellings: Spellings


@dataclass(frozen=True, slots=True)
class _Gap:
    """Frames ``start`` to ``stop`` that are a space with ``probability``."""

    start: int
    stop: int
    probability: float


def guess_words(rows: Frames, letters: Sequence[str], prior: Prior) -> list[WordGuess]:
    """The words of one line from left to right.

    ``rows`` is (frames, classes) of probabilities; class 0 is no letter and the others are
    ``letters[1:]``, among them the space.
    """
    space = letters.index(" ")
    gaps = list(_gaps(rows[:, space]))
    bounds = [0, *(edge for gap in gaps if gap.probability >= _SPACE for edge in _ends(gap))]
    bounds.append(len(rows))
    inked = _without(rows, space)
    stretches = [
        (start, stop)
        for start, stop in zip(bounds[::2], bounds[1::2], strict=True)
        if stop > start and inked[start:stop].argmax(axis=1).any()
    ]
    others = _other_spans(gaps, len(rows), stretches) if stretches else {}
    guesses = [_guess(inked, letters, prior, stretch, others[stretch]) for stretch in stretches]
    return [guess for guess in guesses if guess is not None]


def _ends(gap: _Gap) -> tuple[int, int]:
    return gap.start, gap.stop


def _gaps(space: NDArray[np.float64]) -> Iterator[_Gap]:
    edges = np.flatnonzero(np.diff(space > _PERHAPS_SPACE, prepend=False, append=False))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield _Gap(start, stop, float(space[start:stop].max()))


def _without(rows: Frames, space: int) -> Frames:
    """The frames as they are within a word, where a space is no letter."""
    inked = rows.copy()
    inked[:, 0] += inked[:, space]
    inked[:, space] = 0
    return inked


_Span = tuple[int, int]


def _other_spans(
    gaps: Sequence[_Gap], end: int, stretches: Sequence[_Span]
) -> dict[_Span, list[tuple[_Span, float]]]:
    """What else may be a word, and how likely, by the stretch that it shares most frames with:
    two stretches whose gap may be none, or a part of one that may have a gap."""
    found: dict[_Span, list[tuple[_Span, float]]] = {stretch: [] for stretch in stretches}
    edges = [_Gap(0, 0, 1.0), *gaps, _Gap(end, end, 1.0)]
    for number, left in enumerate(edges):
        joined = 1.0
        for right in edges[number + 1 : number + 4]:
            span = left.stop, right.start
            weight = joined * left.probability * right.probability
            if span not in found and span[1] > span[0] and weight >= _LEAST_SPAN:
                home = max(stretches, key=lambda stretch: _shared(stretch, span))
                found[home].append((span, weight))
            joined *= 1 - right.probability
    return found


def _shared(one: _Span, other: _Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def _guess(
    inked: Frames,
    letters: Sequence[str],
    prior: Prior,
    stretch: _Span,
    others: Sequence[tuple[_Span, float]],
) -> WordGuess | None:
    start, stop = stretch
    own = weighed(spellings(inked[start:stop], letters), prior)
    if not own:
        return None
    best = own[0][0]
    every: dict[str, float] = dict(own)
    for (first, last), weight in others:
        for text, probability in weighed(spellings(inked[first:last], letters), prior):
            every[text] = max(every.get(text, 0.0), weight * probability)
    rest = sorted(every.items(), key=lambda pair: -pair[1])
    kept = [pair for pair in rest if pair[0] != best and pair[1] >= _LEAST_SPELLING]
    with_ink = np.flatnonzero(inked[start:stop].argmax(axis=1)) + start
    return WordGuess(int(with_ink[0]), int(with_ink[-1]), ((best, every[best]), *kept))


def weighed(found: Spellings, prior: Prior) -> Spellings:
    """Spellings with their words' priors, likeliest first; the probabilities add up to 1."""
    scores = [(text, probability * prior(text) ** _TRUST) for text, probability in found]
    total = sum(score for _, score in scores)
    ranked = sorted(scores, key=lambda pair: -pair[1])
    return tuple((text, score / total) for text, score in ranked if total)


def spellings(frames: Frames, letters: Sequence[str]) -> Spellings:
    """The likeliest texts of ``frames``, each in proportion to all paths that spell it.

    CTC prefix beam search (Graves 2012; Hannun, Sequence Modeling with CTC, 2017): a text so
    far has the probability of the paths that end in no letter, and of those that end in its
    last letter, which a repeated letter must not run into.
    """
    beam: _Beam = {"": (1.0, 0.0)}
    for frame in frames:
        silence = float(frame[0])
        if silence > _SILENT:
            beam = {text: ((quiet + loud) * silence, 0.0) for text, (quiet, loud) in beam.items()}
            continue
        likely = np.flatnonzero(frame[1:] > _UNLIKELY) + 1
        heard = [
            (letters[index], float(frame[index]))
            for index in likely[np.argsort(-frame[likely], kind="stable")].tolist()
        ]
        beam = _stepped(beam, silence, heard)
    every = [(text, quiet + loud) for text, (quiet, loud) in beam.items() if text]
    return tuple(sorted(every, key=lambda pair: -pair[1]))


#: Texts with their probabilities to end in no letter, and in their last one.
_Beam = dict[str, tuple[float, float]]


def _stepped(beam: _Beam, silence: float, heard: Sequence[tuple[str, float]]) -> _Beam:
    """The beam one frame on; ``heard`` are the frame's letters, the likeliest first."""
    after = _as_long(beam, silence, dict(heard)) | _longer(beam, silence, heard)
    best = sorted(after.items(), key=_probability, reverse=True)[:_BEAM]
    most = _probability(best[0])  # only proportions matter: a long line's product would vanish
    return {text: (quiet / most, loud / most) for text, (quiet, loud) in best}


def _probability(item: tuple[str, tuple[float, float]]) -> float:
    return item[1][0] + item[1][1]


def _as_long(beam: _Beam, silence: float, chances: Mapping[str, float]) -> _Beam:
    """The texts of the beam themselves: nothing new was heard, or their last letter was (still,
    or now, where the text without it is in the beam)."""
    after: _Beam = {}
    for text, (quiet, loud) in beam.items():
        chance = chances.get(text[-1:], 0.0)
        came = loud
        if chance and (shorter := beam.get(text[:-1])):
            came += shorter[0] if text[-2:-1] == text[-1:] else shorter[0] + shorter[1]
        after[text] = (quiet + loud) * silence, came * chance
    return after


def _longer(beam: _Beam, silence: float, heard: Sequence[tuple[str, float]]) -> _Beam:
    """The texts that are new with this frame, but not those that could not stay in the beam:
    as many are likelier as it holds. Of ten letters and a full beam, nine in ten are such."""
    if not heard:
        return {}
    likeliest = heard[0]
    least = 0.0
    if len(beam) == _BEAM:
        unheard = min(quiet + loud for quiet, loud in beam.values()) * silence
        least = max(unheard, min(_one_longer(each, *likeliest) for each in beam.items()))
    added: _Beam = {}
    for item in beam.items():
        text, (quiet, loud) = item
        for letter, chance in heard:
            if (quiet + loud) * chance < least:
                break
            if text + letter not in beam:
                added[text + letter] = 0.0, _one_longer(item, letter, chance)
    return added


def _one_longer(item: tuple[str, tuple[float, float]], letter: str, chance: float) -> float:
    """The probability of the text and this letter more: the same letter must have ended."""
    text, (quiet, loud) = item
    return chance * (quiet if text.endswith(letter) else quiet + loud)


def best_path(rows: Frames, letters: Sequence[str]) -> str:
    """The text of the likeliest letter in each frame, repeats joined and empty frames dropped."""
    best = [0, *rows.argmax(axis=1).tolist()]
    return "".join(letters[now] for before, now in pairwise(best) if now and now != before)
