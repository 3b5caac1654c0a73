"""What is known of a letter after it was decided: whose it is, who saw it, its notices."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.model.errors import NotFound
from digitizer.model.mail import LetterState
from digitizer.screening import decisions, notices
from digitizer.screening.settled_mail import Settled, find_settled
from digitizer.storage.database import reading
from tests.support.made_mail import (
    CLERK,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    deliver,
    held_letter,
    held_whole,
    new_cover,
)


def _known(facility: Facility, some_id: str) -> Settled:
    with reading(facility.engine) as tx:
        return find_settled(tx, some_id, OPERATOR)


def test_a_delivered_letter(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "plums", b"one")
    known = _known(facility, letter)
    assert known.inmate is not None
    assert (known.inmate.booking_number, known.state) == (ORSON, LetterState.DELIVERED)
    assert (known.pages, known.read, known.seen) == (1, None, ())
    assert [each.verb for each in known.events] == ["deliver"]
    assert known.decided == known.events[-1]


def test_every_way_of_seeing_it_is_listed_in_order(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "plums", b"one")
    orson = as_inmate(ORSON)
    letters.open_letter(facility, letter, orson, 1)
    letters.open_letter(facility, letter, SUPERVISOR)
    known = _known(facility, letter)
    assert known.is_incident
    assert [(each.who, each.by_inmate, each.did, each.page) for each in known.seen] == [
        (ORSON, True, "opened it", 1),
        (SUPERVISOR.name, False, "opened it", None),
    ]
    assert [each.at for each in known.seen] == sorted(each.at for each in known.seen)


def test_a_rejected_letter_tells_its_notices_since_then(facility: Facility) -> None:
    letter = held_letter(facility, new_cover(facility, PETRA))
    decisions.reject(facility, letter, CLERK, "perfume")
    assert _known(facility, letter).notices == ()
    for to_sender in (False, True):
        notices.rejection_notice(facility, letter, to_sender, (), CLERK)
    known = _known(facility, letter)
    assert [each.to for each in known.notices] == ["inmate", "sender"]
    assert known.named is not None
    assert (known.named.booking_number, known.inmate, known.seen) == (PETRA, None, ())


def test_of_whole_scans_only_rejected_ones_are_settled(facility: Facility) -> None:
    whole = held_whole(facility, count=2)
    with pytest.raises(NotFound):
        _known(facility, whole)
    decisions.reject(facility, whole, CLERK, "not ours")
    known = _known(facility, whole)
    assert (known.letter, known.pages, known.reason) == (None, 2, "not ours")
    assert known.state is LetterState.REJECTED
    assert known.decided is not None
    assert known.decided.actor == CLERK.name
