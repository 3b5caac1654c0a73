"""Why the paper of a scan is not destroyed now: the one place that knows it.

Each obstacle is a condition on the table of scans, so that the list of what is due, a proposal and
its confirmation ask the very same. In doubt there is an obstacle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.model.appeals import SheetGoes
from digitizer.model.errors import Conflict
from digitizer.model.mail import LetterState, ScanState
from digitizer.model.originals import Answer, Obstacle, Place
from digitizer.model.settings import Settings
from digitizer.originals import holds
from digitizer.policies import legal_holds
from digitizer.storage.tables import letter, scan
from digitizer.storage.tables_appeals import appeal, rejection
from digitizer.storage.tables_logbook import returned_mail
from digitizer.storage.tables_originals import (
    box,
    destruction,
    destruction_scan,
    paper,
    paper_hold,
    paper_request,
)
from digitizer.support.clock import now
from digitizer.support.slices import in_slices

_AT_ONCE = 500
_Condition = sa.ColumnElement[bool]
_OPEN_LETTERS = (str(LetterState.HELD), str(LetterState.AWAITING_REVIEW))
_ON_HOLD = "This paper is on hold: it is neither given out nor destroyed."
_UNDER_LEGAL_HOLD = (
    "A legal hold keeps this paper, or nobody knows whose it is while one counts: it is neither "
    "given out nor destroyed."
)
_KEPT = (str(SheetGoes.HELD), str(SheetGoes.CONTRABAND), str(SheetGoes.EVIDENCE))


def due(
    tx: sa.Connection, settings: Settings, most: int, code: str | None = None
) -> tuple[str, ...]:
    """The scans whose paper may be destroyed, the oldest first; with ``code`` of one box alone."""
    free = [~condition for condition in _conditions(tx, settings).values()]
    asked = sa.select(scan.c.id).where(*free)
    if code is not None:
        lies = sa.select(paper.c.scan_id).join(box, paper.c.box_id == box.c.id)
        asked = asked.where(scan.c.id.in_(lies.where(box.c.code == code)))
    return tuple(tx.execute(asked.order_by(scan.c.taken_in, scan.c.id).limit(most)).scalars())


def how_many_due(tx: sa.Connection, settings: Settings) -> int:
    free = [~condition for condition in _conditions(tx, settings).values()]
    count = sa.select(sa.func.count()).select_from(scan).where(*free)
    return int(tx.execute(count).scalar_one())


def of_scans(
    tx: sa.Connection,
    settings: Settings,
    ids: Iterable[str],
    but: frozenset[Obstacle] = frozenset(),
) -> Mapping[str, Obstacle]:
    """The first obstacle of each scan that has one, apart from those in ``but``."""
    wanted = sorted(ids)
    conditions = {
        each: condition
        for each, condition in _conditions(tx, settings, wanted).items()
        if each not in but
    }
    first = sa.case(*((condition, str(each)) for each, condition in conditions.items()))
    found: dict[str, Obstacle] = {}
    for some in in_slices(wanted, _AT_ONCE):
        rows = tx.execute(sa.select(scan.c.id, first.label("first")).where(scan.c.id.in_(some)))
        found |= {row.id: Obstacle(row.first) for row in rows if row.first is not None}
    return found


def need_not_kept(tx: sa.Connection, scan_id: str) -> None:
    """Raises Conflict for paper that a hold keeps from whoever would give it out: of this scan, of
    an earlier one of the same sheets, or of a later one."""
    same = _with_later_scans(tx, {scan_id})
    for condition, message in (
        (scan.c.id.in_(_with_later_scans(tx, _on_hold(tx))), _ON_HOLD),
        (_under_legal_hold(tx, same), _UNDER_LEGAL_HOLD),
    ):
        if tx.execute(sa.select(scan.c.id).where(scan.c.id.in_(same), condition)).first():
            raise Conflict(message)


def _conditions(
    tx: sa.Connection, settings: Settings, ids: Sequence[str] | None = None
) -> dict[Obstacle, _Condition]:
    """In the order in which they are told; they hold for these scans, without ``ids`` for all that
    lie in a box."""
    young = now() - timedelta(days=settings.originals.keep_days)
    return {
        Obstacle.GONE: _gone(scan.c.id),
        Obstacle.SEALED: scan.c.sealed,
        Obstacle.UNSETTLED: _unsettled(),
        Obstacle.HOLD: scan.c.id.in_(_with_later_scans(tx, _on_hold(tx))),
        Obstacle.LEGAL_HOLD: _under_legal_hold(tx, ids),
        Obstacle.ASKED: scan.c.id.in_(_with_later_scans(tx, _asked_for(tx))),
        Obstacle.APPEAL: _appealed(settings),
        Obstacle.KEPT: _rejections(rejection.c.sheet.in_(_KEPT)),
        Obstacle.RETURNS: _returns(),
        Obstacle.AGAIN: _scanned_again(),
        Obstacle.YOUNG: scan.c.taken_in > young,
        Obstacle.NOWHERE: ~sa.exists().where(
            paper.c.scan_id == scan.c.id, paper.c.box_id.is_not(None)
        ),
        Obstacle.PROPOSED: _proposed(),
    }


def _gone(scan_id: sa.ColumnElement[str]) -> _Condition:
    gone = paper.c.place.in_((str(Place.GIVEN), str(Place.DESTROYED)))
    return sa.exists().where(paper.c.scan_id == scan_id, gone)


def _unsettled() -> _Condition:
    """It is worked, held as a whole, or a letter of it waits for a person."""
    held = scan.c.state == str(ScanState.HELD)
    worked = scan.c.state.not_in((str(ScanState.FILED), str(ScanState.HELD)))
    waits = sa.exists().where(letter.c.scan_id == scan.c.id, letter.c.state.in_(_OPEN_LETTERS))
    return sa.or_(worked, held & ~scan.c.rejected & scan.c.replaced_by.is_(None), waits)


def _on_hold(tx: sa.Connection) -> set[str]:
    asked = sa.select(paper_hold.c.scan_id).where(*holds.counting())
    return set(tx.execute(asked).scalars())


def _under_legal_hold(tx: sa.Connection, ids: Sequence[str] | None) -> _Condition:
    """A letter in it, or in an earlier scan of its sheets, is under a legal hold; or it has none
    that anybody knows, and so may be. Without ``ids`` all that lies in a box is looked at."""
    today = now().astimezone().date()
    if not legal_holds.any_counts(tx, today):
        return sa.false()
    if ids is None:
        boxed = sa.select(paper.c.scan_id).where(paper.c.place == str(Place.BOX))
        ids = tx.execute(boxed).scalars().all()
    held: set[str] = set()
    for some in in_slices(_with_earlier_scans(tx, set(ids)), _AT_ONCE):
        asked = sa.select(letter.c.id, letter.c.scan_id).where(letter.c.scan_id.in_(some))
        scans = {row.id: row.scan_id for row in tx.execute(asked)}
        held |= {scans[each] for each in legal_holds.held_letters(tx, sorted(scans), today)}
    nobodys = ~sa.exists().where(letter.c.scan_id == scan.c.id)
    return sa.or_(scan.c.id.in_(_with_later_scans(tx, held)), nobodys)


def _asked_for(tx: sa.Connection) -> set[str]:
    asked = sa.select(paper_request.c.scan_id).where(paper_request.c.answer.is_(None))
    return set(tx.execute(asked).scalars())


def _with_later_scans(tx: sa.Connection, ids: set[str]) -> list[str]:
    """The scans, and those in which sheets of them were scanned again: the paper is the same."""
    links = _links()
    return _closed(tx, ids, links.c.earlier, links.c.later)


def _with_earlier_scans(tx: sa.Connection, ids: set[str]) -> list[str]:
    """The scans, and those in which sheets of them were scanned before."""
    links = _links()
    return _closed(tx, ids, links.c.later, links.c.earlier)


def _closed(
    tx: sa.Connection, ids: set[str], of: sa.ColumnElement[str], to: sa.ColumnElement[str]
) -> list[str]:
    """All that the links lead to, from one to the other."""
    known, new = set(ids), set(ids)
    while new:
        found: set[str] = set()
        for some in in_slices(sorted(new), _AT_ONCE):
            found |= set(tx.execute(sa.select(to).where(of.in_(some))).scalars())
        new = found - known
        known |= new
    return sorted(known)


def _links() -> sa.Subquery:
    """Of each scan that was scanned again, in whole or in part, the later one. Both a letter and a
    scan may be named as what replaces it."""
    later_letter, later_scan = letter.alias("later_letter"), scan.alias("later_scan")
    pairs = []
    for table, own in ((letter, letter.c.scan_id), (scan, scan.c.id)):
        pairs.append(
            sa.select(own.label("earlier"), later_letter.c.scan_id.label("later"))
            .join_from(table, later_letter, later_letter.c.id == table.c.replaced_by)
            .where(later_letter.c.scan_id != own)
        )
        pairs.append(
            sa.select(own.label("earlier"), later_scan.c.id.label("later"))
            .join_from(table, later_scan, later_scan.c.id == table.c.replaced_by)
            .where(later_scan.c.id != own)
        )
    return sa.union_all(*pairs).subquery("links")


def _scanned_again() -> _Condition:
    """The sheets lie with the later scan, and go with that."""
    links = _links()
    return scan.c.id.in_(sa.select(links.c.earlier).where(~_gone(links.c.later)))


def _rejections(*where: _Condition) -> _Condition:
    """A letter of the scan, or some page of it, was rejected, and still is."""
    return sa.exists().where(
        letter.c.scan_id == scan.c.id, rejection.c.item == letter.c.id, _in_force(), *where
    )


def _in_force() -> _Condition:
    """A letter that is destroyed by schedule ends its rejections; its paper stays rejected. Whether
    they had ended before is not known then, and counts for nothing."""
    destroyed = letter.c.state == str(LetterState.DESTROYED)
    return sa.or_(rejection.c.ended.is_(None), destroyed)


def _appealed(settings: Settings) -> _Condition:
    """An appeal waits for its decision, or somebody may still appeal."""
    at, days = now(), settings.appeal_days
    waits = (
        sa.exists()
        .where(appeal.c.rejection_id == rejection.c.id, appeal.c.decided.is_(None))
        .correlate(rejection)
    )
    may: list[_Condition] = [
        who.is_not(None) & _lately(told, at - timedelta(days=most + 1))
        for who, told, most in (
            (rejection.c.inmate_id, rejection.c.told_inmate, days[0]),
            (rejection.c.correspondent_id, rejection.c.told_sender, days[1]),
        )
    ]
    if settings.appeals.second_level:
        lately = at - timedelta(days=max(days) + 1)
        again = sa.exists().where(
            appeal.c.rejection_id == rejection.c.id, appeal.c.decided > lately
        )
        may.append(again.correlate(rejection))
    return _rejections(sa.or_(waits, *may))


def _lately(told: sa.ColumnElement[Any], since: datetime) -> _Condition:
    """They were told of it since then, or will be. Once it has ended nobody is told any more."""
    from_then = sa.func.coalesce(told, rejection.c.ended)
    return sa.or_(from_then.is_(None), from_then > since)


def _returns() -> _Condition:
    """Something of it was rejected, and no entry says that its paper went back."""
    refused = sa.or_(
        letter.c.state == str(LetterState.REJECTED),
        sa.exists().where(rejection.c.item == letter.c.id, _in_force()).correlate(letter),
    )
    given = paper_request.c.answer.in_([str(each) for each in Answer if each is not Answer.REFUSED])
    out = sa.exists().where(paper_request.c.letter == letter.c.id, given).correlate(letter)
    waits = sa.exists().where(letter.c.scan_id == scan.c.id, refused, ~_went_back(letter), ~out)
    return sa.or_(waits, scan.c.rejected & ~_went_back(scan))


def _went_back(table: sa.Table) -> _Condition:
    return (
        sa.exists()
        .where(returned_mail.c.item == table.c.id, returned_mail.c.struck.is_(None))
        .correlate(table)
    )


def _proposed() -> _Condition:
    return sa.exists().where(
        destruction_scan.c.scan_id == scan.c.id,
        destruction.c.id == destruction_scan.c.destruction_id,
        destruction.c.confirmed.is_(None),
        destruction.c.withdrawn.is_(None),
    )
