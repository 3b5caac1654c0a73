"""Printing and revoking cover sheets. A code is in the register before its paper exists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa

from digitizer.access.acting import Look, acting, looking, need_reason
from digitizer.access.permissions import Act, is_permitted
from digitizer.covers import legal_markers, register, uses
from digitizer.covers.register import Registered
from digitizer.covers.terms import PLAIN, CoverTerms
from digitizer.covers.uses import CoverUse, UsedCover
from digitizer.engines.codes.cover_code import read_short_id
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import Actor, Inmate
from digitizer.model.prints import LABEL_PAPERS, LabelPaper
from digitizer.people import roster
from digitizer.storage.key_file import rotate_key
from digitizer.support.clock import now
from digitizer.support.visible import as_name

Paper = Literal["a4", "letter"]
CoverPaper = Paper | LabelPaper
_MOST_SHEETS = 250  # one byte of the code, less room for later meanings


@dataclass(frozen=True, slots=True)
class PrintedCover:
    """A new sheet: its PDF (a page; a separator's has two), its id as staff type it, and whom it
    names.

    ``missing`` is a sentence about the characters that could only be printed as boxes.
    """

    pdf: bytes
    short_id: str
    inmate: Inmate | None
    missing: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why letters under it would be held today, and what could not be printed."""
        return tuple(warning for warning in (self._absence, self.missing) if warning)

    @property
    def _absence(self) -> str | None:
        if self.inmate is None or self.inmate.absence is None:
            return None
        return (
            f"{self.inmate.full_name} ({self.inmate.booking_number}) is {self.inmate.absence}: "
            "mail that comes with this sheet will be held."
        )


def print_inmate_cover(
    facility: Facility,
    booking_number: str,
    by: Actor,
    terms: CoverTerms = PLAIN,
    paper: CoverPaper | None = None,
) -> PrintedCover:
    """A new cover for letters to this inmate; earlier ones stay valid. On the paper of a label it
    is one that staff stick on a letter: it proposes the inmate, and delivers nothing by itself.

    Raises NotFound, and UsageError for terms that contradict each other or are over already, or of
    which a label has none.
    """
    printing = acting(facility, by, Act.PRINT_COVER)
    terms = replace(terms, sender=as_name(terms.sender or "") or None)
    expires, is_label = terms.expiry(), paper in LABEL_PAPERS
    if is_label and (terms.once or terms.uses is not None or expires):
        raise UsageError("A label is for the letter that it is stuck on: it has no other limits.")
    with printing as action:
        code = new_code(action.tx, facility, CodeKind.INMATE, terms.sheets, label=is_label)
        person = roster.find_inmate(action.tx, booking_number)
        register.enrol(
            action.tx,
            code,
            inmate_id=roster.inmate_row_id(action.tx, booking_number),
            once=terms.once,
            sender=terms.sender,
            expires=expires,
            most_letters=terms.uses,
        )
        action.record(
            Verb.PRINT_COVER,
            Subject.cover(code.cover_id),
            to=booking_number,
            sheets=terms.sheets,
            once=terms.once,
            uses=terms.uses,
            until=str(terms.last_day) if terms.last_day else None,
            **({"label": True} if is_label else {}),
        )
    return drawn(facility, code, paper, person, terms)


def may_print(by: Actor) -> bool:
    """Whether this person may print covers; each verb checks it again."""
    return is_permitted(by, Act.PRINT)


def print_batch_header(
    facility: Facility, letters: int | None, by: Actor, paper: Paper | None = None
) -> PrintedCover:
    """A sheet for the top of a stack; with ``letters``, the number of letters that must come out
    of it."""
    with acting(facility, by, Act.PRINT) as action:
        code = new_code(action.tx, facility, CodeKind.BATCH, letters or 0)
        register.enrol(action.tx, code)
        action.record(Verb.PRINT_BATCH_SHEET, Subject.cover(code.cover_id), letters=letters)
    return drawn(facility, code, paper)


def print_separator(facility: Facility, by: Actor, paper: Paper | None = None) -> PrintedCover:
    """A sheet that says that the next letter begins here, not whose it is: printed on both sides,
    and used again and again."""
    with acting(facility, by, Act.PRINT) as action:
        code = new_code(action.tx, facility, CodeKind.SEPARATOR, 0)
        register.enrol(action.tx, code)
        action.record(Verb.PRINT_SEPARATOR, Subject.cover(code.cover_id))
    return drawn(facility, code, paper)


def print_legal_marker(
    facility: Facility, by: Actor, paper: Paper | None = None, valid_days: int | None = None
) -> PrintedCover:
    """A sheet to lay on legal mail, which must not be scanned: a scan that contains it is sealed.

    It is good for one scan on one day; with ``valid_days``, no later than that. Any other scan
    with it is sealed too, as one that may be legal mail.
    """
    terms = CoverTerms(once=True, valid_days=valid_days)
    with acting(facility, by, Act.PRINT) as action:
        code = new_code(action.tx, facility, CodeKind.LEGAL, 0)
        register.enrol(action.tx, code, once=True, expires=terms.expiry())
        legal_markers.enrol(action.tx, code, facility.settings.facility.name)
        action.record(Verb.PRINT_LEGAL_SHEET, Subject.cover(code.cover_id), valid_days=valid_days)
    return drawn(facility, code, paper, terms=terms)


def new_code(
    tx: sa.Connection, facility: Facility, kind: CodeKind, sheets: int, *, label: bool = False
) -> CoverCode:
    """A code that no sheet carries yet. It still has to be entered in the register.

    Raises UsageError for a number of sheets that a code cannot hold.
    """
    if not 0 <= sheets <= _MOST_SHEETS:
        raise UsageError(f"The number must be from 1 to {_MOST_SHEETS}.")
    return register.fresh_code(tx, kind, facility.keys, sheets, label=label)


def drawn(
    facility: Facility,
    code: CoverCode,
    paper: CoverPaper | None,
    person: Inmate | None = None,
    terms: CoverTerms = PLAIN,
    language: str = "",
) -> PrintedCover:
    """The sheet of a code that is in the register. ``language``: of who asked for it, if known."""
    from digitizer.covers.drawing import cover_sheet_of  # reportlab is slow
    from digitizer.engines.printing.kit.missing import warning
    from digitizer.engines.printing.sheets.cover_sheet import cover_missing, cover_pdf
    from digitizer.engines.printing.sheets.label_cover import label_cover_pdf

    sheet = replace(cover_sheet_of(facility, code, person, terms), language=language)
    chosen = paper or facility.settings.facility.paper
    if chosen == "label" or chosen == "label-small":
        pdf = label_cover_pdf(sheet, chosen)
    else:
        pdf = cover_pdf(sheet, chosen)
    return PrintedCover(pdf, sheet.short_id, person, warning(cover_missing(sheet)))


def find_cover(facility: Facility, typed: str, by: Actor) -> Registered:
    """By the short id that is printed on it, as staff type it. Raises UsageError or NotFound."""
    with looking(facility, by, Act.LOOK) as look:
        return register.look_up_short(look.tx, read_short_id(typed))


def cover_list(
    facility: Facility,
    by: Actor,
    booking_number: str | None = None,
    only_often: bool = False,
    *,
    start: int = 0,
    most: int = 200,
) -> tuple[UsedCover, ...]:
    """Inmates' covers and how often each was used, the most used lately first; at most ``most``
    after the first ``start``."""
    with looking(facility, by, Act.LOOK) as look:
        if booking_number is not None:
            roster.find_inmate(look.tx, booking_number)
        return uses.used_covers(
            look.tx,
            now(),
            facility.settings.covers,
            booking_number=booking_number,
            only_often=only_often,
            start=start,
            most=most,
        )


def uses_of_cover(
    facility: Facility, typed: str, by: Actor
) -> tuple[Registered, tuple[CoverUse, ...]]:
    """A sheet by its short id, and every letter that came with it, newest first."""
    with looking(facility, by, Act.LOOK) as look:
        known = register.look_up_short(look.tx, read_short_id(typed))
        return known, uses.uses_of(look.tx, known.code.cover_id, by)


def revoke_cover(facility: Facility, typed: str, by: Actor, reason: str) -> Registered:
    """From now on letters with this cover are held."""
    with acting(facility, by, Act.REVOKE, reason=reason) as action:
        known = register.look_up_short(action.tx, read_short_id(typed))
        register.revoke(action.tx, known.code.cover_id)
        action.record(Verb.REVOKE_COVER, Subject.cover(known.code.cover_id))
    return known


def rotate_keys(facility: Facility, by: Actor) -> int:
    """Makes a new key for new codes; sheets that were printed before stay valid.

    Returns the new key's number.
    """
    with acting(facility, by, Act.KEYS) as action:
        number = rotate_key(facility.key_file)
        action.record(Verb.ROTATE_KEYS, Subject.key(number))
    return number


def sheets_under_key(facility: Facility, number: int, by: Actor) -> tuple[Registered, ...]:
    """The sheets in force that would fall if this key were retired. Raises as ``retire_key``."""
    with looking(facility, by, Act.PEOPLE) as look:
        _check_key(look, facility, number)
        return register.in_force_under(look.tx, number)


def retire_key(facility: Facility, number: int, by: Actor, reason: str) -> tuple[Registered, ...]:
    """From now on no code that is signed with this key counts: what carries one is held, or sealed
    if it may be legal mail. Returns the sheets that fell.

    Raises NotFound for no such key, Conflict for the one that new codes are signed with or one that
    is retired already, and UsageError without a reason.
    """
    retiring = acting(facility, by, Act.KEYS)
    why = need_reason(reason)
    with retiring as action:
        _check_key(action, facility, number)
        fell = register.in_force_under(action.tx, number)
        register.retire_key(action.tx, number, why)
        action.record(Verb.RETIRE_KEY, Subject.key(number), sheets=len(fell), why=why)
    return fell


def _check_key(look: Look, facility: Facility, number: int) -> None:
    if number not in facility.keys.keys:
        known = ", ".join(map(str, sorted(facility.keys.keys)))
        raise NotFound(f"There is no key {number}. The keys of this home are {known}.")
    if number == facility.keys.current:
        raise Conflict(
            f"New sheets are signed with key {number}. First make another: "
            "digitizer cover rotate-keys"
        )
    if number in register.retired_keys(look.tx):
        raise Conflict(f"Key {number} is retired already.")
