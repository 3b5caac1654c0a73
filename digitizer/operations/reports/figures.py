"""The figures of a report, made of what was counted. None names an inmate or a member of staff."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from digitizer.model.figures import Column, Fact, Figure, FigureRow, Report, Unit
from digitizer.operations.reports import counted
from digitizer.operations.reports.counted import (
    PARTS,
    Decision,
    Delivery,
    Held,
    LettersCame,
    ScanCame,
)
from digitizer.operations.reports.periods import Period
from digitizer.operations.reports.quantiles import quantile

_REVIEW = "awaits review"
_HOURS = 24
_SECONDS = Unit.SECONDS


def make_report(tx: sa.Connection, period: Period) -> Report:
    """All of it, of one moment of the tables."""
    scans, letters = counted.scans(tx, period), counted.letters(tx, period)
    deliveries, holds = counted.deliveries(tx, period), counted.holds(tx, period)
    decisions = counted.decisions(tx, period)
    return Report(
        period.first,
        period.last,
        tuple(_facts(scans, letters, deliveries, holds, decisions)),
        (
            _volume(period, scans, letters),
            _delay(period, deliveries),
            _reasons(holds),
            _scanners(scans, letters, counted.held_by_profile(tx, period)),
            _hours(scans, letters),
            _confidence(counted.confidence(tx, period)),
            _effort(decisions),
        ),
    )


def _facts(
    scans: Sequence[ScanCame],
    letters: Sequence[LettersCame],
    deliveries: Sequence[Delivery],
    holds: Sequence[Held],
    decisions: Sequence[Decision],
) -> Iterator[Fact]:
    delays = [each.seconds for each in deliveries]
    alone = sum(each.alone for each in deliveries)
    yield Fact("Scans", len(scans))
    yield Fact("Pages", sum(each.pages for each in scans))
    yield Fact("Letters", sum(each.number for each in letters))
    yield Fact("Delivered", len(deliveries))
    yield Fact("Delivered without a person", _share(alone, len(deliveries)), Unit.PERCENT)
    yield Fact("Held", len({each.subject for each in holds}))
    yield Fact("Scan to mailbox, half within", quantile(delays, 0.5), _SECONDS)
    yield Fact("Scan to mailbox, 95 % within", quantile(delays, 0.95), _SECONDS)
    yield Fact("Decisions of staff", len(decisions))


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _volume(period: Period, scans: Sequence[ScanCame], letters: Sequence[LettersCame]) -> Figure:
    by_scan = Counter(period.step_of(each.at) for each in scans)
    by_letter: Counter[date] = Counter()
    for came in letters:
        by_letter[period.step_of(came.at)] += came.number
    pages: Counter[date] = Counter()
    for each in scans:
        pages[period.step_of(each.at)] += each.pages
    return Figure(
        "volume",
        "Volume a week" if period.by_week else "Volume a day",
        _step_name(period),
        (Column("Letters"), Column("Scans"), Column("Pages", drawn=False)),
        tuple(
            FigureRow(_day(step), (by_letter[step], by_scan[step], pages[step]))
            for step in period.steps()
        ),
        "By when the scan was taken in. Pages are all sides, with covers and blanks.",
    )


def _delay(period: Period, deliveries: Sequence[Delivery]) -> Figure:
    by_step: dict[date, list[float]] = defaultdict(list)
    for each in deliveries:
        by_step[period.step_of(each.at)].append(each.seconds)
    return Figure(
        "delay",
        "From the scanner to the mailbox",
        _step_name(period),
        (
            Column("Half within", _SECONDS),
            Column("95 % within", _SECONDS),
            Column("Delivered", drawn=False),
        ),
        tuple(
            FigureRow(
                _day(step),
                (
                    quantile(by_step[step], 0.5),
                    quantile(by_step[step], 0.95),
                    len(by_step[step]),
                ),
            )
            for step in period.steps()
        ),
        "By the day of the first delivery: from when the scan was taken in, with the time that a "
        "letter was held. A letter that was recalled and delivered again counts once.",
    )


def _reasons(holds: Sequence[Held]) -> Figure:
    counts: Counter[str] = Counter()
    for each in holds:
        counts.update(reason.replace("_", " ") for reason in set(each.reasons) or {_REVIEW})
    whole = len(holds)
    return Figure(
        "held",
        "Held, by reason",
        "Reason",
        (Column("Held"), Column("Share", Unit.PERCENT, drawn=False)),
        tuple(
            FigureRow(reason, (number, _share(number, whole)))
            for reason, number in _most_first(counts)
        ),
        "When it was filed. What has two reasons counts under both, so shares add up to more than "
        "all.",
        named=True,
    )


def _scanners(
    scans: Sequence[ScanCame], letters: Sequence[LettersCame], by_held: Mapping[str, int]
) -> Figure:
    by_scan = Counter(each.profile for each in scans)
    by_letter: Counter[str] = Counter()
    for came in letters:
        by_letter[came.profile] += came.number
    pages: Counter[str] = Counter()
    for each in scans:
        pages[each.profile] += each.pages
    return Figure(
        "scanner",
        "By scanner",
        "Scanner",
        (
            Column("Letters"),
            Column("of them held"),
            Column("Scans", drawn=False),
            Column("Pages", drawn=False),
            Column("Share held", Unit.PERCENT, drawn=False),
        ),
        tuple(
            FigureRow(
                name,
                (
                    by_letter[name],
                    by_held.get(name, 0),
                    number,
                    pages[name],
                    _share(by_held.get(name, 0), by_letter[name]),
                ),
            )
            for name, number in _most_first(by_scan)
        ),
        "By the profile of the folder that the scan came in by. Scans that were held whole are no "
        "letters yet.",
        named=True,
    )


def _hours(scans: Sequence[ScanCame], letters: Sequence[LettersCame]) -> Figure:
    by_letter: Counter[int] = Counter()
    for came in letters:
        by_letter[_hour(came.at)] += came.number
    by_scan = Counter(_hour(each.at) for each in scans)
    return Figure(
        "hour",
        "By hour of the day",
        "Hour",
        (Column("Letters"), Column("Scans")),
        tuple(FigureRow(f"{hour:02}", (by_letter[hour], by_scan[hour])) for hour in range(_HOURS)),
        "By the facility's clock, when the scan was taken in: 08 is from 08:00 to 08:59.",
    )


def _hour(moment: datetime) -> int:
    return moment.astimezone().hour


def _confidence(pages: Mapping[int, int]) -> Figure:
    whole = sum(pages.values())
    return Figure(
        "confidence",
        "Reading confidence",
        "Confidence",
        (Column("Pages"), Column("Share", Unit.PERCENT, drawn=False)),
        tuple(
            FigureRow(_tenth(part), (pages.get(part, 0), _share(pages.get(part, 0), whole)))
            for part in range(PARTS)
        ),
        "How sure the reader was of each page that it read, from 0 to 1. Sealed pages are not "
        "read.",
    )


def _tenth(part: int) -> str:
    return f"{part / PARTS:.1f}–{(part + 1) / PARTS:.1f}"


def _effort(decisions: Sequence[Decision]) -> Figure:
    by_verb: dict[str, list[Decision]] = defaultdict(list)
    for each in decisions:
        by_verb[each.verb].append(each)
    rows = [
        _effort_row(verb, by_verb[verb])
        for verb, _ in _most_first(Counter({verb: len(found) for verb, found in by_verb.items()}))
    ]
    if rows:
        rows.append(_effort_row("all of these", decisions))
    return Figure(
        "effort",
        "Staff's effort a letter",
        "Decision",
        (
            Column("Half within", _SECONDS),
            Column("95 % within", _SECONDS),
            Column("Decisions", drawn=False),
            Column("Items", drawn=False),
            Column("Timed", drawn=False),
        ),
        tuple(rows),
        "From when somebody opened a held item to their decision about it, if they decided within "
        "half an hour. Of nobody in particular: the report does not say who decided.",
        named=True,
    )


def _effort_row(name: str, found: Sequence[Decision]) -> FigureRow:
    timed = [each.seconds for each in found if each.seconds is not None]
    items = len({each.subject for each in found})
    return FigureRow(
        name, (quantile(timed, 0.5), quantile(timed, 0.95), len(found), items, len(timed))
    )


def _most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _step_name(period: Period) -> str:
    return "Week from" if period.by_week else "Day"


def _day(day: date) -> str:
    return day.isoformat()
