"""The rows of the print queue: what waits, what was given to a printer, what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.mail import MessageState
from digitizer.model.prints import (
    ASKED,
    LOST,
    RESTORED,
    WAITING,
    Batch,
    Print,
    PrintKind,
    PrintState,
)
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
    for a copy, or the entry of the logbook of which it is the paper. ``pdf`` is the name of its
    stored PDF and the number of its pages; without it, it is rendered later."""
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


def repeated(tx: sa.Connection, numbers: Sequence[int]) -> frozenset[int]:
    """Those of which a later print was made."""
    later = sa.select(print_job.c.copy_of).where(print_job.c.copy_of.in_(numbers))
    return frozenset(tx.execute(later).scalars())


def spoil_copies(tx: sa.Connection, copied: str, reason: str) -> tuple[int, ...]:
    """Copies of this letter or message count for nothing from now on, printed or not, and are not
    printed; returns their numbers. Of those that a printer had, the reason says so."""
    known = print_job.c.copied == copied, print_job.c.state != str(PrintState.SPOILED)
    rows = tx.execute(sa.select(print_job.c.id, print_job.c.state).where(*known)).all()
    for row in rows:
        on_paper = "" if row.state in WAITING else " A copy may be on paper: take it back."
        spoil(tx, row.id, reason + on_paper)
    return tuple(row.id for row in rows)


def spoil_waiting(tx: sa.Connection, message_id: str, reason: str) -> None:
    """What waits of this message is not printed."""
    its = print_job.c.message_id == message_id, print_job.c.state.in_(WAITING)
    tx.execute(sa.update(print_job).where(*its).values(state=PrintState.SPOILED, reason=reason))


def has_left(tx: sa.Connection, message_id: str) -> bool:
    """Whether a printer was given a print of this message, or of a copy of it; one that is spoiled
    since may lie in its tray, unless it was said that nothing came out."""
    its = sa.or_(print_job.c.message_id == message_id, print_job.c.copied == message_id)
    kept = print_job.c.state.in_([*WAITING, PrintState.SPOILED])
    gone = sa.or_(~kept, print_job.c.batch_id.is_not(None))
    return tx.execute(sa.select(print_job.c.id).where(its, gone)).first() is not None


def given_up(tx: sa.Connection, messages: Sequence[str]) -> Mapping[str, str]:
    """Why staff gave up the last print of these messages, by message: those of which nothing came
    out, and nothing will."""
    found: dict[str, str | None] = {}
    for start in range(0, len(messages), 500):
        some = print_job.c.message_id.in_(messages[start : start + 500])
        on_its_way = message.c.state == str(MessageState.QUEUED)
        asked = sa.select(print_job.c.message_id, print_job.c.state, print_job.c.reason)
        asked = asked.join(message, message.c.id == print_job.c.message_id).where(some, on_its_way)
        for row in tx.execute(asked.order_by(print_job.c.id)):
            spoiled = row.state == PrintState.SPOILED
            is_over = spoiled and found.get(row.message_id, "") is not None
            found[row.message_id] = row.reason if is_over else None
    return {each: why for each, why in found.items() if why is not None}


