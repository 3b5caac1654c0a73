"""What proves that nothing is lost or altered: reconcile, and the audit chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.audit import Walk
from digitizer.facility import Facility
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.events import LOG, SETTINGS, Subject, Verb
from digitizer.model.people import Actor
from digitizer.notifications import outbox
from digitizer.notifications.outbox import OutState
from digitizer.notifications.sending import send_one
from digitizer.operations import anchors, noted_settings, timestamps
from digitizer.operations import reconcile as reconciling
from digitizer.operations.anchors import Anchor
from digitizer.operations.reconcile import Balance
from digitizer.operations.timestamps import TimestampCheck
from digitizer.storage.audit_keys import add_audit_key
from digitizer.storage.database import reading
from digitizer.support.clock import now
from digitizer.support.wording import counted, local_moment


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What is proven of the event log, by itself and by ``anchors`` of them that were compared.

    ``events`` are intact; ``fault`` is what is wrong, None if nothing is. ``unproven`` events are
    from before a restore without the old keys. ``timestamps`` agree with the log, the last of them
    ``stamped`` then. ``notes`` is what a person should know besides.
    """

    events: int
    fault: str | None
    unproven: int
    anchors: int
    notes: tuple[str, ...]
    timestamps: int = 0
    stamped: datetime | None = None


@dataclass(frozen=True, slots=True)
class Anchored:
    """An anchor that was made, where it went, and what went wrong on the way."""

    anchor: Anchor
    path: Path | None
    mailed_to: tuple[str, ...]
    problems: tuple[str, ...]
    stamped: datetime | None


def reconcile(facility: Facility, by: Actor) -> tuple[Balance, ...]:
    """One balance for each scan, oldest first."""
    with looking(facility, by, Act.LOOK) as look:
        return tuple(reconciling.reconcile(look.tx, facility.originals, by))


def balances_after(
    facility: Facility, after: tuple[datetime, str] | None, most: int, by: Actor
) -> tuple[tuple[datetime, Balance], ...]:
    """``most`` balances after the scan with this moment of intake and id, oldest first, each with
    its moment of intake."""
    with looking(facility, by, Act.REPORTS) as look:
        return tuple(reconciling.reconcile_after(look.tx, facility.originals, after, most, by))


def verify_audit(facility: Facility, by: Actor) -> tuple[int, str | None]:
    """How many events are intact, and what is wrong with the next one, if anything: of the chain
    by itself, without its anchors."""
    with looking(facility, by, Act.LOOK) as look:
        return audit.verify_chain(look.tx)


def check_log(facility: Facility, by: Actor, given: Sequence[str] = ()) -> LogCheck:
    """Walks the chain, and compares it with the anchors: those at ``anchor_path``, those that are
    ``given``, each a line or a file of lines, and those that an authority stamped.

    Raises UsageError for what is not an anchor.
    """
    typed = tuple(each for text in given for each in _given(text))
    with looking(facility, by, Act.LOOK) as look:
        mistyped = anchors.altered(look.tx, typed)
        if mistyped:
            raise UsageError(
                f"The anchor of event {mistyped.head.seq} is not as this home printed it: its "
                "check value does not fit. Compare it with the paper, character by character."
            )
        walked = audit.walk(look.tx)
        if walked.fault:  # of a broken log nothing else is believed, or even readable
            return LogCheck(walked.events, walked.fault, walked.unproven, 0, ())
        kept, problem = _kept(facility, look.tx, walked)
        known = (*kept, *typed)
        stamps = timestamps.check(look.tx, walked, facility.settings.audit, facility.home)
        fault = problem or anchors.contradiction(look.tx, walked, known) or stamps.fault
        fault = fault or anchors.other_root(look.tx, walked, (*known, *stamps.anchors))
        made = [each for each in audit.events_of(look.tx, LOG) if each.verb == Verb.ANCHOR]
    notes = (*_notes(walked, len(known), bool(made)), *_notes_on(stamps))
    return LogCheck(
        walked.events, fault, walked.unproven, len(known), notes, stamps.good, stamps.last
    )


