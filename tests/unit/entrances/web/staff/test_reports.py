"""The staff's page of reports."""

from __future__ import annotations

import re

import pytest

from tests.support.known_times import KnownTimes
from tests.support.web_kit import Mail, Visitor

HERE = "/staff/reports"
DAYS = "?first=2026-03-03&last=2026-03-05"


def _known(mail: Mail) -> None:
    times = KnownTimes(mail.facility)
    times.letter(times.scan("2026-03-03 10:00:00"), delivered="2026-03-03 10:02:00")


def test_plots_with_their_tables(mail: Mail, ana: Visitor) -> None:
    _known(mail)
    html = ana.get(HERE + DAYS).text
    drawn = re.findall(r'<svg class="plot"[^>]*aria-labelledby="plot-(\w+)"', html)
    assert drawn == ["volume", "delay", "scanner", "hour"]
    assert html.count("<table>") == len(drawn)
    assert '<th scope="row">2026-03-03</th><td class="n">1</td><td class="n">1</td>' in html
    assert "2 min" in html
    assert "There is nothing to count in these days." in html
    assert "style=" not in html


def test_without_days_it_is_the_last_thirty(ana: Visitor) -> None:
    html = ana.get(HERE).text
    table = html.partition('id="figure-volume"')[2].partition("</table>")[0]
    assert table.count('<th scope="row">') == 30


@pytest.mark.parametrize(
    "days",
    [
        "?first=2026-03-05&last=2026-03-03",
        "?first=2020-01-01&last=2026-03-03",
        "?last=0001-01-01",
        "?first=9999-12-31",
    ],
)
def test_days_that_cannot_be_are_said(ana: Visitor, days: str) -> None:
    answer = ana.get(HERE + days)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_a_figure_for_a_spreadsheet(mail: Mail, ana: Visitor) -> None:
    _known(mail)
    answer = ana.get(f"{HERE}/figure/volume.csv{DAYS}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="volume-2026-03-03-2026-03-05.csv"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert '"2026-03-03","1","1","4"' in answer.text
    assert ana.get(f"{HERE}/figure/gossip.csv{DAYS}").status_code == 404


def test_on_paper(mail: Mail, ana: Visitor) -> None:
    _known(mail)
    answer = ana.get(f"{HERE}/report.pdf{DAYS}")
    assert answer.content.startswith(b"%PDF")
    assert "report-2026-03-03-2026-03-05.pdf" in answer.headers["content-disposition"]
    spanish = ana.get(f"{HERE}/report.pdf{DAYS}&lang=es").content
    assert b"/Lang (es)" in spanish
