"""Counts and moments as people say them."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from digitizer.support.wording import counted, local_moment
from tests.support.messages import wanted


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "no pages"), (1, "1 page"), (2, "2 pages"), (None, "an unknown number of pages")],
)
def test_counts(number: int | None, said: str) -> None:
    assert counted(number, "page") == said


@pytest.fixture
def chicago(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/Chicago")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("chicago")
@pytest.mark.parametrize(
    ("month", "said"), [(1, "2026-01-05 14:07 CST"), (7, "2026-07-05 15:07 CDT")]
)
def test_moments_say_which_clock(month: int, said: str) -> None:
    assert local_moment(datetime(2026, month, 5, 20, 7, tzinfo=UTC)) == said


#: What is counted here; a number before one of these needs ``counted``.
_NOUNS = "pages letters scans files lines sheets covers events messages prints sessions stacks days"
#: Never one of them, nor none.
_MANY = ("len(sheets)",)
#: Of fixed numbers of days.
_FIXED = ("It may last", "Between")


def _counted_by_hand(path: Path) -> list[str]:
    """The texts of a module that put a number before a noun in the plural, whatever it is; a limit,
    whose name is in capitals, is never one."""
    found = []
    for text in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(text, ast.JoinedStr):
            for value, after in pairwise(text.values):
                if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
                    number = ast.unparse(value.value)
                    noun = re.match(r" ([a-z]+)", str(after.value))
                    named = noun is not None and noun[1] in _NOUNS.split()
                    if (
                        named
                        and not number.split(".")[0].lstrip("_").isupper()
                        and number not in _MANY
                    ):
                        found.append(ast.unparse(text))
    return found


def test_whatever_is_counted_has_its_plural_and_its_none() -> None:
    code = Path(__file__).resolve().parents[3] / "digitizer"
    found = {
        str(path.relative_to(code)): texts
        for path in sorted(code.rglob("*.py"))
        if path.name != "wording.py" and (texts := _counted_by_hand(path))
    }
    assert found == {}


def test_no_page_counts_what_may_be_one_with_a_plural_only() -> None:
    """Such a message is one for ``ngettext``."""
    nouns = "|".join(_NOUNS.split())
    alone = [each.id for each in wanted() if isinstance(each.id, str) and each.locations]
    by_hand = [
        each for each in alone if re.search(rf"%\((?!sheets\)|[A-Z_]+\))\w+\)s ({nouns})\b", each)
    ]
    assert [each for each in by_hand if not each.startswith(_FIXED)] == []
