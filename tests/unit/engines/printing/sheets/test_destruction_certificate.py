"""The certificate of destruction names every scan, both people, and the log's hashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from digitizer.engines.printing.sheets.destruction_certificate import certificate_pdf
from digitizer.model.originals import DestroyedPaper, Destruction, Obstacle
from tests.support.pdf_looks import page_texts

AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
ONE = DestroyedPaper(
    scan="scan-1",
    files=(("morning.pdf", "a" * 64), ("evening.pdf", "b" * 64)),
    pages=3,
    taken_in=AT,
    box="B-K7QM-3XTR-D",
    given=("letter-9",),
    event=41,
    digest="c" * 64,
)
LIST = Destruction(
    number=7,
    proposed=AT,
    proposed_by="Clara Clerk",
    withdrawn=None,
    withdrawn_by="",
    confirmed=AT,
    confirmed_by="Super Visor",
    scans=(),
    left_out={"scan-2": Obstacle.ASKED},
    destroyed=(ONE,),
    event=43,
    digest="d" * 64,
)


def test_it_says_what_who_and_by_which_entries() -> None:
    text = " ".join(" ".join(page_texts(certificate_pdf(LIST, "Example Jail", 30, "a4"))).split())
    for part in (
        *("Certificate of destruction 7", "1 scan", "3 pages", "30 days", "Example Jail"),
        *("Clara Clerk", "Super Visor", "morning.pdf", "a" * 64, "b" * 64, "c" * 64, "d" * 64),
        *("B-K7QM-3XTR-D", "letter-9", "scan-2", "entry 43"),
    ):
        assert part in text, part


def test_it_says_which_scans_were_destroyed_before_their_paper() -> None:
    gone = replace(ONE, files=(), scan_destroyed=True)
    for row in (ONE, gone):
        text = " ".join(page_texts(certificate_pdf(replace(LIST, destroyed=(row,)), "J", 30, "a4")))
        assert ("was destroyed by schedule before" in text) == row.scan_destroyed


def test_many_scans_take_more_pages() -> None:
    many = tuple(replace(ONE, scan=f"scan-{number}") for number in range(60))
    pages = page_texts(certificate_pdf(replace(LIST, destroyed=many), "Example Jail", 30, "letter"))
    assert len(pages) > 3
    whole = " ".join(pages)
    assert all(f"scan-{number}" in whole for number in range(60))
    assert all("SHA-256" in page for page in pages[:-1])
