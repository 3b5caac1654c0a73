"""From a code and its terms to what is drawn."""

from __future__ import annotations

from digitizer.covers.terms import CoverTerms
from digitizer.engines.codes.cover_code import payload, short_id
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet
from digitizer.facility import Facility
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import Inmate


def cover_sheet_of(
    facility: Facility,
    code: CoverCode,
    person: Inmate | None,
    terms: CoverTerms,
) -> CoverSheet:
    own = facility.settings.facility
    is_batch = code.kind is CodeKind.BATCH
    return CoverSheet(
        facility_name=own.name,
        mail_address=own.mail_address,
        inmate=person,
        kind=code.kind,
        payload=payload(code, facility.keys),
        short_id=short_id(code),
        sheets=0 if is_batch else code.sheets,
        sender=terms.sender,
        once=terms.once,
        letters=(code.sheets or None) if is_batch else None,
        uses=terms.uses,
        until=terms.last_day,
        notes=(own.cover_notes, own.cover_notes_es),
        words=facility.words,
    )
