"""Facts about a facility that somebody has to do something about, each with its fix: one place for
the doctor, the page Today and the alarms."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from digitizer.access import throttling
from digitizer.appeals import clocks
from digitizer.auditing import records as reviews
from digitizer.capture.held_queues import queue_lines
from digitizer.capture.scans import signs_of_life
from digitizer.capture.scans.ledger import queue_state
from digitizer.engines.printing.kit.wording import OwnWords
from digitizer.messages import request_items
from digitizer.model.mail import Queue
from digitizer.model.retention import RunState
from digitizer.model.settings import Settings
from digitizer.notifications import outbox
from digitizer.notifications.bounces import bounced_since
from digitizer.notifications.outbox import FOR_A_PERSON, Kind, Outgoing, OutState
from digitizer.operations import backup_runs, log_checks
from digitizer.operations.staff_mail import left as who_left
from digitizer.originals import destroying
from digitizer.people import kept_rosters
from digitizer.prints import queue as prints
from digitizer.storage.tables_retention import leftover_file, retention_run
from digitizer.support.clock import now
from digitizer.support.wording import counted, local_moment

#: Less free than this (bytes) and the service is not ready: one large scan could fill the disk.
LEAST_FREE = 512 * 1024**2
#: After so many tries a person hears that e-mail does not go out.
_TRIES_BEFORE_NEWS = 4
#: Scans are read within minutes.
_READ_WITHIN = timedelta(hours=1)
#: Paper that a printer was given lies in its tray long before.
_CONFIRMED_WITHIN = timedelta(hours=1)
#: What was confirmed is destroyed within minutes, unless something is wrong.
_DESTROYED_WITHIN, _REWRITTEN_WITHIN = timedelta(hours=6), timedelta(days=1)
_OUTBOX = "/staff/outbox"
_BOUNCED_LATELY = timedelta(days=7)
QUEUES = {
    Queue.EXCEPTION: "In doubt",
    Queue.MATCH: "Whose is it?",
    Queue.SCREENING: "To review",
    Queue.LEGAL: "Legal mail",
}
_QUEUE_PAGES = {Queue.SCREENING: "/staff/screening"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``fix`` is what to do, None where it is good; ``page`` is where
    staff do it. ``alarm``: somebody is mailed about it, if the settings name whom."""

    what: str
    good: bool
    message: str
    fix: str | None = None
    page: str | None = None
    alarm: bool = False


def disk(home: Path, settings: Settings) -> Finding:
    """Whether the home's disk has as much room as the settings want, and 512 MiB at least."""
    free = shutil.disk_usage(home).free
    least = max(settings.alarms.free_gigabytes * 1024**3, LEAST_FREE)
    good = free >= least
    return Finding(
        "disk",
        good,
        f"{free / 1024**3:.1f} GiB free",
        None if good else "Free some space, or move the home to a larger disk.",
        alarm=True,
    )


def work(tx: sa.Connection, at: datetime) -> Finding:
    """Whether scans are read soon after they came in."""
    state = queue_state(tx)
    late = state.oldest is not None and at - state.oldest >= _READ_WITHIN
    return Finding(
        "work",
        not late,
        f"{counted(state.waiting + state.working, 'scan')} not read yet, the oldest of "
        f"{local_moment(state.oldest or at)}"
        if late
        else "no scan waits long",
        "Look whether the service runs (digitizer serve, or worker), and at its log."
        if late
        else None,
        alarm=True,
    )


def backup(settings: Settings, tx: sa.Connection, at: datetime) -> Finding:
    """Whether the newest good backup is as young as the settings want."""
    hours = settings.alarms.backup_hours
    good, last = backup_runs.newest_good(tx), backup_runs.last(tx)
    young = good is not None and (not hours or at - good < timedelta(hours=hours))
    failed = last.problem if last is not None and not last.good else None
    message = f"the newest good one is of {local_moment(good)}" if good else "none was made yet"
    if failed:
        message = f"the last one failed: {failed} ({message})"
    fix = "See why it failed, then make one: digitizer backup DIR"
    if not settings.backup.folder:
        fix = "Name a folder under [backup] in config.toml, or make one: digitizer backup DIR"
    fine, wanted = young and not failed, bool(hours or settings.backup.folder)
    return Finding("backup", fine, message, None if fine else fix, alarm=wanted)


