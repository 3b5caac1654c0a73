"""Words and their spellings out of a line's frames."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.engines.reading.ctc import lattice, lexicon
from digitizer.engines.reading.ctc.lattice import Frames, best_path, guess_words, spellings, weighed

LETTERS = ("", "a", "c", "e", "t", " ")


def frames(*each: dict[str, float]) -> Frames:
    """A row a frame; what is left of 1 is no letter."""
    rows = np.zeros((len(each), len(LETTERS)))
    for row, given_ in zip(rows, each, strict=True):
        for letter, probability in given_.items():
            row[LETTERS.index(letter)] = probability
        row[0] = 1 - row.sum()
    return rows


def flat(_: str) -> float:
    return 1.0


def test_repeats_are_joined_unless_an_empty_frame_parts_them() -> None:
    rows = frames({}, {"t": 0.9}, {"t": 0.9}, {}, {"t": 0.9}, {})
    assert best_path(rows, LETTERS) == "tt"
    assert spellings(rows, LETTERS)[0][0] == "tt"


def test_a_word_keeps_its_other_spellings() -> None:
    (word,) = guess_words(
        frames({"c": 0.6, "e": 0.4}, {}, {"a": 0.99}, {}, {"t": 0.7}), LETTERS, flat
    )
    assert [text for text, _ in word.spellings] == ["cat", "eat", "ca", "ea"]
    assert [share for _, share in word.spellings] == pytest.approx(
        [0.42, 0.28, 0.18, 0.12], abs=0.01
    )
    assert (word.first, word.last) == (0, 4)


def test_what_is_a_word_is_believed_over_what_is_none() -> None:
    rows = frames({"c": 0.6, "e": 0.4}, {}, {"a": 0.99}, {}, {"t": 0.9})
    assert lexicon.prior("eat") > lexicon.prior("cae") == lexicon.prior("xqz")

    def only_eat(text: str) -> float:
        return 1.0 if text == "eat" else 0.01

    (word,) = guess_words(rows, LETTERS, only_eat)
    assert word.spellings[0][0] == "eat"


def test_a_doubtful_space_gives_the_joined_word_and_a_doubtful_joint_the_parts() -> None:
    doubtful = frames({"a": 1.0}, {" ": 0.6}, {"t": 1.0})
    first, second = guess_words(doubtful, LETTERS, flat)
    assert (first.spellings[0][0], second.spellings[0][0]) == ("a", "t")
    assert dict(first.spellings)["at"] == pytest.approx(0.4)
    tight = frames({"a": 1.0}, {" ": 0.3}, {"t": 1.0})
    (joined,) = guess_words(tight, LETTERS, flat)
    assert dict(joined.spellings) == pytest.approx({"at": 1.0, "a": 0.3, "t": 0.3})
    sure = frames({"a": 1.0}, {" ": 1.0}, {"t": 1.0})
    assert [len(word.spellings) for word in guess_words(sure, LETTERS, flat)] == [1, 1]


def test_nothing_is_no_word() -> None:
    assert guess_words(frames({}, {" ": 0.9}, {}), LETTERS, flat) == []
    assert guess_words(np.zeros((0, len(LETTERS))), LETTERS, flat) == []


def test_a_very_long_word_does_not_vanish() -> None:
    rows = frames(*[{"a": 0.4, "t": 0.3}, {"c": 0.2}] * 2000)
    (word,) = guess_words(rows, LETTERS, flat)
    assert sum(share for _, share in word.spellings) <= 1.001


_rows = st.lists(st.lists(st.floats(0.01, 1), min_size=6, max_size=6), min_size=1, max_size=4).map(
    lambda rows: np.array([np.array(row) / sum(row) for row in rows])
)


@settings(max_examples=40)
@given(_rows)
def test_spellings_are_the_sums_over_all_paths(rows: Frames) -> None:
    """Held against the definition: every path is collapsed and counted."""
    sums: dict[str, float] = {}
    for path in itertools.product(range(6), repeat=len(rows)):
        probability = float(np.prod([row[step] for row, step in zip(rows, path, strict=True)]))
        text = "".join(LETTERS[step] for step, _ in itertools.groupby(path) if step)
        sums[text] = sums.get(text, 0.0) + probability
    sums.pop("", None)
    found = spellings(rows, LETTERS)
    best = max(sums, key=sums.__getitem__)
    assert found[0][1] > 0
    shares = weighed(found, flat)
    assert all(0 <= share <= 1 for _, share in shares)
    # The beam may lose paths, and with them the likeliest text to one that is nearly as likely.
    assert sums[found[0][0]] == pytest.approx(sums[best], rel=0.3)


def _plain_spellings(rows: Frames, letters: Sequence[str]) -> dict[str, float]:
    """The same search with every text made that could be, likely or not."""
    beam = {"": (1.0, 0.0)}
    for frame in rows:
        silence = float(frame[0])
        quiet_after: defaultdict[str, float] = defaultdict(float)
        loud_after: defaultdict[str, float] = defaultdict(float)
        heard = (np.flatnonzero(frame[1:] > lattice._UNLIKELY) + 1).tolist()
        for text, (quiet, loud) in beam.items():
            quiet_after[text] += (quiet + loud) * silence
            for letter, chance in ((letters[place], float(frame[place])) for place in heard):
                if text.endswith(letter):
                    loud_after[text] += loud * chance
                    loud_after[text + letter] += quiet * chance
                else:
                    loud_after[text + letter] += (quiet + loud) * chance
        total = {
            text: quiet_after.get(text, 0.0) + loud_after.get(text, 0.0)
            for text in {*quiet_after, *loud_after}
        }
        best = sorted(total, key=total.__getitem__, reverse=True)[: lattice._BEAM]
        most = total[best[0]]
        beam = {
            text: (quiet_after.get(text, 0.0) / most, loud_after.get(text, 0.0) / most)
            for text in best
        }
    return {text: quiet + loud for text, (quiet, loud) in beam.items() if text}


@pytest.mark.parametrize("seed", range(12))
def test_what_is_not_made_could_not_have_stayed_in_the_beam(seed: int) -> None:
    chance = np.random.default_rng(seed)
    letters = ["", *"abcdefgh"]
    rows = chance.dirichlet(np.full(len(letters), 0.4), size=14)  # no frame is silent for sure
    rows = np.minimum(rows, 0.99)
    found = dict(spellings(rows, letters))
    plain = _plain_spellings(rows, letters)
    assert len(found) >= 20
    assert found == pytest.approx(plain, rel=1e-9)
