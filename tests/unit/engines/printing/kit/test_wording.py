"""What a facility may change of printed words, and what is said of a file with a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.capture.cover_evidence import reads_like_cover
from digitizer.engines.printing.kit.wording import (
    LANGUAGES,
    Layout,
    changeable,
    own_words,
    shipped_words,
)


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["letter", "reply", "notices"])
def test_both_languages_have_every_text(name: str) -> None:
    words = getattr(shipped_words(), name)
    assert set(words["en"]) == set(words["es"])
    assert set(words) == set(LANGUAGES)


def test_without_a_folder_the_shipped_words_are_printed(tmp_path: Path) -> None:
    own = own_words(tmp_path / "none")
    assert own.words == shipped_words()
    assert own.bad == ()


def test_a_file_holds_only_what_differs(tmp_path: Path) -> None:
    put(tmp_path, "letter.toml", '[en]\nsubject = "About"\n[layout]\ntext_size = 12\nfold = "half"')
    put(tmp_path, "cover.toml", '[inmate.es]\nfor = "Pour"')
    put(tmp_path, "reply.toml", "[layout]\nline_step = 0")
    own = own_words(tmp_path)
    assert own.bad == ()
    assert own.words.letter["en"]["subject"] == "About"
    assert own.words.letter["es"] == shipped_words().letter["es"]
    assert own.words.cover["inmate"]["es"]["for"] == "Pour"
    assert own.words.cover["legal"] == shipped_words().cover["legal"]
    assert own.words.layout == Layout(text_size=12, fold="half", line_step=0)


BAD = [
    ("letter.toml", "[en]\nsubject = \n", 2, "no TOML"),
    ("letter.toml", '[en]\nkind = "x"\nkind = "y"\n', 3, "no TOML"),
    ("letter.toml", '[en]\n\nsubjekt = "x"', 3, '"subjekt" cannot be changed here'),
    ("letter.toml", '[fr]\nsubject = "x"', 1, '"fr" cannot be changed here'),
    ("letter.toml", "en = 1", 1, "must be a table"),
    ("letter.toml", "[en]\nsubject = 4", 2, "must be a text"),
    ("letter.toml", '[en]\nsubject = "a\\nb"', 2, "one line"),
    ("letter.toml", f'[en]\nsubject = "{"x" * 200}"', 2, "has 200 letters"),
    ("letter.toml", '[es]\npage = "{number}"', 2, "{number}, {total}"),
    ("letter.toml", '[es]\npage = "{number} {total:>999}"', 2, "plain names"),
    ("letter.toml", '[es]\npage = "{number} {total.__class__}"', 2, "same words in braces"),
    ("letter.toml", '[en]\nsubject = "{"', 2, "brace that does not fit"),
    ("letter.toml", '[en]\nsubject = "\\U0010FFFD"', 2, "one line"),
    ("letter.toml", '[en]\nsubject = "\ue000"', 2, "one line"),
    ("letter.toml", "[layout]\ntext_size = 40", 2, "a number from 9 to 16"),
    ("letter.toml", '[layout]\nfold = "no"', 2, '"thirds" or "half"'),
    ("letter.toml", "[layout]\nmargin = 4", 2, '"margin" cannot be changed here'),
    ("notices.toml", '[en]\nappeal_inmate = "Write soon."', 2, "{days}, {decided}"),
    ("reply.toml", '[en]\ntitle = "Answer"', 2, '"title" cannot be changed here'),
    ("cover.toml", '[inmate.en]\ntitle = "Hello"', 2, '"title" cannot be changed here'),
    ("cover.toml", '[inmate.en]\nsteps = ["Hello"]', 2, '"steps" cannot be changed here'),
    ("cover.toml", '[legal.en]\ntitle = "Hello"', 1, '"legal" cannot be changed here'),
    ("letter.toml", "a = " + "[" * 5000, 0, "no TOML that can be read"),
    ("letter.toml", "a = " + "9" * 5000, 0, "no TOML that can be read"),
    ("leter.toml", '[en]\nsubject = "x"', 0, "no such template"),
    ("letter.toml", f"# {'x' * 70_000}", 0, "larger than 64 KiB"),
]


@pytest.mark.parametrize(("name", "text", "line", "problem"), BAD)
def test_of_a_file_with_a_fault_nothing_is_used_and_the_line_is_named(
    tmp_path: Path, name: str, text: str, line: int, problem: str
) -> None:
    file = put(tmp_path, name, text)
    own = own_words(tmp_path)
    (bad,) = own.bad
    assert own.words == shipped_words()
    assert (bad.file, bad.line) == (file, line)
    assert problem in bad.problem
    assert str(bad).startswith(f"{file}, line {line}: " if line else f"{file}: ")


def test_one_bad_file_leaves_the_others_in_use(tmp_path: Path) -> None:
    put(tmp_path, "letter.toml", "?")
    put(tmp_path, "reply.toml", '[en]\nto = "For"')
    own = own_words(tmp_path)
    assert own.words.reply["en"]["to"] == "For"
    assert len(own.bad) == 1


def test_what_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "letter.toml").write_bytes(b'[en]\nsubject = "\xff"')
    (bad,) = own_words(tmp_path).bad
    assert (bad.line, bad.problem) == (2, "it is not UTF-8")


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "letter.toml").mkdir()
    (bad,) = own_words(tmp_path).bad
    assert "cannot be read" in bad.problem


def test_a_cover_is_known_without_any_text_that_can_be_changed() -> None:
    labels = {(language, key) for name, language, key in changeable() if name == "cover"}
    assert labels
    for language, words in shipped_words().cover["inmate"].items():
        kept = [text for key, text in words.items() if (language, key) not in labels]
        lines = [line for text in kept for line in ([text] if isinstance(text, str) else text)]
        assert reads_like_cover("\n".join(lines))
