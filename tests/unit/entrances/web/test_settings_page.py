"""The settings page says, for each watched scanner, what risk its settings leave."""

from __future__ import annotations

from tests.unit.entrances.web.web_kit import Mail, Visitor


def test_it_says_what_risk_a_scanner_without_counts_leaves(ana: Visitor) -> None:
    html = ana.get("/staff/settings").text
    assert "Any scanner" in html
    assert "9 pages in 1,000 reach the wrong mailbox" in html
    assert "the whole batch is held" not in html


def test_a_scanner_that_requires_a_header_is_told_apart(ana: Visitor, mail: Mail) -> None:
    (mail.house.home / "inbox" / "adf-duplex-pdf").mkdir()
    html = ana.get("/staff/settings").text
    assert "the whole batch is held" in html


def test_it_is_for_staff_alone(tobias: Visitor) -> None:
    answer = tobias.get("/staff/settings", follow_redirects=False)
    assert answer.status_code in (302, 303, 307)
    assert answer.headers["location"] == "/staff/login"
