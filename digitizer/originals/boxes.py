"""Boxes of paper in the tables: made, closed, and in use at a scanner."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from digitizer.access.acting import Action
from digitizer.engines.codes.box_code import new_box_code, read_box_code
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.originals import Box, Place
from digitizer.storage.tables_originals import box, box_in_use, paper
from digitizer.support.clock import now
from digitizer.support.visible import as_name

_LONGEST_SHELF = 120


def make(action: Action, shelf: str) -> str:
    """Returns its code. Raises UsageError."""
    shelf, tx = _shelf(shelf), action.tx
    code = new_box_code()
    while tx.execute(sa.select(box.c.id).where(box.c.code == code)).first():
        code = new_box_code()
    values = {"code": code, "shelf": shelf, "made": now(), "made_by": action.by.name}
    tx.execute(sa.insert(box).values(**values, closed_by=""))
    action.record(Verb.MAKE_BOX, Subject.box(code), shelf=shelf)
    return code


def stand(action: Action, code: str, shelf: str) -> None:
    """Where it stands from now on; also of a closed one. Raises NotFound and UsageError."""
    known, shelf = find(action.tx, code), _shelf(shelf)
    action.tx.execute(sa.update(box).where(box.c.code == known.code).values(shelf=shelf))
    action.record(Verb.CHANGE_BOX, Subject.box(known.code), shelf=shelf)


def use(action: Action, code: str, profile: str) -> None:
    """The paper of each new scan with this scanner profile goes into it, and into no other. Raises
    NotFound, and Conflict for a closed one."""
    known = find_open(action.tx, code)
    action.tx.execute(sa.delete(box_in_use).where(box_in_use.c.profile == profile))
    here = sa.select(box.c.id).where(box.c.code == known.code).scalar_subquery()
    action.tx.execute(sa.insert(box_in_use).values(profile=profile, box_id=here))
    action.record(Verb.CHANGE_BOX, Subject.box(known.code), profile=profile)


def close(action: Action, code: str) -> None:
    """Nothing more goes into it. Raises NotFound, and Conflict for a closed one."""
    known = find_open(action.tx, code)
    this = box.c.code == known.code
    action.tx.execute(
        sa.delete(box_in_use).where(box_in_use.c.box_id.in_(sa.select(box.c.id).where(this)))
    )
    action.tx.execute(sa.update(box).where(this).values(closed=now(), closed_by=action.by.name))
    action.record(Verb.CLOSE_BOX, Subject.box(known.code), scans=known.scans)


def in_use(tx: sa.Connection, profile: str) -> tuple[int, str] | None:
    """The row and the code of the box that takes new scans of this profile; None where none
    does."""
    asked = (
        sa.select(box.c.id, box.c.code)
        .join(box_in_use, box_in_use.c.box_id == box.c.id)
        .where(box_in_use.c.profile == profile, box.c.closed.is_(None))
    )
    row = tx.execute(asked).first()
    return (row.id, row.code) if row else None


def find(tx: sa.Connection, typed: str) -> Box:
    """Raises UsageError for what is no code, and NotFound."""
    code = read_box_code(typed)
    for found in look_up(tx, box.c.code == code):
        return found
    raise NotFound(f"There is no box {code}.")


def find_open(tx: sa.Connection, typed: str) -> Box:
    """As ``find``; raises Conflict for a closed one."""
    known = find(tx, typed)
    if known.closed is not None:
        raise Conflict(f"Box {known.code} is closed: nothing more goes into it.")
    return known


def row_of(tx: sa.Connection, code: str) -> int:
    return int(tx.execute(sa.select(box.c.id).where(box.c.code == code)).scalar_one())


def look_up(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[Box, ...]:
    """The open ones first, and of each the newest."""
    order = sa.case((box.c.closed.is_(None), 0), else_=1), box.c.id.desc()
    rows = tx.execute(sa.select(box).where(*where).order_by(*order)).all()
    ids = [row.id for row in rows]
    used, held = _profiles(tx, ids), _counts(tx, ids)
    return tuple(
        Box(
            code=row.code,
            shelf=row.shelf,
            made=row.made,
            made_by=row.made_by,
            closed=row.closed,
            profiles=tuple(sorted(used.get(row.id, ()))),
            scans=held.get(row.id, 0),
        )
        for row in rows
    )


def _profiles(tx: sa.Connection, ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in tx.execute(sa.select(box_in_use).where(box_in_use.c.box_id.in_(ids))):
        found.setdefault(row.box_id, []).append(row.profile)
    return found


def _counts(tx: sa.Connection, ids: Collection[int]) -> dict[int, int]:
    asked = (
        sa.select(paper.c.box_id, sa.func.count())
        .where(paper.c.box_id.in_(ids), paper.c.place == str(Place.BOX))
        .group_by(paper.c.box_id)
    )
    return dict(map(tuple, tx.execute(asked)))


def _shelf(text: str) -> str:
    line = as_name(text)
    if len(line) > _LONGEST_SHELF:
        raise UsageError("That is too long. Shorten it.")
    return line
