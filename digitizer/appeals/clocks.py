"""How the clocks of appeals and notices stand: counts and days for those who must look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from digitizer.appeals import records, rejections
from digitizer.appeals.rejections import today
from digitizer.model.appeals import SheetGoes
from digitizer.model.settings import Settings

#: A way to everyone is looked for within minutes; what none reaches by then waits for a person.
_TOLD_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AppealClocks:
    """``overdue`` and ``soon`` are counts, ``first_due`` the last day of the oldest overdue one."""

    overdue: int
    soon: int
    first_due: date | None


@dataclass(frozen=True, slots=True)
class NoticeClocks:
    """Counts: of notices that are ``kept`` back, the first of them until ``kept_until``; of
    ``evidence`` that waits whether somebody withholds it; of rejections of which somebody is
    ``untold``, for no way reaches them."""

    kept: int
    kept_until: date | None
    evidence: int
    untold: int


def state_of(tx: sa.Connection, settings: Settings) -> AppealClocks:
    waiting, day = records.waiting(tx), today()
    overdue = [each for each in waiting if each.is_overdue(day)]
    last = settings.appeals.calendar.working_day_after(day, settings.appeals.remind_days)
    soon = sum(day <= each.due <= last for each in waiting)
    return AppealClocks(len(overdue), soon, overdue[0].due if overdue else None)


def notices_of(tx: sa.Connection, settings: Settings, at: datetime) -> NoticeClocks:
    untold = rejections.untold(tx)
    kept = rejections.kept_back(tx)
    open_ones = [each for each in untold if not each.is_kept]
    evidence = [each for each in open_ones if each.sheet is SheetGoes.EVIDENCE and not each.told]
    late = [
        each for each in open_ones if each not in evidence and at - each.decided >= _TOLD_WITHIN
    ]
    return NoticeClocks(
        kept=len(kept),
        kept_until=kept[0].kept_until if kept else None,
        evidence=len(evidence),
        untold=len(late),
    )
