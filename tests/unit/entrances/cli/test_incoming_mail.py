"""The commands that take in, read, show and search mail."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from digitizer.capture import inspection
from digitizer.capture.inspection import ReadPage
from digitizer.capture.pipeline import Progress, no_progress
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError, UnopenableFile
from digitizer.model.paper import Box, PageKind, Transcript, Word
from tests.support.command_line import Run
from tests.support.made_mail import ORSON, PETRA, deliver

_WORDS = (
    Word("Dear", Box(0, 0, 9, 9), 0.9, 0),
    Word("Avs", Box(10, 0, 9, 9), 0.3, 0),
    Word("hello", Box(0, 10, 9, 9), 0.9, 1),
)


_PAGES: dict[str, list[ReadPage | DigitizerError]] = {
    "letter.png": [
        ReadPage(
            1,
            Transcript("pp-ocrv6", "Dear Avs\nhello", 0.7, _WORDS, PageKind.HANDWRITTEN, 0.31),
            1.24,
        ),
        ReadPage(2, Transcript("none", "", 0.0, kind=PageKind.PHOTO), 0.3),
    ],
    "sure.png": [ReadPage(1, Transcript("tesseract", "Dear Ava", 0.9), 0.5)],
}


@pytest.fixture
def made_up_reading(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def read_files(
        paths: Sequence[Path], languages: tuple[str, ...], progress: Progress = no_progress
    ) -> Iterator[tuple[int, ReadPage | DigitizerError]]:
        for file, path in enumerate(paths):
            yield from (
                (file, page)
                for page in _PAGES.get(path.name, [UnopenableFile("This is not a scan.")])
            )

    monkeypatch.setattr(inspection, "read_files", read_files)
    monkeypatch.chdir(tmp_path)
    for name in ("letter.png", "sure.png", "bad.pdf"):
        Path(name).write_bytes(b"bytes")


@pytest.mark.usefixtures("made_up_reading")
def test_doubtful_words_are_marked_and_counted(run: Run) -> None:
    done = run("read", "letter.png", "sure.png", at=None)
    assert (done.code, done.err) == (0, "")
    assert done.out.split("\n\n") == [
        "— letter.png, page 1: handwritten, 1 of 3 words doubtful, marked [?], "
        "some of the writing not read (pp-ocrv6, 1.2 s)\n"
        "Dear Avs[?]\nhello",
        "— letter.png, page 2: photo, nothing was read (0.3 s)",
        "— sure.png, page 1: 2 words (tesseract, 0.5 s)\nDear Ava",
        "",
    ]


@pytest.mark.usefixtures("made_up_reading")
def test_for_programs_the_text_is_bare(run: Run) -> None:
    first, second = run("read", "letter.png", "--json", at=None).lines
    known = ["file", "page", "text", "engine", "kind", "confidence", "unread", "seconds"]
    assert list(first) == known
    assert (first["unread"], second["unread"]) == (0.31, 0.0)
    assert first["text"] == "Dear Avs\nhello"
    assert (second["page"], second["text"]) == (2, "")


@pytest.mark.usefixtures("made_up_reading")
def test_a_bad_file_is_reported_and_the_others_are_read(run: Run) -> None:
    done = run("read", "bad.pdf", "sure.png", at=None)
    assert done.code == 1
    assert done.err == "digitizer: bad.pdf: This is not a scan.\n"
    assert "Dear Ava" in done.out


@pytest.mark.usefixtures("made_up_reading")
def test_a_missing_file_is_reported_before_any_is_read(run: Run) -> None:
    done = run("read", "sure.png", "gone.png", at=None)
    assert (done.code, done.out) == (2, "")
    assert "gone.png" in done.err


# --- looking


def test_mailbox(run: Run, facility: Facility) -> None:
    letter = deliver(facility, ORSON, "words", b"1")
    (line,) = run("mailbox", ORSON, "--json").lines
    assert list(line) == ["letter", "kind", "received", "pages", "from", "subject", "read"]
    assert line["letter"] == letter
    assert (line["kind"], line["pages"], line["read"], line["from"]) == ("letter", 1, False, None)
    assert run("mailbox", PETRA, "--json").out == ""
    done = run("mailbox", "nobody", "--json")
    assert (done.code, done.out) == (1, "")


def test_search(run: Run, facility: Facility) -> None:
    letter = deliver(facility, ORSON, "a café in town", b"1")
    done = run("search", "cafe", "--json")
    (line,) = done.lines
    assert list(line) == ["letter", "page", "booking_number", "score", "snippet", "likely"]
    assert (line["letter"], line["page"], line["score"]) == (letter, 1, 1.0)
    assert "café" in done.out
    assert done.err == ""
    assert "can be wrong" in run("search", "cafe").err  # a person is warned, a program is not
    assert run("search", "cafe", "--booking", PETRA, "--json").out == ""
    assert run("search", "'\"*;--", "--json").code == 0
    assert line["likely"] is True
    (alike,) = run("search", "cave", "--json").lines  # programs get all, and which are unlikely
    assert alike["likely"] is False
    said = run("search", "cave")
    assert "(unlikely)" in said.out
    assert "Nothing was found. The pages above have words that look alike." in said.err
    assert run("search", "x", "--booking", "nobody").code == 1


# --- bytes in


def test_files_that_are_not_scans_are_held(
    run: Run, facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "text.pdf").write_text("only words")
    monkeypatch.chdir(tmp_path)
    done = run("ingest", "./empty.pdf", "text.pdf", "--json")
    assert done.code == 0
    keys = ["scan", "source", "letter", "outcome", "booking_number", "pages", "reason"]
    assert [list(line) for line in done.lines] == [keys] * 2
    assert [line["source"] for line in done.lines] == ["./empty.pdf", "text.pdf"]
    for line in done.lines:
        assert (line["outcome"], line["letter"], line["pages"]) == ("held", None, [])
        assert line["reason"]
    again = run("ingest", "text.pdf", "missing.pdf", "--json")
    assert again.code == 1
    assert "missing.pdf" in again.err
    assert again.lines[0]["outcome"] == "duplicate"
    assert again.lines[0]["scan"] == done.lines[1]["scan"]
    assert (tmp_path / "text.pdf").read_text() == "only words"
    assert run("ingest", "text.pdf", "--profile", "no-such").code == 2


def test_what_an_earlier_command_left_waiting_is_worked(
    run: Run, facility: Facility, tmp_path: Path
) -> None:
    from tests.support.made_mail import scan_row, take

    (tmp_path / "text.pdf").write_text("only words")
    waiting = take(facility, b"only words")
    (line,) = run("ingest", tmp_path / "text.pdf", "--json").lines
    assert (line["outcome"], line["scan"]) == ("duplicate", waiting.id)
    assert scan_row(facility, waiting.id).state == "held"


def test_looking_at_files_needs_no_home(run: Run, facility: Facility, tmp_path: Path) -> None:
    code = run("cover", "print", ORSON, "--out", tmp_path / "c.pdf").out.split()[3]
    name = f"{tmp_path}/./c.pdf"
    (line,) = run("decode", name, "--json", at=None).lines
    assert (line["file"], line["page"]) == (name, 1)
    ours = [each for each in line["symbols"] if each["text"].startswith("MD1")]
    assert ours
    assert not any(each["trusted"] for each in ours)
    (line,) = run("decode", name, "--json").lines
    whys = {each["why"] for each in line["symbols"] if each["trusted"]}
    assert whys == {f"inmate code {code}, for {ORSON}, good"}
    assert run("decode", tmp_path / "none").code == 2
    bad = tmp_path / "bad.pdf"
    bad.write_text("no pdf")
    done = run("decode", bad, "--json", at=None)
    assert (done.code, done.out) == (1, "")


def test_a_letter_as_pdf(run: Run, facility: Facility, tmp_path: Path) -> None:
    assert run("letter", "none", "--out", tmp_path / "x.pdf").code == 1
    assert not (tmp_path / "x.pdf").exists()


def test_names_that_are_not_utf8_are_shown(home: Path, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.pdf"
    Path(os.fsdecode(path)).write_text("only words")
    script = "from digitizer.entrances.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "decode", path, "--json"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "\\udce9" in done.stderr
    assert "Traceback" not in done.stderr
