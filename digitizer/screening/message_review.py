"""Review of e-messages: read, then released or refused; photo by photo where one should not pass.

A photo counts as shown once its large picture was fetched for the screening page by the one who
decides, as with the pages of letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import Action, acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.access.second_person import need_two_people
from digitizer.facility import Facility
from digitizer.messages import news, releasing
from digitizer.messages.conversations import SentPhoto, photos_of
from digitizer.messages.outgoing import refused_photos
from digitizer.messages.writing import marks_on
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Direction, MessageState
from digitizer.model.people import Actor, CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.people.correspondents import blocks, contacts
from digitizer.policies import marks
from digitizer.policies.watch_rules import WatchRule, current_rules
from digitizer.screening import message_draws
from digitizer.screening.message_undo import state_before
from digitizer.screening.second_look import needs_second
from digitizer.storage.tables import event, message
from digitizer.storage.tables_messages import refused_photo


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message that waits for a review. ``rules`` are the watch rules that mark it, ``unseen`` the
    places of photos that were not shown to whoever asks; ``first_by`` released it already, where
    two must."""

    id: str
    direction: Direction
    inmate: Inmate
    correspondent: str
    correspondent_id: int | None
    subject: str
    body: str
    photos: tuple[SentPhoto, ...]
    created: datetime
    rules: tuple[WatchRule, ...]
    unseen: tuple[int, ...]
    first_by: str | None


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message opened to be reviewed; ``following`` is the id of the one after it. ``subject`` and
    ``body`` are its words in pieces, of which those that are True are watched for."""

    waiting: WaitingMessage
    following: str | None
    subject: tuple[tuple[str, bool], ...]
    body: tuple[tuple[str, bool], ...]


def waiting_messages(facility: Facility, by: Actor) -> tuple[WaitingMessage, ...]:
    """Those that wait for this person, oldest first; not those that they released as the first."""
    with looking(facility, by, Act.LOOK) as look:
        return _waiting(look.tx, by)


def waiting_for(facility: Facility, by: Actor) -> int:
    """How many wait for this person."""
    with looking(facility, by, Act.LOOK) as look:
        return len(_ids(look.tx, by))


def may_decide(by: Actor) -> bool:
    """Whether this person may release and refuse; each verb checks it again."""
    return is_permitted(by, Act.DECIDE)


def open_message(facility: Facility, message_id: str, by: Actor) -> OpenedMessage:
    """Shows its words; the look is logged. Raises NotFound where it waits no longer."""
    with acting(facility, by, Act.LOOK) as action:
        found = _one(action.tx, message_id, by)
        action.record(Verb.LOOK_AT_MESSAGE, Subject.message(message_id))
        return OpenedMessage(
            found,
            _after(_ids(action.tx, by), message_id),
            marks.marked(found.rules, found.subject),
            marks.marked(found.rules, found.body),
        )


def following(facility: Facility, message_id: str, by: Actor) -> str | None:
    """The id of the message to decide about after this one. Raises NotFound where this one waits
    no longer."""
    with looking(facility, by, Act.LOOK) as look:
        ids = _ids(look.tx, by)
    if message_id not in ids:
        raise NotFound(f"No message {message_id} waits for a review.")
    return _after(ids, message_id)


def _after(ids: Sequence[str], message_id: str) -> str | None:
    """The next one, and after the last the first."""
    place = ids.index(message_id)
    return next(iter((*ids[place + 1 :], *ids[:place])), None)


def message_photo(facility: Facility, message_id: str, place: int, by: Actor) -> bytes:
    """A photo of a message that waits, as JPEG; it counts as shown. Raises NotFound."""
    with acting(facility, by, Act.LOOK) as action:
        found = _one(action.tx, message_id, by)
        if not 1 <= place <= len(found.photos):
            raise NotFound("There is no such photo.")
        action.record(Verb.LOOK_AT_PHOTO, Subject.message(message_id), photo=place)
    return facility.pictures.get(found.photos[place - 1].stored)


def release_message(facility: Facility, message_id: str, by: Actor, reason: str) -> bool:
    """Sends it on, without the photos that were refused; False where a second person must release
    it too. Raises Conflict where a photo was not shown to this person, where the two may not write
    to each other any more, and where the inmate has left; NotFound."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        return release_within(facility, action, message_id)


