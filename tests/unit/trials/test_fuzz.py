"""A moment of fuzzing each target: all must end in a value, our words, or a sandbox's end."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from digitizer.model.errors import UnopenableFile
from trials.fuzz import TARGETS, Guide, Job, fuzz
from trials.fuzz_tasks import open_some, traced, ways_file
from trials.hostile_files import base_files
from trials.mutations import mutated_file


@pytest.mark.parametrize("target", TARGETS)
def test_a_moment_of_fuzzing(tmp_path: Path, target: str) -> None:
    work, keep = tmp_path / "work", tmp_path / "keep"
    work.mkdir()
    tally = fuzz(target, work, keep, seed=2, first=0, lasting=10, seconds=20)
    assert tally.tried > 0
    assert (tally.surprises, tally.accepted) == (0, 0), tally.ends


def test_a_guided_moment(tmp_path: Path) -> None:
    """The seed is tried as it is, and what each mutation reached is learnt and cleared away."""
    work = tmp_path / "work"
    work.mkdir()
    guide = Guide([b"no file"])
    tally = fuzz("opening", work, tmp_path, seed=1, first=0, lasting=8, seconds=20, guide=guide)
    assert tally.surprises == 0
    assert guide.ways
    assert guide.seeds == [b"no file"]
    assert not any(work.glob("*.ways"))


def test_the_ways_of_a_refused_file_are_known_too(tmp_path: Path) -> None:
    path = tmp_path / "1"
    path.write_bytes(b"no file")
    with pytest.raises(UnopenableFile):
        traced(open_some, str(path))
    refused = ways_file(path).read_text()
    path.write_bytes(base_files()["tif"])
    assert traced(open_some, str(path)) == 3
    opened = ways_file(path).read_text()
    assert "opening" in refused
    assert len(opened) > len(refused)


def test_a_guide_keeps_what_no_other_did(tmp_path: Path) -> None:
    guide = Guide([b"seed"])
    for number, (content, line) in enumerate(
        ((b"seed", 1), (b"1", 1), (b"2", 2), (b"3", 2), (b"", 3))
    ):
        job = Job(number, tmp_path / f"{number}", open_some, ())
        ways_file(job.path).write_text(json.dumps([["a", 0, line]]))
        guide.learn(job, content)
    guide.learn(Job(9, tmp_path / "9", open_some, ()), b"a sandbox died of it")
    assert guide.found == [b"2"]
    assert guide.ways == {("a", 0, 1), ("a", 0, 2), ("a", 0, 3)}


def test_a_mutation_is_the_same_again() -> None:
    seeds = [*base_files().values()]
    some = [mutated_file(seeds, random.Random(number)) for number in range(20)]
    assert some == [mutated_file(seeds, random.Random(number)) for number in range(20)]
    assert not set(some) & set(seeds)
