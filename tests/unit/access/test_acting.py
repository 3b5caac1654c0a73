"""The guarded entry: who acts, whose mail it is, why, in one transaction, and recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed, NotFound
from digitizer.model.events import LOOKS, ROSTER, Subject, Verb
from digitizer.model.people import Actor
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, inmate
from digitizer.support.clock import now
from tests.support.made_mail import CLERK, OPERATOR, ORSON, PETRA, SUPERVISOR, as_inmate, events

ABOUT = Subject.letter("x1")


@pytest.mark.parametrize("enter", [acting, looking])
def test_another_inmates_mail_looks_like_mail_that_does_not_exist(
    facility: Facility, enter: Callable[..., object]
) -> None:
    messages = set()
    for of in (PETRA, "no such inmate"):
        with pytest.raises(NotFound) as caught:
            enter(facility, as_inmate(ORSON), Act.READ, of=of)
        messages.add(str(caught.value).replace(of, "OF"))
    assert len(messages) == 1


@pytest.mark.parametrize(
    ("by", "of", "owner"),
    [
        (as_inmate(ORSON), ORSON, ORSON),
        (as_inmate(ORSON), None, ORSON),
        (CLERK, PETRA, PETRA),
        (CLERK, None, None),
        (OPERATOR, None, None),
    ],
)
def test_whose_mail_every_query_is_limited_to(
    facility: Facility, by: Actor, of: str | None, owner: str | None
) -> None:
    with looking(facility, by, Act.READ, of=of) as look:
        assert look.owner == owner


def _rename(tx: sa.Connection) -> None:
    tx.execute(sa.update(inmate).values(last_name="Changed"))


def _names(facility: Facility) -> set[str]:
    with reading(facility.engine) as tx:
        return set(tx.execute(sa.select(inmate.c.last_name)).scalars())


def test_an_action_and_its_event_are_kept_together_or_not_at_all(facility: Facility) -> None:
    def fail() -> None:
        with acting(facility, OPERATOR, Act.PEOPLE) as action:
            _rename(action.tx)
            action.record(Verb.IMPORT_ROSTER, ROSTER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (events(facility), "Changed" in _names(facility)) == ([], False)
    with acting(facility, OPERATOR, Act.PEOPLE) as action:
        _rename(action.tx)
        action.record(Verb.IMPORT_ROSTER, ROSTER)
    assert events(facility) == [("import roster", "roster", OPERATOR.name)]
    assert _names(facility) == {"Changed"}


def test_what_no_event_records_is_not_done(facility: Facility) -> None:
    def forget() -> None:
        with acting(facility, OPERATOR, Act.PEOPLE) as action:
            _rename(action.tx)

    with pytest.raises(AssertionError, match="no event"):
        forget()
    assert "Changed" not in _names(facility)


def test_what_is_refused_opens_no_transaction(facility: Facility) -> None:
    facility.engine.dispose()
    with pytest.raises(NotAllowed):
        acting(facility, CLERK, Act.PEOPLE)
    assert facility.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # QueuePool has it


def test_looking_again_and_again_is_one_look(facility: Facility) -> None:
    def look(by: Actor, verb: Verb, **detail: object) -> None:
        with acting(facility, by, Act.READ) as action:
            action.record(verb, ABOUT, **detail)

    for verb in sorted(LOOKS):
        before = len(events(facility))
        for _ in range(20):
            look(CLERK, verb, page=1)
        look(CLERK, verb, page=2)
        look(SUPERVISOR, verb, page=1)
        assert len(events(facility)) == before + 3, verb
    with writing(facility.engine) as tx:
        tx.execute(sa.update(event).values(at=now() - timedelta(minutes=5)))
    before = len(events(facility))
    look(CLERK, Verb.OPEN, page=1)
    assert len(events(facility)) == before + 1


def test_what_changes_something_is_recorded_each_time(facility: Facility) -> None:
    before = len(events(facility))
    for _ in range(2):
        with acting(facility, CLERK, Act.CORRECT) as action:
            action.record(Verb.CORRECT_TEXT, ABOUT, page=1)
    assert len(events(facility)) == before + 2
