"""E-messages: sent, printed with the paper that brings the answer back, listed by thread."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digitizer.mailroom.house import House
from digitizer.mailroom.permissions import Act, permit
from digitizer.parts.isolation import Pool
from digitizer.parts.tables import reading, writing
from digitizer.processes import audit, outgoing, register, roster
from digitizer.processes.outgoing import Message, Thread
from digitizer.processes.rendering import render_message, render_unit
from digitizer.vocabulary.errors import NotAllowed, UsageError
from digitizer.vocabulary.mail import Direction
from digitizer.vocabulary.paper import CodeKind
from digitizer.vocabulary.people import Actor, ActorKind

#: Limits that the field uses; a longer text is refused, never cut.
MOST_CHARACTERS = 30_000
MOST_PHOTOS = 25


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to send. ``correspondent`` is the person outside."""

    direction: Direction
    booking_number: str
    correspondent: str
    subject: str
    body: str
    address: str | None = None
    photos: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """One PDF that ``message print`` wrote: a letter's, or a housing unit's (``message`` None)."""

    file: Path
    message: str | None
    direction: Direction | None
    housing_unit: str | None
    booking_number: str | None
    pages: int


def send(house: House, draft: Draft, by: Actor) -> str:
    """Queues a message for printing; returns its id."""
    _permit_send(by, draft)
    _check(draft)
    photos = tuple(house.pictures.put(io.BytesIO(photo))[0] for photo in draft.photos)
    kind = CodeKind.REPLY if draft.direction is Direction.TO_INMATE else CodeKind.INMATE
    with writing(house.engine) as tx:
        code = register.fresh_code(tx, kind, house.keys)
        inmate_id = roster.inmate_row_id(tx, draft.booking_number)
        message_id = outgoing.queue_message(
            tx, direction=draft.direction, inmate_id=inmate_id,
            correspondent=draft.correspondent, address=draft.address, subject=draft.subject,
            body=draft.body, photos=photos, cover_id=code.cover_id,
        )  # fmt: skip
        register.enrol(
            tx, code, inmate_id=inmate_id, message_id=message_id, sender=draft.correspondent
        )
        audit.record(
            tx, by, "send message", f"message:{message_id}", direction=str(draft.direction),
            booking=draft.booking_number,
        )  # fmt: skip
    return message_id


def _permit_send(by: Actor, draft: Draft) -> None:
    own = by.kind is ActorKind.INMATE and by.name == draft.booking_number
    if own and draft.direction is Direction.FROM_INMATE:
        return
    if by.kind is ActorKind.INMATE:
        raise NotAllowed("You can only send messages of your own.")
    permit(by, Act.PRINT)


def _check(draft: Draft) -> None:
    if not draft.body.strip() and not draft.photos:
        raise UsageError("The message is empty. Write something first.")
    if len(draft.body) > MOST_CHARACTERS:
        raise UsageError(
            f"The message has {len(draft.body)} characters; at most {MOST_CHARACTERS} are "
            "possible. Send it as two."
        )
    if len(draft.photos) > MOST_PHOTOS:
        raise UsageError(f"At most {MOST_PHOTOS} photos go with one message.")
    if not draft.correspondent.strip():
        raise UsageError("Say whom the message is from, or for.")
    if draft.direction is Direction.FROM_INMATE and not (draft.address or "").strip():
        raise UsageError("A letter that goes out needs an address.")


def threads(house: House, booking_number: str) -> tuple[Thread, ...]:
    with reading(house.engine) as tx:
        roster.find_inmate(tx, booking_number)
        return outgoing.threads_of(tx, booking_number)


def print_queue(house: House) -> tuple[Message, ...]:
    with reading(house.engine) as tx:
        return outgoing.queued_messages(tx)


def print_messages(house: House, folder: Path, by: Actor) -> tuple[PrintedFile, ...]:
    """Renders what is queued into ``folder``: a PDF a letter, and one a housing unit.

    A message is marked printed only when its file is written.
    """
    permit(by, Act.PRINT)
    folder.mkdir(parents=True, exist_ok=True)
    queued = print_queue(house)
    with Pool(1) as pool:
        printed = [_print(house, pool, message, folder, by) for message in queued]
    return (*printed, *_print_units(house, queued, printed, folder))


def _print(
    house: House, pool: Pool, message: Message, folder: Path, by: Actor
) -> PrintedFile:
    with reading(house.engine) as tx:
        known = register.look_up(tx, message.cover_id)
    assert known is not None
    photos = [house.pictures.get(sha256) for sha256 in message.photos]
    rendered = render_message(
        pool, message, known.code, house.keys, house.settings.facility, photos
    )
    file = folder / f"letter-{message.inmate.booking_number}-{message.id}.pdf".replace("/", "_")
    file.write_bytes(rendered.pdf)
    with writing(house.engine) as tx:
        outgoing.mark_printed(tx, message.id)
        audit.record(tx, by, "print message", f"message:{message.id}", pages=rendered.pages)
    return PrintedFile(
        file, message.id, message.direction, message.inmate.housing_unit,
        message.inmate.booking_number, rendered.pages,
    )  # fmt: skip


def _print_units(
    house: House, messages: Sequence[Message], printed: Sequence[PrintedFile], folder: Path
) -> list[PrintedFile]:
    units: dict[str, list[PrintedFile]] = defaultdict(list)
    for message, each in zip(messages, printed, strict=True):
        if message.direction is Direction.TO_INMATE:
            units[message.inmate.housing_unit].append(each)
    files: list[PrintedFile] = []
    for unit, letters in sorted(units.items()):
        rendered = render_unit([each.file.read_bytes() for each in letters])
        file = folder / f"housing-unit-{_file_word(unit)}.pdf"
        file.write_bytes(rendered.pdf)
        files.append(PrintedFile(file, None, Direction.TO_INMATE, unit, None, rendered.pages))
    return files


def _file_word(text: str) -> str:
    word = "".join(c if c.isalnum() or c in "-_" else "-" for c in text).strip("-")
    return word or "none"
