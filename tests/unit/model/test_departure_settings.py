"""Settings of what happens when somebody leaves."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from digitizer.model.departure_settings import Departures


def test_codes_are_good_for_a_month_and_contacts_are_told() -> None:
    own = Departures()
    assert (own.export, own.code_days, own.tell_contacts) == ("on", 30, True)


@pytest.mark.parametrize("wrong", [{"export": "yes"}, {"code_days": 0}, {"code_days": 400}])
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Departures.model_validate(wrong)
