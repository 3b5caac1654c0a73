"""Problems of a scan are named."""

from __future__ import annotations

import pytest

from tests.support.made_pages import Levels, letter, look


@pytest.mark.parametrize(
    ("page", "dpi", "problem"),
    [
        (letter() * 0.35, 300, "too dark"),
        (letter(contrast=0.1), 300, "very faint"),
        (letter(blur=9), 300, "blurred"),
        (letter()[::3, ::3], 100, "low resolution"),
        (letter()[:, 500:], 300, "writing runs off the edge"),
    ],
)
def test_problems_are_named(page: Levels, dpi: int, problem: str) -> None:
    assert problem in look(page, dpi).quality
