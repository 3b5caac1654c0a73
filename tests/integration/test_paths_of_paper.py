"""Whole paths of paper on made-up pages, through the command line and the real pipeline."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import scanner
from tests.support.mailroom_kit import Home, scanned

pytestmark = pytest.mark.timeout(300)

TEXTS = (
    "Dear friend,\n\nthe orchard behind the schoolhouse gave nine baskets of\n"
    "pears this autumn, and we thought of you at every one.\n\nYours, Robin",
    "Dear neighbour,\n\nthe ferry does not run any more since the bridge was\n"
    "opened. The old captain now keeps a small museum.\n\nYours, Kim",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def scan(home: Home, name: str, *pages: scanner.Page) -> str:
    file = home.path.parent / name
    scanner.write_pdf(scanned(pages, seed=len(pages)), file)
    return str(file)


def test_a_scan_with_a_legal_marker_is_sealed_until_a_supervisor_decides(home: Home) -> None:
    marker = home.cover("--kind", "legal")
    pages = (marker, scanner.typed_page(TEXTS[0]), home.cover("P1001"))
    file = scan(home, "legal.pdf", *pages, scanner.typed_page(TEXTS[1]))
    (line,) = home.lines("ingest", file)
    assert (line["outcome"], line["letter"], line["pages"]) == ("held", None, [])
    assert "legal" in line["reason"]
    plain = Path(file).read_bytes()
    stored = [each for each in (home.path / "originals").glob("??/*") if each.is_file()]
    assert [each.read_bytes() == plain for each in stored] == [False]
    assert list((home.path / "pictures").glob("??/*")) == []
    with sqlite3.connect(home.path / "database" / "mail.sqlite") as database:
        assert database.execute("SELECT count(*) FROM transcript").fetchone() == (0,)
    refused = ("legal", line["scan"], "--by", "Some Clerk", "--reason", "curious")
    home.run(*refused, good=(1,))
    home.run("staff", "add", "Sam Supervisor", "--role", "supervisor")
    home.run(
        "legal", line["scan"], "--keep", "3-4", "--by", "Sam Supervisor", "--reason", "ordinary"
    )
    home.run("ingest", scan(home, "other.pdf", home.cover("P1002"), scanner.typed_page("Hello.")))
    home.work()
    assert [entry["pages"] for entry in home.lines("mailbox", "P1001")] == [1]
    (hit, *_) = home.lines("search", "museum")
    assert hit["booking_number"] == "P1001"
    assert home.lines("search", "orchard") == []
    assert home.balanced()
    home.run("audit", "verify")


def test_a_stack_fed_head_first_is_read_upright(home: Home) -> None:
    pages = (home.cover("P1003"), scanner.typed_page(TEXTS[0]))
    file = scan(home, "turned.pdf", *(np.ascontiguousarray(np.rot90(page, 2)) for page in pages))
    (line,) = home.lines("ingest", file)
    assert (line["outcome"], line["booking_number"]) == ("delivered", "P1003")
    (hit, *_) = home.lines("search", "orchard", "--booking", "P1003")
    assert hit["score"] > 0.95  # the word itself, as surely as the reader read it


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_lies_wrong_behind_its_cover_is_set_upright(home: Home, quarters: int) -> None:
    """As the backs of a pad whose leaves turn over its head do."""
    front, back = scanner.typed_page(TEXTS[0]), scanner.typed_page(TEXTS[1])
    turned = np.ascontiguousarray(np.rot90(back, quarters))
    (line,) = home.lines("ingest", scan(home, "pad.pdf", home.cover("P1008"), front, turned))
    assert (line["outcome"], line["pages"]) == ("delivered", [2, 3])
    (hit, *_) = home.lines("search", "museum", "--booking", "P1008")
    assert hit["page"] == 2
    assert hit["score"] > 0.9
    with sqlite3.connect(home.path / "database" / "mail.sqlite") as database:
        rows = database.execute("SELECT width, height, picture FROM page ORDER BY number")
        *_, (width, height, name) = rows.fetchall()
    with Image.open(home.path / "pictures" / name[:2] / name) as picture:
        assert picture.size == (width, height)
        assert width < height


def test_an_answer_on_paper_comes_back_to_its_thread(home: Home) -> None:
    text = home.paper / "message.txt"
    text.write_text("How are you? Write back on the sheet.\n")
    home.run(
        "message", "send", "P1004", "--from", "Aunt Invented", "--subject", "Hello",
        "--text-file", str(text),
    )  # fmt: skip
    printed = home.lines("message", "print", "--out", str(home.paper / "out"))
    sheet = scanner.pdf_pages(Path(printed[0]["file"]))[-1]
    scanner.write_on(sheet, ("All is well here.",), left=480, top=950, step=106)
    (line,) = home.lines("ingest", scan(home, "reply.pdf", sheet))
    assert (line["outcome"], line["booking_number"], line["pages"]) == ("delivered", "P1004", [1])
    assert home.lines("mailbox", "P1004") == []
    (thread,) = home.lines("message", "list", "P1004")
    assert thread["state"] == "answered"
    assert "well" in thread["replies"][0]["text"]
    assert "Reply sheet" not in thread["replies"][0]["text"]


def test_a_reviewed_facility_delivers_only_what_a_person_released(home: Home) -> None:
    config = home.path / "config.toml"
    asked = config.read_text().replace('release = "automatic"', 'release = "after review"')
    config.write_text(asked)
    file = scan(home, "review.pdf", home.cover("P1005"), scanner.typed_page(TEXTS[0]))
    (line,) = home.lines("ingest", file)
    assert line["outcome"] == "held"
    assert home.lines("mailbox", "P1005") == []
    home.run("release", line["letter"], "--by", "Pat Clerk", "--reason", "looked at it")
    assert [entry["letter"] for entry in home.lines("mailbox", "P1005")] == [line["letter"]]


def test_a_rejected_letter_s_notice_names_the_reason(home: Home) -> None:
    file = scan(home, "count.pdf", home.cover("P1006", "--sheets", "2"),
                scanner.typed_page(TEXTS[0]))  # fmt: skip
    (line,) = home.lines("ingest", file)
    assert line["outcome"] == "held"
    home.run("notice", line["letter"], "--out", str(home.paper / "no.pdf"), good=(1,))
    home.run("reject", line["letter"], "--by", "Pat Clerk", "--reason", "A page is missing.")
    notice = home.paper / "notice.pdf"
    home.run("notice", line["letter"], "--out", str(notice))
    assert notice.read_bytes().startswith(b"%PDF-")
    home.run("notice", line["letter"], "--to", "sender", "--out", str(notice))
    assert json.dumps(home.lines("held")) == "[]"


def test_a_cover_that_has_expired_or_was_revoked_delivers_nothing(home: Home) -> None:
    cover = home.cover("P1007", "--valid-days", "1")
    with sqlite3.connect(home.path / "database" / "mail.sqlite") as database:
        database.execute("UPDATE cover SET expires = '2001-01-01 00:00:00.000000'")
    (line,) = home.lines("ingest", scan(home, "old.pdf", cover, scanner.typed_page(TEXTS[0])))
    assert line["outcome"] == "held"
    assert "expired" in line["reason"]
    assert home.lines("mailbox", "P1007") == []
