"""Within a verb's action: who is told what became of a visit.

Visitors by e-mail, in their language; the inmate on paper, with what is printed for their housing
unit. All of it is put where it waits in the transaction of what it tells of.

An e-mail names the time and the place, and neither the inmate nor a reason: those stand on the
visitor's own pages.
"""

from __future__ import annotations

import io
from datetime import datetime
from enum import StrEnum

from digitizer.access.accounts import account_of
from digitizer.access.acting import Action
from digitizer.facility import Facility
from digitizer.model.events import Subject
from digitizer.model.prints import PrintKind
from digitizer.model.visits import BookedVisit, is_monitored
from digitizer.notifications.bounces import bounce_of
from digitizer.people import roster
from digitizer.people.correspondents import records as correspondents
from digitizer.people.correspondents import telling
from digitizer.people.correspondents.telling import Letter
from digitizer.prints import queue

_PAGE = "/visits"


class News(StrEnum):
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    LAPSED = "lapsed"
    ENDED = "ended"


_LETTERS = {
    News.BOOKED: Letter.VISIT_BOOKED,
    News.MOVED: Letter.VISIT_MOVED,
    News.CANCELLED: Letter.VISIT_CANCELLED,
    News.REFUSED: Letter.VISIT_REFUSED,
    News.LAPSED: Letter.VISIT_LAPSED,
    News.ENDED: Letter.VISIT_ENDED,
}
#: Of a request the inmate knows nothing until it is booked.
_ON_PAPER = (News.BOOKED, News.MOVED, News.CANCELLED)


def written_time(starts: datetime, ends: datetime) -> str:
    """In local time: ``2026-12-03 14:00-14:30``."""
    first, last = starts.astimezone(), ends.astimezone()
    return f"{first:%Y-%m-%d %H:%M}-{last:%H:%M}"


def tell(
    action: Action, facility: Facility, visit: BookedVisit, news: News, *, paper: bool = True
) -> None:
    """Everybody who has to do with it, but who did it. ``paper`` False: the inmate knows."""
    people = {each.correspondent for each in visit.guests} | {visit.booker}
    for number in sorted(each for each in people if each is not None):
        if number != action.correspondent:
            _mail(action, facility, visit, news, number)
    wanted = paper and news in _ON_PAPER and facility.settings.visits.paper == "always"
    if wanted and visit.inmate.absence is None:
        _print(action, facility, visit, news)


def _mail(action: Action, facility: Facility, visit: BookedVisit, news: News, number: int) -> None:
    tx, settings = action.tx, facility.settings
    about = Subject.visit(visit.id)
    words = {"when": written_time(visit.starts, visit.ends), "where": visit.room_name}
    if account_of(tx, number) is not None:
        page = f"/calls/{visit.id}" if news is News.ENDED else _PAGE
        telling.tell(tx, settings, number, _LETTERS[news], about, page, **words)
        return
    person = correspondents.get(tx, number)
    if person.email and bounce_of(tx, person.email) is None:
        letter = _LETTERS[news]
        telling.write(tx, settings, person.email, person.language, letter, about, link="", **words)


def _print(action: Action, facility: Facility, visit: BookedVisit, news: News) -> None:
    from digitizer.engines.printing.kit.batches import page_count
    from digitizer.engines.printing.letters.visit_slip import VisitSlip, visit_slip_pdf

    language = roster.language_of(action.tx, visit.inmate.booking_number)
    slip = VisitSlip(
        facility_name=facility.settings.facility.name,
        inmate=visit.inmate,
        news=str(news),
        when=written_time(visit.starts, visit.ends),
        where=visit.room_name,
        visitors=tuple(each.name for each in visit.guests),
        monitored=is_monitored(visit),
        reason=visit.reason,
        language=language,
        words=facility.words.for_reader(language),
    )
    pdf = visit_slip_pdf(slip, facility.settings.facility.paper)
    stored, _ = facility.pictures.put(io.BytesIO(pdf))
    row = roster.inmate_row_id(action.tx, visit.inmate.booking_number)
    queue.add(action.tx, PrintKind.NOTICE, "Visit", inmate_id=row, pdf=(stored, page_count(pdf)))
