"""The verbs of retention: what is due, legal holds, and runs that one person proposes and another
confirms. Nothing is destroyed unless the facility has set a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from digitizer.access.acting import acting, looking, permit
from digitizer.access.permissions import Act, is_permitted
from digitizer.appeals.rejections import today
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.model.retention import (
    Due,
    DueMonth,
    HoldOn,
    LegalHold,
    MailKind,
    OlderCopy,
    Run,
    RunItem,
    RunState,
)
from digitizer.model.retention_settings import Schedule
from digitizer.operations.backup_by_key import is_by_key
from digitizer.operations.key_keeping import works_by_keys
from digitizer.policies import legal_holds as holds
from digitizer.retention import due as dues
from digitizer.retention import runs
from digitizer.storage.database import reading
from digitizer.support.failpoints import failpoint

#: Holds and runs that a page shows.
_MOST = 100
_LONGEST_CASE = 120


@dataclass(frozen=True, slots=True)
class Overview:
    """``backups_kept`` is how many of its own backups the service keeps; ``older_copies`` are those
    that may still hold what was destroyed. ``by_key``: those that are made now lose what will be
    destroyed; ``is_encrypted``: the home is one that could have it so."""

    schedules: Mapping[MailKind, Schedule]
    months: tuple[DueMonth, ...]
    holds: tuple[LegalHold, ...]
    runs: tuple[Run, ...]
    older_copies: tuple[OlderCopy, ...]
    backups_kept: int
    by_key: bool
    is_encrypted: bool


def overview(facility: Facility, by: Actor) -> Overview:
    """All that the page shows."""
    settings = facility.settings
    with looking(facility, by, Act.SEE_RETENTION) as look:
        listed = runs.newest(look.tx, _MOST)
        return Overview(
            schedules={kind: dues.schedule_of(settings, kind) for kind in MailKind},
            months=dues.due_by_month(look.tx, settings),
            holds=holds.all_holds(look.tx)[:_MOST],
            runs=listed,
            older_copies=_still_readable(facility, runs.older_copies(look.tx), listed),
            backups_kept=settings.backup.keep,
            by_key=works_by_keys(facility),
            is_encrypted=facility.home_key is not None,
        )


def _still_readable(
    facility: Facility, copies: tuple[OlderCopy, ...], listed: tuple[Run, ...]
) -> tuple[OlderCopy, ...]:
    """Not those whose keys are gone: they went before each run was done. One that is not mounted
    counts as readable."""
    owed = any(each.state is RunState.REWRITE_OWED for each in listed)
    if owed or not works_by_keys(facility):
        return copies
    return tuple(each for each in copies if not is_by_key(Path(each.folder)))


def due(
    facility: Facility, by: Actor, kind: MailKind, month: date | None = None
) -> tuple[Due, ...]:
    """What is due of a kind, and what holds it, the oldest first."""
    with looking(facility, by, Act.SEE_RETENTION) as look:
        return dues.due_now(look.tx, facility.settings, kind, month)


def legal_holds(facility: Facility, by: Actor) -> tuple[LegalHold, ...]:
    """Those that were not lifted first, the newest first."""
    with looking(facility, by, Act.SEE_RETENTION) as look:
        return holds.all_holds(look.tx)


def set_hold(
    facility: Facility,
    on: HoldOn,
    of: str,
    by: Actor,
    reason: str,
    case: str = "",
    until: date | None = None,
) -> int:
    """From now on nothing that it is on is destroyed; returns its number. Raises NotFound, and
    UsageError without a reason, or for a day that is over."""
    if len(case) > _LONGEST_CASE:
        raise UsageError(f"The case has at most {_LONGEST_CASE} characters.")
    if until is not None and until < today():
        raise UsageError("The last day of the hold is over already.")
    with acting(facility, by, Act.LEGAL_HOLD, reason=reason) as action:
        case = case.strip()
        number = holds.add(action.tx, on, of.strip(), action.why, case, until, by)
        last = {"until": until.isoformat()} if until else {}
        action.record(
            Verb.SET_LEGAL_HOLD,
            Subject.legal_hold(number),
            on=f"{on} {of.strip()}",
            case=case,
            **last,
        )
    return number


def lift_hold(facility: Facility, number: int, by: Actor, reason: str) -> None:
    """Raises NotFound for no hold that counts, and UsageError without a reason."""
    with acting(facility, by, Act.LEGAL_HOLD, reason=reason) as action:
        holds.lift(action.tx, number, action.why, by)
        action.record(Verb.LIFT_LEGAL_HOLD, Subject.legal_hold(number))


def propose(
    facility: Facility, kind: MailKind, by: Actor, reason: str, month: date | None = None
) -> int:
    """Proposes to destroy what is due and not held; returns the number of the run. Nothing happens
    until another person confirms it. Raises Conflict where nothing is due, or is proposed
    already."""
    proposing = acting(facility, by, Act.PROPOSE_DESTRUCTION, reason=reason)
    with reading(facility.engine) as tx:  # it may take a while: nobody waits behind it
        runs.need_staff(tx, by.name)
        free = dues.free_now(tx, facility.settings, kind, month)
    if not free:
        raise Conflict("Nothing of this is due, or all of it is held.")
    with proposing as action:
        number = runs.propose(action.tx, kind, free, action.why, by)
        action.record(
            Verb.PROPOSE_DESTRUCTION,
            Subject.retention_run(number),
            kind=str(kind),
            things=len(free),
        )
    return number


def withdraw(facility: Facility, number: int, by: Actor, reason: str) -> None:
    """A proposal is given up; its own proposer may do that, too. Raises NotFound and Conflict."""
    with acting(facility, by, Act.PROPOSE_DESTRUCTION, reason=reason) as action:
        runs.withdraw(action.tx, number)
        action.record(Verb.WITHDRAW_DESTRUCTION, Subject.retention_run(number))


def confirm(facility: Facility, number: int, by: Actor, reason: str) -> None:
    """The second person's decision: from now on the run is carried out (``carry_out``), also after
    a crash. Raises NotFound, and Conflict for the person who proposed it, one who gave that
    person a login of late, and a proposal that does not wait or is too old."""
    with acting(facility, by, Act.CONFIRM_DESTRUCTION, reason=reason) as action:
        run = runs.confirm(action.tx, number, by)
        action.record(
            Verb.CONFIRM_DESTRUCTION,
            Subject.retention_run(number),
            proposed_by=run.proposed_by,
            things=sum(run.items.values()),
        )
    failpoint("retention.confirmed")


def carry_out(facility: Facility, by: Actor, *, at_once: bool = True) -> int:
    """Carries out all that was confirmed, and finishes what a crash interrupted; returns how many
    things were destroyed. Each is recorded for whoever confirmed it. Where the database cannot be
    rewritten now, the runs say that this is owed; without ``at_once`` it is not tried again for an
    hour. Raises StorageError; then the rest is done the next time."""
    from digitizer.retention.carrying_out import (
        carry_out_confirmed,  # what opens files takes longer to load than most commands
    )

    permit(facility, by, Act.OPERATE)
    return carry_out_confirmed(facility, at_once)


def run_of(facility: Facility, number: int, by: Actor) -> tuple[Run, tuple[RunItem, ...]]:
    """A run with what is in it: ids, rules, counts of pages and hashes. Raises NotFound."""
    with looking(facility, by, Act.SEE_RETENTION) as look:
        return runs.find(look.tx, number), runs.items(look.tx, number)


def may_decide(by: Actor) -> bool:
    """Whether this person may propose and confirm."""
    return is_permitted(by, Act.PROPOSE_DESTRUCTION)
