"""What was refused is in the log, and a flood of it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.access import acting as guard
from digitizer.access import locks, login, refused
from digitizer.access.acting import acting, looking, permit
from digitizer.access.attempts import Refused
from digitizer.access.permissions import Act, MayNot
from digitizer.access.permissions import permit as allow
from digitizer.audit import verify_chain
from digitizer.facility import Facility
from digitizer.model.errors import NeedsProof, NotAllowed, StorageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from digitizer.storage.tables_refusals import refusal
from tests.support.logins import KIOSK, NUMBER, PIN, wrong
from tests.support.made_mail import CLERK, INVESTIGATOR, OPERATOR, ORSON, SUPERVISOR, as_inmate


def _told(facility: Facility) -> list[tuple[str, str, dict[str, Any]]]:
    """Subject, who acted and details of each refusal in the log."""
    with reading(facility.engine) as tx:
        asked = sa.select(event).where(event.c.verb == "refuse").order_by(event.c.seq)
        return [(row.subject, row.actor, row.detail) for row in tx.execute(asked)]


def _later(facility: Facility, by: timedelta) -> None:
    """As if so much time had passed since each event."""
    with writing(facility.engine) as tx:
        for row in tx.execute(sa.select(refusal)).all():
            tx.execute(sa.update(refusal).values(noted=row.noted - by))


@pytest.mark.parametrize("enter", [acting, looking, permit])
def test_what_a_role_may_not_do_is_recorded(
    facility: Facility, enter: Callable[..., object]
) -> None:
    with pytest.raises(MayNot):
        enter(facility, CLERK, Act.UNSEAL)
    asked = {"asked": "unseal, cut or destroy what is sealed as legal mail"}
    assert _told(facility) == [("staff:Clara Clerk", "Clara Clerk", asked)]


@pytest.mark.parametrize("by", [INVESTIGATOR, as_inmate(ORSON), OPERATOR])
def test_each_kind_of_person_is_named(facility: Facility, by: Actor) -> None:
    with pytest.raises(MayNot):
        acting(facility, by, Act.DECIDE, reason="because")
    ((subject, actor, _),) = _told(facility)
    assert (subject, actor) == (f"{by.kind}:{by.name}", by.name)


def test_a_password_that_must_be_typed_again_is_no_refusal(facility: Facility) -> None:
    unproven = Actor(SUPERVISOR.kind, SUPERVISOR.name, SUPERVISOR.role)
    with pytest.raises(NeedsProof):
        acting(facility, unproven, Act.UNSEAL, reason="because")
    assert _told(facility) == []


def test_what_a_verb_refuses_in_its_midst_is_recorded_once_nothing_is_kept(
    facility: Facility,
) -> None:
    def overrule() -> None:
        with acting(facility, CLERK, Act.DECIDE, reason="because") as action:
            action.record(Verb.RELEASE, Subject.letter("x1"))
            allow(CLERK, Act.OVERRULE)

    with pytest.raises(MayNot):
        overrule()
    with reading(facility.engine) as tx:
        *_, last = tx.execute(sa.select(event.c.verb).order_by(event.c.seq)).scalars()
    assert (last, len(_told(facility))) == ("refuse", 1)


def test_a_flood_is_one_event_and_the_next_one_counts_it(facility: Facility) -> None:
    def refuse(times: int) -> None:
        for _ in range(times):
            with pytest.raises(NotAllowed):
                looking(facility, CLERK, Act.SEE_STAFF)

    refuse(38)
    assert len(_told(facility)) == 1
    _later(facility, timedelta(minutes=11))
    refuse(1)
    assert [detail.get("more") for _, _, detail in _told(facility)] == [None, 37]
    with pytest.raises(NotAllowed):  # another act is another matter
        looking(facility, CLERK, Act.KIOSKS)
    assert len(_told(facility)) == 3


def test_ten_thousand_requests_do_not_grow_the_log(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        for _ in range(10_000):
            refused.note(tx, CLERK, Subject.staff(CLERK.name), "look at the staff list")
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(refusal.c.more)).scalar() == 9_999
        assert verify_chain(tx)[1] is None
    assert len(_told(facility)) == 1


def test_a_count_that_nothing_named_for_a_day_is_recorded_too(facility: Facility) -> None:
    for _ in range(3):
        with pytest.raises(NotAllowed):
            looking(facility, CLERK, Act.SEE_STAFF)
    _later(facility, timedelta(days=2))
    with pytest.raises(NotAllowed):
        looking(facility, INVESTIGATOR, Act.SEE_STAFF)
    asked = {"asked": "look at the staff list"}
    assert [detail for _, _, detail in _told(facility)] == [
        asked,
        asked,
        {**asked, "more": 2, "late": True},
    ]
    with reading(facility.engine) as tx:
        assert len(tx.execute(sa.select(refusal)).all()) == 1


def test_a_clock_that_was_ahead_silences_nothing(facility: Facility) -> None:
    for _ in range(2):
        with pytest.raises(NotAllowed):
            looking(facility, CLERK, Act.SEE_STAFF)
        _later(facility, timedelta(days=-400))
    assert len(_told(facility)) == 2


def test_a_refusal_stands_where_it_cannot_be_recorded(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(guard, "writing", full)
    with pytest.raises(MayNot):
        looking(facility, CLERK, Act.SEE_STAFF)


def test_a_login_that_is_refused_while_locked_is_recorded(facility_with_logins: Facility) -> None:
    wrong(facility_with_logins, 5)
    for _ in range(30):
        with pytest.raises(Refused):
            login.enter_as_inmate(facility_with_logins, NUMBER, PIN, KIOSK)
    asked = {"asked": "log in while it is locked", "terminal": f"terminal:{KIOSK}"}
    assert _told(facility_with_logins) == [(f"inmate:{NUMBER}", "login page", asked)]


def test_at_a_locked_terminal_all_accounts_together_are_one_event(
    facility_with_logins: Facility,
) -> None:
    for number in range(40):
        with pytest.raises(Refused):
            login.enter_as_inmate(facility_with_logins, f"none {number}", PIN, KIOSK)
    told = _told(facility_with_logins)
    assert [subject for subject, _, _ in told] == [f"terminal:{KIOSK}"]


def test_a_supervisor_sees_what_was_refused(facility: Facility) -> None:
    with pytest.raises(NotAllowed):
        looking(facility, CLERK, Act.SEE_STAFF)
    (one,) = locks.refusals(facility, SUPERVISOR)
    assert (one.who, one.asked, one.more) == ("staff Clara Clerk", "look at the staff list", 0)
