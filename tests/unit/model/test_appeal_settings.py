"""The rules of rejections and appeals, as a facility writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.model.errors import SettingsError
from digitizer.model.settings import Settings
from digitizer.model.settings_file import read_settings

WRITTEN = """
[screening]
reject_reasons = [
  "No sender's name and address",
  { reason = "Plans of a crime", rule = "WAC 1", es = "Planes de un delito", sheet = "evidence" },
]
[appeals]
second_level = true
holidays = ["2026-11-27", "12-24"]
"""


def _settings(home: Path, text: str) -> Settings:
    (home / "config.toml").write_text(text, "utf-8")
    return read_settings(home)


def test_reasons_have_rules_or_are_plain_sentences(tmp_path: Path) -> None:
    found = _settings(tmp_path, WRITTEN).screening
    assert found.reasons_offered == ("No sender's name and address", "Plans of a crime")
    known = found.reason_of("Plans of a crime")
    assert (known.rule, known.es, known.sheet) == (
        "WAC 1",
        "Planes de un delito",
        "evidence",
    )
    assert found.reason_of("typed").rule == ""
    assert Settings().screening.reasons_offered == Settings().screening.reject_reasons


def test_days_of_older_homes_count_for_both(tmp_path: Path) -> None:
    assert Settings().appeal_days == (10, 20)
    assert _settings(tmp_path, "[facility]\nappeal_days = 15\n").appeal_days == (15, 15)


@pytest.mark.parametrize(
    "text",
    [
        '[appeals]\nholidays = ["Christmas"]',
        '[appeals]\ndeny_reasons = [" "]',
        '[screening]\nreject_reasons = [{ reason = " " }]',
        '[screening]\nreject_reasons = [{ reason = "A", law = "B" }]',
        '[screening]\nreject_reasons = [{ reason = "A", sheet = "burnt" }]',
    ],
)
def test_what_cannot_be_is_named_by_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="line 2"):
        _settings(tmp_path, text)
