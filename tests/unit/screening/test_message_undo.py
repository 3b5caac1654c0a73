"""The last decision about a message is taken back, as long as nothing came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import printing
from digitizer.messages import writing as verbs
from digitizer.model.errors import Conflict, NotAllowed, NotFound
from digitizer.model.mail import MessageState
from digitizer.notifications import outbox
from digitizer.notifications.outbox import OutState
from digitizer.prints import actions as prints
from digitizer.prints.printers import HERE
from digitizer.screening import decisions, message_undo
from digitizer.screening import message_review as review
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, message
from digitizer.storage.tables_prints import print_job
from digitizer.storage.tables_upkeep import outbox as outbox_rows
from tests.support.conversing import (
    a_photo,
    as_correspondent,
    give_account,
    mailed,
    make_contact,
    with_family,
)
from tests.support.made_mail import CLERK, INVESTIGATOR, ORSON, SUPERVISOR, as_inmate, events

WHY = "looked through"
Decide = Callable[[Facility, str], object]


@pytest.fixture
def ida(facility: Facility) -> int:
    return make_contact(facility)


@pytest.fixture
def sent(facility: Facility, ida: int) -> str:
    """With two photos, of which the second is refused."""
    for colour in ("red", "blue"):
        verbs.add_photo(facility, ORSON, a_photo(colour), as_correspondent(ida))
    made = verbs.write(facility, ORSON, "Hi", "Hello", as_correspondent(ida))
    for place in (1, 2):
        review.message_photo(facility, made, place, CLERK)
    review.refuse_photo(facility, made, 2, CLERK, "a map")
    return made


def _release(facility: Facility, sent: str) -> None:
    assert review.release_message(facility, sent, CLERK, WHY)


def _release_as_first(facility: Facility, sent: str) -> None:
    screening = facility.settings.screening.model_copy(update={"second_look": "all"})
    settings = facility.settings.model_copy(update={"screening": screening})
    assert not review.release_message(replace(facility, settings=settings), sent, CLERK, WHY)


DECISIONS: dict[str, Decide] = {
    "release": _release,
    "first of two": _release_as_first,
    "refuse": lambda h, sent: review.refuse_message(h, sent, CLERK, "a threat"),
    "refuse a photo": lambda h, sent: review.refuse_photo(h, sent, 1, CLERK, "a map too"),
    "give a photo back": lambda h, sent: review.pass_photo(h, sent, 2, CLERK, WHY),
}


def _seq(facility: Facility, sent: str) -> int:
    found = message_undo.last_decision(facility, sent, CLERK)
    assert found is not None
    return found.event.seq


def _undo(facility: Facility, sent: str) -> None:
    message_undo.undo(facility, sent, _seq(facility, sent), CLERK)


def _row(facility: Facility, sent: str) -> dict[str, object]:
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(message).where(message.c.id == sent)).mappings().one()
    return dict(row)


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=list(DECISIONS))
def test_all_is_as_it_was_before(facility: Facility, ida: int, sent: str, decide: Decide) -> None:
    row, waits = _row(facility, sent), review.waiting_messages(facility, CLERK)
    decide(facility, sent)
    found = message_undo.last_decision(facility, sent, CLERK)
    assert found is not None
    assert found.may_undo
    _undo(facility, sent)
    assert _row(facility, sent) == row
    assert review.waiting_messages(facility, CLERK) == waits
    assert prints.look_at_queue(facility, CLERK).waiting == ()
    assert prints.look_at_queue(facility, CLERK).given_up == ()
    assert verbs.conversation(facility, str(ida), as_inmate(ORSON)).entries == ()
    assert ("undo about message", f"message:{sent}", CLERK.name) in [
        (verb, about, who) for verb, about, who in events(facility)
    ]
    with pytest.raises(Conflict, match="cannot be undone"):  # it is the last decision now
        _undo(facility, sent)
    _release(facility, sent)  # … and the first one can be made again, once
    (pile,) = prints.look_at_queue(facility, CLERK).waiting
    assert [each.message for each in pile.prints] == [sent]
    (mine,) = verbs.conversation(facility, ORSON, as_correspondent(ida)).entries
    assert not mine.given_up


def _read(facility: Facility, ida: int, sent: str) -> None:
    assert verbs.conversation(facility, str(ida), as_inmate(ORSON)).entries


def _at_a_printer(facility: Facility, ida: int, sent: str) -> None:
    (pile,) = prints.look_at_queue(facility, CLERK).waiting
    numbers = [each.number for each in pile.prints]
    printing.render_queued(facility, numbers, CLERK)
    prints.send(facility, CLERK, numbers, HERE)


def _printed_again(facility: Facility, ida: int, sent: str) -> None:
    """The first paper may lie in the printer's tray, or be handed out."""
    _at_a_printer(facility, ida, sent)
    with reading(facility.engine) as tx:
        number = tx.execute(sa.select(print_job.c.id)).scalar_one()
    prints.print_again(facility, number, number, SUPERVISOR, "smeared", spoiled=True)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(message).values(printed=None))


