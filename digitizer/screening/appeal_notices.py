"""Notices by the ways there are: the inmate's page, the family's pages with an e-mail, and paper.

The service notes a rejection once it cannot be undone any more, and tells both sides of it. Where
no way reaches somebody, the rejection stays listed until a person prints the notice. A notice that
is withheld is given by itself when its day is over, as if nobody had withheld it.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import sqlalchemy as sa

from digitizer.access.accounts import account_of
from digitizer.access.acting import Action, acting, permit
from digitizer.access.permissions import Act
from digitizer.appeals import records, rejections
from digitizer.appeals.refusals import Refusal
from digitizer.appeals.rejections import today
from digitizer.facility import Facility
from digitizer.model.appeals import Appeal, Rejection, Side
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.model.prints import PrintKind, notice_kind
from digitizer.people import roster
from digitizer.people.correspondents import records as correspondents
from digitizer.people.correspondents import telling
from digitizer.people.correspondents.telling import Letter
from digitizer.prints import queue
from digitizer.screening.notices import draw_notice, is_for_somebody, waits_as_evidence
from digitizer.screening.settled_mail import notices_given
from digitizer.screening.undoing import LIFE
from digitizer.storage.database import reading

log = logging.getLogger(__name__)


class _DoneAlreadyError(Conflict):
    """Another process was quicker."""


_SENDERS_PAGE = "/refused"
_PAGE, _EMAIL, _PAPER = "page", "e-mail", "paper"


def give_notices(facility: Facility, by: Actor) -> int:
    """Notes what was refused and is refused no longer, and gives all notices that are due, of
    rejections and of decided appeals; returns how many sides were told."""
    permit(facility, by, Act.OPERATE)
    with reading(facility.engine) as tx:
        new, over = rejections.changes(tx, LIFE)
    for refused in new:
        _try(refused.item, partial(_note, facility, refused, by))
    for number in over:
        _try(number, partial(_end, facility, number, by))
    with reading(facility.engine) as tx:
        due = [each for each in rejections.untold(tx) if _is_due(facility, each)]
        decided = records.untold(tx)
    told = sum(
        _try(each.number, partial(_tell, facility, each.number, side, by))
        for each in due
        for side in each.untold
    )
    return told + sum(
        _try(each.number, partial(_tell_decision, facility, each.number, by)) for each in decided
    )


def _try(about: int | str, give: Callable[[], int | None]) -> int:
    """What stands against one notice keeps no other back: it is logged, and tried anew."""
    try:
        return give() or 0
    except Exception:
        log.exception("no notice could be given of %s", about, extra={"event": "notice_failed"})
        return 0


def _note(facility: Facility, refused: Refusal, by: Actor) -> None:
    """Nothing where another process was quicker."""
    with suppress(Conflict), acting(facility, by, Act.OPERATE) as action:
        if refused.event in {each.event for each in rejections.in_force(action.tx, refused.item)}:
            raise Conflict("It is noted already.")
        number = rejections.note(action.tx, facility.settings, refused)
        if refused.what.is_paper:
            for side in notices_given(action.tx, refused.item):
                rejections.mark_told(action.tx, number, Side(side))
        about = _subject(refused.what.is_paper, refused.item)
        action.record(Verb.NOTE_REJECTION, about, rejection=number)


def _end(facility: Facility, number: int, by: Actor) -> None:
    with acting(facility, by, Act.OPERATE) as action:
        rejections.end(action.tx, number)
        of = rejections.find(action.tx, number)
        action.record(Verb.END_REJECTION, _subject(of.what.is_paper, of.item), rejection=number)


def _is_due(facility: Facility, of: Rejection) -> bool:
    if of.kept_until is not None:
        return today() > of.kept_until
    return not waits_as_evidence(facility, of)


def _tell(facility: Facility, number: int, side: Side, by: Actor) -> int:
    """How many were told: none where there is no way, or another process was quicker."""
    with reading(facility.engine) as tx:
        if not _ways(tx, facility, rejections.find(tx, number), side):
            return 0
    with suppress(_DoneAlreadyError):
        with acting(facility, by, Act.OPERATE) as action:
            of = rejections.find(action.tx, number)
            if side in of.told or of.ended is not None:
                raise _DoneAlreadyError("It is done already.")
            rejections.mark_told(action.tx, number, side)
            _give(action, facility, rejections.find(action.tx, number), side)
        return 1
    return 0


def _give(action: Action, facility: Facility, of: Rejection, side: Side) -> None:
    about, ways = _subject(of.what.is_paper, of.item), _ways(action.tx, facility, of, side)
    if _EMAIL in ways:
        _mail(action, facility, of, Letter.REJECTED)
    if _PAPER in ways:
        _print(action, facility, of, side)
        action.record(Verb.PRINT_NOTICE, about, to=str(side))
    kept = {"withheld_until": of.kept_until.isoformat()} if of.kept_until else {}
    action.record(Verb.GIVE_NOTICE, about, to=str(side), by_way_of=list(ways), **kept)


def _ways(tx: sa.Connection, facility: Facility, of: Rejection, side: Side) -> tuple[str, ...]:
    """Those that reach this side. Of an e-message its writer was e-mailed when it was refused."""
    always = facility.settings.appeals.paper == "always" and of.what.is_paper
    if side is Side.INMATE:
        if of.inmate is None or of.inmate.absence:
            return ()
        return (_PAGE, _PAPER) if always else (_PAGE,)
    if of.correspondent is None:
        return ()
    reads = facility.settings.has_family_accounts and account_of(tx, of.correspondent) is not None
    ways = [_PAGE, *([_EMAIL] if of.what.is_paper else [])] if reads else []
    has_address = bool(correspondents.get(tx, of.correspondent).address)
    named = of.what.is_paper and is_for_somebody(tx, of)
    if named and has_address and (always or not reads):
        ways.append(_PAPER)
    return tuple(ways)


def _mail(action: Action, facility: Facility, of: Rejection, kind: Letter) -> None:
    cause = _subject(of.what.is_paper, of.item)
    settings = facility.settings
    telling.tell(action.tx, settings, of.correspondent, kind, cause, _SENDERS_PAGE)


def _print(
    action: Action,
    facility: Facility,
    of: Rejection,
    side: Side,
    decided: Appeal | None = None,
) -> None:
    from digitizer.engines.printing.kit.batches import page_count

    known = correspondents.get(action.tx, of.correspondent) if of.correspondent else None
    address = (known.name, *known.address) if known and side is Side.SENDER else ()
    try:
        drawn = draw_notice(action.tx, facility, of, side, address, decided)
    except UsageError:  # too long for its window: without one, a person addresses it
        drawn = draw_notice(action.tx, facility, of, side, (), decided)
    stored, _ = facility.pictures.put(io.BytesIO(drawn.pdf))
    kind, title = notice_kind(str(side)) if decided is None else _DECISIONS[side]
    row = roster.inmate_row_id(action.tx, drawn.booking_number)
    queue.add(action.tx, kind, title, inmate_id=row, pdf=(stored, page_count(drawn.pdf)))


_DECISIONS = {
    Side.INMATE: (PrintKind.NOTICE, "Decision about an appeal"),
    Side.SENDER: (PrintKind.SENDERS_NOTICE, "Decision about an appeal, to the sender"),
}


def _tell_decision(facility: Facility, number: int, by: Actor) -> int:
    """Of a decided appeal both sides are told who were told of the rejection; returns how many
    that were. Who it is for is known, or else a page alone tells of it."""
    with suppress(_DoneAlreadyError), acting(facility, by, Act.OPERATE) as action:
        if not records.mark_told(action.tx, number):
            raise _DoneAlreadyError("It is done already.")
        found = records.find(action.tx, number)
        of = found.rejection
        done: list[str] = []
        for side in of.told:
            ways = _ways(action.tx, facility, of, side)
            done += [f"{side}: {each}" for each in ways]
            if _PAGE in ways and side is Side.SENDER:
                _mail(action, facility, of, Letter.APPEAL_DECIDED)
            if _PAPER in ways and of.inmate is not None:
                _print(action, facility, of, side, found)
        about = _subject(of.what.is_paper, of.item)
        action.record(Verb.GIVE_DECISION, about, appeal=number, by_way_of=done)
        return len(of.told)
    return 0


def _subject(is_paper: bool, item: str) -> Subject:
    return Subject.letter(item) if is_paper else Subject.message(item)
