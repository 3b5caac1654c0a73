"""Covers on the command line: limits when printing, lists of uses, and no word of a sender."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.covers import register
from digitizer.facility import House
from digitizer.storage.tables import cover, reading
from digitizer.support.clock import now
from tests.support.made_mail import GONE, ORSON, PETRA, file, letter_of, split_of
from tests.unit.entrances.cli.test_contract import Run, run

__all__ = ["run"]  # the fixture


def _newest(house: House) -> register.Registered:
    with reading(house.engine) as tx:
        found = tx.execute(sa.select(cover.c.id).order_by(cover.c.printed.desc())).scalars().first()
        known = register.look_up(tx, f"{found}")
    assert known is not None
    return known


def _print(run: Run, *more: str) -> tuple[str, ...]:
    return ("cover", "print", ORSON, "--out", "cover.pdf", *more)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_cover_is_standing_unless_it_is_printed_otherwise(run: Run, house: House) -> None:
    assert run(*_print(run)).code == 0
    known = _newest(house)
    assert (known.once, known.most_letters, known.expires) == (False, None, None)
    assert run(*_print(run, "--uses", "5", "--until", "2999-12-31")).code == 0
    known = _newest(house)
    assert known.most_letters == 5
    assert known.expires is not None
    last = known.expires.astimezone()
    assert (last.year, last.month, last.day, last.hour) == (3000, 1, 1, 0)


@pytest.mark.usefixtures("house")
def test_a_character_that_no_font_has_is_named_and_the_cover_printed(run: Run) -> None:
    done = run(*_print(run, "--sender", "Ann \ue000"))
    assert (done.code, Path("cover.pdf").read_bytes()[:5]) == (0, b"%PDF-")
    assert done.err == "digitizer: No font here has U+E000: an empty box is printed instead.\n"


@pytest.mark.usefixtures("house")
def test_a_message_that_cannot_be_printed_is_refused_with_its_characters(run: Run) -> None:
    Path("text").write_text("Dear \ue000", "utf-8")
    done = run("message", "send", ORSON, "--from", "Ann", "--text-file", "text")
    assert done.code == 2
    assert "These characters cannot be printed here: U+E000." in " ".join(done.err.split())
    assert run("message", "list", ORSON, "--json").out == ""


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("kind", ["inmate", "reply"])
def test_a_sheet_for_someone_who_is_not_here_is_printed_with_a_warning(run: Run, kind: str) -> None:
    done = run("cover", "print", GONE, "--kind", kind, "--out", "cover.pdf")
    assert (done.code, Path("cover.pdf").read_bytes()[:5]) == (0, b"%PDF-")
    assert "cover.pdf: " in done.out
    assert done.err.splitlines() == [
        "digitizer: Gwen Mockford (A-300) is released and so not in custody here: "
        "what comes under this sheet will be held."
    ]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("what", [(ORSON,), (ORSON, "--kind", "reply"), ("--kind", "batch")])
def test_other_sheets_are_printed_without_a_warning(run: Run, what: tuple[str, ...]) -> None:
    done = run("cover", "print", *what, "--out", "cover.pdf")
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--until", "2001-01-01"),
        ("--until", "soon"),
        ("--until", "2999-01-01", "--valid-days", "3"),
        ("--uses", "2", "--once"),
        ("--uses", "0"),
        ("--kind", "reply", "--uses", "2"),
        ("--kind", "reply", "--until", "2999-01-01"),
    ],
)
def test_limits_that_make_no_sense_are_refused(
    run: Run, house: House, wrong: tuple[str, ...]
) -> None:
    assert run(*_print(run, *wrong)).code == 2
    with reading(house.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(cover)).scalar() == 0


def test_uses_are_listed(run: Run, house: House) -> None:
    run(*_print(run, "--sender", "Aunt Ida"))
    known = _newest(house)
    scans = [
        file(house, split_of(letter_of(known.code, 1, 2)), content=b"%d" % n) for n in range(11)
    ]
    (line,) = run("cover", "list", ORSON, "--json").lines
    assert line["id"] == known.short_id
    assert (line["uses"], line["recent"], line["often"], line["sender"]) == (
        11,
        11,
        True,
        "Aunt Ida",
    )
    assert run("cover", "list", PETRA, "--json").lines == []
    assert "UNUSUALLY OFTEN" in run("cover", "list", "--often").out
    uses = run("cover", "uses", known.short_id, "--json").lines
    assert {use["scan"] for use in uses} == set(scans)
    assert {use["state"] for use in uses} == {"delivered"}
    assert run("cover", "list", "nobody").code == 1
    assert run("cover", "uses", "nonsense").code == 2


def test_people_read_that_the_sender_is_not_checked(run: Run, house: House) -> None:
    run(*_print(run, "--sender", "Aunt Ida"))
    file(house, split_of(letter_of(_newest(house).code, 1, 2)))
    told = run("mailbox", ORSON).out
    assert "came under the cover printed for Aunt Ida; the sender is not checked" in told
    assert "from Aunt Ida" not in told
    (entry,) = run("mailbox", ORSON, "--json").lines
    assert entry["from"] == "Aunt Ida"
    assert entry["received"] <= now().isoformat()