def release_within(facility: Facility, action: Action, message_id: str) -> bool:
    """As ``release_message``, as a part of what a person does."""
    found = _one(action.tx, message_id, action.by)
    _check_release(action.tx, found)
    if _waits_for_second(facility, action, found):
        return False
    before = state_before(action.tx, message_id)
    state = releasing.release(action.tx, facility.settings, message_id)
    about = Subject.message(message_id)
    action.record(Verb.RELEASE_MESSAGE, about, goes=str(state), undo=before)
    if found.first_by is None:
        _perhaps_check(facility, action, found, passes=True)
    return True


def _waits_for_second(facility: Facility, action: Action, found: WaitingMessage) -> bool:
    """Keeps this person as the first of two, where two must release it and this is the first."""
    if not needs_second(facility.settings.screening, found.rules):
        return False
    if found.first_by is not None:
        need_two_people(action.tx, found.first_by, action.by.name)
        return False
    before = state_before(action.tx, found.id)
    this = sa.update(message).where(message.c.id == found.id)
    action.tx.execute(this.values(first_by=action.by.name))
    action.record(Verb.FIRST_LOOK_AT_MESSAGE, Subject.message(found.id), undo=before)
    return True


def _perhaps_check(
    facility: Facility, action: Action, found: WaitingMessage, *, passes: bool
) -> None:
    """A share of what one person decided is looked at again."""
    passed = [0, *(each.place for each in found.photos if not each.refused)] if passes else []
    percent = facility.settings.screening.checked_percent
    message_draws.draw(action, found.id, passed, percent)


def refuse_message(facility: Facility, message_id: str, by: Actor, reason: str) -> None:
    """It goes nowhere; its writer reads the reason. Raises NotFound."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        found = _one(action.tx, message_id, by)
        before = state_before(action.tx, message_id)
        this = sa.update(message).where(message.c.id == found.id)
        action.tx.execute(this.values(state=str(MessageState.REFUSED), refused=action.why))
        news.tell_refused(action.tx, facility.settings, message_id)
        action.record(Verb.REFUSE_MESSAGE, Subject.message(message_id), undo=before)
        if found.first_by is None:
            _perhaps_check(facility, action, found, passes=False)


def refuse_photo(facility: Facility, message_id: str, place: int, by: Actor, reason: str) -> None:
    """One photo does not go on with its message; its writer reads why. Raises NotFound."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        _need_photo(_one(action.tx, message_id, by), place)
        before = state_before(action.tx, message_id)
        _pass(action.tx, message_id, place)
        values = {"message_id": message_id, "place": place, "reason": action.why}
        action.tx.execute(sa.insert(refused_photo).values(**values))
        action.record(Verb.REFUSE_PHOTO, Subject.message(message_id), photo=place, undo=before)


