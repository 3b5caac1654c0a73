"""Announcements are shown for their time, and end by themselves or by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.notifications.announcements import (
    LONGEST,
    announce,
    announcements,
    end_announcement,
    shown_now,
)
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_upkeep import announcement
from digitizer.support.clock import now
from tests.support.made_mail import CLERK, SUPERVISOR

HOUR = timedelta(hours=1)


def _announce(facility: Facility, begins: timedelta = -HOUR, lasts: timedelta = 4 * HOUR) -> str:
    start = now() + begins
    return announce(facility, "Lockdown.", "Encierro.", start, start + lasts, SUPERVISOR)


def _shown(facility: Facility) -> list[str]:
    return [each.id for each in shown_now(facility)]


def test_it_is_shown_from_its_begin_to_its_end(facility: Facility) -> None:
    later, first = _announce(facility, HOUR), _announce(facility)
    assert _shown(facility) == [first]
    with writing(facility.engine) as tx:
        tx.execute(
            sa.update(announcement)
            .where(announcement.c.id == first)
            .values(ends=now() - timedelta(seconds=1))
        )
    assert _shown(facility) == [], "it ends by itself"
    states = [(each.id, each.is_shown, each.is_over) for each in announcements(facility, CLERK)]
    assert states == [(later, False, False), (first, False, True)]


def test_it_is_ended_by_hand_once(facility: Facility) -> None:
    made = _announce(facility)
    end_announcement(facility, made, SUPERVISOR)
    assert _shown(facility) == []
    with pytest.raises(Conflict):
        end_announcement(facility, made, SUPERVISOR)
    with pytest.raises(NotFound):
        end_announcement(facility, "nothing", SUPERVISOR)


def test_the_log_has_what_was_said_and_until_when(facility: Facility) -> None:
    made = _announce(facility)
    with reading(facility.engine) as tx:
        (event,) = audit.latest_events(tx, 1)
    assert (event.verb, event.subject) == ("announce", f"announcement:{made}")
    assert (event.detail["english"], event.detail["spanish"]) == ("Lockdown.", "Encierro.")
    assert event.detail["ends"]


def test_each_language_has_its_text_or_else_the_english(facility: Facility) -> None:
    start = now() - HOUR
    announce(facility, " One \n\n two ", "", start, now() + HOUR, SUPERVISOR)
    (only,) = shown_now(facility)
    assert (only.text("es"), only.text("en")) == ("One\ntwo", "One\ntwo")
    end_announcement(facility, only.id, SUPERVISOR)
    _announce(facility)
    (both,) = shown_now(facility)
    assert (both.text("es"), both.text("en")) == ("Encierro.", "Lockdown.")


@pytest.mark.parametrize(
    ("text", "begins", "lasts"),
    [
        ("", -HOUR, 4 * HOUR),
        ("x" * 601, -HOUR, 4 * HOUR),
        ("a\x07b", -HOUR, 4 * HOUR),
        ("late", -4 * HOUR, HOUR),
        ("backwards", HOUR, -HOUR),
        ("for ever", HOUR, LONGEST + HOUR),
    ],
)
def test_what_cannot_be_right_is_refused(
    facility: Facility, text: str, begins: timedelta, lasts: timedelta
) -> None:
    start = now() + begins
    with pytest.raises(UsageError):
        announce(facility, text, "", start, start + lasts, SUPERVISOR)
    assert announcements(facility, CLERK) == ()