def log_intact(tx: sa.Connection) -> Finding:
    """Whether the event log was intact when the service walked along it last."""
    known = log_checks.last(tx)
    if known is None or not known.fault:
        proven = (
            f"intact, {local_moment(known.at)}" if known else "the service checks it once a day"
        )
        return Finding("event log", True, proven, alarm=True)
    return Finding(
        "event log",
        False,
        f"broken after {counted(known.events, 'event')}: {known.fault}",
        "Keep a copy of the database as it is, and find out who changed it: digitizer audit verify",
        alarm=True,
    )


def log_reviews(tx: sa.Connection, at: datetime) -> Finding:
    """Whether somebody looks through what others looked at, within a week."""
    late = reviews.overdue(tx, at.astimezone().date())
    return Finding(
        "reviews of the log",
        not late,
        f"{counted(late, 'review')} overdue" if late else "none is overdue",
        "Look through them on the page Log; a person's own is for another." if late else None,
        "/staff/log" if late else None,
        alarm=True,
    )


def print_templates(own: OwnWords) -> Finding:
    """Whether each of the facility's own templates of print is used."""
    bad = "; ".join(map(str, own.bad))
    return Finding(
        "templates of print",
        not bad,
        f"not used, and the shipped one is: {bad}" if bad else "all can be used",
        "Correct it, look at it on the page Settings, Templates, and restart the service."
        if bad
        else None,
        "/staff/print/templates" if bad else None,
    )


def addresses(tx: sa.Connection, at: datetime) -> Finding:
    """Whether e-mail came back from addresses in the last week."""
    count = bounced_since(tx, at - _BOUNCED_LATELY)
    return Finding(
        "e-mail addresses",
        not count,
        f"e-mail to {counted(count, 'recipient')} came back in the last week"
        if count
        else "none came back in the last week",
        "Their owners see it when they log in; look on the page Outbox whose they are."
        if count
        else None,
        _OUTBOX if count else None,
    )


def staff_mail(settings: Settings, tx: sa.Connection) -> Finding | None:
    """Whether everybody whom the settings name for alarms and the digest still gets them; None
    where they name nobody."""
    if not settings.alarms.mail_to and not settings.alarms.digest_to:
        return None
    left = who_left(tx, settings)
    said = "; ".join(f"{each.address} has left {each.what.setting}" for each in left)
    return Finding(
        "e-mail to staff",
        not left,
        said or "everybody whom the settings name gets it",
        "Take the address out of config.toml, or, where its owner wants these e-mails again, press "
        "Send again on the page Settings."
        if left
        else None,
        "/staff/settings" if left else None,
    )


def mail(tx: sa.Connection) -> Finding:
    """Whether all e-mail in the outbox went out, or is on its way."""
    decide = outbox.in_state(tx, *FOR_A_PERSON, kind=Kind.E_MAIL)
    if decide:
        doubtful = sum(each.state is OutState.DOUBTFUL for each in decide)
        message = f"{doubtful} doubtful, {len(decide) - doubtful} failed"
        fix = "Send each again or drop it, on the page Outbox."
        return Finding("e-mail", False, message, fix, _OUTBOX)
    stuck = _stuck(tx, Kind.E_MAIL)
    if stuck:
        message = f"{counted(len(stuck), 'message')} cannot be sent: {stuck[0].problem}"
        fix = "Correct [mail] in config.toml, or ask whoever runs the mail server."
        return Finding("e-mail", False, message, fix, _OUTBOX)
    return Finding("e-mail", True, "nothing is doubtful or failed")


def webhook(tx: sa.Connection) -> Finding:
    """Whether the other program takes what it is told, or will be told on."""
    decide = outbox.in_state(tx, *FOR_A_PERSON, kind=Kind.WEBHOOK)
    if decide:
        message = f"paused, the other program is told nothing: {decide[-1].problem}"
        fix = (
            "Ask whoever runs that program. Then send it again or drop it, on the page Outbox: "
            "either way it goes on. If the program is gone, empty url under [webhook] in "
            "config.toml."
        )
        return Finding("webhook", False, message, fix, _OUTBOX)
    stuck = _stuck(tx, Kind.WEBHOOK)
    if stuck:
        fix = "Ask whoever runs that program, or correct [webhook] in config.toml."
        return Finding("webhook", False, f"not taken: {stuck[0].problem}", fix, _OUTBOX)
    return Finding("webhook", True, "nothing is refused")


def _stuck(tx: sa.Connection, kind: Kind) -> list[Outgoing]:
    return [
        each
        for each in outbox.in_state(tx, OutState.QUEUED, kind=kind)
        if each.problem and each.tries >= _TRIES_BEFORE_NEWS
    ]


