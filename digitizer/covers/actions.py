"""Printing and revoking cover sheets. A code is in the register before its paper exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.covers import legal_markers, register, uses
from digitizer.covers.register import Registered
from digitizer.covers.uses import CoverUse, UsedCover
from digitizer.engines.codes.cover_code import payload, read_short_id, short_id
from digitizer.facility import House
from digitizer.model.errors import UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import Actor, Inmate
from digitizer.people import roster
from digitizer.storage.key_file import rotate_key
from digitizer.support.clock import now

Paper = Literal["a4", "letter"]
_MOST_SHEETS = 250  # one byte of the code, less room for later meanings


@dataclass(frozen=True, slots=True)
class PrintedCover:
    """A new cover: its PDF of one page, its id as staff key it, whom it names.

    ``missing`` says in words which characters could only be printed as boxes.
    """

    pdf: bytes
    short_id: str
    inmate: Inmate | None
    missing: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """That letters under it will be held as things stand; what print could not show."""
        return tuple(said for said in (self._absence, self.missing) if said)

    @property
    def _absence(self) -> str | None:
        if self.inmate is None or self.inmate.absence is None:
            return None
        return (
            f"{self.inmate.full_name} ({self.inmate.booking_number}) is {self.inmate.absence}: "
            "what comes under this sheet will be held."
        )


def print_inmate_cover(
    house: House,
    booking_number: str,
    by: Actor,
    *,
    sheets: int = 0,
    sender: str | None = None,
    once: bool = False,
    uses: int | None = None,
    valid_days: int | None = None,
    until: date | None = None,
    paper: Paper | None = None,
) -> PrintedCover:
    """A new cover for letters to this inmate; earlier ones stay valid.

    Letters that come in more than ``valid_days`` days from now, or after the day ``until``, are
    held, and so are those past the number ``uses``. UsageError where two of a kind are given, or
    the day is over.
    """
    printing = acting(house, by, Act.PRINT)
    expires = _expiry(valid_days, until)
    if once and uses is not None:
        raise UsageError("Say once, or a number of uses, not both.")
    with printing as deed:
        code = new_code(deed.tx, house, CodeKind.INMATE, sheets)
        person = roster.find_inmate(deed.tx, booking_number)
        register.enrol(
            deed.tx, code, inmate_id=roster.inmate_row_id(deed.tx, booking_number), once=once,
            sender=sender, expires=expires, most_letters=uses,
        )  # fmt: skip
        deed.record(
            Verb.PRINT_COVER, Subject.cover(code.cover_id), to=booking_number, sheets=sheets,
            once=once, uses=uses, until=str(until) if until else None,
        )  # fmt: skip
    return _printed(house, code, person, sender, once, paper, uses, until)


def _expiry(valid_days: int | None, until: date | None) -> datetime | None:
    """The moment after which a new cover is not good any more; a day counts to its local end."""
    if valid_days and until:
        raise UsageError("Say a number of days, or the last day, not both.")
    if valid_days:
        return now() + timedelta(days=valid_days)
    if until is None:
        return None
    end = datetime.combine(until + timedelta(days=1), time()).astimezone()
    if end <= now():
        raise UsageError(f"{until} is over: letters under that cover would all be held.")
    return end


def print_batch_header(
    house: House, letters: int | None, by: Actor, paper: Paper | None = None
) -> PrintedCover:
    """Laid on top of a stack: it says how many letters must come out of it."""
    with acting(house, by, Act.PRINT) as deed:
        code = new_code(deed.tx, house, CodeKind.BATCH, letters or 0)
        register.enrol(deed.tx, code)
        deed.record(Verb.PRINT_BATCH_SHEET, Subject.cover(code.cover_id), letters=letters)
    return _printed(house, code, None, None, once=False, paper=paper)


def print_legal_marker(
    house: House, by: Actor, paper: Paper | None = None, valid_days: int | None = None
) -> PrintedCover:
    """Laid on legal mail that must not be scanned: a scan that holds it is sealed.

    It is good for one scan of one day; with ``valid_days``, no later than that. Any other scan
    with it is sealed too, as one that may be legal mail.
    """
    expires = now() + timedelta(days=valid_days) if valid_days else None
    with acting(house, by, Act.PRINT) as deed:
        code = new_code(deed.tx, house, CodeKind.LEGAL, 0)
        register.enrol(deed.tx, code, once=True, expires=expires)
        legal_markers.enrol(deed.tx, code, house.settings.facility.name)
        deed.record(Verb.PRINT_LEGAL_SHEET, Subject.cover(code.cover_id), valid_days=valid_days)
    return _printed(house, code, None, None, once=True, paper=paper)


def new_code(tx: sa.Connection, house: House, kind: CodeKind, sheets: int) -> CoverCode:
    """A code that no sheet bears yet; it is not in the register before it is enrolled there.

    UsageError for a number of sheets that a code cannot hold.
    """
    if not 0 <= sheets <= _MOST_SHEETS:
        raise UsageError(f"The number must be from 1 to {_MOST_SHEETS}.")
    return register.fresh_code(tx, kind, house.keys, sheets)


def _printed(
    house: House,
    code: CoverCode,
    person: Inmate | None,
    sender: str | None,
    once: bool,
    paper: Paper | None,
    uses: int | None = None,
    until: date | None = None,
) -> PrintedCover:
    from digitizer.engines.printing.kit.missing import warning  # reportlab is slow
    from digitizer.engines.printing.sheets.cover_sheet import (
        CoverSheet,
        cover_missing,
        cover_pdf,
    )

    facility = house.settings.facility
    is_batch = code.kind is CodeKind.BATCH
    sheet = CoverSheet(
        facility_name=facility.name,
        mail_address=facility.mail_address,
        inmate=person,
        kind=code.kind,
        payload=payload(code, house.keys),
        short_id=short_id(code),
        sheets=0 if is_batch else code.sheets,
        sender=sender,
        once=once,
        letters=(code.sheets or None) if is_batch else None,
        uses=uses,
        until=until,
    )
    pdf = cover_pdf(sheet, paper or facility.paper)
    return PrintedCover(pdf, sheet.short_id, person, warning(cover_missing(sheet)))


def find_cover(house: House, typed: str, by: Actor) -> Registered:
    """By the short id printed on it, as staff key it. Raises UsageError or NotFound."""
    with looking(house, by, Act.LOOK) as look:
        return register.look_up_short(look.tx, read_short_id(typed))


def cover_list(
    house: House, by: Actor, booking_number: str | None = None, only_often: bool = False
) -> tuple[UsedCover, ...]:
    """Inmates' covers and how often each was used, the most used of late first."""
    with looking(house, by, Act.LOOK) as look:
        if booking_number is not None:
            roster.find_inmate(look.tx, booking_number)
        return uses.used_covers(
            look.tx, now(), house.settings.covers,
            booking_number=booking_number, only_often=only_often,
        )  # fmt: skip


def uses_of_cover(house: House, typed: str, by: Actor) -> tuple[Registered, tuple[CoverUse, ...]]:
    """A sheet by its number, and every letter that came under it, newest first."""
    with looking(house, by, Act.LOOK) as look:
        known = register.look_up_short(look.tx, read_short_id(typed))
        return known, uses.uses_of(look.tx, known.code.cover_id)


def revoke_cover(house: House, typed: str, by: Actor, reason: str) -> Registered:
    """From now on letters under this cover are held."""
    with acting(house, by, Act.REVOKE, reason=reason) as deed:
        known = register.look_up_short(deed.tx, read_short_id(typed))
        register.revoke(deed.tx, known.code.cover_id)
        deed.record(Verb.REVOKE_COVER, Subject.cover(known.code.cover_id))
    return known


def rotate_keys(house: House, by: Actor) -> int:
    """New codes are signed with a fresh key; what was printed before goes on being read.

    Returns the new key's number.
    """
    with acting(house, by, Act.PEOPLE) as deed:
        number = rotate_key(house.key_file)
        deed.record(Verb.ROTATE_KEYS, Subject.key(number))
    return number
