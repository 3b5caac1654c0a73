"""Destroying paper: one person proposes, another confirms, and a certificate says what was done.

Whoever confirms, see ``operations.paper_destruction``: the stored files are read again first.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.acting import Action, Look
from digitizer.access.permissions import RULES, Act
from digitizer.access.second_person import need_two_people
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.originals import DestroyedPaper, Destruction, DestructionLine, Obstacle
from digitizer.model.settings import Settings
from digitizer.originals import asked, obstacles, papers
from digitizer.people.names import one_name
from digitizer.storage.tables import original, scan, staff
from digitizer.storage.tables_originals import box, destruction, destruction_scan, paper
from digitizer.support.clock import now
from digitizer.support.wording import counted

#: So many scans fit on one list that a person can look through.
MOST = 1000
_BEFORE_ONE_PROPOSAL = frozenset({Obstacle.PROPOSED})


def propose(action: Action, settings: Settings, scans: Collection[str]) -> int:
    """Returns the number of the list. Raises UsageError for an empty or too long one, NotFound, and
    Conflict where one of them is not due, or who proposes is not on the staff list."""
    tx, wanted = action.tx, sorted(set(scans))
    if not 0 < len(wanted) <= MOST:
        raise UsageError(f"Choose 1 to {MOST} scans.")
    if not _may(tx, action.by.name, Act.PROPOSE_PAPER_DESTRUCTION):
        raise Conflict("Only somebody on the staff list can propose a destruction.")
    for each in wanted:
        if papers.scan_of(tx, each) != each:
            raise UsageError("Name scans, not letters: a stack is destroyed as a whole.")
    not_due = obstacles.of_scans(tx, settings, wanted)
    if not_due:
        raise Conflict(
            f"{counted(len(not_due), 'scan')} of these cannot be destroyed now. Look at the list "
            "again."
        )
    values = {"proposed": now(), "proposed_by": action.by.name}
    insert = sa.insert(destruction).values(**values, withdrawn_by="", confirmed_by="")
    number = int(tx.execute(insert.returning(destruction.c.id)).scalar_one())
    tx.execute(
        sa.insert(destruction_scan),
        [{"destruction_id": number, "scan_id": each} for each in wanted],
    )
    action.record(Verb.PROPOSE_PAPER_DESTRUCTION, Subject.destruction(number), scans=wanted)
    return number


def withdraw(action: Action, number: int) -> None:
    """Raises NotFound, and Conflict for one that is over."""
    _need_open(action.tx, number)
    this = sa.update(destruction).where(destruction.c.id == number)
    action.tx.execute(this.values(withdrawn=now(), withdrawn_by=action.by.name))
    action.record(Verb.WITHDRAW_PAPER_DESTRUCTION, Subject.destruction(number))


def files_of(tx: sa.Connection, number: int) -> dict[str, tuple[str, ...]]:
    """The digests of the stored originals of each scan on a list. A scan that was destroyed by
    schedule is named with none; any other that has none is not named. Raises NotFound, and Conflict
    for a list that is over."""
    _need_open(tx, number)
    asked_for = (
        sa.select(original.c.scan_id, original.c.sha256)
        .join(destruction_scan, destruction_scan.c.scan_id == original.c.scan_id)
        .where(destruction_scan.c.destruction_id == number, original.c.destroyed.is_(None))
        .order_by(original.c.scan_id, original.c.ordinal)
    )
    before = scan.c.id.in_(_scans(tx, number)), scan.c.destroyed.is_not(None)
    found: dict[str, tuple[str, ...]] = dict.fromkeys(
        tx.execute(sa.select(scan.c.id).where(*before)).scalars(), ()
    )
    for row in tx.execute(asked_for):
        found[row.scan_id] = (*found.get(row.scan_id, ()), row.sha256)
    return found


def need_second(tx: sa.Connection, number: int, by: str) -> None:
    """Raises Conflict unless this is another person than who proposed it, who still may."""
    first = _need_open(tx, number).proposed_by
    if one_name(first) == one_name(by):
        raise Conflict("You proposed this yourself: somebody else must confirm it.")
    if not _may(tx, first, Act.PROPOSE_PAPER_DESTRUCTION):
        raise Conflict(f"{first}, who proposed this, left or has another role. Propose it again.")
    need_two_people(tx, first, by)


def carry_out(
    action: Action, settings: Settings, number: int, sound: Collection[str]
) -> tuple[int, int]:
    """Records as destroyed what on this list may be destroyed now and is ``sound``: its stored
    files were read and are as they were. The rest is left out, with its reason. Returns how many
    were destroyed, and how many left out. Raises as ``need_second``."""
    tx = action.tx
    need_second(tx, number, action.by.name)
    wanted = _scans(tx, number)
    left = dict(obstacles.of_scans(tx, settings, wanted, _BEFORE_ONE_PROPOSAL))
    left |= {each: Obstacle.ALTERED for each in wanted if each not in left and each not in sound}
    for each in wanted:
        if each in left:
            action.record(Verb.LEAVE_PAPER, Subject.scan(each), list=number, obstacle=left[each])
            _note(tx, number, each, left_out=str(left[each]))
        else:
            _destroy(action, number, each)
    this = sa.update(destruction).where(destruction.c.id == number)
    tx.execute(this.values(confirmed=now(), confirmed_by=action.by.name))
    counts = len(wanted) - len(left), len(left)
    action.record(
        Verb.CONFIRM_PAPER_DESTRUCTION,
        Subject.destruction(number),
        destroyed=counts[0],
        left_out=counts[1],
    )
    tx.execute(this.values(event=audit.named_head(tx).seq))
    return counts


def _destroy(action: Action, number: int, scan_id: str) -> None:
    facts = _facts(action.tx, scan_id)
    papers.mark_destroyed(action.tx, scan_id, number, action.by.name)
    digests = [digest for _, digest in facts["files"]]
    action.record(Verb.DESTROY_PAPER, Subject.scan(scan_id), list=number, sha256=digests)
    _note(action.tx, number, scan_id, facts=facts, event=audit.named_head(action.tx).seq)


def _facts(tx: sa.Connection, scan_id: str) -> dict[str, Any]:
    """What the certificate says, also when the files are gone one day."""
    row = tx.execute(
        sa.select(scan.c.pages, scan.c.taken_in, scan.c.destroyed, box.c.code)
        .outerjoin(paper, paper.c.scan_id == scan.c.id)
        .outerjoin(box, paper.c.box_id == box.c.id)
        .where(scan.c.id == scan_id)
    ).one()
    files = tx.execute(
        sa.select(original.c.source, original.c.sha256)
        .where(original.c.scan_id == scan_id, original.c.destroyed.is_(None))
        .order_by(original.c.ordinal)
    )
    return {
        "files": [[each.source, each.sha256] for each in files],
        "pages": row.pages or 0,
        "box": row.code or "",
        "scan_destroyed": row.destroyed is not None,
        "given": list(asked.given_letters(tx, scan_id)),
    }


def _note(tx: sa.Connection, number: int, scan_id: str, **values: Any) -> None:
    this = destruction_scan.c.destruction_id == number, destruction_scan.c.scan_id == scan_id
    tx.execute(sa.update(destruction_scan).where(*this).values(**values))


def _need_open(tx: sa.Connection, number: int) -> sa.Row[Any]:
    row = tx.execute(sa.select(destruction).where(destruction.c.id == number)).first()
    if row is None:
        raise NotFound("There is no such list.")
    if row.confirmed is not None or row.withdrawn is not None:
        raise Conflict("This list is over: it was confirmed or withdrawn.")
    return row


def _may(tx: sa.Connection, name: str, act: Act) -> bool:
    """Whether somebody of this name is on the staff list now, with a role that allows it."""
    roles = [str(role) for role in RULES[act].roles]
    listed = staff.c.name == name, staff.c.active, staff.c.role.in_(roles)
    return tx.execute(sa.select(staff.c.id).where(*listed)).first() is not None


def _scans(tx: sa.Connection, number: int) -> list[str]:
    named = destruction_scan.c.destruction_id == number
    asked_for = sa.select(destruction_scan.c.scan_id).where(named)
    return list(tx.execute(asked_for.order_by(destruction_scan.c.scan_id)).scalars())


def find(look: Look, number: int) -> Destruction:
    """Raises NotFound."""
    tx = look.tx
    row = tx.execute(sa.select(destruction).where(destruction.c.id == number)).first()
    if row is None:
        raise NotFound("There is no such list.")
    named = destruction_scan.c.destruction_id == row.id
    lines = tx.execute(
        sa.select(destruction_scan).where(named).order_by(destruction_scan.c.scan_id)
    ).all()
    known = papers.of_scans(look, [each.scan_id for each in lines])
    taken_in = {each.scan: each.taken_in for each in known}
    return Destruction(
        number=row.id,
        proposed=row.proposed,
        proposed_by=row.proposed_by,
        withdrawn=row.withdrawn,
        withdrawn_by=row.withdrawn_by,
        confirmed=row.confirmed,
        confirmed_by=row.confirmed_by,
        scans=known,
        left_out={each.scan_id: Obstacle(each.left_out) for each in lines if each.left_out},
        destroyed=tuple(
            DestroyedPaper(
                scan=each.scan_id,
                files=tuple((name, digest) for name, digest in each.facts["files"]),
                pages=each.facts["pages"],
                taken_in=taken_in[each.scan_id],
                box=each.facts["box"],
                given=tuple(each.facts["given"]),
                scan_destroyed=each.facts.get("scan_destroyed", False),
                event=each.event,
                digest=audit.hash_at(tx, each.event) or "",
            )
            for each in lines
            if each.facts
        ),
        event=row.event,
        digest=(audit.hash_at(tx, row.event) or "") if row.event else "",
    )


def altered(tx: sa.Connection) -> tuple[str, ...]:
    """The scans that were left out because a stored file was not as it was, and whose paper is
    still here."""
    asked_for = (
        sa.select(destruction_scan.c.scan_id)
        .join(scan, scan.c.id == destruction_scan.c.scan_id)
        .outerjoin(paper, paper.c.scan_id == destruction_scan.c.scan_id)
        .where(
            destruction_scan.c.left_out == str(Obstacle.ALTERED),
            scan.c.destroyed.is_(None),
            sa.or_(paper.c.place.is_(None), paper.c.place == "box"),
        )
        .distinct()
    )
    return tuple(sorted(tx.execute(asked_for).scalars()))


def open_lists(tx: sa.Connection) -> tuple[DestructionLine, ...]:
    """Those that wait for their second person, the newest first."""
    return _lines(tx, destruction.c.confirmed.is_(None), destruction.c.withdrawn.is_(None))


def closed_lists(tx: sa.Connection, most: int) -> tuple[DestructionLine, ...]:
    """Those that were confirmed, the newest first."""
    return _lines(tx, destruction.c.confirmed.is_not(None), most=most)


def _lines(
    tx: sa.Connection, *where: sa.ColumnElement[bool], most: int | None = None
) -> tuple[DestructionLine, ...]:
    own = destruction_scan.c.destruction_id == destruction.c.id
    counts = (
        sa.select(sa.func.count(column)).where(own).scalar_subquery().label(name)
        for name, column in (
            ("scans", destruction_scan.c.scan_id),
            ("destroyed", destruction_scan.c.event),
            ("left_out", destruction_scan.c.left_out),
        )
    )
    asked_for = sa.select(destruction, *counts).where(*where)
    rows = tx.execute(asked_for.order_by(destruction.c.id.desc()).limit(most))
    return tuple(
        DestructionLine(
            number=row.id,
            proposed=row.proposed,
            proposed_by=row.proposed_by,
            confirmed=row.confirmed,
            confirmed_by=row.confirmed_by,
            scans=row.scans,
            destroyed=row.destroyed,
            left_out=row.left_out,
        )
        for row in rows
    )