def printing(tx: sa.Connection, at: datetime) -> Finding:
    """Whether somebody said of what a printer was given that it came out."""
    number, oldest = prints.unconfirmed_since(tx)
    late = oldest is not None and at - oldest >= _CONFIRMED_WITHIN
    return Finding(
        "printer",
        not late,
        f"nobody has said of {counted(number, 'print')} whether they came out, the oldest given to "
        f"a printer {local_moment(oldest or at)}"
        if late
        else "all that a printer was given came out, or was given just now",
        "Look at the paper, then say on the page Print whether it came out." if late else None,
        "/staff/print",
    )


def logins(settings: Settings, tx: sa.Connection, at: datetime) -> Finding:
    """How many accounts and terminals are locked; not which."""
    locked = throttling.locked(tx, throttling.rules_of(settings.web), at)
    number = sum("?" not in (place.account or place.terminal) for place, _ in locked)
    return Finding(
        "logins",
        not number,
        f"{counted(number, 'lock')} after failed logins" if number else "none is locked",
        "A supervisor can unlock them below; if nobody forgot a PIN, somebody is guessing."
        if number
        else None,
    )


def originals(tx: sa.Connection) -> Finding:
    """Whether paper was left out of a destruction because its stored scan is damaged."""
    scans = destroying.altered(tx)
    return Finding(
        "originals",
        not scans,
        f"stored files are not as they were, of scan {', '.join(scans)}: the paper is all there is"
        if scans
        else "no paper was kept back because its stored scan is damaged",
        "Keep this paper. Run: digitizer scrub; then scan the paper again, or restore a backup."
        if scans
        else None,
        "/staff/originals",
        alarm=True,
    )


def destruction(tx: sa.Connection, at: datetime) -> Finding:
    """Whether what two people decided to destroy is gone soon after, without a trace."""
    run, said = retention_run.c, []
    confirmed = run.state == str(RunState.CONFIRMED), run.confirmed <= at - _DESTROYED_WITHIN
    late = tx.execute(sa.select(run.id).where(*confirmed).order_by(run.id)).scalars().all()
    if late:
        files = sa.select(sa.func.count()).where(leftover_file.c.run_id.in_(late))
        left = counted(tx.execute(files).scalar_one(), "file")
        numbers = ", ".join(map(str, late))
        said.append(f"not carried out to the end: run {numbers}; {left} still to be erased")
    owed = run.state == str(RunState.REWRITE_OWED), run.finished <= at - _REWRITTEN_WITHIN
    since = tx.execute(sa.select(sa.func.min(run.finished)).where(*owed)).scalar()
    if since is not None:
        said.append(f"the database is still to be rewritten since {local_moment(since)}")
    return Finding(
        "destruction",
        not said,
        "; ".join(said) or "all that was confirmed is gone",
        "See in the log of the service why, and free some space. At a quiet time stop the service, "
        "and run: digitizer retention run --resume"
        if said
        else None,
        "/staff/retention",
        alarm=True,
    )


def rosters(settings: Settings, tx: sa.Connection) -> Finding:
    """The names of files only: a reason may name people."""
    folder = settings.roster.folder
    if folder and not Path(folder).is_dir():
        mount = "Mount its share, or correct [roster] in config.toml."
        return Finding("roster", False, f"{folder} is not there", mount)
    waiting = kept_rosters.set_aside(tx)
    names = ", ".join(each.name for each in waiting)
    return Finding(
        "roster",
        not waiting,
        f"not imported and set aside: {names}" if waiting else "no roster file waits for a person",
        "Look at it on the staff page Roster; then import it, dismiss it, or export a better one."
        if waiting
        else None,
        "/staff/roster",
    )


def appeals(settings: Settings, tx: sa.Connection) -> Finding:
    """Whether every appeal is decided in time."""
    state = clocks.state_of(tx, settings)
    said = []
    if state.overdue:
        oldest = f"the oldest was to be decided until {state.first_due}"
        said.append(f"{counted(state.overdue, 'appeal')} overdue, {oldest}")
    if state.soon:
        said.append(f"{counted(state.soon, 'appeal')} due soon")
    return Finding(
        "appeals",
        not said,
        "; ".join(said) or "none is overdue or due soon",
        "Another official than who rejected it decides it, on the page Appeals." if said else None,
        "/staff/appeals" if said else None,
    )


