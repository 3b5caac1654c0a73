"""Which pages begin a letter."""

from __future__ import annotations

import pytest

from digitizer.screening.greetings import greets


@pytest.mark.parametrize(
    "text",
    [
        "Dear Mia,",
        "June 3\n\nMy dear Mia, how are you",
        "12 Invented Road\nSampletown\n(March 9th)\n  “Dearest brother”",
        "Hi!\nit is me",
        "12 de mayo\nQuerida mamá:",
        "Mi querído hijo",
        "\n".join(["a line"] * 9 + ["HELLO Sam"]),
    ],
)
def test_a_first_page_greets(text: str) -> None:
    assert greets(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "...",
        "and so my dear I went",
        "the deer ran\noh dear",
        "my\nmother",
        "my",
        "\n".join(["a line"] * 10 + ["Dear Sam"]),
    ],
)
def test_a_later_page_does_not(text: str) -> None:
    assert not greets(text)
