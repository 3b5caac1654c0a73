"""What a failed attempt costs, and what locks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from digitizer.access import attempts, login
from digitizer.access.login import Refused
from digitizer.audit import verify_chain
from digitizer.facility import Facility
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import throttle
from digitizer.support.clock import now
from tests.support.logins import KIOSK, NUMBER, PIN, WRONG, events, wrong


@pytest.fixture
def facility(facility_with_logins: Facility) -> Facility:
    return facility_with_logins


def _owed(facility: Facility) -> dict[tuple[str, str], datetime]:
    with reading(facility.engine) as tx:
        rows = tx.execute(sa.select(throttle)).all()
    return {(row.account, row.terminal): row.owed_until for row in rows}


def _later(facility: Facility, minutes: float) -> None:
    """As if so much time had passed since the last failure."""
    with writing(facility.engine) as tx:
        for row in tx.execute(sa.select(throttle)).all():
            tx.execute(
                sa.update(throttle)
                .where(throttle.c.account == row.account, throttle.c.terminal == row.terminal)
                .values(owed_until=row.owed_until - timedelta(minutes=minutes))
            )


def test_five_failures_lock_the_account_at_this_terminal_alone(facility: Facility) -> None:
    wrong(facility, 5)
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    assert login.enter_as_inmate(facility, "A-200", PIN, KIOSK)
    assert login.enter_as_inmate(facility, NUMBER, PIN, "10.0.0.8")


def test_failures_at_many_terminals_lock_the_account(facility: Facility) -> None:
    for terminal in range(20):
        wrong(facility, 1, terminal=f"10.0.1.{terminal}")
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, NUMBER, PIN, "10.0.2.1")


def test_where_one_logged_in_of_late_strangers_lock_nobody_out(facility: Facility) -> None:
    """Whoever guesses from everywhere keeps the owner from strange terminals at most."""
    login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    login.enter_as_staff(facility, "Ana", "long words", "10.0.9.1")
    for terminal in range(40):
        wrong(facility, 1, terminal=f"10.0.1.{terminal}")
        with pytest.raises(Refused):
            login.enter_as_staff(facility, "Ana", "other words", f"10.0.1.{terminal}")
    assert login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    assert login.enter_as_staff(facility, "Ana", "long words", "10.0.9.1")
    with pytest.raises(Refused):
        login.enter_as_staff(facility, "Ana", "long words", "10.0.9.2")


def test_only_the_newest_terminals_are_known(facility: Facility) -> None:
    for terminal in range(5):
        login.enter_as_inmate(facility, NUMBER, PIN, f"10.0.5.{terminal}")
    for terminal in range(20):
        wrong(facility, 1, terminal=f"10.0.1.{terminal}")
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, NUMBER, PIN, "10.0.5.1")
    assert login.enter_as_inmate(facility, NUMBER, PIN, "10.0.5.2")


def test_a_few_people_who_mistype_do_not_lock_their_terminal(facility: Facility) -> None:
    for number in range(10):
        wrong(facility, 5, f"guess-{number}")
    assert login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)


def test_failures_of_many_accounts_lock_the_terminal(facility: Facility) -> None:
    for number in range(25):
        wrong(facility, 1, f"guess-{number}")
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    assert login.enter_as_inmate(facility, NUMBER, PIN, "10.0.0.8")


def test_while_locked_no_secret_is_checked_and_nothing_charged(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(25):
        wrong(facility, 1, f"guess-{number}")
    before = _owed(facility)
    checks: list[str | None] = []

    def counting(_secret: str, hashed: str | None) -> bool:
        checks.append(hashed)
        return True

    monkeypatch.setattr(attempts, "check_secret", counting)
    for _ in range(6):
        with pytest.raises(Refused):
            login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    assert checks == [None] * 6  # it takes as long
    assert _owed(facility) == before


def test_people_who_are_right_at_once_do_not_lock_their_terminal(facility: Facility) -> None:
    with ThreadPoolExecutor(60) as crowd:
        logins = [
            crowd.submit(login.enter_as_inmate, facility, NUMBER, PIN, KIOSK) for _ in range(60)
        ]
        assert all(each.result() for each in logins)
    assert _owed(facility) == {}


def test_guesses_at_an_unknown_number_lock_no_other_terminal(facility: Facility) -> None:
    for terminal in range(6):
        wrong(facility, 1, "no-such", f"10.0.1.{terminal}")
    assert login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)


def test_a_locked_terminal_treats_known_and_unknown_numbers_alike(facility: Facility) -> None:
    """If guesses at a locked account did not count for the terminal, that would show that there is
    such an account."""
    for terminal in range(5):
        wrong(facility, 6, terminal=f"10.0.1.{terminal}")
        wrong(facility, 6, "no-such", terminal=f"10.0.3.{terminal}")
    wrong(facility, 5, NUMBER, "10.0.4.1")
    wrong(facility, 5, "no-such", "10.0.4.2")
    wrong(facility, 5, "NO-such ", "10.0.4.2")
    start = now()
    left = {
        terminal: round((until - start) / timedelta(minutes=3))
        for (account, terminal), until in _owed(facility).items()
        if not account
    }
    assert left == {
        **{f"terminal:10.0.{network}.{n}": 8 for network in (1, 3) for n in range(4)},
    }


def test_logging_in_oneself_in_between_allows_no_more_guesses(facility: Facility) -> None:
    for number in range(25):
        wrong(facility, 1, f"guess-{number}")
        if number < 24:
            login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)


def test_a_login_clears_the_account_at_its_terminal_alone(facility: Facility) -> None:
    wrong(facility, 3)
    wrong(facility, 3, terminal="10.0.0.8")
    login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    assert {place for place in _owed(facility) if place[0]} == {
        (f"inmate:{NUMBER}", "terminal:10.0.0.8"),
        (f"inmate:{NUMBER}", ""),
    }


def test_a_lock_ends_by_itself_within_minutes_however_often_it_was_renewed(
    facility: Facility,
) -> None:
    for _ in range(30):
        wrong(facility, 5)
        _later(facility, 15)
    assert login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)


def test_what_was_typed_for_a_number_that_nobody_has_is_not_kept(facility: Facility) -> None:
    wrong(facility, 1, "445566")
    assert "445566" not in str(_owed(facility))


def test_failures_and_locks_are_logged_without_what_was_typed(facility: Facility) -> None:
    wrong(facility, 5)
    wrong(facility, 1, "typed-pin-by-mistake", "10.0.0.8")
    logged = events(facility)
    assert [verb for verb, _, _ in logged].count("login failed") == 6
    assert ("lock", f"inmate:{NUMBER}") in [(verb, subject) for verb, subject, _ in logged]
    assert not any(word in str(logged) for word in (WRONG, PIN, "typed-pin-by-mistake"))
    with reading(facility.engine) as tx:
        assert verify_chain(tx)[1] is None


def test_a_flood_at_a_locked_terminal_does_not_fill_the_log(facility: Facility) -> None:
    wrong(facility, 5)
    before = len(events(facility))
    wrong(facility, 10)
    assert [verb for verb, _, _ in events(facility)[before:]] == ["refuse"]


def test_many_guesses_at_once_gain_nothing(facility: Facility) -> None:
    with ThreadPoolExecutor(12) as crowd:
        list(crowd.map(lambda _: wrong(facility, 1), range(12)))
    assert [verb for verb, _, _ in events(facility)].count("login failed") == 5
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)


def test_a_clock_that_was_ahead_locks_nobody_for_longer(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a machine whose clock is wrong until it finds its server of time."""
    with monkeypatch.context() as patch:
        patch.setattr(attempts, "now", lambda: now() + timedelta(days=3650))
        wrong(facility, 1)
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    assert max(_owed(facility).values()) < now() + timedelta(days=1)
    monkeypatch.setattr(attempts, "now", lambda: now() + timedelta(minutes=16))
    assert login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
