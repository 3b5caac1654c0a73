"""Whole paths of paper on made-up pages, through the command line and the real pipeline."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.engines.printing.kit.cover_layout import mark_bits, mark_ids
from digitizer.model.paper import CodeKind
from tests.support import scanner
from tests.support.mailroom_kit import Home, scanned

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
    assert line["reason"].startswith("Legal mail (page 1)")
    plain = Path(file).read_bytes()
    stored = [each for each in (home.path / "originals").glob("??/*") if each.is_file()]
    assert [each.read_bytes() == plain for each in stored] == [False]
    with sqlite3.connect(home.path / "database" / "mail.sqlite") as database:
        assert database.execute("SELECT count(*) FROM transcript").fetchone() == (0,)
    assert [each["queue"] for each in home.lines("held")] == ["legal"]
    (known,) = home.lines("legal", "list")
    assert [each["seals"] for each in known["pages"]] == ["good", None, None, None]
    assert [code["kind"] for code in known["pages"][2]["codes"]] == ["inmate"]
    clerk, unproven = (("--by", name, "--reason", "ordinary") for name in ("A Clerk", "Sam Visor"))
    ruth = (*unproven, "--password-file", _supervisor(home))
    for someone in (clerk, unproven, (*clerk, *ruth[-2:])):
        home.run("legal", "cut", line["scan"], "--pages", "3-4", *someone, good=(1,))
    home.run("legal", "cut", line["scan"], "--pages", "3-4", *ruth)
    home.run("legal", "destroy", line["scan"], *ruth, good=(2,))
    home.work()
    assert [entry["pages"] for entry in home.lines("mailbox", "P1001")] == [1]
    assert home.balanced()
    picture = home.paper / "marker.jpg"
    home.run("legal", "show", line["scan"], "--picture", str(picture), "--by", "A Clerk", good=(1,))
    assert not picture.exists()
    home.run("legal", "show", line["scan"], "--picture", str(picture), "--by", "Sam Visor")
    with Image.open(picture) as looked_at:
        assert looked_at.size == (known["pages"][0]["width"], known["pages"][0]["height"])
    home.run("legal", "destroy", line["scan"], "--confirm", *ruth)
    (hit, *_) = home.lines("search", "museum")
    assert hit["booking_number"] == "P1001"
    assert home.lines("search", "orchard") == []
    assert home.lines("held") == []
    assert home.balanced()
    home.run("audit", "verify")


def _supervisor(home: Home) -> str:
    """A supervisor joins; the file with their password."""
    file = home.paper / "password"
    file.write_text(home.run("staff", "add", "Sam Visor", "--role", "supervisor"))
    return str(file)


def _sticker(page: scanner.Page) -> scanner.Page:
    """The page with one of a legal marker's marks, printed small by anybody."""
    cells = np.array(mark_bits(mark_ids(CodeKind.LEGAL)[0]))
    mark = np.kron(np.where(cells, 0, 255), np.ones((24, 24))).astype(np.uint8)
    mark = np.pad(mark, 30, constant_values=255)
    page = page.copy()
    height, width = mark.shape
    page[-height - 300 : -300, -width - 300 : -300] = mark[:, :, None] if page.ndim == 3 else mark
    return page


def test_a_mark_that_anyone_can_draw_loses_nothing_and_is_lifted(home: Home) -> None:
    """A sticker on the second of three letters: a supervisor lifts the seal, and nothing of it is
    delivered that the stickered page touches."""
    letters = [scanner.typed_page(text) for text in (*TEXTS, "Hello,\n\nall is well here.")]
    pages = (
        home.cover("P1001"),
        letters[0],
        home.cover("P1002"),
        _sticker(letters[1]),
        home.cover("P1003"),
        letters[2],
    )
    file = scan(home, "sticker.pdf", *pages)
    (line,) = home.lines("ingest", file)
    assert "anyone can draw it" in line["reason"]
    (known,) = home.lines("legal", "show", line["scan"])
    assert [each["seals"] for each in known["pages"]] == [None, None, None, "no code", None, None]
    sam = ("--by", "Sam Visor", "--password-file", _supervisor(home))
    home.run("legal", "lift", line["scan"], *sam, "--reason", "a sticker")
    stored = [each.read_bytes() for each in (home.path / "originals").glob("??/*")]
    assert stored == [Path(file).read_bytes()]
    home.work()
    assert home.lines("legal", "list") == []
    waiting = home.lines("held")
    assert {number for each in waiting for number in each["pages"]} >= {4}
    assert home.lines("mailbox", "P1002") == []
    assert all(each["queue"] == "exception" for each in waiting)
    assert home.balanced()
    assert home.lines("ingest", file)[0]["outcome"] == "duplicate"


def test_a_marker_that_is_used_again_or_revoked_seals_as_a_doubt(home: Home) -> None:
    marker, revoked = home.cover("--kind", "legal"), home.cover("--kind", "legal")
    with sqlite3.connect(home.path / "database" / "mail.sqlite") as database:
        row = "SELECT short_id FROM cover WHERE kind = 'legal' ORDER BY printed DESC"
        newest = database.execute(row).fetchone()[0]
    home.run("cover", "revoke", newest, "--by", "A Clerk", "--reason", "lost")
    page = scanner.typed_page(TEXTS[0])
    reasons = [
        home.lines("ingest", scan(home, name, *pages))[0]["reason"]
        for name, pages in (
            ("1.pdf", (marker, page)),
            ("2.pdf", (marker, page, page)),
            ("3.pdf", (revoked,)),
        )
    ]
    assert [each.partition(" (")[0] for each in reasons] == [
        "Legal mail",
        "Perhaps legal mail",
        "Perhaps legal mail",
    ]
    assert "already used on the same day" in reasons[1]
    assert "was revoked" in reasons[2]
    assert [each["legal"] for each in home.lines("legal", "list")] == ["sure", "doubt", "doubt"]


def test_a_stack_fed_upside_down_is_read_upright(home: Home) -> None:
    pages = (home.cover("P1003"), scanner.typed_page(TEXTS[0]))
    file = scan(home, "turned.pdf", *(np.ascontiguousarray(np.rot90(page, 2)) for page in pages))
    (line,) = home.lines("ingest", file)
    assert (line["outcome"], line["booking_number"]) == ("delivered", "P1003")
    (hit, *_) = home.lines("search", "orchard", "--booking", "P1003")
    assert hit["score"] > 0.95  # the word itself, as certainly as the reader read it


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_the_wrong_way_up_behind_its_cover_is_set_upright(home: Home, quarters: int) -> None:
    """As are the backs of a pad whose leaves turn over the top."""
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
        "message",
        "send",
        "P1004",
        "--from",
        "Aunt Invented",
        "--subject",
        "Hello",
        "--text-file",
        str(text),
    )
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
    file = scan(
        home, "count.pdf", home.cover("P1006", "--sheets", "2"), scanner.typed_page(TEXTS[0])
    )
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
