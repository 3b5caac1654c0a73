"""A moment of fuzzing each target: nothing may end but in a value, our words, or a worker's end."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from benchmarks.fuzz import TARGETS, fuzz
from benchmarks.hostile_files import base_files
from benchmarks.mutations import mutated_file


@pytest.mark.parametrize("target", TARGETS)
def test_a_moment_of_fuzzing(tmp_path: Path, target: str) -> None:
    work, keep = tmp_path / "work", tmp_path / "keep"
    work.mkdir()
    tally = fuzz(target, work, keep, seed=2, first=0, ends=time.monotonic() + 10, seconds=20)
    assert tally.tried > 0
    assert (tally.surprises, tally.accepted) == (0, 0), tally.ends


def test_a_mutation_is_the_same_again() -> None:
    seeds = [*base_files().values()]
    some = [mutated_file(seeds, random.Random(number)) for number in range(20)]
    assert some == [mutated_file(seeds, random.Random(number)) for number in range(20)]
    assert not set(some) & set(seeds)
