"""Settings of calls that cannot work are refused when they are read."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from digitizer.model.call_settings import Calls

_GOOD = {"video": True, "media_address": "10.1.0.5", "relay_host": "calls.jail.example"}


def test_there_are_no_calls_unless_a_setting_says_so() -> None:
    assert not Calls().video


def test_a_browser_takes_a_port_of_the_relay_for_each_way_that_it_is_told() -> None:
    """As Chromium was seen to: of each connection it keeps all."""
    assert Calls.model_validate(_GOOD).at_once == 400 // 12
    encrypted = {"certificate": "keys/calls.pem", "certificate_key": "keys/calls.key"}
    assert Calls.model_validate(_GOOD | encrypted).at_once == 400 // 18
    wide = {"relay_range": [40_000, 49_599]}
    assert Calls.model_validate(_GOOD | wide).at_once == 400 // 6


@pytest.mark.parametrize(
    "wrong",
    [
        {"media_address": ""},
        {"media_address": "127.0.0.1"},
        {"media_address": "0.0.0.0"},
        {"media_address": "calls"},
        {"relay_host": ""},
        {"certificate": "a.pem"},
        {"relay_range": [5000, 5010]},
        {"relay_range": [600, 700]},
        {"relay_range": [49_900, 50_000]},
        {"media_range": [50_000, 49_000]},
    ],
    ids=str,
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Calls.model_validate(_GOOD | wrong)
