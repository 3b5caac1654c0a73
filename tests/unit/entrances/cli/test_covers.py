"""The commands that print sheets, list uses and say no word of a sender."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa

from digitizer.covers import register
from digitizer.facility import Facility
from digitizer.storage.database import reading
from digitizer.storage.tables import cover
from digitizer.support.clock import now
from tests.support.command_line import Run
from tests.support.made_mail import GONE, ORSON, PETRA, file, letter_of, split_of
from tests.support.pdf_looks import pdf_pages


def _newest(facility: Facility) -> register.Registered:
    with reading(facility.engine) as tx:
        found = tx.execute(sa.select(cover.c.id).order_by(cover.c.printed.desc())).scalars().first()
        known = register.look_up(tx, f"{found}")
    assert known is not None
    return known


def _print(run: Run, *more: str) -> tuple[str, ...]:
    return ("cover", "print", ORSON, "--out", "cover.pdf", *more)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_cover_is_standing_unless_it_is_printed_otherwise(run: Run, facility: Facility) -> None:
    assert run(*_print(run)).code == 0
    known = _newest(facility)
    assert (known.once, known.most_letters, known.expires) == (False, None, None)
    assert run(*_print(run, "--uses", "5", "--until", "2999-12-31")).code == 0
    known = _newest(facility)
    assert known.most_letters == 5
    assert known.expires is not None
    last = known.expires.astimezone()
    assert (last.year, last.month, last.day, last.hour) == (3000, 1, 1, 0)


@pytest.mark.usefixtures("facility")
def test_a_character_that_no_font_has_is_named_and_the_cover_printed(run: Run) -> None:
    done = run(*_print(run, "--sender", "Ann \ue000"))
    assert (done.code, Path("cover.pdf").read_bytes()[:5]) == (0, b"%PDF-")
    assert done.err == "digitizer: No font here has U+E000: an empty box is printed instead.\n"


@pytest.mark.usefixtures("facility")
def test_a_message_that_cannot_be_printed_is_refused_with_its_characters(run: Run) -> None:
    Path("text").write_text("Dear \ue000", "utf-8")
    done = run("message", "send", ORSON, "--from", "Ann", "--text-file", "text")
    assert done.code == 2
    assert "These characters cannot be printed here: U+E000." in " ".join(done.err.split())
    assert run("message", "list", ORSON, "--json").out == ""


@pytest.mark.usefixtures("facility")
@pytest.mark.parametrize("kind", ["inmate", "reply"])
def test_a_sheet_for_someone_who_is_not_here_is_printed_with_a_warning(run: Run, kind: str) -> None:
    done = run("cover", "print", GONE, "--kind", kind, "--out", "cover.pdf")
    assert (done.code, Path("cover.pdf").read_bytes()[:5]) == (0, b"%PDF-")
    assert "cover.pdf: " in done.out
    assert done.err.splitlines() == [
        "digitizer: Gwen Mockford (A-300) is released and so not in custody here: "
        "mail that comes with this sheet will be held."
    ]


@pytest.mark.usefixtures("facility")
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
    run: Run, facility: Facility, wrong: tuple[str, ...]
) -> None:
    assert run(*_print(run, *wrong)).code == 2
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(cover)).scalar() == 0


def test_uses_are_listed(run: Run, facility: Facility) -> None:
    run(*_print(run, "--sender", "Aunt Ida"))
    known = _newest(facility)
    scans = [
        file(facility, split_of(letter_of(known.code, 1, 2)), content=b"%d" % n) for n in range(11)
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


def test_people_read_that_the_sender_is_not_checked(run: Run, facility: Facility) -> None:
    run(*_print(run, "--sender", "Aunt Ida"))
    file(facility, split_of(letter_of(_newest(facility).code, 1, 2)))
    printed = run("mailbox", ORSON).out
    assert "came under the cover printed for Aunt Ida; the sender is not checked" in printed
    assert "from Aunt Ida" not in printed
    (entry,) = run("mailbox", ORSON, "--json").lines
    assert entry["from"] == "Aunt Ida"
    assert entry["received"] <= now().isoformat()


def _texts(pdf: Path) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_cover_print(run: Run, facility: Facility, tmp_path: Path) -> None:
    out = tmp_path / "folder" / "cover.pdf"
    done = run("cover", "print", ORSON, "--out", out, "--sheets", "2", "--once", "--paper", "a4")
    assert done.code == 0
    assert len(_texts(out)) == 1
    short = done.out.split()[3]
    assert short in _texts(out)[0]
    before = out.read_bytes()
    assert run("cover", "print", ORSON, "--out", out).code == 0
    assert out.read_bytes() != before
    (line,) = run("cover", "find", short, "--json").lines
    assert (line["booking_number"], line["once"], line["sheets"]) == (ORSON, True, 2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--kind", "legal"), 0),
        (("--kind", "separator"), 0),
        ((ORSON, "--kind", "separator"), 2),
        (("--kind", "separator", "--letters", "5"), 2),
        (("--kind", "batch", "--letters", "5"), 0),
        ((ORSON, "--kind", "reply", "--sender", "Aunt Ida"), 0),
        ((ORSON, "--kind", "legal"), 2),
        ((), 2),
        (("nobody",), 1),
        ((ORSON, "--letters", "5"), 2),
        ((ORSON, "--kind", "reply", "--once"), 2),
        (("--kind", "batch", "--sheets", "5"), 2),
    ],
)
def test_kinds_of_sheets(
    run: Run, facility: Facility, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    out = tmp_path / "sheet.pdf"
    done = run("cover", "print", *arguments, "--out", out)
    assert done.code == code, done.err
    assert out.exists() == (code == 0)


def test_a_place_that_cannot_be_written(run: Run, facility: Facility, tmp_path: Path) -> None:
    done = run("cover", "print", ORSON, "--out", tmp_path)
    assert done.code == 2
    assert "Cannot write" in done.err


@pytest.mark.usefixtures("facility")
def test_a_separator_is_to_be_printed_on_both_sides(run: Run) -> None:
    done = run("cover", "print", "--kind", "separator", "--out", "s.pdf")
    assert done.out.startswith("s.pdf: separator sheet ")
    assert done.out.endswith(", to print on both sides of one sheet\n")


def test_covers_for_many_and_on_a_printer(run: Run, facility: Facility, tmp_path: Path) -> None:
    out = tmp_path / "covers.pdf"
    made = run("cover", "print", "--everyone", "--out", out)
    assert (made.code, pdf_pages(out.read_bytes())) == (0, 2)
    assert "No cover for 1 not in custody" in made.err
    assert run("cover", "print", "--unit", "B-1", "--uses", 2, "--out", out).code == 0
    assert pdf_pages(out.read_bytes()) == 1
    for wrong in (
        ("--everyone", "--unit", "B-1", "--out", out),
        (ORSON, "--everyone", "--out", out),
        ("--everyone", "--sender", "Ida", "--out", out),
        ("--everyone", "--kind", "separator", "--out", out),
        (ORSON,),
        (ORSON, "--out", out, "--printer", "outbox"),
        (ORSON, "--printer", "this computer"),
    ):
        assert run("cover", "print", *wrong).code == 2, wrong
    assert run("cover", "print", ORSON, "--printer", "nowhere").code == 1
    printed = run("cover", "print", ORSON, "--printer", "outbox")
    assert printed.code == 0, printed.err
    (file,) = (facility.home / "outbox").iterdir()
    assert pdf_pages(file.read_bytes()) == 1
