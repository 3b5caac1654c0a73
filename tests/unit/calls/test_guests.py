"""Guests without an account: what their link opens, to whom, and until when."""

from __future__ import annotations

import pytest

from digitizer.calls import actions, guests, service
from digitizer.calls.states import CallKind
from digitizer.engines.calls.port import Seat
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, TooOften, UsageError
from tests.support.call_kit import OFFER
from tests.support.conversing import make_contact
from tests.support.made_mail import CLERK, ORSON
from tests.support.met_calls import met, plan, record

KEPT = "Nell Newcome"


@pytest.fixture
def made(facility: Facility) -> tuple[Facility, str]:
    return met(facility, ORSON, make_contact(facility))


def _link(home: Facility, call: str) -> str:
    seat = guests.add(home, call, f"  {KEPT} ", CLERK, interprets=True)
    assert seat is Seat.INTERPRETER
    return guests.make_link(home, call, seat, CLERK)


def test_the_first_device_that_opens_a_link_keeps_it(made: tuple[Facility, str]) -> None:
    home, call = made
    token = _link(home, call)
    assert not guests.of_link(home, token).is_opened
    device, found = guests.open_link(home, token, "Nell N.", "a telephone")
    assert found == call
    with pytest.raises(Conflict, match="another device"):
        guests.open_link(home, token, "Thea Thief", "another")
    visit = guests.visit_of(home, device)
    assert visit is not None
    assert visit.called == KEPT
    shown = actions.see(home, call, visit.actor)
    assert (shown.seat, shown.place) == (Seat.INTERPRETER, "lobby")
    assert [each.typed for each in shown.guests] == ["", "Nell N."]
    for other in (token, "", None, "nothing"):
        assert guests.visit_of(home, other) is None


def test_a_link_opens_one_call_and_nothing_else(made: tuple[Facility, str]) -> None:
    home, call = made
    device, _ = guests.open_link(home, _link(home, call), KEPT, "a telephone")
    visit = guests.visit_of(home, device)
    assert visit is not None
    other = plan(home, ORSON, record(home, call).correspondent)
    assert [each.id for each in actions.listed(home, visit.actor)] == [call]
    for ask in (actions.see, actions.relay):
        with pytest.raises(NotFound):
            ask(home, other, visit.actor)


@pytest.mark.parametrize("how", ["revoke", "new link", "end"])
def test_it_is_over_at_once(made: tuple[Facility, str], how: str) -> None:
    home, call = made
    token = _link(home, call)
    device, _ = guests.open_link(home, token, KEPT, "a telephone")
    visit = guests.visit_of(home, device)
    assert visit is not None
    actions.publish(home, call, OFFER, visit.actor)
    match how:
        case "revoke":
            guests.revoke_link(home, call, Seat.INTERPRETER, CLERK)
        case "new link":
            assert guests.make_link(home, call, Seat.INTERPRETER, CLERK) != token
        case "end":
            actions.end(home, call, CLERK, "why")
    with pytest.raises(NotFound):
        guests.of_link(home, token)
    with pytest.raises(NotFound):
        guests.open_link(home, token, KEPT, "a telephone")
    assert service.board_of(home).line_of(call, Seat.INTERPRETER) is None
    assert (guests.visit_of(home, device) is None) is (how != "end")
    if how == "end":
        with pytest.raises(Conflict):
            actions.publish(home, call, OFFER, visit.actor)


def test_links_are_not_tried_without_end(made: tuple[Facility, str]) -> None:
    home, call = made
    token = _link(home, call)
    guests.open_link(home, token, KEPT, "theirs")
    for _ in range(20):
        with pytest.raises(Conflict):
            guests.open_link(home, token, KEPT, "a guesser")
    with pytest.raises(TooOften):
        guests.open_link(home, token, KEPT, "a guesser")
    for name in (" ", "Nell\x00", "Nell\x1b[2J", "Nell \u202e", "n" * 121):
        with pytest.raises(UsageError):
            guests.open_link(home, token, name, "theirs")


def test_seats_are_few(made: tuple[Facility, str]) -> None:
    home, call = made
    for _ in range(3):
        guests.add(home, call, KEPT, CLERK, interprets=False)
    with pytest.raises(Conflict, match="No seat"):
        guests.add(home, call, KEPT, CLERK, interprets=False)
    guests.add(home, call, KEPT, CLERK, interprets=True)
    with pytest.raises(Conflict, match="already"):
        guests.add(home, call, KEPT, CLERK, interprets=True)
    with pytest.raises(Conflict, match="account"):
        guests.make_link(home, call, Seat.VISITOR, CLERK)


def test_an_attorneys_call_takes_who_interprets_and_nobody_else(facility: Facility) -> None:
    """And then they meet in another room, with a third seat from the start."""
    home, call = met(facility, ORSON, make_contact(facility), CallKind.ATTORNEY)
    before = record(home, call).rooms.meeting
    with pytest.raises(Conflict):
        guests.add(home, call, KEPT, CLERK, interprets=False)
    guests.add(home, call, KEPT, CLERK, interprets=True)
    after = record(home, call).rooms.meeting
    assert after.name != before.name
    board = service.board_of(home)
    board.tick()
    assert board.line_of(call, Seat.VISITOR) is None, "they come in again by their page"