def requests(tx: sa.Connection) -> Finding:
    """Whether every request and grievance is answered in time. What is not stays open: its inmate
    may ask the next level, and nothing closes it."""
    state = request_items.clocks(tx)
    said = []
    if state.overdue:
        oldest = f"the oldest was to be done until {local_moment(state.first or now())}"
        said.append(f"{counted(state.overdue, 'request')} overdue, {oldest}")
    if state.emergencies:
        said.append(f"{counted(state.emergencies, 'emergency request')} that nobody has looked at")
    return Finding(
        "requests",
        not said,
        "; ".join(said) or "none is overdue",
        "Answer it on the page Requests; nobody answers two steps of one." if said else None,
        "/staff/requests" if said else None,
        alarm=True,
    )


def protected_line(tx: sa.Connection) -> Finding:
    """Whether what inmates sent to the protected line went out. What it says is sealed to all."""
    failed = outbox.in_state(tx, *FOR_A_PERSON, kind=Kind.SEALED)
    stuck = _stuck(tx, Kind.SEALED)
    said = []
    if failed:
        said.append(f"{counted(len(failed), 'message')} not sent, or perhaps not")
    if stuck:
        said.append(f"{counted(len(stuck), 'message')} cannot be sent: {stuck[0].problem}")
    return Finding(
        "protected line",
        not said,
        "; ".join(said) or "all that was sent to it went out",
        "Correct the address or [mail] in config.toml, then send it again on the page Outbox, "
        "where that is offered: nothing is left of what came back. Its writer is told to use "
        "paper; after 7 days it is erased."
        if said
        else None,
        _OUTBOX if said else None,
        alarm=True,
    )


def notices(settings: Settings, tx: sa.Connection, at: datetime) -> Finding:
    """Whether everyone was told of what was refused; a notice that is withheld stands here until it
    is given."""
    state = clocks.notices_of(tx, settings, at)
    said = []
    if state.kept:
        first = f"the first is given on its own after {state.kept_until}"
        said.append(f"{counted(state.kept, 'notice')} withheld, {first}")
    if state.evidence:
        said.append(f"{counted(state.evidence, 'notice')} of evidence goes out soon")
    if state.untold:
        said.append(f"nothing tells somebody of {counted(state.untold, 'rejection')}")
    return Finding(
        "notices",
        not said,
        "; ".join(said) or "everyone was told what was refused",
        "Look at it on the page Appeals: print what is to be printed; a supervisor may withhold "
        "the notice of evidence."
        if said
        else None,
        "/staff/appeals" if said else None,
    )


def queues(settings: Settings, tx: sa.Connection, at: datetime) -> Iterator[Finding]:
    """The age of the oldest item of each queue, against the settings'."""
    hours = settings.alarms.oldest_hours
    for line in queue_lines(tx):
        late = bool(hours and line.oldest and at - line.oldest >= timedelta(hours=hours))
        since = f"the oldest item has waited since {local_moment(line.oldest or at)}"
        yield Finding(
            f"queue “{QUEUES[line.queue]}”",
            not late,
            since if late else "nothing waits too long",
            f"Decide about it; {counted(line.count, 'item')} in this queue." if late else None,
            _QUEUE_PAGES.get(line.queue, f"/staff/held?queue={line.queue}"),
            alarm=True,
        )


def machines(tx: sa.Connection) -> Finding:
    """Whether those that work and watch, on whatever machine, are heard of."""
    silent = [each for each in signs_of_life.signs(tx) if each.silent]
    said = "; ".join(
        f"the {each.kind} on {each.host}, since {local_moment(each.beat)}" for each in silent
    )
    return Finding(
        "machines",
        not silent,
        f"nothing is heard of {said}" if silent else "none is silent",
        "Look at that machine, its network, and the log of its service. Files that came in there "
        "wait in its folders; what it worked on is given to others."
        if silent
        else None,
        alarm=True,
    )


def of_the_tables(settings: Settings, tx: sa.Connection) -> Iterator[Finding]:
    """All that the database knows."""
    at = now()
    yield from queues(settings, tx, at)
    yield work(tx, at)
    if tx.dialect.name == "postgresql":
        yield machines(tx)
    yield backup(settings, tx, at)
    yield mail(tx)
    yield addresses(tx, at)
    to_staff = staff_mail(settings, tx)
    if to_staff:
        yield to_staff
    yield webhook(tx)
    yield printing(tx, at)
    yield appeals(settings, tx)
    yield requests(tx)
    yield protected_line(tx)
    yield log_intact(tx)
    yield log_reviews(tx, at)
    yield notices(settings, tx, at)
    yield rosters(settings, tx)
    yield logins(settings, tx, at)
    yield originals(tx)
    yield destruction(tx, at)
