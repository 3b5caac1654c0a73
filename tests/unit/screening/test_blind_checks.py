"""Which letters are drawn for a blind check, for whom, and what is measured."""

from __future__ import annotations

import dataclasses
import secrets
from datetime import UTC, datetime

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.model.mail import LetterState
from digitizer.model.people import Actor
from digitizer.screening import blind_checks, decisions, recalls
from digitizer.screening.blind_checks import Check, Share, missed, refused_alone
from digitizer.storage.database import reading, writing
from tests.support.made_mail import ADMINISTRATOR, CLERK, ORSON, SUPERVISOR
from tests.support.screened_mail import waiting_letter


def _waiting(facility: Facility, by: Actor = SUPERVISOR) -> tuple[str, ...]:
    with reading(facility.engine) as tx:
        return blind_checks.waiting_checks(tx, by)


def _released(facility: Facility, content: bytes = b"1", percent: float = 100) -> str:
    letter = waiting_letter(facility, content)
    decisions.release(facility, letter, CLERK, "fine")
    with writing(facility.engine) as tx:
        blind_checks.draw(tx, letter, CLERK, (2, 3), percent)
    return letter


def _check(passed: set[int], refused: set[int]) -> Check:
    return Check(
        letter="L",
        first_by="Ana",
        by="Ruth",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        passed=frozenset(passed),
        refused=frozenset(refused),
        why="",
        state=LetterState.DELIVERED,
    )


def test_the_share_is_drawn(facility: Facility) -> None:
    for number in range(3):
        _released(facility, bytes([number]), percent=0)
    assert _waiting(facility) == ()
    drawn = [_released(facility, bytes([number])) for number in range(3, 6)]
    assert _waiting(facility) == tuple(drawn)


def test_a_part_of_them_is_drawn_by_chance(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _released(facility, b"1", 0), _released(facility, b"2", 0)
    drawn = iter((249, 250))
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))
    with writing(facility.engine) as tx:
        for letter in (first, second):
            blind_checks.draw(tx, letter, CLERK, (2, 3), 2.5)
    assert _waiting(facility) == (first,)


def test_nobody_checks_their_own(facility: Facility) -> None:
    letter = _released(facility)
    with reading(facility.engine) as tx:
        assert blind_checks.waiting_checks(tx, CLERK) == ()
        with pytest.raises(NotFound):
            blind_checks.find_check(tx, letter, CLERK)
        assert blind_checks.find_check(tx, letter, SUPERVISOR) is None


def _drawn(facility: Facility) -> Facility:
    screening = facility.settings.screening.model_copy(update={"checked_percent": 100.0})
    settings = facility.settings.model_copy(update={"screening": screening})
    return dataclasses.replace(facility, settings=settings)


def test_nobody_checks_what_they_decided_once_though_another_decided_last(
    facility: Facility,
) -> None:
    drawn = _drawn(facility)
    letter = waiting_letter(drawn)
    decisions.release(drawn, letter, CLERK, "fine")
    recalls.recall(drawn, letter, SUPERVISOR, "look again")
    decisions.assign(drawn, letter, ORSON, ADMINISTRATOR, "his")
    for by in (CLERK, SUPERVISOR, ADMINISTRATOR):
        assert _waiting(drawn, by) == ()
    assert _waiting(drawn, dataclasses.replace(CLERK, name="Olive Other")) == (letter,)


def test_nobody_checks_a_part_of_what_they_decided_about(facility: Facility) -> None:
    drawn = _drawn(facility)
    letter = waiting_letter(drawn)
    _, second = decisions.cut(drawn, letter, 3, SUPERVISOR, "two letters")
    decisions.assign(drawn, second, ORSON, ADMINISTRATOR, "his")
    decisions.release(drawn, letter, CLERK, "fine")
    for by in (CLERK, SUPERVISOR, ADMINISTRATOR):
        assert _waiting(drawn, by) == ()
    assert _waiting(drawn, dataclasses.replace(CLERK, name="Olive Other")) == (letter,)


@pytest.mark.parametrize("name", ["super visor", "SUPER  Visor"])
def test_another_way_to_write_a_name_is_the_same_person(facility: Facility, name: str) -> None:
    drawn = _drawn(facility)
    letter = waiting_letter(drawn)
    decisions.release(drawn, letter, CLERK, "fine")
    assert _waiting(drawn, SUPERVISOR) == (letter,)
    recalls.recall(drawn, letter, dataclasses.replace(SUPERVISOR, name=name), "look")
    decisions.assign(drawn, letter, ORSON, CLERK, "his")
    assert _waiting(drawn, SUPERVISOR) == ()


def test_what_a_name_in_the_shell_decided_is_not_drawn(facility: Facility) -> None:
    """Nobody knows who it was: so nobody is somebody else for certain."""
    drawn = _drawn(facility)
    typed = dataclasses.replace(CLERK, shell="root", proven=False)
    unknown = dataclasses.replace(typed, name="Not Listed", listed=False)
    for content, by in ((b"1", typed), (b"2", unknown)):
        decisions.release(drawn, waiting_letter(drawn, content), by, "fine")
    assert _waiting(drawn) == ()


def test_what_is_held_again_waits_for_no_check(facility: Facility) -> None:
    letter = _released(facility)
    recalls.recall(facility, letter, SUPERVISOR, "look again")
    assert _waiting(facility) == _waiting(facility, ADMINISTRATOR) == ()
    decisions.assign(facility, letter, ORSON, SUPERVISOR, "fine")
    assert _waiting(facility) == (), "by now it is their own decision"
    assert _waiting(facility, ADMINISTRATOR) == (letter,)


def test_a_check_is_made_once_and_stays(facility: Facility) -> None:
    letter = _released(facility)
    with writing(facility.engine) as tx:
        made = blind_checks.keep(tx, letter, SUPERVISOR, (3,), "a map")
        blind_checks.forget(tx, letter)
        blind_checks.draw(tx, letter, CLERK, (2,), 100)
        assert blind_checks.checks_made(tx) == (made,)
    assert (set(made.passed), set(made.refused), made.is_miss) == ({2, 3}, {3}, True)
    assert _waiting(facility) == ()


@pytest.mark.parametrize(
    ("passed", "refused", "miss"),
    [
        ({2, 3}, set(), False),
        ({2, 3}, {3}, True),
        ({2}, {3}, False),  # the first withheld it too
        (set(), {2, 3}, False),
    ],
)
def test_what_a_miss_is(passed: set[int], refused: set[int], miss: bool) -> None:
    assert _check(passed, refused).is_miss is miss


def test_the_rates_are_of_what_they_say() -> None:
    made = [_check({1}, set()), _check({1}, {1}), _check(set(), {1}), _check(set(), set())]
    assert (missed(made).found, missed(made).of) == (1, 2)
    assert (refused_alone(made).found, refused_alone(made).of) == (1, 2)


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 100, 0.0, 0.037), (1, 2, 0.095, 0.905), (10, 100, 0.055, 0.174)],
)
def test_the_interval_is_wilsons(found: int, of: int, low: float, high: float) -> None:
    assert Share(found, of).interval == pytest.approx((low, high), abs=0.001)
