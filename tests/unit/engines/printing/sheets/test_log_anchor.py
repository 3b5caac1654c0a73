"""The head of the event log on a page to sign."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digitizer.engines.printing.kit.cover_layout import PAPERS, Paper
from digitizer.engines.printing.sheets.log_anchor import PrintedAnchor, anchor_pdf
from tests.support.pdf_looks import page_texts

_DIGEST = "0123456789abcdef" * 4
_ANCHOR = PrintedAnchor(
    "Example Jail",
    12_345,
    _DIGEST,
    _DIGEST[::-1],
    datetime(2026, 3, 1, 12, tzinfo=UTC),
    f"12345 {_DIGEST}",
    "Keep this page where nobody who runs the computer can exchange it.",
)


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_one_page_says_all_that_is_compared(paper: Paper) -> None:
    (text,) = page_texts(anchor_pdf(_ANCHOR, paper))
    words = " ".join(text.split())
    assert "12,345" in words
    assert all(_DIGEST[at : at + 8] in words for at in range(0, 64, 8))
    assert _DIGEST in words.replace(" ", "")
    assert _DIGEST[::-1] in words.replace(" ", "")
    assert all(label in words for label in ("Example Jail", "Signature", "Keep this page"))


def test_the_same_anchor_gives_the_same_bytes() -> None:
    assert anchor_pdf(_ANCHOR, "a4") == anchor_pdf(_ANCHOR, "a4")
