"""Where the paper of each scan is: in no box yet, in a box, given out, or destroyed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import Action, Look
from digitizer.access.sealed_names import shown_name
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.originals import GivenTo, Paper, Place
from digitizer.originals import boxes
from digitizer.storage.tables import letter, original, scan
from digitizer.storage.tables_originals import box, destruction, destruction_scan, paper
from digitizer.support.clock import now
from digitizer.support.visible import as_name

_LONGEST_NOTE = 500
_GONE = (str(Place.GIVEN), str(Place.DESTROYED))


def put_new(tx: sa.Connection, scan_id: str, profile: str, by: str) -> str | None:
    """The paper of a scan that just came in lies in the box that is in use at its scanner; returns
    the code of that. None: no box is in use there."""
    into = boxes.in_use(tx, profile)
    if into is None:
        return None
    _write(tx, scan_id, by, place=Place.BOX, box_id=into[0])
    return into[1]


def put(action: Action, scan_id: str, code: str) -> None:
    """Into a box, or with an empty code out of any. Raises UsageError, NotFound, and Conflict for a
    closed box and for paper that is gone."""
    need_here(action.tx, scan_id)
    if not code.strip():
        action.tx.execute(sa.delete(paper).where(paper.c.scan_id == scan_id))
        action.record(Verb.PLACE_PAPER, Subject.scan(scan_id), box=None)
        return
    into = boxes.find_open(action.tx, code)
    row = boxes.row_of(action.tx, into.code)
    _write(action.tx, scan_id, action.by.name, place=Place.BOX, box_id=row)
    action.record(Verb.PLACE_PAPER, Subject.scan(scan_id), box=into.code)


def give(action: Action, scan_id: str, to: GivenTo, note: str) -> None:
    """All of the paper of a scan. Raises UsageError where it goes to someone else and the note does
    not say to whom, and Conflict for paper that is gone or is to be destroyed."""
    note = as_name(note)
    if len(note) > _LONGEST_NOTE:
        raise UsageError("That is too long. Shorten it.")
    if to is GivenTo.OTHER and not note:
        raise UsageError("Say in a note to whom it is given.")
    need_here(action.tx, scan_id)
    _write(action.tx, scan_id, action.by.name, place=Place.GIVEN, given_to=to, note=note)
    action.record(Verb.GIVE_PAPER, Subject.scan(scan_id), to=str(to))


def mark_destroyed(tx: sa.Connection, scan_id: str, number: int, by: str) -> None:
    _write(tx, scan_id, by, place=Place.DESTROYED, destruction_id=number)


def _write(tx: sa.Connection, scan_id: str, by: str, **changed: Any) -> None:
    """What is not named stays as it was: also what is gone has the box in which it lay."""
    values = {"note": "", **changed, "by": by, "at": now()}
    values |= {key: str(values[key]) for key in ("place", "given_to") if key in values}
    done = tx.execute(sa.update(paper).where(paper.c.scan_id == scan_id).values(**values))
    if done.rowcount == 0:
        tx.execute(sa.insert(paper).values(scan_id=scan_id, **values))


def need_here(tx: sa.Connection, scan_id: str) -> None:
    """Raises Conflict for paper that was given out or destroyed, and for what somebody proposed to
    destroy: whoever confirms that must find what the list says."""
    place = tx.execute(sa.select(paper.c.place).where(paper.c.scan_id == scan_id)).scalar()
    if place in _GONE:
        raise Conflict("This paper is gone: it was given out or destroyed.")
    if proposed_in(tx, scan_id) is not None:
        raise Conflict("This paper is proposed for destruction. Withdraw the proposal first.")


def proposed_in(tx: sa.Connection, scan_id: str) -> int | None:
    """The open proposal of a destruction that names this scan."""
    asked = (
        sa.select(destruction.c.id)
        .join(destruction_scan, destruction_scan.c.destruction_id == destruction.c.id)
        .where(
            destruction_scan.c.scan_id == scan_id,
            destruction.c.confirmed.is_(None),
            destruction.c.withdrawn.is_(None),
        )
    )
    return tx.execute(asked).scalar()


def scan_of(tx: sa.Connection, item: str) -> str:
    """The scan with this id, or that of the letter. Raises NotFound."""
    wanted = item.strip()
    found = tx.execute(sa.select(letter.c.scan_id).where(letter.c.id == wanted)).scalar()
    found = found or tx.execute(sa.select(scan.c.id).where(scan.c.id == wanted)).scalar()
    if found is None:
        raise NotFound("No letter or scan has this id.")
    return str(found)


def scans_named(tx: sa.Connection, source: str, most: int) -> tuple[str, ...]:
    """Those with a file of this name, the newest first; sealed ones are not found by it."""
    asked = (
        sa.select(scan.c.id)
        .join(original, original.c.scan_id == scan.c.id)
        .where(original.c.source == source.strip(), ~scan.c.sealed)
        .order_by(scan.c.taken_in.desc(), scan.c.id)
        .limit(most)
    )
    return tuple(dict.fromkeys(tx.execute(asked).scalars()))


def of_scan(look: Look, scan_id: str) -> Paper:
    """Raises NotFound."""
    for found in of_scans(look, [scan_id]):
        return found
    raise NotFound("No letter or scan has this id.")


def of_scans(look: Look, ids: Iterable[str]) -> tuple[Paper, ...]:
    """In the order of the ids."""
    wanted = list(ids)
    found = {each.scan: each for each in look_up(look, scan.c.id.in_(wanted))}
    return tuple(found[each] for each in wanted if each in found)


def in_box(look: Look, code: str, most: int) -> tuple[Paper, ...]:
    """What lies in it now, the newest first."""
    return look_up(look, box.c.code == code, paper.c.place == str(Place.BOX), most=most)


def look_up(
    look: Look, *where: sa.ColumnElement[bool], most: int | None = None
) -> tuple[Paper, ...]:
    """The newest first."""
    asked = (
        sa.select(
            scan.c.id.label("scan_id"),
            *(scan.c.profile, scan.c.pages, scan.c.taken_in, scan.c.sealed),
            *(paper.c.place, paper.c.given_to, paper.c.note, paper.c.destruction_id),
            *(paper.c.by, paper.c.at, box.c.code, box.c.shelf),
        )
        .outerjoin(paper, paper.c.scan_id == scan.c.id)
        .outerjoin(box, paper.c.box_id == box.c.id)
        .where(*where)
        .order_by(scan.c.taken_in.desc(), scan.c.id)
        .limit(most)
    )
    rows = look.tx.execute(asked).all()
    names = _names(look.tx, [row.scan_id for row in rows])
    return tuple(_paper(look, row, names) for row in rows)


def _names(tx: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    first = original.c.scan_id.in_(ids), original.c.ordinal == 1
    return dict(
        map(tuple, tx.execute(sa.select(original.c.scan_id, original.c.source).where(*first)))
    )


def _paper(look: Look, row: sa.Row[Any], names: dict[str, str]) -> Paper:
    return Paper(
        scan=row.scan_id,
        source=shown_name(look.by, names.get(row.scan_id, ""), sealed=row.sealed),
        profile=row.profile,
        pages=row.pages,
        taken_in=row.taken_in,
        place=Place(row.place) if row.place else Place.NOWHERE,
        box=row.code,
        shelf=row.shelf or "",
        given_to=GivenTo(row.given_to) if row.given_to else None,
        note=row.note or "",
        destruction=row.destruction_id,
        by=row.by or "",
        at=row.at,
    )
