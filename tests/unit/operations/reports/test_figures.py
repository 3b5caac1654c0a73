"""The numbers of a report are those of a home whose times are known."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import pytest

from digitizer.facility import Facility
from digitizer.model.events import Verb
from digitizer.model.figures import Figure, Report, Unit
from digitizer.operations.reports.figures import make_report
from digitizer.operations.reports.periods import Period
from digitizer.storage.database import reading
from tests.support.known_times import KnownTimes

#: The clocks in Chicago go back on the first day, which has 25 hours.
PERIOD = Period(date(2026, 11, 1), date(2026, 11, 3))


@pytest.fixture(autouse=True)
def _in_chicago(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/Chicago")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def times(facility: Facility) -> KnownTimes:
    """Ten letters in four scans on three days; what is not in the period lies just beside it."""
    made = KnownTimes(facility)
    early = made.scan("2026-10-31 23:59:59")
    made.letter(early, delivered="2026-11-01 00:00:10")  # delivered in the period, scanned before
    first = made.scan("2026-11-01 00:00:00", pages=10)
    made.letter(first, delivered="2026-11-01 00:01:00", confidence=(0.95, 0.99))
    made.letter(first, delivered="2026-11-01 00:02:00", confidence=(0.1, 0.0999))
    late = made.scan("2026-11-01 23:30:00", pages=6, profile="desk")
    held = made.letter(late, held="2026-11-01 23:31:00", reasons=["sheet_count", "legal_doubt"])
    review = made.letter(late, held="2026-11-01 23:31:00")
    third = made.scan("2026-11-03 08:59:59", pages=8, profile="desk")
    for second in (1, 2, 3):
        made.letter(third, delivered=f"2026-11-03 09:0{second}:00")
    refused = made.letter(third, held="2026-11-03 09:00:00", reasons=["sheet_count"])
    made.decide(held, "2026-11-02 08:00:00", Verb.ASSIGN, 20)
    made.decide(review, "2026-11-02 09:30:00", Verb.RELEASE, 40)
    made.decide(refused, "2026-11-03 10:00:00", Verb.REJECT, 31 * 60)  # they did something else
    after = made.scan("2026-11-04 00:00:00")
    made.letter(after, delivered="2026-11-04 00:00:30", confidence=(0.5,))
    return made


def _report(times: KnownTimes, period: Period = PERIOD) -> Report:
    with reading(times.facility.engine) as tx:
        return make_report(tx, period)


def _figure(times: KnownTimes, key: str, period: Period = PERIOD) -> Figure:
    (found,) = (each for each in _report(times, period).figures if each.key == key)
    return found


def _rows(figure: Figure) -> dict[str, tuple[float | None, ...]]:
    return {row.label: row.values for row in figure.rows}


def test_the_facts(times: KnownTimes) -> None:
    assert {each.label: each.value for each in _report(times).facts} == {
        "Scans": 3,
        "Pages": 24,
        "Letters": 8,
        "Delivered": 8,
        "Delivered without a person": 75.0,
        "Held": 3,
        # 11, 60, 120, 61, 121, 181 seconds, and those of the two that were held:
        # from 23:30 to 8:00 and to 9:30
        "Scan to mailbox, half within": 120,
        "Scan to mailbox, 95 % within": 10 * 3600,
        "Decisions of staff": 3,
    }


def test_volume_a_day(times: KnownTimes) -> None:
    assert _rows(_figure(times, "volume")) == {
        "2026-11-01": (4, 2, 16),
        "2026-11-02": (0, 0, 0),
        "2026-11-03": (4, 1, 8),
    }


def test_delay_by_the_day_of_delivery(times: KnownTimes) -> None:
    assert _rows(_figure(times, "delay")) == {
        "2026-11-01": (60, 120, 3),
        "2026-11-02": (8.5 * 3600, 10 * 3600, 2),
        "2026-11-03": (121, 181, 3),
    }


def test_a_letter_that_was_recalled_counts_once(times: KnownTimes) -> None:
    before = _rows(_figure(times, "delay"))
    scan = times.scan("2026-10-30 10:00:00")
    again = times.letter(scan, delivered="2026-10-30 10:01:00")
    times.event("2026-11-02 10:00:00", Verb.RECALL, f"letter:{again}", "Ruth")
    times.event("2026-11-02 11:00:00", Verb.ASSIGN, f"letter:{again}", "Ruth")
    assert _rows(_figure(times, "delay")) == before


def test_an_undone_decision_counts_once_too(times: KnownTimes) -> None:
    scan = times.scan("2026-11-02 10:00:00")
    held = times.letter(scan, held="2026-11-02 10:01:00", reasons=["separated"])
    times.decide(held, "2026-11-02 10:10:00", Verb.ASSIGN, 5)
    times.event("2026-11-02 10:11:00", Verb.UNDO, f"letter:{held}", "Ana")
    times.decide(held, "2026-11-02 10:20:00", Verb.ASSIGN, 5)
    assert _rows(_figure(times, "delay"))["2026-11-02"] == (8.5 * 3600, 10 * 3600, 3)


def test_held_by_reason(times: KnownTimes) -> None:
    """Two of three have the first reason; shares are of what was held."""
    rows = _rows(_figure(times, "held"))
    assert {name: values[0] for name, values in rows.items()} == {
        "sheet count": 2,
        "awaits review": 1,
        "legal doubt": 1,
    }
    assert rows["sheet count"][1] == pytest.approx(200 / 3)
    assert next(iter(rows)) == "sheet count"


def test_by_scanner(times: KnownTimes) -> None:
    assert _rows(_figure(times, "scanner")) == {
        "desk": (6, 3, 2, 14, 50.0),
        "default": (2, 0, 1, 10, 0.0),
    }


def test_by_hour_of_the_facilitys_clock(times: KnownTimes) -> None:
    rows = _rows(_figure(times, "hour"))
    assert len(rows) == 24
    assert {hour: values for hour, values in rows.items() if any(values)} == {
        "00": (2, 1),
        "08": (4, 1),
        "23": (2, 1),
    }


def test_reading_confidence(times: KnownTimes) -> None:
    rows = _rows(_figure(times, "confidence"))
    assert {name: values for name, values in rows.items() if values[0]} == {
        "0.0–0.1": (1, 25.0),
        "0.1–0.2": (1, 25.0),
        "0.9–1.0": (2, 50.0),
    }


def test_staffs_effort(times: KnownTimes) -> None:
    assert _rows(_figure(times, "effort")) == {
        "assign": (20, 20, 1, 1, 1),
        "reject": (None, None, 1, 1, 0),
        "release": (40, 40, 1, 1, 1),
        "all of these": (20, 40, 3, 3, 2),
    }


def test_only_who_decides_is_timed(times: KnownTimes) -> None:
    """Another's look at it is not theirs."""
    held = times.letter(times.scan("2026-11-02 12:00:00"), held="2026-11-02 12:00:01")
    times.event("2026-11-02 12:10:00", Verb.LOOK, f"letter:{held}", "Ivo")
    times.event("2026-11-02 12:11:00", Verb.ASSIGN, f"letter:{held}", "Ana")
    assert _rows(_figure(times, "effort"))["assign"] == (20, 20, 2, 2, 1)


def test_days_of_a_long_period_are_counted_by_weeks(times: KnownTimes) -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    figure = _figure(times, "volume", year)
    rows = _rows(figure)
    assert (figure.label, len(rows)) == ("Week from", 53)
    assert list(rows)[:2] == ["2026-01-01", "2026-01-05"]
    # Sunday and the day before; Monday to Sunday
    assert (rows["2026-10-26"], rows["2026-11-02"]) == ((5, 3, 20), (5, 2, 12))
    assert sum(values[0] or 0 for values in rows.values()) == 10


def test_nothing_is_nothing(facility: Facility) -> None:
    found = _report(KnownTimes(facility))
    assert all(each.is_empty for each in found.figures)
    assert {each.said for each in found.facts if each.unit is not Unit.COUNT} == {"–"}
    assert {each.value for each in found.facts if each.unit is Unit.COUNT} == {0}


def test_nobody_is_named(times: KnownTimes) -> None:
    assert "Ana" not in repr(_report(times))
