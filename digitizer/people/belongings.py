"""All that is kept under one inmate's record, and giving it to another record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.people.correspondents.records import drop_doubled_contacts, join_doubled_drafts
from digitizer.storage.tables import (
    cover,
    earlier_number,
    held_name,
    inmate,
    letter,
    message,
    metadata,
    posting,
    session,
)
from digitizer.storage.tables_appeals import rejection
from digitizer.storage.tables_calls import video_call
from digitizer.storage.tables_correspondents import (
    contact,
    contact_ask,
    cut_part,
    mail_block,
)
from digitizer.storage.tables_departures import departure, takeaway_code
from digitizer.storage.tables_legal import legal_item
from digitizer.storage.tables_logbook import found_item, returned_mail
from digitizer.storage.tables_messages import added_photo, message_draft
from digitizer.storage.tables_originals import paper_request
from digitizer.storage.tables_prints import print_job
from digitizer.storage.tables_protected import protected_message
from digitizer.storage.tables_requests import inmate_request, request_form
from digitizer.storage.tables_retention import legal_hold
from digitizer.storage.tables_screening import watch_rule
from digitizer.storage.tables_transfers import arrival, person_mark, transfer
from digitizer.storage.tables_visits import (
    kept_apart_inmate,
    visit,
    visit_hold,
    visit_restriction,
)

#: Where a record is named whose contents go to the other record.
GIVEN = (
    letter,
    cover,
    message,
    posting,
    earlier_number,
    contact,
    contact_ask,
    mail_block,
    cut_part,
    watch_rule,
    print_job,
    message_draft,
    added_photo,
    inmate_request,
    request_form,
    protected_message,
    returned_mail,
    found_item,
    legal_item,
    rejection,
    paper_request,
    legal_hold,
    takeaway_code,
    visit,
    visit_hold,
    visit_restriction,
    kept_apart_inmate,
    transfer,
    arrival,
    person_mark,
    video_call,
)
#: Where nothing is left by then: sessions are ended, a name that is held forbids it, and what is
#: known of departures was put together.
EMPTY = (session, held_name, departure)


@dataclass(frozen=True, slots=True)
class Belongings:
    """Counts."""

    letters: int
    covers: int
    messages: int


def belongings_of(tx: sa.Connection, inmate_id: int) -> Belongings:
    letters, covers, messages = (
        tx.execute(
            sa.select(sa.func.count()).select_from(each).where(each.c.inmate_id == inmate_id)
        ).scalar_one()
        for each in (letter, cover, message)
    )
    return Belongings(letters, covers, messages)


def give_all(tx: sa.Connection, inmate_id: int, to: int) -> None:
    """Everything that names the first record names the second."""
    drop_doubled_contacts(tx, contact.c.inmate_id, inmate_id, to)
    join_doubled_drafts(tx, message_draft.c.inmate_id, inmate_id, to)
    for each in GIVEN:
        own = sa.update(each).where(each.c.inmate_id == inmate_id)
        tx.execute(own.values(inmate_id=to))


def tables_that_name_inmates() -> Iterator[sa.Table]:
    """Each table with a column for an inmate's record."""
    for table in metadata.sorted_tables:
        if any(key.column is inmate.c.id for key in table.foreign_keys):
            yield table
