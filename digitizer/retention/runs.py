"""The record of runs: what was proposed, who confirmed it, and what became of each thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.access.permissions import RULES, Act
from digitizer.access.second_person import need_two_people
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.people import Actor
from digitizer.model.retention import Due, Fate, MailKind, OlderCopy, Run, RunItem, RunState, Thing
from digitizer.people.names import one_name
from digitizer.storage.tables import staff
from digitizer.storage.tables_retention import retention_item, retention_run
from digitizer.storage.tables_upkeep import backup_run
from digitizer.support.clock import now

#: How long a proposal waits for its second person.
LIFE = timedelta(days=7)


def propose(tx: sa.Connection, kind: MailKind, due: Iterable[Due], reason: str, by: Actor) -> int:
    """Raises Conflict where something of it is in another run that is not over."""
    some = tuple(due)
    taken = (
        sa.select(retention_item.c.item)
        .join(retention_run, retention_run.c.id == retention_item.c.run_id)
        .where(
            retention_item.c.fate == str(Fate.WAITING),
            retention_run.c.state.in_((str(RunState.PROPOSED), str(RunState.CONFIRMED))),
        )
    )
    busy = set(tx.execute(taken).scalars()) & {each.id for each in some}
    if busy:
        raise Conflict("Some of it is proposed already. Confirm or withdraw that proposal first.")
    done = tx.execute(
        sa.insert(retention_run).values(
            kind=str(kind),
            state=str(RunState.PROPOSED),
            proposed_by=by.name,
            proposed=now(),
            reason=reason,
            confirmed_by="",
        )
    )
    key = done.inserted_primary_key
    assert key is not None
    for each in some:
        tx.execute(
            sa.insert(retention_item).values(
                run_id=key[0],
                thing=str(each.thing),
                item=each.id,
                rule=each.rule,
                due=each.due,
                fate=str(Fate.WAITING),
                why="",
                pages=0,
                hashes=[],
            )
        )
    return int(key[0])


def need_staff(tx: sa.Connection, name: str) -> None:
    """Raises Conflict unless they are on the staff list now, with a role for it."""
    roles = [str(role) for role in RULES[Act.PROPOSE_DESTRUCTION].roles]
    known = sa.select(staff.c.id).where(
        staff.c.name == name, staff.c.active, staff.c.role.in_(roles)
    )
    if tx.execute(known).first() is None:
        raise Conflict(f"{name} is not on the staff list as somebody who may do this.")


def confirm(tx: sa.Connection, number: int, by: Actor) -> Run:
    """Raises NotFound, and Conflict where it does not wait, is too old, or where this is no second
    person."""
    run = _waiting(tx, number)
    if run.proposed + LIFE <= now():
        raise Conflict("This proposal is too old. Withdraw it, and propose again what is due.")
    if one_name(run.proposed_by) == one_name(by.name):
        raise Conflict("You proposed this yourself. Another person must confirm it.")
    need_staff(tx, run.proposed_by)
    need_staff(tx, by.name)
    need_two_people(tx, run.proposed_by, by.name)
    this = sa.update(retention_run).where(retention_run.c.id == number)
    tx.execute(this.values(state=str(RunState.CONFIRMED), confirmed_by=by.name, confirmed=now()))
    return run


def withdraw(tx: sa.Connection, number: int) -> None:
    """Raises NotFound, and Conflict where it was confirmed already."""
    _waiting(tx, number)
    this = sa.update(retention_run).where(retention_run.c.id == number)
    tx.execute(this.values(state=str(RunState.WITHDRAWN), finished=now()))


def _waiting(tx: sa.Connection, number: int) -> Run:
    run = find(tx, number)
    if run.state is not RunState.PROPOSED:
        raise Conflict(f"Run {number} does not wait for a decision: it is {run.state}.")
    return run


def end(tx: sa.Connection, number: int, state: RunState) -> None:
    this = sa.update(retention_run).where(retention_run.c.id == number)
    tx.execute(this.values(state=str(state), finished=now()))


def settle(
    tx: sa.Connection,
    item_id: int,
    fate: Fate,
    why: str = "",
    pages: int = 0,
    hashes: Collection[str] = (),
) -> None:
    this = sa.update(retention_item).where(retention_item.c.id == item_id)
    values = {"fate": str(fate), "why": why, "pages": pages, "hashes": list(hashes)}
    tx.execute(this.values(at=now(), **values))


def waiting_items(tx: sa.Connection, number: int) -> list[tuple[int, RunItem]]:
    """What is still to be destroyed, in order, each with the number of its row."""
    asked = sa.select(retention_item).where(
        retention_item.c.run_id == number, retention_item.c.fate == str(Fate.WAITING)
    )
    return [(row.id, _item(row)) for row in tx.execute(asked.order_by(retention_item.c.id))]


def items(tx: sa.Connection, number: int) -> tuple[RunItem, ...]:
    asked = sa.select(retention_item).where(retention_item.c.run_id == number)
    return tuple(_item(row) for row in tx.execute(asked.order_by(retention_item.c.id)))


def find(tx: sa.Connection, number: int) -> Run:
    """Raises NotFound."""
    row = tx.execute(sa.select(retention_run).where(retention_run.c.id == number)).first()
    if row is None:
        raise NotFound(f"There is no retention run {number}.")
    return _run(tx, row)


def newest(tx: sa.Connection, most: int) -> tuple[Run, ...]:
    """What waits first, then the newest."""
    done = retention_run.c.state.in_((str(RunState.DONE), str(RunState.WITHDRAWN)))
    asked = sa.select(retention_run).order_by(done, retention_run.c.id.desc()).limit(most)
    return tuple(_run(tx, row) for row in tx.execute(asked).all())


def in_state(tx: sa.Connection, state: RunState) -> tuple[Run, ...]:
    """Oldest first."""
    asked = sa.select(retention_run).where(retention_run.c.state == str(state))
    return tuple(_run(tx, row) for row in tx.execute(asked.order_by(retention_run.c.id)).all())


def older_copies(tx: sa.Connection) -> tuple[OlderCopy, ...]:
    """The service's own backups that may still hold what a run destroyed, oldest first."""
    last: datetime | None = tx.execute(
        sa.select(sa.func.max(retention_run.c.finished)).where(
            retention_run.c.state.in_((str(RunState.REWRITE_OWED), str(RunState.DONE)))
        )
    ).scalar()
    if last is None:
        return ()
    asked = sa.select(backup_run).where(
        backup_run.c.started < last, backup_run.c.good, backup_run.c.removed.is_(None)
    )
    rows = tx.execute(asked.order_by(backup_run.c.started))
    return tuple(OlderCopy(row.folder, row.started) for row in rows)


def _run(tx: sa.Connection, row: sa.Row[Any]) -> Run:
    counted = (
        sa.select(retention_item.c.fate, sa.func.count())
        .where(retention_item.c.run_id == row.id)
        .group_by(retention_item.c.fate)
    )
    return Run(
        number=row.id,
        kind=MailKind(row.kind),
        state=RunState(row.state),
        proposed_by=row.proposed_by,
        proposed=row.proposed,
        reason=row.reason,
        confirmed_by=row.confirmed_by,
        confirmed=row.confirmed,
        finished=row.finished,
        items={Fate(fate): number for fate, number in tx.execute(counted)},
    )


def _item(row: sa.Row[Any]) -> RunItem:
    return RunItem(
        thing=Thing(row.thing),
        id=row.item,
        rule=row.rule,
        due=row.due,
        fate=Fate(row.fate),
        why=row.why,
        pages=row.pages,
        hashes=tuple(row.hashes),
        at=row.at,
    )
