"""The wording of printed pages in both languages."""

from __future__ import annotations

import pytest

from digitizer.engines.printing.kit.page_frame import LANGUAGES, read_wording


@pytest.mark.parametrize("name", ["letter", "reply", "notices"])
def test_both_languages_have_every_text(name: str) -> None:
    words = read_wording(name)
    assert set(words["en"]) == set(words["es"])
    assert set(words) == set(LANGUAGES)
