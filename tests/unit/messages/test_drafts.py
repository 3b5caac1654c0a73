"""Drafts: one to each person, in each direction."""

from __future__ import annotations

from digitizer.facility import Facility
from digitizer.messages import drafts
from digitizer.messages.drafts import Between, KeptDraft
from digitizer.model.mail import Direction
from digitizer.people import roster
from digitizer.storage.database import writing
from tests.support.conversing import make_contact
from tests.support.made_mail import ORSON


def test_the_last_that_was_kept_counts_and_each_direction_has_its_own(facility: Facility) -> None:
    ida = make_contact(facility)
    with writing(facility.engine) as tx:
        row = roster.inmate_row_id(tx, ORSON)
        out, home = (Between(each, row, ida) for each in Direction)
        assert drafts.kept(tx, out) == KeptDraft()
        drafts.keep(tx, out, "Hi", "one", ())
        drafts.keep(tx, out, "Hi", "two", ("a", "b"))
        kept = drafts.kept(tx, out)
        assert (kept.subject, kept.body, kept.photos) == ("Hi", "two", ("a", "b"))
        assert kept.saved is not None
        assert drafts.kept(tx, home).is_empty
        drafts.discard(tx, out)
        assert drafts.kept(tx, out).is_empty
