"""The rows of the print queue: what waits, what was given to a printer, what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.mail import MessageState
from digitizer.model.prints import ASKED, WAITING, Batch, Print, PrintKind, PrintState
from digitizer.people import roster
from digitizer.storage.tables import inmate, message
from digitizer.storage.tables_prints import print_batch, print_job
from digitizer.support.clock import now

_ON_THE_WAY = (*ASKED, PrintState.SENDING)


def add(
    tx: sa.Connection,
    kind: PrintKind,
    title: str,
    *,
    inmate_id: int | None = None,
    message_id: str | None = None,
    pdf: tuple[str, int] | None = None,
    copy_of: int | None = None,
    copied: str | None = None,
    reason: str = "",
) -> int:
    """A new print; returns its number. ``copied`` is the letter or message of which an inmate asked
    for a copy. ``pdf`` is the name of its stored PDF and the number of its
    pages; without it, it is rendered later."""
    sha256, pages = pdf or (None, None)
    state = PrintState.RENDERED if pdf else PrintState.QUEUED
    made = tx.execute(
        sa.insert(print_job)
        .values(
            kind=str(kind),
            state=str(state),
            title=title,
            inmate_id=inmate_id,
            message_id=message_id,
            pdf=sha256,
            pages=pages,
            made=now(),
            copy_of=copy_of,
            copied=copied,
            reason=reason,
        )
        .returning(print_job.c.id)
    )
    return int(made.scalar_one())


def waiting(tx: sa.Connection) -> tuple[Print, ...]:
    """What no printer has yet: by housing unit and name, as it is handed out."""
    return _prints(tx, print_job.c.state.in_(WAITING))


def copies_of(tx: sa.Connection, inmate_id: int) -> Mapping[str, tuple[PrintState, datetime]]:
    """By letter or message of which this inmate asked for a copy: how far the newest one is, and
    when it was asked for."""
    rows = tx.execute(
        sa.select(print_job.c.copied, print_job.c.state, print_job.c.made)
        .where(print_job.c.inmate_id == inmate_id, print_job.c.copied.is_not(None))
        .order_by(print_job.c.made, print_job.c.id)
    )
    return {row.copied: (PrintState(row.state), row.made) for row in rows}


def waiting_since(tx: sa.Connection) -> tuple[int, datetime | None]:
    """How many prints no printer has yet, and since when the oldest waits."""
    waits = sa.select(sa.func.count(), sa.func.min(print_job.c.made))
    number, oldest = tx.execute(waits.where(print_job.c.state.in_(WAITING))).one()
    return int(number), oldest


def unconfirmed_since(tx: sa.Connection) -> tuple[int, datetime | None]:
    """How many prints a printer was given of which nobody has said that they came out, and since
    when the oldest was."""
    asked = sa.select(sa.func.count(), sa.func.min(print_batch.c.begun))
    of_batches = asked.join_from(print_job, print_batch, print_job.c.batch_id == print_batch.c.id)
    number, oldest = tx.execute(of_batches.where(print_job.c.state.in_(_ON_THE_WAY))).one()
    return int(number), oldest


def between(tx: sa.Connection, first: int, last: int) -> tuple[Print, ...]:
    """From one print to another of its batch, in the order in which they came out of the printer.
    Raises NotFound, and UsageError where they are of different batches."""
    ends = {each.number: each for each in numbered(tx, {first, last})}
    if first == last:
        return (ends[first],)
    batch = ends[first].batch
    if batch is None or ends[last].batch != batch:
        raise UsageError(f"Prints {first} and {last} are not of one batch. Take one at a time.")
    paper = find_batch(tx, batch).prints
    one, other = sorted(paper.index(ends[each]) for each in (first, last))
    return paper[one : other + 1]


def numbered(tx: sa.Connection, numbers: Collection[int]) -> tuple[Print, ...]:
    """Raises NotFound if there is no print with one of the numbers."""
    found = _prints(tx, print_job.c.id.in_(numbers))
    if missing := set(numbers) - {each.number for each in found}:
        raise NotFound(f"There is no print {min(missing)}.")
    return found


def _prints(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[Print, ...]:
    rows = tx.execute(
        sa.select(print_job)
        .outerjoin(inmate, print_job.c.inmate_id == inmate.c.id)
        .where(*where)
        .order_by(
            print_job.c.place,
            inmate.c.housing_unit,
            inmate.c.last_name,
            print_job.c.made,
            print_job.c.id,
        )
    ).all()
    ids = {row.inmate_id for row in rows if row.inmate_id is not None}
    people = roster.inmates_of_rows(tx, ids) if ids else {}
    return tuple(
        Print(
            number=row.id,
            kind=PrintKind(row.kind),
            state=PrintState(row.state),
            title=row.title,
            inmate=people.get(row.inmate_id),
            message=row.message_id,
            pdf=row.pdf,
            pages=row.pages,
            batch=row.batch_id,
            made=row.made,
            copy_of=row.copy_of,
            reason=row.reason,
            copied=row.copied,
        )
        for row in rows
    )


def keep_pdf(tx: sa.Connection, number: int, sha256: str, pages: int) -> None:
    """A print that waits has its PDF."""
    tx.execute(
        sa.update(print_job)
        .where(print_job.c.id == number, print_job.c.state.in_(WAITING))
        .values(state=str(PrintState.RENDERED), pdf=sha256, pages=pages)
    )


def begin_batch(
    tx: sa.Connection,
    printer: str,
    by: str,
    prints: Sequence[Print],
    file: tuple[str, str] | None = None,
) -> int:
    """These prints are being given to a printer, in this order; returns the batch's number.
    ``file`` is where a folder's printer will put them, and under which name until then.

    Raises Conflict if somebody else was quicker with one of them.
    """
    path, draft = file or (None, None)
    made = tx.execute(
        sa.insert(print_batch)
        .values(printer=printer, by=by, begun=now(), file=path, draft=draft)
        .returning(print_batch.c.id)
    )
    batch = int(made.scalar_one())
    for place, each in enumerate(prints, start=1):
        given = tx.execute(
            sa.update(print_job)
            .where(
                print_job.c.id == each.number,
                print_job.c.state == str(PrintState.RENDERED),
            )
            .values(state=str(PrintState.SENDING), batch_id=batch, place=place)
        )
        if given.rowcount != 1:
            raise Conflict("Somebody else is printing some of this. Look at the queue again.")
    return batch


def accept(tx: sa.Connection, batch: int, state: PrintState, request: str | None = None) -> None:
    """The printer has taken the batch: it is SENT, or PRINTED where that is the same."""
    taken = sa.update(print_batch).where(print_batch.c.id == batch)
    tx.execute(taken.values(accepted=now(), request=request))
    _move(tx, batch, _ON_THE_WAY, state)


def take_back(tx: sa.Connection, batch: int) -> None:
    """Nothing of the batch came out: its prints wait again."""
    _move(tx, batch, _ON_THE_WAY, PrintState.RENDERED)


def doubt(tx: sa.Connection, batch: int) -> None:
    """Nobody knows whether it came out."""
    _move(tx, batch, (PrintState.SENDING, PrintState.SENT), PrintState.DOUBTFUL)


def came_out(tx: sa.Connection, batch: int) -> None:
    _move(tx, batch, _ON_THE_WAY, PrintState.PRINTED)


def _move(tx: sa.Connection, batch: int, old: Iterable[PrintState], new: PrintState) -> None:
    moved = print_job.c.batch_id == batch, print_job.c.state.in_([str(each) for each in old])
    if new is PrintState.PRINTED:  # a message is printed when its paper is there, not its PDF
        messages = sa.select(print_job.c.message_id).where(*moved)
        tx.execute(
            sa.update(message)
            .where(message.c.id.in_(messages), message.c.printed.is_(None))
            .values(
                printed=now(),
                state=sa.case(
                    (message.c.state == MessageState.QUEUED, str(MessageState.PRINTED)),
                    else_=message.c.state,
                ),
            )
        )
    values: dict[str, object] = {"state": str(new)}
    if new is PrintState.RENDERED:
        values |= {"batch_id": None, "place": None}
    tx.execute(sa.update(print_job).where(*moved).values(values))


def spoil(tx: sa.Connection, number: int, reason: str) -> None:
    tx.execute(
        sa.update(print_job)
        .where(print_job.c.id == number)
        .values(state=str(PrintState.SPOILED), reason=reason)
    )


def repeat(tx: sa.Connection, each: Print, reason: str) -> int:
    """The same once more; returns its number. A message is rendered again, from what was written:
    it does not depend on its PDF."""
    row = tx.execute(sa.select(print_job.c.inmate_id).where(print_job.c.id == each.number)).one()
    return add(
        tx,
        each.kind,
        each.title,
        inmate_id=row.inmate_id,
        message_id=each.message,
        pdf=(each.pdf, each.pages or 0) if each.pdf and not each.message else None,
        copy_of=each.number,
        copied=each.copied,
        reason=reason,
    )


def interrupted(tx: sa.Connection) -> tuple[Batch, ...]:
    """What was being given to a printer when this was last seen."""
    return _batches_of(tx, (PrintState.SENDING,))


def unconfirmed(tx: sa.Connection) -> tuple[Batch, ...]:
    """What a printer was given, and nobody has said yet that it came out; the doubtful first."""
    return tuple(sorted(_batches_of(tx, ASKED), key=lambda each: not each.is_doubtful))


def _batches_of(tx: sa.Connection, states: Sequence[PrintState]) -> tuple[Batch, ...]:
    with_some = sa.select(print_job.c.batch_id).where(
        print_job.c.state.in_([str(each) for each in states]), print_job.c.batch_id.is_not(None)
    )
    return _batches(tx, print_batch.c.id.in_(with_some))


def latest(tx: sa.Connection, most: int) -> tuple[Batch, ...]:
    """The last batches, the newest first."""
    newest = sa.select(print_batch.c.id).order_by(print_batch.c.id.desc()).limit(most)
    return _batches(tx, print_batch.c.id.in_(newest))[::-1]


def find_batch(tx: sa.Connection, number: int) -> Batch:
    """Raises NotFound."""
    found = _batches(tx, print_batch.c.id == number)
    if not found:
        raise NotFound(f"There is no batch {number}.")
    return found[0]


def draft_of(tx: sa.Connection, batch: int) -> str | None:
    """Under which name a folder's file is written before it is there whole."""
    asked = sa.select(print_batch.c.draft).where(print_batch.c.id == batch)
    draft: str | None = tx.execute(asked).scalar_one()
    return draft


def _batches(tx: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Batch, ...]:
    rows = tx.execute(sa.select(print_batch).where(where).order_by(print_batch.c.id)).all()
    inside: dict[int | None, list[Print]] = {row.id: [] for row in rows}
    for each in _prints(tx, print_job.c.batch_id.in_(list(inside))) if rows else ():
        inside[each.batch].append(each)
    return tuple(_batch(row, inside[row.id]) for row in rows)


def _batch(row: sa.Row[Any], prints: Sequence[Print]) -> Batch:
    accepted: datetime | None = row.accepted
    bare = Batch(row.id, row.printer, row.by, row.begun, accepted, row.file, row.request)
    return replace(bare, prints=tuple(prints))
