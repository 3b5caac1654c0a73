"""The commands for sealed mail."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.paper import Scan
from tests.support.command_line import Run
from tests.support.made_mail import held_whole
from tests.support.sealed_mail import sealed


@pytest.fixture
def scan(facility: Facility, tmp_path: Path) -> Scan:
    return sealed(facility, tmp_path / "w")


def test_sealed_scans_are_listed_with_what_may_be_known(run: Run, scan: Scan) -> None:
    (listed,) = run("legal", "list", "--json").lines
    assert listed["scan"] == scan.id
    assert scan.id in run("legal", "list").out


def test_of_its_pages_only_facts_are_shown(run: Run, scan: Scan) -> None:
    shown = run("legal", "show", scan.id, "--json")
    assert shown.code == 0
    pages = [page for line in shown.lines for page in line.get("pages", [line])]
    assert [page["page"] for page in pages] == [1, 2, 3, 4]
    assert [page["page"] for page in pages if page["seals"]] == [2]
    assert set(pages[0]) == {
        *("page", "width", "height", "dpi", "codes", "seals", "says", "cut_into"),
    }


@pytest.mark.parametrize("verb", ["lift", "destroy"])
def test_deciding_needs_a_reason(run: Run, scan: Scan, verb: str) -> None:
    assert run("legal", verb, scan.id, "--by", "Somebody").code == 2
    assert len(run("legal", "list", "--json").lines) == 1


def test_where_nothing_is_sealed_nothing_is_listed(run: Run, facility: Facility) -> None:
    held_whole(facility)
    assert run("legal", "list", "--json").lines == []
