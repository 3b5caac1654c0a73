"""Login step by step, what a failure costs, and when a session ends."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from digitizer.access import login, password_hashing
from digitizer.access.login import Refused
from digitizer.access.password_hashing import hash_secret, normal_answer
from digitizer.audit import verify_chain
from digitizer.facility import House, make_home, open_house
from digitizer.model.errors import NotFound
from digitizer.model.people import ActorKind, StaffRole
from digitizer.storage.tables import (
    event,
    inmate,
    reading,
    session,
    staff,
    throttle,
    writing,
)
from digitizer.support.clock import now

NUMBER, PIN, WRONG, KIOSK = "A-100", "830417", "111222", "10.0.0.7"


@pytest.fixture(autouse=True, scope="module")
def _cheap_hashes() -> Iterator[None]:
    """The product's hashes are slow on purpose; what is tested here is how they are used."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password_hashing, "_HASHER", cheap)
        password_hashing._nobody.cache_clear()
        yield
    password_hashing._nobody.cache_clear()


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory, _cheap_hashes: None) -> Path:
    home = tmp_path_factory.mktemp("doors") / "home"
    make_home(home)
    made = open_house(home)
    with writing(made.engine) as tx:
        for number, status in ((NUMBER, "in_custody"), ("A-200", "released")):
            tx.execute(
                sa.insert(inmate).values(
                    booking_number=number, last_name="Vale", first_name="Orson", status=status,
                    housing_unit="", pin_hash=hash_secret(PIN), changed=now(),
                    question="Name of your first dog?",
                    answer_hash=hash_secret(normal_answer("Pepper Pot")),
                )
            )  # fmt: skip
        tx.execute(
            sa.insert(staff).values(
                name="Ana", role="supervisor", active=True, password_hash=hash_secret("long words")
            )
        )
    made.engine.dispose()
    return home


@pytest.fixture
def house(made_home: Path, tmp_path: Path) -> Iterator[House]:
    made = open_house(Path(shutil.copytree(made_home, tmp_path / "home")))
    yield made
    made.engine.dispose()


def _with_question(house: House) -> House:
    web = house.settings.web.model_copy(update={"login_steps": ("pin", "security_question")})
    return dataclasses.replace(house, settings=house.settings.model_copy(update={"web": web}))


def _wrong(house: House, times: int, number: str = NUMBER, terminal: str = KIOSK) -> list[str]:
    said = []
    for _ in range(times):
        with pytest.raises(Refused) as error:
            login.enter_as_inmate(house, number, WRONG, terminal)
        said.append(str(error.value))
    return said


def _events(house: House) -> list[tuple[str, str, str]]:
    with reading(house.engine) as tx:
        rows = tx.execute(sa.select(event).order_by(event.c.seq)).all()
    return [(row.verb, row.subject, str(row.detail)) for row in rows]


def _age(house: House, column: sa.Column[object], **age: float) -> None:
    with writing(house.engine) as tx:
        tx.execute(sa.update(session).values({column: now() - timedelta(**age)}))


def test_number_and_pin_open_a_session_of_that_inmate(house: House) -> None:
    found = login.visit(house, login.enter_as_inmate(house, NUMBER, PIN, KIOSK))
    assert found is not None
    assert (found.actor.kind, found.actor.name) == (ActorKind.INMATE, NUMBER)
    assert (found.waits_for, found.called) == (None, "Orson Vale")


def test_capitals_and_spaces_around_the_number_do_not_matter(house: House) -> None:
    found = login.visit(house, login.enter_as_inmate(house, " a-100 ", PIN, KIOSK))
    assert found is not None
    assert found.actor.name == NUMBER


def test_released_people_still_come_in(house: House) -> None:
    assert login.visit(house, login.enter_as_inmate(house, "A-200", PIN, KIOSK))


def test_staff_come_in_with_their_role(house: House) -> None:
    found = login.visit(house, login.enter_as_staff(house, "Ana", "long words", KIOSK))
    assert found is not None
    assert found.actor.role is StaffRole.SUPERVISOR


@pytest.mark.parametrize("name", ["Ana", "Nobody", "?", ""])
def test_staff_with_a_wrong_password_are_refused(house: House, name: str) -> None:
    with pytest.raises(Refused):
        login.enter_as_staff(house, name, "other words", KIOSK)


def test_the_token_is_stored_only_as_a_hash(house: House) -> None:
    token = login.enter_as_inmate(house, NUMBER, PIN, KIOSK)
    with reading(house.engine) as tx:
        row = tx.execute(sa.select(session)).one()
    assert token not in map(str, row)
    assert len(token) >= 43