def _notes_on(stamps: TimestampCheck) -> tuple[str, ...]:
    if not stamps.unchecked:
        return ()
    return (
        f"The signatures of {stamps.unchecked} timestamps were not checked: "
        "audit.timestamp_certificates names no file.",
    )


def _notes(walked: Walk, compared: int, made_before: bool) -> tuple[str, ...]:
    notes = [
        f"Event {each.seq}, {local_moment(each.at)}: restored from a backup that ended with "
        f"event {each.head.seq}."
        for each in walked.restores
    ]
    notes += [
        f"Event {each.seq}, {local_moment(each.at)}: the head of the log had been set back to "
        f"event {each.named}; {each.actor} let it go on after its last event."
        for each in walked.fixed
    ]
    if walked.unproven:
        notes.append(
            f"Not provable here: {counted(walked.unproven, 'event')} at the beginning. This home "
            "was restored without the keys that signed them."
        )
    if not compared:
        notes.append(
            "No anchor was compared: that nothing was removed from the end is not proven. "
            "Next: digitizer audit anchor"
        )
        if made_before:
            notes.append("Anchors were made before: give one with --anchor.")
    return tuple(notes)


def _given(text: str) -> tuple[Anchor, ...]:
    if text.lstrip().startswith("audit-anchor"):
        return (anchors.parse_line(text),)
    return anchors.read_anchors(Path(text))


def _kept(
    facility: Facility, tx: sa.Connection, walked: Walk
) -> tuple[tuple[Anchor, ...], str | None]:
    """The anchors at ``anchor_path``, and what is wrong with them."""
    if not facility.settings.audit.anchor_path:
        return (), None
    path = Path(facility.settings.audit.anchor_path)
    try:
        kept = anchors.read_anchors(path) if path.exists() else ()
    except UsageError as error:
        return (), f"the anchors cannot be relied on: {error}"
    spoiled = anchors.altered(tx, kept)
    if spoiled:
        return kept, f"the anchor of event {spoiled.head.seq} in {path} was altered"
    written = _last_written_to(tx, path, walked)
    if written and written not in {each.head.seq for each in kept}:
        return kept, f"the anchor of event {written} was written to {path}, but is not there"
    return kept, None


def _last_written_to(tx: sa.Connection, path: Path, walked: Walk) -> int | None:
    """The event of the last anchor that was written to this file, since the last restore."""
    since = walked.restores[-1].seq if walked.restores else 0
    found = [
        each.detail["head"]["seq"]
        for each in audit.events_of(tx, LOG)
        if each.verb == Verb.ANCHOR and each.seq > since and each.detail["path"] == str(path)
    ]
    return int(found[-1]) if found else None


def anchor_log(facility: Facility, by: Actor) -> Anchored:
    """Writes the log's head to ``anchor_path``, mails it and has it stamped, where that is set, and
    records it.

    Raises AuditError if the head does not prove itself: what was altered must not be anchored.
    """
    anchoring = acting(facility, by, Act.OPERATE)
    settings = facility.settings.audit
    path = Path(settings.anchor_path) if settings.anchor_path else None
    with reading(facility.engine) as tx:
        made = anchors.anchor_of(tx, now())
    problems = []
    if path:
        try:
            anchors.append_to(path, made)
        except StorageError as error:
            problems.append(str(error))
            path = None
    stamped, failed = _stamp(facility, made)
    problems += failed
    with anchoring as action:
        queued = anchors.put_in_outbox(action.tx, facility.settings, made)
        to = list(settings.mail_to if queued else ())
        where = {"path": str(path) if path else None, "mailed_to": to}
        head = {"seq": made.head.seq, "hash": made.head.hash}
        when = {"stamped": stamped.isoformat()} if stamped else {}
        line = {"root": made.root, "line": made.line}
        action.record(Verb.ANCHOR, LOG, head=head, problems=problems, **line, **where, **when)
    mailed, failed = _mail_now(facility, queued, by)
    return Anchored(made, path, mailed, (*problems, *failed), stamped)


