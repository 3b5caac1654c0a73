"""For whom an entry of the logbook is: chosen while the name is typed, on both of its pages."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.media import LONGEST_QUERY
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.screening import cases
from digitizer.screening.candidates import Candidate

_MOST_FOUND = 6
_MOST_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Whom:
    """An inmate's number, or only a name."""

    booking: str
    name: str


def found(request: Request, visit: Visit, find: str, *, gone_first: bool) -> tuple[Candidate, ...]:
    """Whom the typed letters may mean. ``gone_first``: those who are not in custody here."""
    wanted = find.strip()[:LONGEST_QUERY]
    if not wanted:
        return ()
    every = cases.find_in_roster(facility_of(request), wanted, visit.actor, _MOST_LOOKED_AT)
    if gone_first:
        every = tuple(sorted(every, key=lambda each: each.is_here))
    return every[:_MOST_FOUND]


def chosen(candidates: tuple[Candidate, ...], find: str, booking: str, free: bool) -> Whom | None:
    """Who was picked. None where nobody was, or where what was typed meanwhile does not mean
    them."""
    if free and find.strip():
        return Whom("", find.strip())
    if booking and booking in {each.inmate.booking_number for each in candidates}:
        return Whom(booking, "")
    return None


def spreadsheet(content: bytes, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
