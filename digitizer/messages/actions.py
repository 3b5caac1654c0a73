"""E-messages: sent, and listed by thread. ``printing`` brings them to paper."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.engines.isolation import Pool
from digitizer.facility import Facility
from digitizer.messages import outgoing
from digitizer.messages.outgoing import Thread
from digitizer.model.errors import SandboxFailed, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Direction, Draft
from digitizer.model.people import Actor
from digitizer.people import roster
from digitizer.support.visible import HIDDEN, as_name

#: Limits that the field uses; a longer text is refused, never cut.
MOST_CHARACTERS = 30_000
MOST_PHOTOS = 25
_PHOTO_SECONDS = 30.0


def send(facility: Facility, draft: Draft, by: Actor) -> str:
    """Queues a message for printing; returns its id.

    Raises NotAllowed, NotFound, and UsageError for what could not be printed.
    """
    sending = acting(facility, by, Act.SEND)
    draft = readable(draft)
    _check(draft, facility.settings.facility.paper)
    with sending as action:
        # Within the transaction: upkeep, which forgets photos that nothing has, waits for its end.
        photos = tuple(facility.pictures.put(io.BytesIO(photo))[0] for photo in draft.photos)
        message_id = outgoing.send(action.tx, draft, facility.keys, photos)
        action.record(
            Verb.SEND_MESSAGE,
            Subject.message(message_id),
            direction=str(draft.direction),
            booking=draft.booking_number,
        )
    return message_id


def readable(draft: Draft) -> Draft:
    """Without what cannot be seen, and can make a line read otherwise than it stands."""
    lines = None if draft.address is None else map(as_name, draft.address.splitlines())
    return replace(
        draft,
        correspondent=as_name(draft.correspondent),
        subject=as_name(draft.subject),
        body=HIDDEN.sub("", draft.body),
        address=None if lines is None else "\n".join(lines),
    )


def _check(draft: Draft, paper: Literal["a4", "letter"]) -> None:
    """Raises UsageError for whatever could not be printed later: now its writer can correct it."""
    if not draft.body.strip() and not draft.photos:
        raise UsageError("The message is empty. Write something first.")
    if len(draft.body) > MOST_CHARACTERS:
        raise UsageError(
            f"The message has {len(draft.body)} characters; at most {MOST_CHARACTERS} are "
            "allowed. Send it as two messages."
        )
    if len(draft.photos) > MOST_PHOTOS:
        raise UsageError(f"At most {MOST_PHOTOS} photos can go with one message.")
    if not draft.correspondent.strip():
        raise UsageError("Say who the message is from, or who it is for.")
    if draft.direction is Direction.FROM_INMATE and not (draft.address or "").strip():
        raise UsageError("An outgoing letter needs an address.")
    check_characters(draft)
    if draft.direction is Direction.FROM_INMATE:
        _check_address(draft.address or "", paper)
    if draft.photos:
        _check_photos(draft.photos)


def check_characters(draft: Draft) -> None:
    """Only the writer's own words: they cannot change a name on the roster."""
    from digitizer.engines.printing.kit.missing import missing_in, named  # HarfBuzz

    missing = missing_in((draft.correspondent, draft.address, draft.subject, draft.body))
    if missing:
        raise UsageError(
            f"These characters cannot be printed here: {named(missing)}. Nothing was sent. "
            "Replace them and send the message again."
        )


def _check_address(address: str, paper: Literal["a4", "letter"]) -> None:
    from digitizer.engines.printing.letters.envelopes import address_problem  # reportlab is slow

    problem = address_problem([line.strip() for line in address.splitlines()], paper)
    if problem:
        raise UsageError(problem)


def _check_photos(photos: Sequence[bytes]) -> None:
    """In a sandbox, since they come from strangers."""
    from digitizer.engines.printing.kit.photos import photo_problem

    with Pool(1) as pool:
        answers = [pool.submit(photo_problem, photo, seconds=_PHOTO_SECONDS) for photo in photos]
        for number, answer in enumerate(answers, start=1):
            try:
                problem = answer.result()
            except SandboxFailed as error:
                problem = str(error)
            if problem:
                raise UsageError(f"Photo {number}: {problem}")


def threads(facility: Facility, booking_number: str, by: Actor) -> tuple[Thread, ...]:
    """An inmate's messages in both directions, newest first, with the replies on paper. They show
    what was written, so this is recorded as a look at each. An inmate sees only their own. Raises
    NotFound."""
    with acting(facility, by, Act.READ, of=booking_number) as action:
        roster.find_inmate(action.tx, booking_number)
        found = outgoing.threads_of(action.tx, booking_number)
        action.record(
            Verb.LOOK_AT_MESSAGES,
            Subject.mailbox(booking_number),
            messages=[each.message.id for each in found],
            letters=[reply.letter for each in found for reply in each.replies],
        )
    return found