def _mail_now(
    facility: Facility, queued: Sequence[str], by: Actor
) -> tuple[tuple[str, ...], list[str]]:
    """One try at each anchor that is to be mailed: to whom one went out, and what went wrong. What
    did not go out stays in the outbox, and the service goes on with it."""
    mailed, problems = [], []
    for item_id in queued:
        send_one(facility, item_id, by)
        with reading(facility.engine) as tx:
            item = outbox.find(tx, item_id)
        if item is not None and item.state is OutState.SENT:
            mailed.append(item.recipient)
        elif item is not None:
            why = item.problem or "it is being sent"
            problems.append(f"The anchor was not mailed to {item.recipient} yet: {why}")
    return tuple(mailed), problems


def _stamp(facility: Facility, made: Anchor) -> tuple[datetime | None, list[str]]:
    """When an authority stamped the anchor, None if the home has no timestamp of it, and what went
    wrong."""
    settings = facility.settings.audit
    if not settings.timestamp_url:
        return None, []
    try:
        stamped = timestamps.stamp(settings, made)
        in_home, *beside = timestamps.folders(settings, facility.home)
        timestamps.keep(in_home, stamped)
    except StorageError as error:
        return None, [str(error)]
    problems = []
    for folder in beside:
        try:
            timestamps.keep(folder, stamped)
        except StorageError as error:
            problems.append(str(error))
    return stamped.at, problems


def anchored_last(facility: Facility, by: Actor) -> datetime | None:
    """When the log was anchored last, wherever that was wanted without a problem; None: never."""
    with looking(facility, by, Act.OPERATE) as look:
        made = [each for each in audit.events_of(look.tx, LOG) if each.verb == Verb.ANCHOR]
    good = [each.at for each in made if not each.detail.get("problems")]
    return good[-1] if good else None


def anchor_page(facility: Facility, made: Anchor, by: Actor) -> bytes:
    """An anchor as a PDF of one page, for a supervisor to sign."""
    from digitizer.engines.printing.sheets.log_anchor import PrintedAnchor, anchor_pdf

    with looking(facility, by, Act.OPERATE):
        own = facility.settings.facility
    page = PrintedAnchor(
        own.name,
        made.head.seq,
        made.head.hash,
        made.root or "",
        made.at,
        made.line,
        anchors.WHAT_FOR,
    )
    return anchor_pdf(page, own.paper)


def rotate_audit_key(facility: Facility, by: Actor) -> int:
    """Signs events with a new key from now on; returns its number. What earlier keys signed stays
    provable."""
    with acting(facility, by, Act.OPERATE) as action:
        number = add_audit_key(facility.audit_key_file)
        action.record(Verb.ROTATE_AUDIT_KEY, Subject("audit key", str(number)))
    return number


def fix_log(facility: Facility, by: Actor, reason: str) -> int:
    """Lets an event log go on whose head was set back, after its last event; that this was done
    stays in it. Returns the event that the head named. Raises Conflict where there is nothing to
    fix, AuditError where more is wrong."""
    with acting(facility, by, Act.FIX_LOG, reason=reason) as action:
        named = audit.fix(action.tx)
        action.record(Verb.FIX_LOG, LOG, named=named)
    return named


def note_settings(facility: Facility, by: Actor) -> bool:
    """Records that the settings are not as they were noted last, and which of them changed;
    returns whether they were."""
    noting = acting(facility, by, Act.OPERATE)
    with reading(facility.engine) as tx:
        details = noted_settings.changes(tx, facility.home, facility.settings)
    if details is None:
        return False
    with noting as action:
        action.record(Verb.CHANGE_SETTINGS, SETTINGS, **details)
    return True
