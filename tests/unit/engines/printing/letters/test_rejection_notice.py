"""Notices of rejection: both readers learn why, and how to appeal, in two languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.engines.printing.kit.cover_layout import PAPERS, Paper
from digitizer.engines.printing.letters.envelopes import WINDOWS
from digitizer.engines.printing.letters.rejection_notice import (
    Disposition,
    NoticeTo,
    notice_missing,
    rejection_notice_pdf,
)
from tests.support.pdf_looks import boxes, page_texts
from tests.support.printed_letters import NOTICE

EVERY = pytest.mark.parametrize(
    ("to", "paper"), [(to, paper) for to in NoticeTo for paper in PAPERS]
)


@EVERY
def test_one_page_holds_reasons_and_appeal_in_two_languages(to: NoticeTo, paper: Paper) -> None:
    (text,) = page_texts(rejection_notice_pdf(NOTICE, to, paper))
    words = " ".join(text.split())
    for part in (*NOTICE.reasons, "R-17", "T-0042", "Letter, 3 pages", "2025-03-03", "Page 1 of 1"):
        assert part in words
    assert "within 13 days of 2025-03-04" in words
    assert "dentro de 13 días" in words
    assert words.count("Deputy Warden") == 2
    assert "other than the one who rejected" in words


@EVERY
def test_very_long_reasons_go_on_and_lose_nothing(to: NoticeTo, paper: Paper) -> None:
    words = [f"w{number}" for number in range(1200)]
    pdf = rejection_notice_pdf(replace(NOTICE, reasons=(" ".join(words),)), to, paper)
    texts = page_texts(pdf)
    assert len(texts) > 1
    assert [word for word in " ".join(texts).split() if word in set(words)] == words
    assert "You may appeal" in texts[-1]
    assert all(f"Page {n} of {len(texts)}" in text for n, text in enumerate(texts, start=1))


@EVERY
@pytest.mark.parametrize("count", range(150, 460, 31))
def test_nothing_ever_runs_into_the_footer(to: NoticeTo, paper: Paper, count: int) -> None:
    pdf = rejection_notice_pdf(replace(NOTICE, reasons=("word " * count,)), to, paper)
    height = PAPERS[paper][1]
    for page in range(len(page_texts(pdf))):
        for part in ("word", "may appeal", "puede apelar"):
            assert all(bottom < height - 19 for *_, bottom in boxes(pdf, page, part))


@EVERY
def test_a_name_from_a_cover_is_no_sender(to: NoticeTo, paper: Paper) -> None:
    """Whoever saw a cover can write under it."""
    pdf = rejection_notice_pdf(replace(NOTICE, named_by_cover=True), to, paper)
    (text,) = page_texts(pdf)
    plain = " ".join(text.split())
    assert "Cover for · Portada de" in plain
    assert "the sender is not checked" in plain
    assert "not checked" not in " ".join(page_texts(rejection_notice_pdf(NOTICE, to, paper)))
    for label in ("Reference · Referencia", "Cover for · Portada de"):
        assert boxes(pdf, 0, label)[0][3] < boxes(pdf, 0, "Reasons")[0][1]


@pytest.mark.parametrize("paper", list(PAPERS))
def test_the_senders_notice_fits_a_window_envelope(paper: Paper) -> None:
    pdf = rejection_notice_pdf(NOTICE, NoticeTo.SENDER, paper)
    area = WINDOWS[paper].address
    left, top, right, bottom = boxes(pdf, 0, "221 Nowhere Street")[0]
    assert area.left <= left <= right <= area.right
    assert area.top <= top <= bottom <= area.bottom


def test_a_sender_without_address_gets_one_all_the_same() -> None:
    (text,) = page_texts(
        rejection_notice_pdf(replace(NOTICE, sender_address=()), NoticeTo.SENDER, "letter")
    )
    assert "A gift card was enclosed." in text


def test_what_becomes_of_the_paper_is_named() -> None:
    kept = replace(NOTICE, disposition=Disposition.KEPT)
    (text,) = page_texts(rejection_notice_pdf(kept, NoticeTo.INMATE, "letter"))
    assert "not returned" in " ".join(text.split())


def test_equal_notices_are_equal_bytes() -> None:
    first, second = (rejection_notice_pdf(NOTICE, NoticeTo.INMATE, "a4") for _ in range(2))
    assert first == second


def test_what_no_font_has_is_found_in_every_part() -> None:
    assert notice_missing(NOTICE) == ""
    assert notice_missing(replace(NOTICE, reasons=("a \ue000",), sender="\ue001")) == "\ue001\ue000"
