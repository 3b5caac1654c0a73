"""An endpoint on the premises in the real path of paper: asked, accepted, rejected, dead."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.support import scanner
from tests.support.endpoint import MODEL, Act, failing, saying, serving
from tests.support.mailroom_kit import Home, scanned

# Names hold no common words, so that the page does not pass for plainly typed.
NAMES = (
    "Zebulon Quartermaine\nOttoline Fothergill\nPeregrine Abernathy\n"
    "Thaddeus Wigglesworth\nCordelia Huckabee\nLeopold Vandermeer"
)
PROSE = "Dear friend,\n\nwe have been to the lake and the water was very cold, but it was good."


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def _take_in(home: Home, act: Act, *texts: str, kind: str = "P1001") -> tuple[list[bool], int]:
    """Scans a letter; which of its pages the endpoint read, and how often it was asked."""
    with serving(act) as server:
        with (home.path / "config.toml").open("a") as config:
            config.write(f'\n[endpoint]\nurl = "{server.url}"\nmodel = "{MODEL}"\n')
        cover = home.cover("--kind", "legal") if kind == "legal" else home.cover(kind)
        file = home.path.parent / "letter.pdf"
        pages = (cover, *(scanner.typed_page(text) for text in texts))
        scanner.write_pdf(scanned(pages, seed=len(pages)), file)
        home.run("ingest", str(file))
    with sqlite3.connect(home.path / "database" / "mail.sqlite") as database:
        rows = database.execute("SELECT engine FROM transcript ORDER BY page_id").fetchall()
    assert all(asked.picture.startswith(b"\xff\xd8") for asked in server.questions)
    return [engine == "premises" for (engine,) in rows], len(server.questions)


def test_what_it_reads_is_shown_and_what_we_read_is_still_found(home: Home) -> None:
    text = NAMES.replace("Fothergill", "Fotheringay")
    assert _take_in(home, saying(text), NAMES, PROSE) == ([True, False], 1)
    for word in ("Fotheringay", "Fothergill", "Quartermaine"):
        (hit, *_) = home.lines("search", word)
        assert hit["booking_number"] == "P1001"


def test_the_text_of_another_page_is_rejected(home: Home) -> None:
    assert _take_in(home, saying(PROSE * 3), NAMES) == ([False], 1)
    assert home.lines("search", "Quartermaine") != []


def test_a_dead_endpoint_costs_no_letter(home: Home) -> None:
    assert _take_in(home, failing(500, 99), NAMES) == ([False], 3)
    assert [entry["pages"] for entry in home.lines("mailbox", "P1001")] == [1]


def test_legal_mail_is_never_sent(home: Home) -> None:
    assert _take_in(home, saying(NAMES), NAMES, kind="legal") == ([], 0)
