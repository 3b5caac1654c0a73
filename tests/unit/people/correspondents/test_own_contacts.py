"""Asking to write to somebody: staff decide, and nobody is told who is here."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.messages import writing as conversing
from digitizer.model.errors import Conflict, NotFound, TooOften, UsageError
from digitizer.model.people import Actor
from digitizer.people.correspondents import actions, own_contacts
from tests.support.conversing import (
    as_correspondent,
    give_account,
    mailed,
    make_contact,
    with_family,
)
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, as_inmate, events

HERE = "10.0.0.7"


@pytest.fixture
def home_of_families(facility: Facility) -> Facility:
    return with_family(facility, asks_a_day=6)


@pytest.fixture
def ida(home_of_families: Facility) -> Actor:
    number = make_contact(home_of_families)
    give_account(home_of_families, number)
    return as_correspondent(number)


def _ask(facility: Facility, by: Actor, number: str, name: str) -> None:
    own_contacts.ask_to_write(facility, number, name, by, HERE)


def test_right_and_wrong_look_alike_until_staff_answer(
    home_of_families: Facility, ida: Actor
) -> None:
    typed = [("a-200", "samplewood, PETRA M."), (PETRA, "Orson Testvale"), ("Z-9", "Zoe Nobody")]
    for number, name in typed:
        _ask(home_of_families, ida, number, name)
    seen = own_contacts.own_asks(home_of_families, ida)
    assert [(each.booking_number, each.name) for each in reversed(seen)] == typed
    assert {(each.refused, each.inmate) for each in seen} == {(None, None)}
    waits = actions.waiting_asks(home_of_families, CLERK)
    fits = [each.inmate.booking_number if each.inmate else None for each in waits]
    assert fits == [PETRA, None, None]


def test_an_approval_opens_the_conversation_and_tells(
    home_of_families: Facility, ida: Actor
) -> None:
    _ask(home_of_families, ida, PETRA, "Petra Samplewood")
    with pytest.raises(NotFound):
        conversing.conversation(home_of_families, PETRA, ida)
    (ask,) = actions.waiting_asks(home_of_families, CLERK)
    actions.approve_ask(home_of_families, ask.id, SUPERVISOR, "checked by telephone")
    assert conversing.conversation(home_of_families, PETRA, ida).inmate.booking_number == PETRA
    assert own_contacts.own_asks(home_of_families, ida) == ()
    assert actions.waiting_asks(home_of_families, CLERK) == ()
    told = mailed(home_of_families)[-1]
    assert "write now" in told.subject
    assert not {"Petra", "Samplewood", PETRA} & set(told.body.split())


def test_a_refusal_is_read_with_its_reason_and_the_mail_says_none(
    home_of_families: Facility, ida: Actor
) -> None:
    _ask(home_of_families, ida, PETRA, "Petra Samplewood")
    _ask(home_of_families, ida, "Z-9", "Zoe Nobody")
    good, bad = actions.waiting_asks(home_of_families, CLERK)
    with pytest.raises(Conflict):
        actions.approve_ask(home_of_families, bad.id, SUPERVISOR, "why not")
    for each in (good, bad):
        actions.refuse_ask(home_of_families, each.id, SUPERVISOR, "a court order")
        with pytest.raises(NotFound):
            actions.refuse_ask(home_of_families, each.id, SUPERVISOR, "again")
    seen = own_contacts.own_asks(home_of_families, ida)
    assert {each.refused for each in seen} == {"a court order"}
    assert "court" not in mailed(home_of_families)[-1].body


def test_removing_a_contact_on_its_own_page_answers_it_too(
    home_of_families: Facility, ida: Actor
) -> None:
    _ask(home_of_families, ida, PETRA, "Petra Samplewood")
    actions.remove_contact(home_of_families, int(ida.name), PETRA, SUPERVISOR, "not wanted")
    (seen,) = own_contacts.own_asks(home_of_families, ida)
    assert seen.refused == "not wanted"


def test_numbers_cannot_be_tried_one_after_another(home_of_families: Facility, ida: Actor) -> None:
    for number in range(6):
        _ask(home_of_families, ida, f"Z-{number}", "Zoe Nobody")
    with pytest.raises(TooOften):
        _ask(home_of_families, ida, PETRA, "Petra Samplewood")
    with pytest.raises(UsageError):
        _ask(home_of_families, ida, "", "Petra Samplewood")
    assert len(actions.waiting_asks(home_of_families, CLERK)) == 6


def test_what_waits_is_not_asked_twice_and_what_is_approved_not_again(
    home_of_families: Facility, ida: Actor
) -> None:
    for _ in range(2):
        _ask(home_of_families, ida, PETRA, "Petra Samplewood")
    _ask(home_of_families, ida, ORSON, "Orson Testvale")
    assert len(actions.waiting_asks(home_of_families, CLERK)) == 1


def test_a_stop_of_ones_own_and_taking_it_up_again(home_of_families: Facility, ida: Actor) -> None:
    with pytest.raises(UsageError):
        own_contacts.stop_mail(home_of_families, ORSON, ida, "  ")
    for _ in range(2):
        own_contacts.stop_mail(home_of_families, ORSON, ida, "we have\nquarrelled")
    stopped = own_contacts.own_block(home_of_families, ORSON, ida)
    assert stopped is not None
    assert stopped.reason == "we have quarrelled"
    assert len(actions.contacts_of(home_of_families, ORSON, CLERK).blocks) == 1
    for by, whom in ((ida, ORSON), (as_inmate(ORSON), ida.name)):
        with pytest.raises(Conflict):
            conversing.write(home_of_families, whom, "", "Hello", by)
    own_contacts.take_up_mail(home_of_families, ORSON, ida)
    assert conversing.write(home_of_families, ORSON, "", "Hello", ida)
    with pytest.raises(NotFound):
        own_contacts.take_up_mail(home_of_families, ORSON, ida)
    assert [verb for verb, _, _ in events(home_of_families)].count("block mail") == 2


def test_nobody_elses_stop_is_theirs_to_end(home_of_families: Facility, ida: Actor) -> None:
    actions.block_mail(home_of_families, int(ida.name), ORSON, SUPERVISOR, "an order")
    assert own_contacts.own_block(home_of_families, ORSON, ida) is None
    with pytest.raises(NotFound):
        own_contacts.take_up_mail(home_of_families, ORSON, ida)
    for number in (PETRA, "Z-9"):
        with pytest.raises(NotFound, match="no conversation"):
            own_contacts.stop_mail(home_of_families, number, ida, "why")
