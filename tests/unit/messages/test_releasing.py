"""What goes to paper when it is released, and what only to a screen."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.messages import outgoing, releasing
from digitizer.model.errors import Conflict
from digitizer.model.mail import Direction, Draft, MessageState
from digitizer.storage.database import writing
from tests.support.conversing import give_account, make_contact, with_messages
from tests.support.made_mail import ORSON


@pytest.mark.parametrize(
    ("direction", "paper", "account", "state"),
    [
        (Direction.TO_INMATE, "always", False, MessageState.QUEUED),
        (Direction.TO_INMATE, "never", False, MessageState.DELIVERED),
        (Direction.FROM_INMATE, "always", False, MessageState.QUEUED),
        (Direction.FROM_INMATE, "never", False, MessageState.QUEUED),
        (Direction.FROM_INMATE, "always", True, MessageState.DELIVERED),
    ],
)
def test_where_a_message_goes(
    facility: Facility, direction: Direction, paper: str, account: bool, state: MessageState
) -> None:
    settings = with_messages(facility, paper=paper).settings
    ida = make_contact(facility)
    if account:
        give_account(facility, ida)
    draft = Draft(direction, ORSON, "Ida Marlow", "Hi", "Hello", address="12 Elm Street\nEX 00000")
    with writing(facility.engine) as tx:
        sent = outgoing.send(
            tx, draft, facility.keys, state=MessageState.IN_REVIEW, correspondent_id=ida
        )
        assert [each.id for each in outgoing.queued_messages(tx)] == []
        assert releasing.release(tx, settings, sent) is state
        printed = [each.id for each in outgoing.queued_messages(tx)]
    assert printed == ([sent] if state is MessageState.QUEUED else [])


def test_what_could_only_be_posted_is_not_released_without_an_address(facility: Facility) -> None:
    """Its recipient had an account when it was written, and has deleted it."""
    ida = make_contact(facility)
    draft = Draft(Direction.FROM_INMATE, ORSON, "Ida Marlow", "Hi", "Hello")
    with writing(facility.engine) as tx:
        sent = outgoing.send(
            tx, draft, facility.keys, state=MessageState.IN_REVIEW, correspondent_id=ida
        )
        with pytest.raises(Conflict, match="no address of Ida Marlow"):
            releasing.release(tx, facility.settings, sent)
        assert outgoing.queued_messages(tx) == ()
