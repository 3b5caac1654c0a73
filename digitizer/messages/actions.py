"""E-messages: sent, printed with the paper that brings the answer back, listed by thread."""

from __future__ import annotations

import io
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Literal

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.covers import register
from digitizer.engines.isolation import Pool
from digitizer.facility import House
from digitizer.messages import outgoing
from digitizer.messages.outgoing import Message, Thread
from digitizer.model.errors import (
    DigitizerError,
    NotAllowed,
    StorageError,
    UsageError,
    WorkerFailed,
)
from digitizer.model.events import PRINT_QUEUE, Subject, Verb
from digitizer.model.mail import Direction
from digitizer.model.paper import CodeKind
from digitizer.model.people import Actor, ActorKind
from digitizer.people import roster

#: Limits that the field uses; a longer text is refused, never cut.
MOST_CHARACTERS = 30_000
MOST_PHOTOS = 25
_PHOTO_SECONDS = 30.0


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


@dataclass(frozen=True, slots=True)
class PrintRun:
    """What ``message print`` wrote, and in words what it could not: that stays queued.

    ``warnings`` are about letters that were written, but show some characters only as boxes.
    """

    files: tuple[PrintedFile, ...]
    faults: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def send(house: House, draft: Draft, by: Actor) -> str:
    """Queues a message for printing; returns its id."""
    sending = acting(house, by, Act.SEND, of=draft.booking_number)
    if by.kind is ActorKind.INMATE and draft.direction is not Direction.FROM_INMATE:
        raise NotAllowed("You can only send messages of your own.")
    _check(draft, house.settings.facility.paper)
    photos = tuple(house.pictures.put(io.BytesIO(photo))[0] for photo in draft.photos)
    kind = CodeKind.REPLY if draft.direction is Direction.TO_INMATE else CodeKind.INMATE
    with sending as deed:
        code = register.fresh_code(deed.tx, kind, house.keys)
        inmate_id = roster.inmate_row_id(deed.tx, draft.booking_number)
        message_id = outgoing.queue_message(
            deed.tx, direction=draft.direction, inmate_id=inmate_id,
            correspondent=draft.correspondent, address=draft.address, subject=draft.subject,
            body=draft.body, photos=photos, cover_id=code.cover_id,
        )  # fmt: skip
        register.enrol(
            deed.tx, code, inmate_id=inmate_id, message_id=message_id, sender=draft.correspondent
        )
        deed.record(
            Verb.SEND_MESSAGE, Subject.message(message_id), direction=str(draft.direction),
            booking=draft.booking_number,
        )  # fmt: skip
    return message_id


def _check(draft: Draft, paper: Literal["a4", "letter"]) -> None:
    """Whatever would stop the printing is said now, to the one who can mend it."""
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
    _check_characters(draft)
    if draft.direction is Direction.FROM_INMATE:
        _check_address(draft.address or "", paper)
    if draft.photos:
        _check_photos(draft.photos)


def _check_characters(draft: Draft) -> None:
    """The writer's own words only: what a name on the roster lacks, they cannot mend."""
    from digitizer.engines.printing.kit.missing import missing_in, named  # HarfBuzz

    missing = missing_in((draft.correspondent, draft.address, draft.subject, draft.body))
    if missing:
        raise UsageError(
            f"These characters cannot be printed here: {named(missing)}. Nothing was sent. "
            "Write them in another way and send it again."
        )


def _check_address(address: str, paper: Literal["a4", "letter"]) -> None:
    from digitizer.engines.printing.letters.envelopes import address_fault  # reportlab is slow

    fault = address_fault([line.strip() for line in address.splitlines()], paper)
    if fault:
        raise UsageError(fault)


def _check_photos(photos: Sequence[bytes]) -> None:
    """In an isolated process: they come from strangers."""
    from digitizer.engines.printing.kit.photos import photo_fault

    with Pool(1) as pool:
        answers = [pool.submit(photo_fault, photo, seconds=_PHOTO_SECONDS) for photo in photos]
        for number, answer in enumerate(answers, start=1):
            try:
                fault = answer.result()
            except WorkerFailed as error:
                fault = str(error)
            if fault:
                raise UsageError(f"Photo {number}: {fault}")


