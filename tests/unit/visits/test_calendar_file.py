"""A visit for a calendar: what RFC 5545 asks of its lines, and what stands in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.people import CustodyStatus, Inmate
from digitizer.model.visits import Guest, Medium, SocialVisit, VisitKind, VisitState
from digitizer.visits.calendar_file import escaped, folded, visit_calendar

AT = datetime(2026, 12, 3, 20, tzinfo=UTC)
VISIT = SocialVisit(
    id="abc123",
    session=1,
    room=1,
    room_name="Hall; left, wing",
    medium=Medium.IN_PERSON,
    inmate=Inmate("A-100", "Testvale", "Orson", "B-1", CustodyStatus.IN_CUSTODY),
    starts=AT,
    ends=AT.replace(minute=30),
    state=VisitState.BOOKED,
    guests=(Guest("Ida Marlow", 1),),
    booker=1,
    asked=AT,
    changed=AT,
    sequence=2,
    reason="",
    ended_by="",
    outcome=None,
    outcome_note="",
    kind=VisitKind.IN_PERSON,
    monitored=False,
)


def unfolded(file: bytes) -> list[str]:
    """As a calendar reads it."""
    assert file.endswith(b"\r\n")
    assert b"\n" not in file.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    return file.replace(b"\r\n ", b"").decode().rstrip("\r\n").split("\r\n")


def unescaped(text: str) -> str:
    parts, signs = [], iter(text)
    for sign in signs:
        after = next(signs) if sign == "\\" else ""
        parts.append(("\n" if after == "n" else after) if after else sign)
    return "".join(parts)


def test_the_event_says_when_and_where_and_not_whom() -> None:
    lines = unfolded(visit_calendar(VISIT, "Jail of Example, County", "en"))
    values = dict(line.split(":", 1) for line in lines)
    assert values["DTSTART"] == "20261203T200000Z"
    assert values["DTEND"] == "20261203T203000Z"
    assert values["UID"] == "abc123@visits.digitizer"
    assert (values["SEQUENCE"], values["STATUS"]) == ("2", "CONFIRMED")
    assert values["LOCATION"] == "Hall\\; left\\, wing\\, Jail of Example\\, County"
    for word in ("Orson", "Testvale", "A-100", "Ida"):
        assert word not in "\n".join(lines)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (VisitState.REQUESTED, "TENTATIVE"),
        (VisitState.CANCELLED, "CANCELLED"),
        (VisitState.REFUSED, "CANCELLED"),
        (VisitState.LAPSED, "CANCELLED"),
    ],
)
def test_a_later_file_of_a_visit_says_that_it_is_off(state: VisitState, said: str) -> None:
    lines = unfolded(visit_calendar(replace(VISIT, state=state), "Jail", "es"))
    assert f"STATUS:{said}" in lines
    assert "SUMMARY:Visita: Jail" in lines


@given(text=st.text(max_size=300))
def test_any_text_comes_back_as_one_line(text: str) -> None:
    line = "SUMMARY:" + escaped(text)
    parts = list(folded(line))
    assert all(len(part) <= 75 for part in parts)
    joined = b"".join([parts[0], *(part[1:] for part in parts[1:])]).decode("utf-8")
    kept = "".join(each if each.isprintable() or each in "\r\n" else " " for each in text)
    wanted = kept.replace("\r\n", "\n").replace("\r", "\n")
    assert unescaped(joined.removeprefix("SUMMARY:")) == wanted
