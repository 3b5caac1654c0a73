"""Attacks by paper, from print to scan: copies, cut-outs and other people's covers.

All paper is printed by the product itself, then spoilt as an attacker would, scanned, ingested.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks import scanner
from digitizer.parts.printing import cover_layout as layout
from tests.support.mailroom_kit import Home, scanned

pytestmark = pytest.mark.timeout(300)

A, B, C, D = "P1001", "P1002", "P1003", "P1004"
_MM = scanner.DPI / 25.4
_CODES = layout.code_areas(*layout.PAPERS["letter"])


@dataclass(frozen=True, slots=True)
class Mailroom:
    """A home, and a name for each scan."""

    home: Home

    def ingest(self, *pages: scanner.Page, profile: str = "default") -> list[dict[str, object]]:
        number = len(list(self.home.path.parent.glob("scan-*.pdf")))
        file = self.home.path.parent / f"scan-{number}.pdf"
        scanner.write_pdf(scanned(pages, seed=number), file)
        return self.home.lines("ingest", str(file), "--profile", profile)

    def reply_sheet(self, booking: str, says: str) -> scanner.Page:
        """A reply sheet that came with a message from outside, written on."""
        text = self.home.paper / "message.txt"
        text.write_text("How are you?\n")
        self.home.run(
            "message", "send", booking, "--from", f"Aunt of {booking}", "--text-file", str(text)
        )
        out = self.home.paper / f"out-{len(list(self.home.paper.iterdir()))}"
        (printed, *_) = self.home.lines("message", "print", "--out", str(out))
        sheet = scanner.pdf_pages(Path(str(printed["file"])))[-1]
        scanner.write_on(sheet, (says,), left=480, top=950, step=106)
        return sheet

    def replies(self, booking: str) -> list[str]:
        """The letters that threads of this inmate show as their replies."""
        threads = self.home.lines("message", "list", booking)
        return [reply["letter"] for thread in threads for reply in thread["replies"]]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Mailroom:
    return Mailroom(Home(tmp_path_factory.mktemp("lies")))


def note(text: str) -> scanner.Page:
    return scanner.typed_page(f"Listen,\n\n{text}\n\nYou know who this is.")


def outcomes(lines: list[dict[str, object]]) -> list[object]:
    return [line["outcome"] for line in lines]


def pasted_corner(page: scanner.Page, source: scanner.Page, corner: int = 3) -> scanner.Page:
    """One code, cut out of ``source`` with a white rim and glued onto ``page`` a little askew."""
    area = _CODES[corner].grown(4)
    top, left = round(area.top * _MM), round(area.left * _MM)
    side = round(area.width * _MM)
    forged = page.copy()
    down, across = 14, -20
    forged[top + down : top + down + side, left + across : left + across + side] = source[
        top : top + side, left : left + side
    ]
    return forged


def test_two_inmates_cannot_talk_through_one_stack(room: Mailroom) -> None:
    sheet, cover = room.reply_sheet(A, "I am well"), room.home.cover(B, "--sender", "Aunt")
    lines = room.ingest(sheet, cover, note("meet me at the gate"))
    assert outcomes(lines) == ["held", "held"]
    assert "outside" in str(lines[1]["reason"])
    assert room.home.lines("mailbox", B) == []
    assert room.replies(A) == []


def test_a_cover_among_paper_from_inside_holds_its_neighbours_only(room: Mailroom) -> None:
    folder = room.home.path / "profiles"
    (folder / "inside.toml").write_text('title = "Reply sheets"\nfrom = "inside"\n')
    (folder / "outside.toml").write_text('title = "Letters"\nfrom = "outside"\n')
    replies = [room.reply_sheet(each, "hello") for each in (A, C, D)]
    cover = room.home.cover(B, "--sender", "Aunt")
    lines = room.ingest(
        replies[0], replies[1], cover, note("at noon"), replies[2], profile="inside"
    )
    assert outcomes(lines) == ["delivered", "held", "held", "held"]
    assert "from inside" in str(lines[2]["reason"])
    assert room.home.lines("mailbox", B) == []
    (whole,) = room.ingest(cover, note("at one"), profile="inside")
    assert whole["outcome"] == "held"
    assert outcomes(room.ingest(cover, note("at two"), profile="outside")) == ["delivered"]
    reply = room.reply_sheet(A, "hello")
    lines = room.ingest(cover, note("at three"), reply, profile="outside")
    assert outcomes(lines) == ["held", "held"]


def test_one_code_of_a_copied_reply_sheet_speaks_for_nobody(room: Mailroom) -> None:
    before = room.replies(A)
    copied = room.reply_sheet(A, "hello aunt")
    own = room.reply_sheet(B, "hello uncle")
    for forged in (
        pasted_corner(note("send money"), copied),
        pasted_corner(scanner.paper(), copied),
        pasted_corner(own, copied),
    ):
        (line,) = room.ingest(forged)
        assert line["outcome"] == "held"
    (line,) = room.ingest(room.home.cover(C), note("x"), pasted_corner(note("send money"), copied))[
        1:
    ]
    assert line["outcome"] == "held"
    assert "not that sheet as it was printed" in str(line["reason"])
    assert room.replies(A) == before
    assert outcomes(room.ingest(copied)) == ["delivered"]
    assert outcomes(room.ingest(own)) == ["delivered"]


def test_a_whole_copy_of_a_reply_sheet_that_was_used_is_held(room: Mailroom) -> None:
    sheet = room.reply_sheet(D, "my own words")
    copied = sheet.copy()
    scanner.write_on(copied, ("not my words",), left=480, top=1480, step=106)
    (genuine,) = room.ingest(sheet)
    assert genuine["outcome"] == "delivered"
    (line,) = room.ingest(copied)
    assert line["outcome"] == "held"
    assert "used already" in str(line["reason"])
    assert genuine["letter"] in room.replies(D)
    assert line["letter"] not in room.replies(D)


def test_sheets_of_one_reply_lie_together(room: Mailroom) -> None:
    sheet = room.reply_sheet(D, "a long answer")
    lines = room.ingest(sheet, note("page two"), sheet, note("page four"))
    assert outcomes(lines) == ["held", "held"]
    assert outcomes(room.ingest(sheet, sheet, note("page three"))) == ["delivered"]


def test_a_stranger_with_a_photographed_cover_is_no_aunt(room: Mailroom) -> None:
    cover = room.home.cover(C, "--sender", "Aunt Invented")
    assert outcomes(room.ingest(cover, note("I am your aunt"))) == ["delivered"]
    told = room.home.run("mailbox", C)
    assert "came under the cover printed for Aunt Invented; the sender is not checked" in told
    (entry, *_) = room.home.lines("mailbox", C)
    assert entry["from"] == "Aunt Invented"
    (used, *_) = room.home.lines("cover", "list", C)
    assert (used["sender"], used["uses"], used["often"]) == ("Aunt Invented", 1, False)
    assert len(room.home.lines("cover", "uses", used["id"])) == 1


@pytest.mark.parametrize("limit", [("--uses", "1"), ("--once",)])
def test_a_limited_cover_delivers_no_more(room: Mailroom, limit: tuple[str, ...]) -> None:
    cover = room.home.cover(C, *limit)
    assert outcomes(room.ingest(cover, note("first"))) == ["delivered"]
    (line,) = room.ingest(cover, np.ascontiguousarray(note("second")))
    assert line["outcome"] == "held"
    assert "used more often" in str(line["reason"])


def test_covers_are_printed_with_limits_that_make_sense(room: Mailroom) -> None:
    out = ("--out", str(room.home.paper / "no.pdf"))
    room.home.run("cover", "print", C, "--until", "2001-01-01", *out, good=(2,))
    room.home.run("cover", "print", C, "--until", "soon", *out, good=(2,))
    room.home.run("cover", "print", C, "--uses", "2", "--once", *out, good=(2,))
    room.home.run("cover", "print", "--kind", "batch", "--uses", "2", *out, good=(2,))
    room.home.run("cover", "print", C, "--uses", "2", "--until", "2999-12-31", *out)
    (found,) = [c for c in room.home.lines("cover", "list", C) if c["most_letters"] == 2]
    assert str(found["expires"]).startswith(("2999-12-31", "3000-01-01"))


def test_everything_is_accounted_for(room: Mailroom) -> None:
    assert room.home.balanced()
    room.home.run("audit", "verify")
