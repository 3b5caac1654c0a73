"""report: the mailroom in numbers, for a month or other days."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.entrances.cli.context import OPERATOR, AsJson, facility_of, note, say, tell, write
from digitizer.model.errors import UsageError

if TYPE_CHECKING:
    from digitizer.operations.reports.periods import Period

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day: 2026-11-01.")]


def add_to(app: typer.Typer) -> None:
    app.command()(report)


def report(
    context: typer.Context,
    month: Annotated[str, typer.Option(help="A month: 2026-11.")] = "",
    first: Day = None,
    last: Day = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.pdf", help="Write it as PDF, with plots.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the mailroom in numbers; this month, if no days are given."""
    from digitizer.model.figures import said
    from digitizer.operations.reports import actions as reports

    facility, period = facility_of(context), _period(month, first, last)
    if out is not None:
        write(out, reports.report_pdf(facility, period, OPERATOR))
        note(f"Written: {out}")
        return
    made = reports.report(facility, period, OPERATOR)
    if not as_json:
        tell(f"{made.first} to {made.last}")
        tell(*(f"  {each.label}: {each.said}" for each in made.facts))
    for figure in made.figures:
        if not as_json:
            tell("", figure.title)
        for row in figure.rows:
            pairs = tuple(zip(figure.columns, row.values, strict=True))
            record = {
                "figure": figure.key,
                "row": row.label,
                "values": {column.name: value for column, value in pairs},
            }
            shown = ", ".join(f"{column.name} {said(v, column.unit)}" for column, v in pairs)
            say(record, as_json, f"  {row.label}: {shown}")


def _period(month: str, first: datetime | None, last: datetime | None) -> Period:
    from digitizer.operations.reports.periods import Period

    if month and (first or last):
        raise UsageError("Give a month, or the first and the last day.")
    today = datetime.now().astimezone().date()
    if month:
        year, _, number = month.partition("-")
        if not (year.isdecimal() and number.isdecimal()):
            raise UsageError(f"Write a month as 2026-11, not {month!r}.")
        return Period.month(int(year), int(number))
    end: date = last.date() if last else today
    return Period(first.date() if first else end.replace(day=1), end)
