"""What staff do with reports: look at one, take its numbers along, print a month."""

from __future__ import annotations

from collections.abc import Callable

from digitizer.access.acting import looking
from digitizer.access.permissions import Act
from digitizer.engines.plots.svg import svg
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.model.figures import Figure, Report
from digitizer.model.people import Actor
from digitizer.operations.reports.csv_file import csv_of
from digitizer.operations.reports.figures import make_report
from digitizer.operations.reports.periods import Period


def report(facility: Facility, period: Period, by: Actor) -> Report:
    """The mailroom in numbers."""
    with looking(facility, by, Act.REPORTS) as look:
        return make_report(look.tx, period)


def figure_csv(facility: Facility, key: str, period: Period, by: Actor) -> bytes:
    """One figure for a spreadsheet. Raises NotFound for one that there is not."""
    for each in report(facility, period, by).figures:
        if each.key == key:
            return csv_of(each)
    raise NotFound(f"There is no figure {key}.")


def report_pdf(
    facility: Facility,
    period: Period,
    by: Actor,
    *,
    language: str = "en",
    in_words: Callable[[Report], Report] = lambda made: made,
) -> bytes:
    """A report on paper, with all plots and tables, in this language: en or es. ``in_words`` puts
    what the report says, which is English, into it."""
    from digitizer.engines.printing.sheets.printed_report import report_sheets  # slow

    made = in_words(report(facility, period, by))
    own = facility.settings.facility
    return report_sheets(made, own.name, own.paper, language)


def drawn(figure: Figure) -> str:
    """A figure's plot as SVG."""
    return svg(figure)
