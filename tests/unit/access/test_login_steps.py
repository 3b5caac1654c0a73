"""What is asked at login, step by step."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate
from tests.support.logins import KIOSK, NUMBER, PIN


@pytest.fixture
def facility(facility_with_logins: Facility) -> Facility:
    return facility_with_logins


def _with_question(facility: Facility) -> Facility:
    web = facility.settings.web.model_copy(update={"login_steps": ("pin", "security_question")})
    return dataclasses.replace(facility, settings=facility.settings.model_copy(update={"web": web}))


def test_with_a_question_the_session_waits_for_its_answer(facility: Facility) -> None:
    asking = _with_question(facility)
    first = login.enter_as_inmate(asking, NUMBER, PIN, KIOSK)
    waiting = login.visit(asking, first)
    assert waiting is not None
    assert (waiting.waits_for, waiting.asks) == ("security_question", "Name of your first dog?")
    second = login.answer_step(asking, first, "  PEPPER   pot ", KIOSK)
    done = login.visit(asking, second)
    assert done is not None
    assert done.waits_for is None
    assert login.visit(asking, first) is None  # a new token at each step


def test_wrong_answers_lock_although_the_pin_is_right(facility: Facility) -> None:
    asking = _with_question(facility)
    for _ in range(5):
        token = login.enter_as_inmate(asking, NUMBER, PIN, KIOSK)
        with pytest.raises(Refused):
            login.answer_step(asking, token, "Rex", KIOSK)
    with pytest.raises(Refused):
        login.enter_as_inmate(asking, NUMBER, PIN, KIOSK)


def test_without_an_answer_on_file_the_step_cannot_be_passed(facility: Facility) -> None:
    asking = _with_question(facility)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(inmate).values(question=None, answer_hash=None))
    token = login.enter_as_inmate(asking, NUMBER, PIN, KIOSK)
    found = login.visit(asking, token)
    assert found is not None
    assert not found.can_answer
    with pytest.raises(Refused):
        login.answer_step(asking, token, "", KIOSK)


def test_there_is_no_step_to_answer_after_the_last(facility: Facility) -> None:
    token = login.enter_as_inmate(facility, NUMBER, PIN, KIOSK)
    with pytest.raises(NotFound):
        login.answer_step(facility, token, "anything", KIOSK)
