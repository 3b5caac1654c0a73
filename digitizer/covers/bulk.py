"""Covers for a housing unit or the whole roster, in one PDF.

They are drawn some at a time, and each part is finished before the next is begun: of what a drawing
takes in memory, only its bytes are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.covers import register
from digitizer.covers.actions import Paper, new_code
from digitizer.covers.terms import PLAIN, CoverTerms
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import Actor, Inmate
from digitizer.people import roster

#: Covers that are drawn, and entered in the register, together.
_TOGETHER = 50
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class PrintedCovers:
    """The covers of several inmates, in one PDF, by name. ``left_out`` are those who get none,
    for their mail would be held. ``missing`` is a sentence about the characters that could only be
    printed as boxes."""

    pdf: bytes
    inmates: tuple[Inmate, ...]
    left_out: tuple[Inmate, ...]
    missing: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Who is left out, and what could not be printed."""
        return tuple(each for each in (self._gone, self.missing) if each)

    @property
    def _gone(self) -> str | None:
        if not self.left_out:
            return None
        named = [
            f"{each.full_name} ({each.booking_number}), {each.status}"
            for each in self.left_out[:_MOST_NAMED]
        ]
        more = len(self.left_out) - len(named)
        last = f"; and {more} more" if more else ""
        return f"No cover for {len(self.left_out)} not in custody: {'; '.join(named)}{last}."


def units(facility: Facility, by: Actor) -> Mapping[str, int]:
    """How many in custody live in each housing unit, by its name; "" for those in none."""
    with looking(facility, by, Act.PRINT) as look:
        everyone = roster.all_inmates(look.tx)
    here = Counter(each.housing_unit for each in everyone if each.absence is None)
    return dict(sorted(here.items()))


def print_covers(
    facility: Facility,
    by: Actor,
    unit: str | None = None,
    terms: CoverTerms = PLAIN,
    paper: Paper | None = None,
) -> PrintedCovers:
    """A new cover for each inmate in custody in this housing unit (None: on the whole roster).

    Raises NotFound if nobody in custody is there, and UsageError for terms that contradict each
    other or are over already.
    """
    from digitizer.engines.printing.kit.batches import housing_unit_pdf  # reportlab is slow

    with looking(facility, by, Act.PRINT) as look:
        everyone = roster.all_inmates(look.tx)
    terms.expiry()
    chosen = [each for each in everyone if unit is None or each.housing_unit == unit]
    here = tuple(each for each in chosen if each.absence is None)
    if not here:
        raise NotFound(
            f"Nobody in custody is in {unit}." if unit else "Nobody in custody is on the roster."
        )
    parts: list[bytes] = []
    missing: set[str] = set()
    for start in range(0, len(here), _TOGETHER):
        part, boxes = _part(facility, by, here[start : start + _TOGETHER], terms, paper)
        parts.append(part)
        missing |= set(boxes)
    pdf = parts[0] if len(parts) == 1 else housing_unit_pdf(parts)
    gone = tuple(each for each in chosen if each.absence is not None)
    return PrintedCovers(pdf, here, gone, _warning(missing))


def _warning(missing: set[str]) -> str | None:
    from digitizer.engines.printing.kit.missing import warning

    return warning("".join(sorted(missing)))


def _part(
    facility: Facility,
    by: Actor,
    people: Sequence[Inmate],
    terms: CoverTerms,
    paper: Paper | None,
) -> tuple[bytes, str]:
    """Their covers as a PDF, and the characters that it shows only as boxes."""
    from digitizer.covers.drawing import cover_sheet_of
    from digitizer.engines.printing.sheets.cover_sheet import cover_missing, covers_pdf

    own = facility.settings.facility
    with acting(facility, by, Act.PRINT) as action:
        codes = [_enrolled(action.tx, facility, each, terms) for each in people]
        for code, person in zip(codes, people, strict=True):
            action.record(
                Verb.PRINT_COVER,
                Subject.cover(code.cover_id),
                to=person.booking_number,
                once=terms.once,
                uses=terms.uses,
                until=str(terms.last_day) if terms.last_day else None,
            )
    sheets = [
        cover_sheet_of(facility, code, person, terms)
        for code, person in zip(codes, people, strict=True)
    ]
    boxes = "".join(cover_missing(sheet) for sheet in sheets)
    return covers_pdf(sheets, paper or own.paper), boxes


def _enrolled(
    tx: sa.Connection, facility: Facility, person: Inmate, terms: CoverTerms
) -> CoverCode:
    code = new_code(tx, facility, CodeKind.INMATE, terms.sheets)
    register.enrol(
        tx,
        code,
        inmate_id=roster.inmate_row_id(tx, person.booking_number),
        once=terms.once,
        sender=terms.sender,
        expires=terms.expiry(),
        most_letters=terms.uses,
    )
    return code
