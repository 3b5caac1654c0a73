"""Bringing e-messages to paper: rendered into the print queue, or written as files at once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.covers import register
from digitizer.engines.isolation import Pool
from digitizer.facility import Facility
from digitizer.messages import outgoing
from digitizer.messages.outgoing import Message
from digitizer.messages.unit_files import UnitFile, UnitFiles, file_word
from digitizer.model.errors import DigitizerError, StorageError
from digitizer.model.events import PRINT_QUEUE, Subject, Verb
from digitizer.model.mail import Direction
from digitizer.model.people import Actor
from digitizer.model.prints import Batch, Print, PrintState
from digitizer.people import roster
from digitizer.people.correspondents import records
from digitizer.prints import queue
from digitizer.prints.handing import Handing
from digitizer.prints.printers import Printer, make_folder
from digitizer.prints.stopped import stopped_among
from digitizer.prints.stored_pdfs import forget_pdf, intact_pdf

#: Seconds for which a run waits for another: both may have many letters.
_PATIENCE = 3600.0


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
    """What ``message print`` wrote. ``problems`` are sentences about what it could not print, which
    stays queued; ``warnings`` are about letters that show some characters only as boxes;
    ``stopped`` is what must not be printed now, and why."""

    files: tuple[PrintedFile, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()


def print_queue(facility: Facility, by: Actor) -> tuple[Message, ...]:
    """What waits to be printed, as it was written: recorded as a look at each."""
    with acting(facility, by, Act.PRINT) as action:
        found = outgoing.queued_messages(action.tx)
        action.record(Verb.LOOK_AT_PRINT_QUEUE, PRINT_QUEUE, messages=[each.id for each in found])
    return found


def render_queued(facility: Facility, numbers: Sequence[int], by: Actor) -> tuple[str, ...]:
    """Renders those of these prints that are messages and have no PDF, or lost it. Returns
    sentences about those that could not be rendered, which stay queued, and about letters that
    show some characters only as boxes."""
    with looking(facility, by, Act.PRINT) as look:
        prints = [
            each
            for each in queue.numbered(look.tx, numbers)
            if each.message and intact_pdf(facility.pictures, each) is None
        ]
        ids = [each.message for each in prints if each.message]
        texts = {each.id: each for each in outgoing.find_messages(look.tx, ids)}
    said: list[str] = []
    if not prints:
        return ()
    with Pool(1) as pool:
        for each in prints:
            try:
                forget_pdf(facility.pictures, each)
                _, missing = _render(facility, pool, texts[each.message or ""], each.number, by)
                said += [f"Print {each.number}: {missing}"] if missing else []
            except StorageError:
                raise
            except DigitizerError as error:
                said.append(f"Print {each.number} stays queued: {error}")
    return tuple(said)


def _render(
    facility: Facility, pool: Pool, message: Message, number: int, by: Actor, large: bool = False
) -> tuple[bytes, str | None]:
    """Keeps the PDF of a print; returns it, and a sentence about the characters that it shows only
    as boxes (None: none)."""
    from digitizer.messages.rendering import render_message  # reportlab is slow

    with looking(facility, by, Act.PRINT) as look:
        known = register.look_up(look.tx, message.cover_id)
        large = large or _is_large(look.tx, facility, message)
        language = _language(look.tx, message)
    if known is None:
        raise DigitizerError("The code of its reply sheet or cover sheet is not in the register.")
    photos = [facility.pictures.get(sha256) for sha256 in message.photos]
    rendered = render_message(pool, message, known.code, facility, photos, large, language)
    sha256, _ = facility.pictures.put(io.BytesIO(rendered.pdf))
    with acting(facility, by, Act.PRINT) as action:
        queue.keep_pdf(action.tx, number, sha256, rendered.pages)
        action.record(
            Verb.RENDER_MESSAGE,
            Subject.message(message.id),
            print=number,
            pages=rendered.pages,
        )
    return rendered.pdf, rendered.missing


def _language(tx: sa.Connection, message: Message) -> str:
    """That of its reader: an inmate's by the roster, a recipient's outside as they chose it; ""
    where it is not known."""
    if message.direction is Direction.TO_INMATE:
        return roster.language_of(tx, message.inmate.booking_number)
    if message.correspondent_id is None:
        return ""
    return records.get(tx, message.correspondent_id).language


def _is_large(tx: sa.Connection, facility: Facility, message: Message) -> bool:
    """Whether the settings, or the roster by them, want large print for the inmate."""
    match facility.settings.messages.large_print:
        case "nobody":
            return False
        case "all":
            return True
        case "roster":
            return roster.reads_large_print(tx, message.inmate.booking_number)


def print_messages(
    facility: Facility, folder: Path, by: Actor, *, large_print: bool = False
) -> PrintRun:
    """Writes what is queued into ``folder``: one PDF for each letter, and one for each housing
    unit.

    A message is marked as printed only when its file is there whole. One that cannot be drawn stays
    queued and is reported; the others are printed. What an interrupted run had written here counts
    as this run's: its letters come into the units' files now, and what somebody took away meanwhile
    is doubtful. No file is ever overwritten. With ``large_print`` all letters to inmates are in
    large print, without it those that the settings say.
    """
    files: list[PrintedFile] = []
    problems: list[str] = []
    warnings: list[str] = []
    make_folder(folder)
    to = Printer(str(folder)[-60:], folder=folder.resolve())
    with Handing(facility, by).alone(_PATIENCE) as found, Pool(1) as pool:
        units = UnitFiles(facility, by, folder.resolve())
        made = units.settle()
        files += _found_here(facility, units.free((*found, *units.waiting())), folder, by)
        with looking(facility, by, Act.PRINT) as look:
            waiting = [each for each in queue.waiting(look.tx) if each.message]
            stopped = stopped_among(look.tx, waiting)
            texts = {each.id: each for each in outgoing.queued_messages(look.tx)}
        no = [each.each for each in stopped]
        for each in waiting:
            if each in no:
                continue
            message = texts[each.message or ""]
            try:
                file, missing = _print(facility, pool, message, each, to, by, large_print)
                files.append(replace(file, file=folder / file.file.name))
                warnings += [f"Message {message.id}: {missing}"] if missing else []
            except StorageError:
                raise
            except DigitizerError as error:
                problems.append(f"Message {message.id} stays queued: {error}")
        made += units.make(problems)
    bound = [_unit_of(each, folder) for each in made]
    left = [f"Message {each.each.message} is stopped: {each.why}" for each in stopped]
    warnings += units.elsewhere()
    return PrintRun((*files, *bound), tuple(problems), tuple(warnings), tuple(left))


def _unit_of(made: UnitFile, folder: Path) -> PrintedFile:
    return PrintedFile(
        file=folder / made.file.name,
        message=None,
        direction=Direction.TO_INMATE,
        housing_unit=made.unit,
        booking_number=None,
        pages=made.pages,
    )


def _found_here(
    facility: Facility, found: Sequence[Batch], folder: Path, by: Actor
) -> list[PrintedFile]:
    """Letters that an interrupted run wrote into this folder, and did not mark or report."""
    here = {
        batch.number: (Path(batch.file), each)
        for batch in found
        if batch.file and Path(batch.file).parent == folder.resolve()
        for each in batch.prints
        if each.message and len(batch.prints) == 1
    }
    with looking(facility, by, Act.PRINT) as look:
        ids = [each.message for _, each in here.values() if each.message]
        messages = {each.id: each for each in outgoing.find_messages(look.tx, ids)}
    return [
        _file_of(messages[each.message or ""], folder / path.name, each.pages or 0)
        for path, each in here.values()
    ]


def _print(
    facility: Facility,
    pool: Pool,
    message: Message,
    queued: Print,
    to: Printer,
    by: Actor,
    large: bool,
) -> tuple[PrintedFile, str | None]:
    """The file, and a sentence about the characters that it shows only as boxes (None: none)."""
    pdf, missing = _render(facility, pool, message, queued.number, by, large)
    name = f"letter-{file_word(message.inmate.booking_number)}-{message.id}"
    to_unit = message.direction is Direction.TO_INMATE
    number = Handing(facility, by).give(to, [queued], lambda: pdf, name, for_unit=to_unit)
    with looking(facility, by, Act.PRINT) as look:
        batch = queue.find_batch(look.tx, number)
    (done,) = batch.prints
    assert done.state is PrintState.PRINTED
    assert batch.file is not None
    return _file_of(message, Path(batch.file), done.pages or 0), missing


def _file_of(message: Message, file: Path, pages: int) -> PrintedFile:
    return PrintedFile(
        file=file,
        message=message.id,
        direction=message.direction,
        housing_unit=message.inmate.housing_unit,
        booking_number=message.inmate.booking_number,
        pages=pages,
    )
