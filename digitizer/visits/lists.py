"""Paper for the officers: who is brought where and when, and a pass for each."""

from __future__ import annotations

from datetime import date, timedelta

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.events import VISITS, Verb
from digitizer.model.people import Actor
from digitizer.model.visits import BookedVisit, Move, VisitState
from digitizer.support.clock import midnight
from digitizer.visits import records


def movement_list(facility: Facility, day: date, by: Actor) -> bytes:
    """The day's booked visits by housing unit and time, as a PDF. It names no visitor: who carries
    it need not know."""
    from digitizer.engines.printing.sheets.movement_list import movement_list_pdf

    visits = _booked(facility, day, by, "movement")
    of, moves = facility.settings.facility, [_move(each) for each in visits]
    return movement_list_pdf(of.name, day, moves, of.paper)


def passes(facility: Facility, day: date, by: Actor) -> bytes:
    """A pass for each of the day's booked visits, by housing unit and time, as a PDF to be cut."""
    from digitizer.engines.printing.sheets.movement_list import passes_pdf

    visits = _booked(facility, day, by, "passes")
    of, moves = facility.settings.facility, [_move(each) for each in visits]
    return passes_pdf(of.name, day, moves, of.paper)


def _booked(facility: Facility, day: date, by: Actor, what: str) -> list[BookedVisit]:
    with acting(facility, by, Act.SEE_VISITS) as action:
        first, last = midnight(day), midnight(day + timedelta(days=1))
        some = records.between(action.tx, first, last)
        booked = [each for each in some if each.state is VisitState.BOOKED]
        number = len(booked)
        action.record(Verb.PRINT_VISITS, VISITS, day=day.isoformat(), list=what, visits=number)
    return sorted(
        booked, key=lambda each: (each.inmate.housing_unit, each.starts, each.inmate.last_name)
    )


def _move(visit: BookedVisit) -> Move:
    starts, ends = visit.starts.astimezone(), visit.ends.astimezone()
    return Move(
        unit=visit.inmate.housing_unit,
        starts=f"{starts:%H:%M}",
        ends=f"{ends:%H:%M}",
        name=visit.inmate.full_name,
        booking_number=visit.inmate.booking_number,
        room=visit.room_name,
        kind=str(visit.kind),
        absent=visit.inmate.absence or "",
    )
