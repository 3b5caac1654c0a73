"""Cover sheets that somebody outside makes for letters of their own.

Such a cover is noted as theirs, so that what blocks their mail holds what comes under it, and staff
see whether their contact was approved. It still proves nothing of who sent a letter: it is paper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.access import pacing
from digitizer.access.acting import Action, Look, acting, looking
from digitizer.access.pacing import Pace
from digitizer.access.permissions import Act
from digitizer.covers import register
from digitizer.covers.actions import drawn, new_code
from digitizer.covers.following import Followed, letters_under
from digitizer.covers.register import Registered
from digitizer.covers.terms import CoverTerms
from digitizer.engines.codes.cover_code import read_short_id
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import CodeKind
from digitizer.model.people import Actor, CustodyStatus
from digitizer.people import roster
from digitizer.people.correspondents import asks, contacts, records
from digitizer.storage.tables import cover

_BY_DEVICE = Pace("making covers", 20, timedelta(minutes=30))
_MOST_SHEETS = 250
_MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class OwnCover:
    """A cover that they made, and the letters that came under it, newest first. ``inmate`` is for
    whom, as it stands on the sheet; ``sheets`` the number of sheets that a letter must have (0:
    any).
    """

    short_id: str
    inmate: str
    sheets: int
    made: datetime
    letters: tuple[Followed, ...]


def make_cover(
    facility: Facility, booking_number: str, name: str, sheets: int, by: Actor, terminal: str
) -> str:
    """A new cover; returns its number. For an approved contact the booking number is enough, for
    anybody else the whole name must fit it.

    Raises NotFound, the same for a number that nobody has and for another name, TooOften, and
    Conflict where they made as many today as the facility allows.
    """
    with acting(facility, by, Act.MAKE_COVER) as action:
        if not 0 <= sheets <= _MOST_SHEETS:
            raise UsageError(f"A letter can have 1 to {_MOST_SHEETS} sheets.")
        pacing.charge(action.tx, _BY_DEVICE, terminal)
        _check_left(facility, action)
        inmate_id, approved = _whose(action, booking_number.strip(), name)
        person = roster.inmate_of_row(action.tx, inmate_id)
        code = new_code(action.tx, facility, CodeKind.INMATE, sheets)
        me = action.correspondent or 0
        register.enrol(
            action.tx,
            code,
            inmate_id=inmate_id,
            sender=records.get(action.tx, me).name,
            maker=me,
        )
        action.record(
            Verb.PRINT_COVER,
            Subject.cover(code.cover_id),
            to=person.booking_number,
            sheets=sheets,
            approved=approved,
        )
        known = register.look_up(action.tx, code.cover_id)
        assert known is not None
        return known.short_id


def _whose(action: Action, booking_number: str, name: str) -> tuple[int, bool]:
    """The inmate's row, and whether the contact is approved."""
    me = action.correspondent or 0
    for each in contacts.of_correspondent(action.tx, me):
        if each.approved is not None and each.booking_number == booking_number:
            row = roster.inmate_row_id(action.tx, booking_number)
            if roster.inmate_of_row(action.tx, row).status is not CustodyStatus.IN_CUSTODY:
                raise Conflict("This person is not in custody here any more.")
            return row, True
    found = asks.fitting(action.tx, booking_number, name)
    if found is None or found[1].status is not CustodyStatus.IN_CUSTODY:
        raise NotFound("No cover can be made for this number and name. Check both.")
    return found[0], False


def _check_left(facility: Facility, action: Action) -> None:
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    own = cover.c.correspondent_id == action.correspondent, cover.c.printed >= midnight
    count = sa.select(sa.func.count()).select_from(cover).where(*own)
    if action.tx.execute(count).scalar_one() >= facility.settings.family.covers_a_day:
        raise Conflict(
            "You have made as many cover sheets today as the facility allows. The earlier ones can "
            "be used again."
        )


def own_covers(facility: Facility, by: Actor) -> tuple[OwnCover, ...]:
    """Newest first, thirty at most."""
    with looking(facility, by, Act.MAKE_COVER) as look:
        own = sa.select(cover.c.id).where(cover.c.correspondent_id == look.correspondent)
        newest = own.order_by(cover.c.printed.desc(), cover.c.id).limit(_MOST_SHOWN)
        found = (
            register.look_up(look.tx, each) for each in look.tx.execute(newest).scalars().all()
        )
        return tuple(_own_cover(facility, look, each) for each in found if each is not None)


def own_cover(facility: Facility, short_id: str, by: Actor) -> OwnCover:
    """Raises NotFound for one that is not theirs, or does not exist."""
    with looking(facility, by, Act.MAKE_COVER) as look:
        return _own_cover(facility, look, _mine(look, short_id))


def _own_cover(facility: Facility, look: Look, known: Registered) -> OwnCover:
    return OwnCover(
        short_id=known.short_id,
        inmate=known.inmate.full_name if known.inmate else "",
        sheets=known.code.sheets,
        made=known.printed,
        letters=letters_under(look.tx, known.short_id, facility.settings),
    )


def own_cover_pdf(facility: Facility, short_id: str, by: Actor) -> bytes:
    """The sheet to print; where in the facility the inmate lives is not theirs to know. Raises
    NotFound as ``own_cover``."""
    with looking(facility, by, Act.MAKE_COVER) as look:
        known = _mine(look, short_id)
        language = records.get(look.tx, look.correspondent or 0).language
    person = replace(known.inmate, housing_unit="") if known.inmate else None
    terms = CoverTerms(sheets=known.code.sheets, sender=known.sender)
    return drawn(facility, known.code, None, person, terms, language).pdf


def own_cover_number(facility: Facility, short_id: str, by: Actor) -> bytes:
    """The number in large letters as a picture (PNG), to be copied by hand from a telephone. Raises
    NotFound as ``own_cover``."""
    from digitizer.engines.printing.sheets.number_picture import number_picture  # Pillow is slow

    with looking(facility, by, Act.MAKE_COVER) as look:
        known = _mine(look, short_id)
    own = facility.settings.facility
    return number_picture(known.short_id, (own.name, *own.mail_address))


def _mine(look: Look, short_id: str) -> Registered:
    missing = NotFound("There is no such cover sheet.")
    try:
        known = register.look_up_short(look.tx, read_short_id(short_id))
    except (UsageError, NotFound):
        raise missing from None
    if known.maker is None or known.maker != look.correspondent:
        raise missing
    return known
