"""The staff's page of reports: a period in numbers, with plots and their tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import StaffVisit
from digitizer.entrances.web.shared.media import pdf
from digitizer.entrances.web.shared.templating import facility_of, language_of, show
from digitizer.entrances.web.shared.wording import Wording
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import UsageError
from digitizer.model.figures import Figure, Report, said
from digitizer.operations.reports import actions as reports
from digitizer.operations.reports.periods import Period

router = APIRouter(prefix="/staff/reports")
Day = Annotated[date | None, Query()]
_USUAL_DAYS = 30


@router.get("")
def page(request: Request, visit: StaffVisit, first: Day = None, last: Day = None) -> HTMLResponse:
    """The last thirty days, if none are chosen. Today is in them, as far as it has got."""
    try:
        period = _period(first, last)
    except UsageError as error:
        return _page(request, visit, _period(None, None), 400, trouble=str(error))
    return _page(request, visit, period)


@router.get("/figure/{key}.csv")
def figure(
    request: Request, key: str, visit: StaffVisit, first: Day = None, last: Day = None
) -> Response:
    period = _period(first, last)
    content = reports.figure_csv(facility_of(request), key, period, visit.actor)
    name = f"{key}-{period.first}-{period.last}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/report.pdf")
def printed(request: Request, visit: StaffVisit, first: Day = None, last: Day = None) -> Response:
    period = _period(first, last)
    language = language_of(request)
    content = reports.report_pdf(
        facility_of(request),
        period,
        visit.actor,
        language=language,
        in_words=lambda made: _in_words(made, Wording(language)),
    )
    return pdf(content, f"report-{period.first}-{period.last}")


def _period(first: date | None, last: date | None) -> Period:
    """Raises UsageError."""
    end = last or first or datetime.now().astimezone().date()
    usual = timedelta(days=_USUAL_DAYS - 1)
    return Period(first or (end - usual if end - date.min > usual else end), end)


def _page(
    request: Request, visit: Visit, period: Period, status: int = 200, trouble: str = ""
) -> HTMLResponse:
    made: Report = reports.report(facility_of(request), period, visit.actor)
    this_month = datetime.now().astimezone().date().replace(day=1)
    last_of_month = this_month - timedelta(days=1)
    return show(
        request,
        "staff/reports.html",
        status,
        visit=visit,
        idle_seconds=idle_seconds(request),
        report=_in_words(made, Wording(language_of(request))),
        drawn=_drawn,
        said=said,
        trouble=trouble,
        month=(last_of_month.replace(day=1), last_of_month),
        this_month=(this_month, datetime.now().astimezone().date()),
    )


def _in_words(report: Report, wording: Wording) -> Report:
    """The report in the reader's language; scanners keep the names that a facility gave them."""
    return replace(
        report,
        facts=tuple(replace(each, label=wording.said(each.label)) for each in report.facts),
        figures=tuple(_figure_in_words(each, wording) for each in report.figures),
    )


def _figure_in_words(figure: Figure, wording: Wording) -> Figure:
    rows = figure.rows
    if figure.key != "scanner":
        rows = tuple(replace(each, label=wording.said(each.label)) for each in rows)
    return replace(
        figure,
        title=wording.said(figure.title),
        label=wording.said(figure.label),
        note=wording.said(figure.note),
        columns=tuple(replace(each, name=wording.said(each.name)) for each in figure.columns),
        rows=rows,
    )


def _drawn(figure: Figure) -> Markup:
    """The plot escapes what it is given."""
    return Markup(reports.drawn(figure))
