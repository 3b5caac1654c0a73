"""Drafts: one to each person, in each direction."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.messages import drafts
from digitizer.messages.drafts import Between, KeptDraft, Save
from digitizer.model.errors import Conflict
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


def test_forms_sort_by_when_they_were_opened_also_where_a_clock_goes_back() -> None:
    first = drafts.form_for(KeptDraft())
    ahead = f"{int(first[:16], 16) + 10**12:016x}{first[16:]}"
    assert drafts.form_for(KeptDraft(form=ahead)) > ahead > first
    assert drafts.form_for(KeptDraft()) != drafts.form_for(KeptDraft())


@pytest.mark.parametrize("form", ["", "x", "0" * 33, "'" * 32, "Z" * 32])
def test_of_a_form_that_is_not_ours_nothing_is_known(form: str) -> None:
    assert Save.of(form, 3, asked=False) == Save(asked=False)
    assert Save.of("0" * 32, -1, asked=True) == Save()
    assert Save.of("0" * 32, 3, asked=True) == Save("0" * 32, 3)


def test_saves_that_come_in_the_wrong_order_leave_the_last(facility: Facility) -> None:
    """Of one form, of a form that was opened before, and of one that was sent."""
    ida = make_contact(facility)
    with writing(facility.engine) as tx:
        between = Between(Direction.TO_INMATE, roster.inmate_row_id(tx, ORSON), ida)
        old = drafts.form_for(KeptDraft())
        new = drafts.form_for(KeptDraft(form=old))

        def save(form: str, number: int, *, asked: bool = False) -> str:
            text = f"{form[:16]} {number}"
            drafts.keep_typed(tx, between, "", text, Save(form, number, asked))
            return text

        first = save(old, 2)
        save(old, 1)
        assert drafts.kept(tx, between).body == first
        last = save(new, 1)
        with pytest.raises(Conflict, match="another page"):
            save(old, 9)
        assert drafts.kept(tx, between).body == last
        asked_for = save(old, 10, asked=True)
        assert drafts.kept(tx, between).body == asked_for
        without_a_form = save("", 0)
        assert drafts.kept(tx, between).body == without_a_form
