"""The name under which a sealed scan came in is for those who may know why it is sealed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture.intake import take_in
from digitizer.capture.scans import ledger
from digitizer.covers import actions as covers
from digitizer.covers import uses
from digitizer.engines.codes.cover_code import short_id
from digitizer.facility import Facility
from digitizer.model.people import Actor
from digitizer.operations import actions as operations
from digitizer.screening import cases, decisions, held_list, legal_mail, recalls
from digitizer.storage.database import writing
from digitizer.storage.tables import scan
from digitizer.support.clock import now
from tests.support.api_kit import Program
from tests.support.made_mail import (
    ADMINISTRATOR,
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    SUPERVISOR,
    held_letter,
    new_cover,
)
from tests.support.sealed_mail import seal_scan, seen, stack

NAME = "Attorney_Quillfeather_for_Orson.tif"
_FOR_ALL = (CLERK, INVESTIGATOR, SUPERVISOR, ADMINISTRATOR, OPERATOR)
_MAY_NOT_KNOW = (CLERK, INVESTIGATOR)


@pytest.fixture
def sealed_id(facility: Facility, tmp_path: Path) -> str:
    """A scan that came in under a telling name, twice, and is sealed."""
    file = tmp_path / NAME
    file.write_bytes(stack())
    taken = take_in(facility, [file], "default", [NAME], OPERATOR)
    take_in(facility, [file], "default", [NAME], OPERATOR)
    with writing(facility.engine) as tx:
        ledger.claim(tx, taken.scan, "a test")
        found = ledger.find_scan(tx, taken.scan)
    seal_scan(facility, found, seen(), tmp_path / "pictures")
    return taken.scan


def _held(facility: Facility, _: str, by: Actor) -> object:
    return decisions.held(facility, by)


def _held_for_programs(facility: Facility, _: str, by: Actor) -> object:
    return held_list.held_after(facility, None, 100, by)


def _day(facility: Facility, _: str, by: Actor) -> object:
    return cases.day_of_intake(facility, by)


def _case(facility: Facility, sealed_id: str, by: Actor) -> object:
    return cases.look_at_held(facility, sealed_id, by)


def _balances(facility: Facility, _: str, by: Actor) -> object:
    return operations.reconcile(facility, by), operations.balances_after(facility, None, 100, by)


def _rejected(facility: Facility, sealed_id: str, by: Actor) -> object:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).where(scan.c.id == sealed_id).values(rejected=True))
    return recalls.look_at_settled(facility, sealed_id, by), recalls.rejected(facility, by)


def _cover_uses(facility: Facility, sealed_id: str, by: Actor) -> object:
    """A scan of which a letter came under a cover, and that is sealed by now."""
    code = new_cover(facility)
    letter = held_letter(facility, content=b"another")
    with writing(facility.engine) as tx:
        uses.record_use(tx, code.cover_id, letter, sealed_id, now() + timedelta(seconds=1))
    return covers.uses_of_cover(facility, short_id(code), by)


LISTS = (_held, _held_for_programs, _day, _case, _balances, _rejected, _cover_uses)


@pytest.mark.parametrize("by", _FOR_ALL, ids=lambda each: each.name)
@pytest.mark.parametrize("shown", LISTS)
def test_only_who_may_know_sees_it(
    facility: Facility, sealed_id: str, by: Actor, shown: Callable[..., object]
) -> None:
    assert (NAME in repr(shown(facility, sealed_id, by))) == (by not in _MAY_NOT_KNOW)


def test_no_program_is_told_it(facility: Facility, sealed_id: str) -> None:
    with Program(facility) as program:
        answers = [program.get(path) for path in ("/held", "/balance", "/letters")]
    assert [each.status_code for each in answers] == [200, 200, 200]
    assert NAME not in json.dumps([each.json() for each in answers])
    (item,) = answers[0].json()["items"]
    assert (item["scan"], item["source"], item["queue"]) == (sealed_id, None, "legal")


def test_what_is_cut_out_does_not_bear_it_on(facility: Facility, sealed_id: str) -> None:
    legal_mail.cut(facility, sealed_id, [1], SUPERVISOR, "another inmate's letter")
    for by in _MAY_NOT_KNOW:
        assert NAME not in repr(cases.day_of_intake(facility, by))