def _minutes_later(facility: Facility, ida: int, sent: str) -> None:
    with writing(facility.engine) as tx:
        before = sa.select(event.c.at).where(event.c.seq == _seq(facility, sent))
        at = tx.execute(before).scalar_one() - timedelta(minutes=11)
        tx.execute(sa.update(event).where(event.c.seq == _seq(facility, sent)).values(at=at))


EFFECTS = {
    "it has been read": _read,
    "it has been given to a printer": _at_a_printer,
    "it has been given to a printer ": _printed_again,
    "more than 10 minutes have passed": _minutes_later,
}


@pytest.mark.parametrize("said", EFFECTS)
def test_what_came_of_it_cannot_be_taken_back(
    facility: Facility, ida: int, sent: str, said: str
) -> None:
    _release(facility, sent)
    EFFECTS[said](facility, ida, sent)
    before = _row(facility, sent)
    with pytest.raises(Conflict, match=f"too late to undo this: {said.strip()}"):
        _undo(facility, sent)
    found = message_undo.last_decision(facility, sent, CLERK)
    assert found is not None
    assert not found.may_undo
    assert _row(facility, sent) == before


@pytest.mark.parametrize("refuse", [True, False])
@pytest.mark.parametrize("state", list(OutState))
def test_an_e_mail_about_it_is_not_sent_or_ends_that_it_can_be_undone(
    facility: Facility, ida: int, state: OutState, refuse: bool
) -> None:
    facility = with_family(facility)
    give_account(facility, ida)
    by, whom = (as_correspondent(ida), ORSON) if refuse else (as_inmate(ORSON), str(ida))
    sent = verbs.write(facility, whom, "Hi", "Hello", by)
    if refuse:
        review.refuse_message(facility, sent, CLERK, "a threat")
    else:
        _release(facility, sent)
    (mail,) = mailed(facility)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(outbox_rows).values(state=str(state)))
    if state in (OutState.QUEUED, OutState.DROPPED):
        _undo(facility, sent)
        with reading(facility.engine) as tx:
            kept = outbox.find(tx, mail.id)
        assert kept is not None
        assert (kept.state, kept.body == "") == (OutState.DROPPED, state is OutState.QUEUED)
    else:
        with pytest.raises(Conflict, match="an e-mail about it has been sent"):
            _undo(facility, sent)


def test_only_who_decided_it_last_undoes_it(facility: Facility, sent: str) -> None:
    review.refuse_message(facility, sent, CLERK, "a threat")
    seq = _seq(facility, sent)
    with pytest.raises(Conflict, match=f"Only {CLERK.name}"):
        message_undo.undo(facility, sent, seq, SUPERVISOR)
    with pytest.raises(NotAllowed):
        message_undo.undo(facility, sent, seq, INVESTIGATOR)
    with pytest.raises(NotFound):
        message_undo.undo(facility, "another", seq, CLERK)
    _undo(facility, sent)
    with pytest.raises(Conflict, match="decided about it since"):
        message_undo.undo(facility, sent, seq, CLERK)
    assert message_undo.last_decision(facility, "another", CLERK) is None


def test_undo_of_the_last_decision_of_somebody_finds_messages_too(
    facility: Facility, sent: str
) -> None:
    review.refuse_message(facility, sent, CLERK, "a threat")
    assert decisions.undo_last(facility, CLERK).held == sent
    assert _row(facility, sent)["state"] == MessageState.IN_REVIEW
