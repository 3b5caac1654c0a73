"""Paper can be asked for only while it is kept."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from digitizer.model.originals_settings import Originals


def test_the_days_fit_together() -> None:
    assert Originals(keep_days=60, ask_days=45).ask_days == 45
    with pytest.raises(ValidationError, match="keep_days"):
        Originals(keep_days=20, ask_days=21)
