"""E-messages, from the draft to the file that is printed."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from digitizer.facility import Facility
from digitizer.messages.actions import send
from digitizer.messages.printing import print_queue
from digitizer.model.errors import NotAllowed, NotFound, UsageError
from digitizer.model.mail import Direction, Draft
from digitizer.storage.tables import message
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    as_inmate,
    events,
)

ADDRESS = "Ida Invented\n7 Example Street\nSampletown, EX 00000"


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "PNG")
    return out.getvalue()


def _to(booking: str = ORSON, body: str = "How are you?", **more: object) -> Draft:
    return Draft(Direction.TO_INMATE, booking, "Aunt Ida", "Hi", body, **more)  # type: ignore[arg-type]


def _from(address: str | None = ADDRESS, **more: object) -> Draft:
    return Draft(
        Direction.FROM_INMATE,
        ORSON,
        "Ida Invented",
        "Hi",
        "I am well.",
        address=address,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        (_to(body="  \n"), "empty"),
        (_to(body="x" * 30_001), "30001 characters"),
        (_to(photos=(b"x",) * 26), "At most 25"),
        (Draft(Direction.TO_INMATE, ORSON, " ", "", "x"), "who the message"),
        (_from(address=" \n "), "needs an address"),
        (_from(address=None), "needs an address"),
        (_from(address="\n".join(f"line {n} of a long address" for n in range(30))), "window"),
        (_to(photos=(b"no picture",)), "Photo 1: This photo cannot be opened"),
        (_to(body="a \ue000 b"), r"cannot be printed here: U\+E000\."),
        (_from(address=ADDRESS + " \ue001"), r"cannot be printed here: U\+E001\."),
    ],
)
def test_what_could_not_be_printed_is_refused_at_once(
    facility: Facility, draft: Draft, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        send(facility, draft, OPERATOR)
    assert events(facility) == []
    assert print_queue(facility, OPERATOR) == ()


def test_who_may_send(facility: Facility) -> None:
    for by in (as_inmate(ORSON), INVESTIGATOR):
        with pytest.raises(NotAllowed):
            send(facility, _from(), by)
    with pytest.raises(NotFound):
        send(facility, _to("nobody"), OPERATOR)
    assert print_queue(facility, OPERATOR) == ()
    send(facility, _from(), CLERK)
    assert len(print_queue(facility, OPERATOR)) == 1


def test_a_sender_cannot_turn_a_line_around(facility: Facility) -> None:
    evil = Draft(Direction.TO_INMATE, ORSON, "Mary \u202egreb", "a\u2066b", "see\u202e you")
    message_id = send(facility, evil, CLERK)
    with facility.engine.connect() as tx:
        row = tx.execute(sa.select(message).where(message.c.id == message_id)).one()
    assert (row.correspondent, row.subject, row.body) == ("Mary greb", "ab", "see you")
