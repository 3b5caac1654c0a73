"""What staff read about who a letter is from."""

from __future__ import annotations

import pytest

from digitizer.model.mail import came_under


@pytest.mark.parametrize("sender", [None, "", "Aunt Ida"])
def test_a_sender_is_never_stated_as_known(sender: str | None) -> None:
    assert "the sender is not checked" in came_under(sender)


def test_whom_a_cover_was_printed_for_is_named_as_that() -> None:
    assert came_under("Aunt Ida").startswith("came under the cover printed for Aunt Ida;")
