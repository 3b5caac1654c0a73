"""The words of docs/glossary.md hold: what it says is never used, is not used."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: The glossary names them, JSON keys and columns keep their names, and others wrote the rest.
_EXEMPT = re.compile(
    r"docs/glossary\.md|CHANGELOG\.md|tests/unit/test_glossary\.py|.*/plausible\.py|.*\.min\.js|LICENSE"
)
_KINDS = (".py", ".md", ".html", ".toml", ".css")


def _never() -> Iterator[tuple[str, str]]:
    """Each word that is never used, and the term to use."""
    for line in (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[0] not in ("Term", "---"):
            yield from ((word.strip(), cells[0]) for word in cells[3].split(",") if word.strip())


def test_there_are_words_that_are_never_used() -> None:
    assert {"house", "in vain", "he"} <= {word for word, _ in _never()}


def _texts() -> Iterator[tuple[str, str]]:
    """Each file with what is ours to word: not the keys of
    JSON, an option that the command line promises, nor what letters in tests say."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.split():
        if name.endswith(_KINDS) and not _EXEMPT.fullmatch(name):
            text = re.sub(r'"(says|mend|fault)"|--door', "", (ROOT / name).read_text("utf-8"))
            is_code_of_tests = re.match(r"(tests|trials|benchmarks|training)/.*\.py", name)
            yield name, re.sub(r'"[^"\n]*"', "", text) if is_code_of_tests else text


@pytest.mark.parametrize(("word", "instead"), tuple(_never()))
def test_what_is_never_used_is_not_used(word: str, instead: str) -> None:
    pattern = re.compile(rf"(?<![a-z]){word.replace(' ', r'[ _]')}(?![a-z])", re.IGNORECASE)
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
        for name, text in _texts()
        for match in pattern.finditer(text)
    ]
    assert not found, f"{word!r}: write {instead!r}"