def latest_given_up(tx: sa.Connection, most: int) -> tuple[Print, ...]:
    """Messages that came to no paper and were not printed again, the last that was given up first:
    by their numbers."""
    spoiled, later = print_job.alias(), print_job.alias()
    again = sa.select(later.c.id).where(later.c.message_id == spoiled.c.message_id)
    asked = (
        sa.select(spoiled.c.id)
        .join(message, message.c.id == spoiled.c.message_id)
        .where(
            spoiled.c.state == str(PrintState.SPOILED),
            message.c.state == str(MessageState.QUEUED),
            ~again.where(
                sa.or_(later.c.state != str(PrintState.SPOILED), later.c.id > spoiled.c.id)
            ).exists(),
        )
        .order_by(spoiled.c.id.desc())
        .limit(most)
    )
    ids = tx.execute(asked).scalars().all()
    found = {each.number: each for each in _prints(tx, print_job.c.id.in_(ids))}
    return tuple(found[each] for each in ids)


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
    *,
    for_unit: bool = False,
) -> int:
    """These prints are being given to a printer, in this order; returns the batch's number.
    ``file`` is where a folder's printer will put them, and under which name until then; with
    ``for_unit`` they are to come into the file of their housing unit, too.

    Raises Conflict if somebody else was quicker with one of them.
    """
    path, draft = file or (None, None)
    made = tx.execute(
        sa.insert(print_batch)
        .values(printer=printer, by=by, begun=now(), file=path, draft=draft, for_unit=for_unit)
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


def lose_pdf(tx: sa.Connection, number: int) -> None:
    """A print that waits has no PDF any more: it is rendered again."""
    tx.execute(
        sa.update(print_job)
        .where(print_job.c.id == number, print_job.c.state == str(PrintState.RENDERED))
        .values(state=str(PrintState.QUEUED), pdf=None, pages=None)
    )


def doubt_lost(tx: sa.Connection, prints: Sequence[Print], by: str) -> int:
    """Prints that wait, and whose PDFs are lost for good; returns the batch of which is asked."""
    batch = begin_batch(tx, LOST, by, prints)
    doubt(tx, batch)
    return batch


def doubt_all(tx: sa.Connection, by: str) -> int:
    """Of a home that comes from a backup: the first home may have printed since what waited then,
    or what a printer was given. Of what waited one batch is asked for each pile. Returns how many
    prints that is."""
    on_the_way = _prints(tx, print_job.c.state.in_((PrintState.SENDING, PrintState.SENT)))
    for batch in sorted({each.batch for each in on_the_way if each.batch is not None}):
        doubt(tx, batch)
    begun = unbound(tx)
    for each in begun:
        doubt_paper(tx, each.batch.number)
    waits = sorted(waiting(tx), key=lambda each: each.pile)
    for _, pile in groupby(waits, key=lambda each: each.pile):
        _doubt_waiting(tx, list(pile), by)
    return len(on_the_way) + len(begun) + len(waits)


def _doubt_waiting(tx: sa.Connection, prints: Sequence[Print], by: str) -> None:
    made = sa.insert(print_batch).values(printer=RESTORED, by=by, begun=now())
    batch = int(tx.execute(made.returning(print_batch.c.id)).scalar_one())
    for place, each in enumerate(prints, start=1):
        asked = sa.update(print_job).where(print_job.c.id == each.number)
        tx.execute(asked.values(state=str(PrintState.DOUBTFUL), batch_id=batch, place=place))


def came_out(tx: sa.Connection, batch: int) -> None:
    end_unit(tx, [batch])
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
    if new is PrintState.RENDERED:  # what waited in a home that was restored may have no PDF yet
        state = sa.case((print_job.c.pdf.is_(None), str(PrintState.QUEUED)), else_=str(new))
        values = {"state": state, "batch_id": None, "place": None}
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


@dataclass(frozen=True, slots=True)
class Unbound:
    """A batch that is in a folder, and whose letter is still to come into the file of its unit.
    ``names`` are that file's own name and its draft's, where a process died while it made it."""

    batch: Batch
    names: tuple[str, str] | None


def unbound(tx: sa.Connection) -> tuple[Unbound, ...]:
    """Oldest first; not what is still being given to the printer, or waits again."""
    rows = tx.execute(sa.select(print_batch).where(print_batch.c.for_unit)).all()
    names = {row.id: (row.unit_file, row.unit_draft) if row.unit_file else None for row in rows}
    found = _batches(tx, print_batch.c.id.in_(list(names)))
    there = [
        each
        for each in found
        if each.prints and all(one.state is PrintState.PRINTED for one in each.prints)
    ]
    return tuple(Unbound(each, names[each.number]) for each in there)


def begin_unit(tx: sa.Connection, batches: Collection[int], names: tuple[str, str] | None) -> None:
    """Their unit's file is being made under these names; None: it was not made after all."""
    file, draft = names or (None, None)
    these = sa.update(print_batch).where(print_batch.c.id.in_(batches))
    tx.execute(these.values(unit_file=file, unit_draft=draft))


def end_unit(tx: sa.Connection, batches: Collection[int]) -> None:
    """They are in their unit's file, or will be in none."""
    these = sa.update(print_batch).where(print_batch.c.id.in_(batches))
    tx.execute(these.values(for_unit=False, unit_file=None, unit_draft=None))


def doubt_paper(tx: sa.Connection, batch: int) -> None:
    """Its file was there, and is gone: nobody knows whether it was printed from it."""
    end_unit(tx, [batch])
    _move(tx, batch, (PrintState.PRINTED,), PrintState.DOUBTFUL)


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
