"""What ``read`` tells a person: who read it, how surely, and which words to doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from digitizer.capture import inspection
from digitizer.capture.inspection import ReadPage
from digitizer.capture.pipeline import Progress, no_progress
from digitizer.model.errors import DigitizerError, UnopenableFile
from digitizer.model.paper import Box, PageKind, Transcript, Word
from tests.unit.entrances.cli.test_contract import Run, run

__all__ = ["run"]

_WORDS = (
    Word("Dear", Box(0, 0, 9, 9), 0.9, 0),
    Word("Avs", Box(10, 0, 9, 9), 0.3, 0),
    Word("hello", Box(0, 10, 9, 9), 0.9, 1),
)
_PAGES: dict[str, list[ReadPage | DigitizerError]] = {
    "letter.png": [
        ReadPage(
            1, Transcript("pp-ocrv6", "Dear Avs\nhello", 0.7, _WORDS, PageKind.HANDWRITTEN), 1.24
        ),
        ReadPage(2, Transcript("none", "", 0.0, kind=PageKind.PHOTO), 0.3),
    ],
    "sure.png": [ReadPage(1, Transcript("tesseract", "Dear Ava", 0.9), 0.5)],
}


@pytest.fixture(autouse=True)
def _made_up_reading(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def read_files(
        paths: Sequence[Path], languages: tuple[str, ...], progress: Progress = no_progress
    ) -> Iterator[tuple[int, ReadPage | DigitizerError]]:
        for file, path in enumerate(paths):
            yield from (
                (file, page) for page in _PAGES.get(path.name, [UnopenableFile("This is no scan.")])
            )

    monkeypatch.setattr(inspection, "read_files", read_files)
    monkeypatch.chdir(tmp_path)
    for name in ("letter.png", "sure.png", "bad.pdf"):
        Path(name).write_bytes(b"bytes")


def test_doubtful_words_are_marked_and_counted(run: Run) -> None:
    said = run("read", "letter.png", "sure.png", at=None)
    assert (said.code, said.err) == (0, "")
    assert said.out.split("\n\n") == [
        "— letter.png, page 1: handwritten, 1 of 3 words doubtful, marked [?] (pp-ocrv6, 1.2 s)\n"
        "Dear Avs[?]\nhello",
        "— letter.png, page 2: photo, nothing was read (0.3 s)",
        "— sure.png, page 1: 2 words (tesseract, 0.5 s)\nDear Ava",
        "",
    ]


def test_for_programs_the_text_is_bare(run: Run) -> None:
    first, second = run("read", "letter.png", "--json", at=None).lines
    assert list(first) == ["file", "page", "text", "engine", "kind", "confidence", "seconds"]
    assert first["text"] == "Dear Avs\nhello"
    assert (second["page"], second["text"]) == (2, "")


def test_a_bad_file_is_told_and_the_others_are_read(run: Run) -> None:
    said = run("read", "bad.pdf", "sure.png", at=None)
    assert said.code == 1
    assert said.err == "digitizer: bad.pdf: This is no scan.\n"
    assert "Dear Ava" in said.out


def test_a_missing_file_is_told_before_any_is_read(run: Run) -> None:
    said = run("read", "sure.png", "gone.png", at=None)
    assert (said.code, said.out) == (2, "")
    assert "gone.png" in said.err
