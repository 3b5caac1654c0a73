"""The letters that stand in for real ones, and what is said where real ones are missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.corpus import NEEDED, without_corpus
from tests.support.made_letters import made_letters
from tests.support.scanner import HEIGHT, WIDTH


def test_the_same_seed_makes_the_same_letters_and_another_others(tmp_path: Path) -> None:
    one, again, other = (
        made_letters(tmp_path / name, 1, 1, 1, seed)
        for name, seed in (("one", 4), ("again", 4), ("other", 5))
    )
    assert [path.parent.name for path in one] == ["typed", "mixed", "handwritten"]
    for path, same, different in zip(one, again, other, strict=True):
        assert path.read_bytes() == same.read_bytes()
        assert path.with_suffix(".txt").read_text() == same.with_suffix(".txt").read_text()
        assert path.read_bytes() != different.read_bytes()


def test_a_letter_says_on_paper_what_no_other_says(tmp_path: Path) -> None:
    letters = made_letters(tmp_path, 2, 1, 2)
    said = [" ".join(path.with_suffix(".txt").read_text().split()) for path in letters]
    sentences = [each.strip() for text in said for each in text.split(".")[1:-1]]
    assert len(sentences) == len(set(sentences)) > 15
    for path in letters:
        page = np.asarray(Image.open(path).convert("L"))
        assert page.shape == (HEIGHT, WIDTH)
        assert 0.003 < (page < 128).mean() < 0.1  # a page of ink, not a blank nor a blot


def test_more_letters_than_there_is_prose_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="prose"):
        made_letters(tmp_path, 100, 0, 0)


def test_a_missing_corpus_skips_or_fails_as_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for unset in ("", "0"):
        monkeypatch.setenv(NEEDED, unset)
        with pytest.raises(pytest.skip.Exception, match="the letters of the corpus"):
            without_corpus("the letters")
    monkeypatch.delenv(NEEDED)
    with pytest.raises(pytest.skip.Exception):
        without_corpus("the letters")
    monkeypatch.setenv(NEEDED, "1")
    with pytest.raises(pytest.fail.Exception, match=f"{NEEDED} is set, but the letters"):
        without_corpus("the letters")