def pass_photo(facility: Facility, message_id: str, place: int, by: Actor, reason: str) -> None:
    """A photo that was refused goes on after all. What somebody released first they must look at
    again. Raises NotFound."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        _need_photo(_one(action.tx, message_id, by), place)
        before = state_before(action.tx, message_id)
        _pass(action.tx, message_id, place)
        this = sa.update(message).where(message.c.id == message_id)
        action.tx.execute(this.values(first_by=None))
        action.record(Verb.PASS_PHOTO, Subject.message(message_id), photo=place, undo=before)


def _need_photo(found: WaitingMessage, place: int) -> None:
    if not 1 <= place <= len(found.photos):
        raise NotFound("There is no such photo.")


def _pass(tx: sa.Connection, message_id: str, place: int) -> None:
    tx.execute(
        sa.delete(refused_photo).where(
            refused_photo.c.message_id == message_id, refused_photo.c.place == place
        )
    )


def _check_release(tx: sa.Connection, found: WaitingMessage) -> None:
    if found.unseen:
        raise Conflict("Look at each photo first, then release the message.")
    if found.inmate.status is not CustodyStatus.IN_CUSTODY:
        raise Conflict(f"{found.inmate.full_name} is {found.inmate.absence}. Refuse the message.")
    if not found.body.strip() and all(each.refused for each in found.photos):
        raise UsageError("Nothing of the message is left. Refuse it.")
    inmate_id = roster.inmate_row_id(tx, found.inmate.booking_number)
    other = found.correspondent_id
    ids = [] if other is None else [other]
    if other is not None and not contacts.is_approved(tx, other, inmate_id):
        raise Conflict("Their contact is not approved any more. Refuse the message.")
    for block in blocks.between(tx, ids, inmate_id, [found.correspondent]):
        raise Conflict(f"{blocks.sentence(block)} Refuse the message, or end the block first.")


def _one(tx: sa.Connection, message_id: str, by: Actor) -> WaitingMessage:
    for found in _waiting(tx, by, message_id):
        return found
    raise NotFound(f"No message {message_id} waits for a review.")


def _waits(by: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    """What waits for this person: not what they released as the first of two."""
    return (
        message.c.state == str(MessageState.IN_REVIEW),
        sa.or_(message.c.first_by.is_(None), message.c.first_by != by.name),
    )


def _ids(tx: sa.Connection, by: Actor) -> Sequence[str]:
    """Oldest first."""
    asked = sa.select(message.c.id).where(*_waits(by)).order_by(message.c.created, message.c.id)
    return tx.execute(asked).scalars().all()


def _waiting(tx: sa.Connection, by: Actor, only: str | None = None) -> tuple[WaitingMessage, ...]:
    asked = sa.select(message).where(*_waits(by))
    asked = asked.where(message.c.id == only) if only else asked
    rows = tx.execute(asked.order_by(message.c.created, message.c.id)).all()
    ids = [row.id for row in rows]
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows})
    refused, shown, rules = refused_photos(tx, ids), _shown_photos(tx, ids, by), current_rules(tx)
    return tuple(
        _waiting_message(
            rules,
            row,
            people[row.inmate_id],
            photos_of(row, refused.get(row.id, {})),
            shown[row.id],
        )
        for row in rows
    )


def undecided(tx: sa.Connection, message_id: str, by: Actor) -> WaitingMessage:
    """A message as it was before anybody decided about it, wherever it is now."""
    row = tx.execute(sa.select(message).where(message.c.id == message_id)).one()
    person = roster.inmate_of_row(tx, row.inmate_id)
    shown = _shown_photos(tx, [message_id], by)[message_id]
    found = _waiting_message(current_rules(tx), row, person, photos_of(row, {}), shown)
    return replace(found, first_by=None)


def _waiting_message(
    rules: Sequence[WatchRule],
    row: sa.Row[Any],
    person: Inmate,
    photos: tuple[SentPhoto, ...],
    shown: set[int],
) -> WaitingMessage:
    hits = marks_on(rules, row.subject, row.body, row.correspondent, row.inmate_id)
    return WaitingMessage(
        id=row.id,
        direction=Direction(row.direction),
        inmate=person,
        correspondent=row.correspondent,
        correspondent_id=row.correspondent_id,
        subject=row.subject,
        body=row.body,
        photos=photos,
        created=row.created,
        rules=tuple({hit.rule.id: hit.rule for hit in hits}.values()),
        unseen=tuple(each.place for each in photos if not each.refused and each.place not in shown),
        first_by=row.first_by,
    )


def _shown_photos(tx: sa.Connection, ids: Sequence[str], by: Actor) -> dict[str, set[int]]:
    """The places of photos that were shown to this person, by message."""
    shown: dict[str, set[int]] = {each: set() for each in ids}
    for start in range(0, len(ids), 500):
        about = [str(Subject.message(each)) for each in ids[start : start + 500]]
        rows = tx.execute(
            sa.select(event.c.subject, event.c.detail).where(
                event.c.subject.in_(about),
                event.c.verb == str(Verb.LOOK_AT_PHOTO),
                event.c.actor == by.name,
                event.c.actor_kind == str(by.kind),
            )
        )
        for subject, detail in rows:
            shown[subject.partition(":")[2]].add(detail["photo"])
    return shown