def threads(house: House, booking_number: str, by: Actor) -> tuple[Thread, ...]:
    """An inmate's messages both ways, newest first, with what came back on paper. They show what
    was written, so this is a look at each. An inmate sees only their own. Raises NotFound."""
    with acting(house, by, Act.READ, of=booking_number) as deed:
        roster.find_inmate(deed.tx, booking_number)
        found = outgoing.threads_of(deed.tx, booking_number)
        deed.record(
            Verb.LOOK_AT_MESSAGES, Subject.mailbox(booking_number),
            messages=[each.message.id for each in found],
            letters=[reply.letter for each in found for reply in each.replies],
        )  # fmt: skip
    return found


def print_queue(house: House, by: Actor) -> tuple[Message, ...]:
    """What waits for the printer, as it was written: a look at each."""
    with acting(house, by, Act.PRINT) as deed:
        found = outgoing.queued_messages(deed.tx)
        deed.record(Verb.LOOK_AT_PRINT_QUEUE, PRINT_QUEUE, messages=[each.id for each in found])
    return found


def print_messages(house: House, folder: Path, by: Actor) -> PrintRun:
    """Renders what is queued into ``folder``: a PDF a letter, and one a housing unit.

    A message is marked printed only when its file is written. One that cannot be drawn stays
    queued and is told; the others go on. No file is ever written over.
    """
    with looking(house, by, Act.PRINT) as look:
        queued = outgoing.queued_messages(look.tx)
    files: list[PrintedFile] = []
    faults: list[str] = []
    warnings: list[str] = []
    with Pool(1) as pool:
        for message in queued:
            try:
                printed, missing = _print(house, pool, message, folder, by)
                files.append(printed)
                warnings += [f"Message {message.id}: {missing}"] if missing else []
            except StorageError:
                raise
            except DigitizerError as error:
                faults.append(f"Message {message.id} stays queued: {error}")
    return PrintRun((*files, *_print_units(files, folder)), tuple(faults), tuple(warnings))


def _print(
    house: House, pool: Pool, message: Message, folder: Path, by: Actor
) -> tuple[PrintedFile, str | None]:
    """The file, and in words which characters it shows only as boxes."""
    from digitizer.messages.rendering import render_message  # reportlab is slow

    with looking(house, by, Act.PRINT) as look:
        known = register.look_up(look.tx, message.cover_id)
    if known is None:
        raise DigitizerError("The code of its reply paper is not in the register.")
    photos = [house.pictures.get(sha256) for sha256 in message.photos]
    rendered = render_message(
        pool, message, known.code, house.keys, house.settings.facility, photos
    )
    name = f"letter-{_file_word(message.inmate.booking_number)}-{message.id}"
    file = _write_new(folder, name, rendered.pdf)
    with acting(house, by, Act.PRINT) as deed:
        outgoing.mark_printed(deed.tx, message.id)
        deed.record(Verb.PRINT_MESSAGE, Subject.message(message.id), pages=rendered.pages)
    printed = PrintedFile(
        file, message.id, message.direction, message.inmate.housing_unit,
        message.inmate.booking_number, rendered.pages,
    )  # fmt: skip
    return printed, rendered.missing


def _print_units(printed: Sequence[PrintedFile], folder: Path) -> list[PrintedFile]:
    from digitizer.messages.rendering import render_unit

    units: dict[str, list[PrintedFile]] = defaultdict(list)
    for each in printed:
        if each.direction is Direction.TO_INMATE:
            units[each.housing_unit or ""].append(each)
    files: list[PrintedFile] = []
    for unit, letters in sorted(units.items()):
        rendered = render_unit([each.file.read_bytes() for each in letters])
        file = _write_new(folder, f"housing-unit-{_file_word(unit)}", rendered.pdf)
        files.append(PrintedFile(file, None, Direction.TO_INMATE, unit, None, rendered.pages))
    return files


def _write_new(folder: Path, name: str, pdf: bytes) -> Path:
    """Under the first free of NAME.pdf, NAME-2.pdf, …: an earlier run may not be printed yet."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            file = folder / (f"{name}.pdf" if number == 1 else f"{name}-{number}.pdf")
            try:
                out = file.open("xb")
            except FileExistsError:
                continue
            _fill(file, out, pdf)
            return file
    except OSError as error:
        raise StorageError(f"Cannot write to {folder}: {error.strerror}.") from None
    raise AssertionError("numbers have no end")


def _fill(file: Path, out: IO[bytes], pdf: bytes) -> None:
    """What could not be written whole goes again: nobody is to print half a letter."""
    try:
        with out:
            out.write(pdf)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        file.unlink(missing_ok=True)
        raise


def _file_word(text: str) -> str:
    word = "".join(c if c.isalnum() or c in "-_" else "-" for c in text).strip("-")
    return word or "none"
