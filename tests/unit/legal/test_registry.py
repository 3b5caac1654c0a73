"""Protected senders are added, found, changed, revoked and made active again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digitizer.facility import Facility
from digitizer.legal import registry
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.events import Subject
from digitizer.model.legal import Answer, Cause, SenderState
from digitizer.support.clock import now
from tests.support.legal_kit import FINCH, check, new_code, new_sender, scanned
from tests.support.made_mail import CLERK, SUPERVISOR, events


def test_a_sender_is_kept_found_and_changed(facility: Facility) -> None:
    number = new_sender(facility)
    for words in ("finch", "PARTNERS harold", "wsba 44", "ashford", ""):
        assert [each.number for each in registry.sender_list(facility, SUPERVISOR, words)] == [1]
    assert registry.sender_list(facility, SUPERVISOR, "finch nobody") == ()
    changed = replace(FINCH, name="Harry \u202eFinch", expires=date(2099, 1, 1))
    registry.change_sender(facility, number, changed, SUPERVISOR)
    known = registry.find_sender(facility, number, SUPERVISOR)
    assert (known.name, known.expires) == ("Harry Finch", date(2099, 1, 1))
    about = str(Subject.protected_sender(number))
    assert ("change protected sender", about, SUPERVISOR.name) in events(facility)
    with pytest.raises(Conflict, match="Nothing is different"):
        registry.change_sender(facility, number, changed, SUPERVISOR)
    second = new_sender(facility, "WSBA 45")
    with pytest.raises(Conflict, match=f"Entry {number}"):
        registry.change_sender(facility, second, changed, SUPERVISOR)
    assert registry.find_sender(facility, second, SUPERVISOR).name == "Harold Finch"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "", "organisation": " "},
        {"name": "x" * 121},
        {"reference": "1" * 81},
        {"address": "line\n" * 7},
        {"expires": date(2300, 1, 1)},
    ],
)
def test_what_cannot_be_kept(facility: Facility, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        registry.add_sender(facility, replace(FINCH, **wrong), SUPERVISOR)  # type: ignore[arg-type]


def test_of_a_revoked_sender_nothing_passes_until_active_again(facility: Facility) -> None:
    number = new_sender(check(facility, 0))
    first, second = new_code(facility, number), new_code(facility, number)
    with pytest.raises(UsageError, match="why"):
        registry.revoke_sender(facility, number, SUPERVISOR, " ")
    registry.revoke_sender(facility, number, SUPERVISOR, "disbarred")
    assert scanned(facility, first.text) is Answer.REVOKED
    with pytest.raises(Conflict, match="revoked: no code"):
        new_code(facility, number)
    with pytest.raises(Conflict):
        registry.revoke_sender(facility, number, SUPERVISOR, "again")
    registry.reactivate_sender(facility, number, SUPERVISOR, "an error")
    assert scanned(facility, second.text) is Answer.PASS
    with pytest.raises(Conflict):
        registry.reactivate_sender(facility, number, SUPERVISOR, "again")


def test_a_registration_that_is_over_lets_nothing_in(facility: Facility) -> None:
    today = now().astimezone().date()
    number = new_sender(facility, expires=today)
    made = new_code(facility, number)
    assert made.item.last_day == today
    over = replace(FINCH, expires=today - timedelta(days=1))
    registry.change_sender(facility, number, over, SUPERVISOR)
    assert scanned(facility, made.text) is Answer.EXPIRED
    with pytest.raises(Conflict, match="expired: no code"):
        new_code(facility, number)
    known = registry.find_sender(facility, number, SUPERVISOR)
    assert known.state_at(now()) is SenderState.EXPIRED
    assert Cause.SENDER_OVER


def test_who_may_and_what_is_not_there(facility: Facility) -> None:
    assert (registry.may_keep(SUPERVISOR), registry.may_keep(CLERK)) == (True, False)
    with pytest.raises(NotAllowed):
        registry.sender_list(facility, CLERK)
    with pytest.raises(NotAllowed):
        registry.check_may_keep(facility, CLERK)
    for ask in (registry.find_sender,):
        with pytest.raises(NotFound):
            ask(facility, 7, SUPERVISOR)
    with pytest.raises(NotFound):
        registry.revoke_sender(facility, 7, SUPERVISOR, "why")
    assert registry.day("") is None
    with pytest.raises(UsageError):
        registry.day("soon")
