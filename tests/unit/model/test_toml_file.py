"""Where in a TOML file something is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from digitizer.model.toml_file import TomlFile


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("web.tries = 1\n# work.tries = 1\nwork.tries = 2\n", 3),
        ("work = { pages = 1, tries = 2 }\n", 1),
        ('[web]\ntries = 1\n["work"]\n"tries" = 2\n', 4),
        ("[ web ]\ntries = 1\n[ work ] # tries = 3\n\n  tries=2\n", 5),
        ("[web]\ntext = '''\n[work]\ntries = 1\n'''\n[work]\ntries = 2\n", 7),
        ('[web]\ntext = """\n[work]\ntries = 1"""\n[work]\ntries = 2\n', 6),
        ('[web]\nlist = [\n"[work]",\n"tries = 1",\n]\n[work]\ntries = 2\n', 7),
        ('[web.work]\ntries = 1\n[work]\ntext = "tries = 3"\ntries = 2', 5),
        ("[[web]]\nwork.tries = 1\n[[web]]\n[web.work]\ntries = 1\n[work]\ntries = 2\n", 7),
        ("# ours\n[work]\npages = 1\n", 2),
        ("# ours\n[web]\ntries = 1\n", 1),
        ("work.tries = [\n1,\n2]", 1),
        ("", 1),
    ],
)
def test_the_line_of_a_key_is_where_it_begins(text: str, line: int) -> None:
    file = TomlFile(Path("config.toml"), text, tomllib.loads(text))
    assert file.line_of(("work", "tries")) == line
