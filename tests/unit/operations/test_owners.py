"""Who owns what: by it a destruction finds all that goes, and nothing else."""

from __future__ import annotations

import io

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages.drafts import Between
from digitizer.model.mail import Direction
from digitizer.model.retention import HoldOn, MailKind
from digitizer.operations import owners
from digitizer.operations.stored_blobs import named_originals, named_pictures
from digitizer.retention import actions
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import message, original, page
from digitizer.storage.tables_messages import message_draft
from digitizer.support.clock import now
from tests.support.conversing import make_contact
from tests.support.kept_mail import destroyed, old_message, old_stack, scheduled
from tests.support.made_mail import ORSON, PETRA, SUPERVISOR


def test_what_is_destroyed_is_no_more_among_what_is_kept(facility: Facility) -> None:
    here = scheduled(facility)
    mine, theirs = old_stack(here, [ORSON, PETRA], 0)
    sent, alone = old_message(here, ORSON, 50), old_stack(here, [ORSON], 7)[0]
    with reading(here.engine) as tx:
        before = owners.kept(tx)
        assert owners.destroyed(tx) == set()
        names = tx.execute(sa.select(original.c.scan_id, original.c.sha256)).tuples().all()
    of_scan = {scan: owners.of_original(name) for scan, name in names}
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    destroyed(here, MailKind.LETTERS)
    destroyed(here, MailKind.MESSAGES)
    with reading(here.engine) as tx:
        kept, gone = owners.kept(tx), owners.destroyed(tx)
        pages = tx.execute(sa.select(page.c.scan_id, page.c.number, page.c.letter_id)).all()
    assert not kept & gone
    assert before <= kept | gone
    things = {owners.of_thing(each) for each in (mine.id, sent.id, alone.id, alone.scan)}
    of_pages = {
        owners.of_page(row.scan_id, row.number)
        for row in pages
        if row.letter_id in (mine.id, alone.id)
    }
    assert len(of_pages) == 6
    assert gone == things | of_pages | set(of_scan.values())
    assert {owners.of_thing(theirs.id), owners.of_thing(mine.scan), owners.HOME} <= kept


def test_bytes_that_came_in_again_are_kept(facility: Facility) -> None:
    here = scheduled(facility)
    old_stack(here, [ORSON], 0)
    destroyed(here, MailKind.LETTERS)
    old_stack(here, [ORSON], 0)
    with reading(here.engine) as tx:
        (name,) = named_originals(tx)
        assert owners.of_original(name) in owners.kept(tx)
        assert owners.of_original(name) not in owners.destroyed(tx)


def test_every_stored_file_has_its_owners(facility: Facility) -> None:
    """Among them one photo of two messages, and the PDF of a copy of a letter."""
    (mine,) = old_stack(facility, [ORSON], 0)
    one, two = (old_message(facility, ORSON, number) for number in (50, 51))
    between = Between(Direction.TO_INMATE, 1, make_contact(facility))
    with writing(facility.engine) as tx:
        its = sa.select(message.c.photos).where(message.c.id == one.id)
        (photo,) = tx.execute(its).scalar_one()
        tx.execute(sa.update(message).where(message.c.id == two.id).values(photos=[photo]))
        drafts_photo = facility.pictures.put(io.BytesIO(b"of a draft"))[0]
        tx.execute(
            sa.insert(message_draft).values(
                direction=str(between.direction),
                inmate_id=between.inmate_id,
                correspondent_id=between.correspondent_id,
                subject="",
                body="being written",
                photos=[drafts_photo],
                saved=now(),
            )
        )
    with reading(facility.engine) as tx:
        found = owners.owners_of_files(tx)
        kept = owners.kept(tx)
        assert found["originals"].keys() == named_originals(tx).keys()
        assert found["pictures"].keys() == named_pictures(tx).keys()
        (draft,) = owners.drafts(tx)
    assert found["pictures"][photo] == {owners.of_thing(one.id), owners.of_thing(two.id)}
    assert found["pictures"][drafts_photo] == {draft}
    every = [its for files in found.values() for its in files.values()]
    assert all(its and its <= kept for its in every)
    assert {owners.of_thing(mine.id)} in every, "the copy on paper"