def test_unknown_wrong_and_locked_say_the_same(house: House) -> None:
    said = _wrong(house, 6) + _wrong(house, 1, "no-such", "10.0.0.8")
    assert len(set(said)) == 1


def test_every_refusal_checks_one_hash(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[str | None] = []

    def counting(_secret: str, hashed: str | None) -> bool:
        checks.append(hashed)
        return False

    monkeypatch.setattr("digitizer.access.login_steps.check_secret", counting)
    _wrong(house, 7)
    _wrong(house, 1, "no-such", "10.0.0.8")
    assert len(checks) == 8
    assert checks[-1] is None


def test_five_failures_lock_the_account_from_everywhere(house: House) -> None:
    for terminal in range(5):
        _wrong(house, 1, terminal=f"10.0.1.{terminal}")
    with pytest.raises(Refused):
        login.enter_as_inmate(house, NUMBER, PIN, "10.0.2.1")


def test_five_failures_lock_the_terminal_for_everyone(house: House) -> None:
    for number in range(5):
        _wrong(house, 1, f"guess-{number}")
    with pytest.raises(Refused):
        login.enter_as_inmate(house, NUMBER, PIN, KIOSK)
    assert login.enter_as_inmate(house, NUMBER, PIN, "10.0.0.8")


def test_guesses_at_nobody_lock_nobody_elsewhere(house: House) -> None:
    for terminal in range(6):
        _wrong(house, 1, "no-such", f"10.0.1.{terminal}")
    assert login.enter_as_inmate(house, NUMBER, PIN, KIOSK)


def test_a_locked_terminal_tells_known_and_unknown_numbers_alike(house: House) -> None:
    """Were guesses at a locked account free for the terminal, that would betray the account."""
    for terminal in range(5):
        _wrong(house, 1, terminal=f"10.0.1.{terminal}")
        _wrong(house, 1, "no-such", terminal=f"10.0.3.{terminal}")
    _wrong(house, 5, NUMBER, "10.0.4.1")
    _wrong(house, 5, "no-such", "10.0.4.2")
    with reading(house.engine) as tx:
        rows = tx.execute(
            sa.select(throttle.c.failures).where(throttle.c.subject.like("terminal:10.0.4.%"))
        ).scalars()
        assert set(rows) == {5}


def test_ones_own_login_in_between_buys_no_more_guesses(house: House) -> None:
    for _ in range(4):
        _wrong(house, 1, "A-200")
        login.enter_as_inmate(house, NUMBER, PIN, KIOSK)
    _wrong(house, 1, "A-200")
    with pytest.raises(Refused):
        login.enter_as_inmate(house, NUMBER, PIN, KIOSK)


def test_a_login_forgives_the_account(house: House) -> None:
    _wrong(house, 3)
    login.enter_as_inmate(house, NUMBER, PIN, "10.0.0.8")
    with reading(house.engine) as tx:
        subjects = tx.execute(sa.select(throttle.c.subject)).scalars().all()
    assert f"inmate:{NUMBER}" not in subjects


def test_a_lock_ends_by_itself(house: House) -> None:
    _wrong(house, 5)
    with writing(house.engine) as tx:
        tx.execute(sa.update(throttle).values(locked_until=now() - timedelta(seconds=1)))
    assert login.enter_as_inmate(house, NUMBER, PIN, KIOSK)


def test_failures_and_locks_are_logged_without_what_was_typed(house: House) -> None:
    _wrong(house, 5)
    _wrong(house, 1, "typed-pin-by-mistake", "10.0.0.8")
    told = _events(house)
    assert [verb for verb, _, _ in told].count("login failed") == 6
    assert ("lock", f"inmate:{NUMBER}") in [(verb, subject) for verb, subject, _ in told]
    assert ("lock", f"terminal:{KIOSK}") in [(verb, subject) for verb, subject, _ in told]
    assert not any(word in str(told) for word in (WRONG, PIN, "typed-pin-by-mistake"))
    with reading(house.engine) as tx:
        assert verify_chain(tx)[1] is None


def test_a_flood_at_a_locked_terminal_does_not_fill_the_log(house: House) -> None:
    _wrong(house, 5)
    before = len(_events(house))
    _wrong(house, 10)
    assert len(_events(house)) == before


def test_many_guesses_at_once_gain_nothing(house: House) -> None:
    with ThreadPoolExecutor(12) as crowd:
        list(crowd.map(lambda _: _wrong(house, 1), range(12)))
    assert [verb for verb, _, _ in _events(house)].count("login failed") == 5
    with pytest.raises(Refused):
        login.enter_as_inmate(house, NUMBER, PIN, KIOSK)


def test_with_a_question_the_session_waits_for_its_answer(house: House) -> None:
    asking = _with_question(house)
    first = login.enter_as_inmate(asking, NUMBER, PIN, KIOSK)
    waiting = login.visit(asking, first)
    assert waiting is not None
    assert (waiting.waits_for, waiting.asks) == ("security_question", "Name of your first dog?")
    second = login.answer_step(asking, first, "  PEPPER   pot ", KIOSK)
    done = login.visit(asking, second)
    assert done is not None
    assert done.waits_for is None
    assert login.visit(asking, first) is None  # a new token at each step


def test_wrong_answers_lock_although_the_pin_is_right(house: House) -> None:
    asking = _with_question(house)
    for terminal in range(5):
        token = login.enter_as_inmate(asking, NUMBER, PIN, f"10.0.1.{terminal}")
        with pytest.raises(Refused):
            login.answer_step(asking, token, "Rex", f"10.0.1.{terminal}")
    with pytest.raises(Refused):
        login.enter_as_inmate(asking, NUMBER, PIN, "10.0.2.1")


def test_without_an_answer_on_file_the_step_cannot_be_passed(house: House) -> None:
    asking = _with_question(house)
    with writing(house.engine) as tx:
        tx.execute(sa.update(inmate).values(question=None, answer_hash=None))
    token = login.enter_as_inmate(asking, NUMBER, PIN, KIOSK)
    found = login.visit(asking, token)
    assert found is not None
    assert not found.can_answer
    with pytest.raises(Refused):
        login.answer_step(asking, token, "", KIOSK)


def test_there_is_no_step_to_answer_after_the_last(house: House) -> None:
    token = login.enter_as_inmate(house, NUMBER, PIN, KIOSK)
    with pytest.raises(NotFound):
        login.answer_step(house, token, "anything", KIOSK)


def test_a_new_login_ends_the_session_left_open_elsewhere(house: House) -> None:
    first = login.enter_as_inmate(house, NUMBER, PIN, KIOSK)
    second = login.enter_as_inmate(house, NUMBER, PIN, "10.0.0.8")
    assert login.visit(house, first) is None
    assert login.visit(house, second) is not None


def test_leaving_ends_the_session_and_twice_is_no_error(house: House) -> None:
    token = login.enter_as_inmate(house, NUMBER, PIN, KIOSK)
    login.leave(house, token)
    login.leave(house, token)
    login.leave(house, None)
    assert login.visit(house, token) is None
    assert [verb for verb, _, _ in _events(house)].count("log out") == 1


def test_an_idle_session_ends(house: House) -> None:
    token = login.enter_as_inmate(house, NUMBER, PIN, KIOSK)
    _age(house, session.c.seen, minutes=house.settings.web.inmate_idle_minutes)
    assert login.visit(house, token) is None


def test_a_session_in_use_stays_and_one_that_only_refreshes_does_not(house: House) -> None:
    token = login.enter_as_staff(house, "Ana", "long words", KIOSK)
    _age(house, session.c.seen, minutes=20)
    assert login.visit(house, token, awake=False)
    with reading(house.engine) as tx:
        assert now() - tx.execute(sa.select(session.c.seen)).scalar_one() > timedelta(minutes=19)
    assert login.visit(house, token)
    with reading(house.engine) as tx:
        assert now() - tx.execute(sa.select(session.c.seen)).scalar_one() < timedelta(minutes=1)


def test_no_session_lives_longer_than_half_a_day(house: House) -> None:
    token = login.enter_as_staff(house, "Ana", "long words", KIOSK)
    _age(house, session.c.created, hours=12)
    assert login.visit(house, token) is None


def test_staff_who_left_are_out_at_once(house: House) -> None:
    token = login.enter_as_staff(house, "Ana", "long words", KIOSK)
    with writing(house.engine) as tx:
        tx.execute(sa.update(staff).values(active=False))
    assert login.visit(house, token) is None
    with pytest.raises(Refused):
        login.enter_as_staff(house, "Ana", "long words", KIOSK)


@pytest.mark.parametrize("token", [None, "", "x", "é" * 50, "\udcff"])
def test_nonsense_is_nobody(house: House, token: str | None) -> None:
    assert login.visit(house, token) is None
