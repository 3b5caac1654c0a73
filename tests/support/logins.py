"""Who can log in at the facility of these tests, and where."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.storage.database import reading
from digitizer.storage.tables import event

NUMBER, PIN, WRONG, KIOSK = "A-100", "830417", "111222", "10.0.0.7"


def events(facility: Facility) -> list[tuple[str, str, str]]:
    with reading(facility.engine) as tx:
        rows = tx.execute(sa.select(event).order_by(event.c.seq)).all()
    return [(row.verb, row.subject, str(row.detail)) for row in rows]


def wrong(facility: Facility, times: int, number: str = NUMBER, terminal: str = KIOSK) -> list[str]:
    messages = []
    for _ in range(times):
        with pytest.raises(Refused) as error:
            login.enter_as_inmate(facility, number, WRONG, terminal)
        messages.append(str(error.value))
    return messages
