"""Drafts: one to each person, in each direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from digitizer.facility import Facility
from digitizer.messages import drafts
from digitizer.messages import writing as verbs
from digitizer.messages.drafts import Between, KeptDraft, Save
from digitizer.model.errors import Conflict
from digitizer.model.mail import Direction
from digitizer.model.people import Actor
from digitizer.people import renumbering, roster
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.storage.database import writing
from tests.support.conversing import a_photo, approve, as_correspondent, make_contact
from tests.support.made_mail import ORSON, PETRA, SUPERVISOR


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

        def save(form: str, number: int, over: str = "", *, asked: bool = False) -> str:
            text = f"{form[:16]} {number}"
            assert not drafts.keep_typed(tx, between, "", text, Save(form, number, asked, over))
            return text

        first = save(old, 2)
        save(old, 1)
        assert drafts.kept(tx, between).body == first
        last = save(new, 1, drafts.kept(tx, between).stamp)
        with pytest.raises(Conflict, match="another page"):
            save(old, 9)
        assert drafts.kept(tx, between).body == last
        without_a_form = save("", 0)
        assert drafts.kept(tx, between).body == without_a_form


class TestTwoPages:
    """One writes to the same person on two pages, perhaps of two devices: nothing that was kept is
    gone without their knowing, whichever page was opened first."""

    @pytest.fixture(params=["the earlier", "the later"])
    def other(self, request: pytest.FixtureRequest, facility: Facility) -> Save:
        """The form of the page on which nothing was typed yet; on the other "Kept" was."""
        self.ida = make_contact(facility)
        self.me = as_correspondent(self.ida)
        before = verbs.conversation(facility, ORSON, self.me)
        after = verbs.conversation(facility, ORSON, self.me)
        typed_on, other = before, after
        if request.param == "the earlier":
            typed_on, other = after, before
        save = Save(typed_on.form, 1, asked=False, over=typed_on.draft.stamp)
        verbs.save_draft(facility, ORSON, "Hi", "Kept", self.me, save)
        return Save(other.form, 1, over=other.draft.stamp)

    def kept(self, facility: Facility) -> tuple[str, str]:
        draft = verbs.conversation(facility, ORSON, self.me).draft
        return draft.subject, draft.body

    def test_what_a_page_saves_by_itself_takes_no_place(
        self, facility: Facility, other: Save
    ) -> None:
        with pytest.raises(Conflict, match="on another page by now"):
            verbs.save_draft(facility, ORSON, "", "Typed", self.me, replace(other, asked=False))
        assert self.kept(facility) == ("Hi", "Kept")

    @pytest.mark.parametrize("do", [verbs.save_draft, verbs.write])
    def test_what_is_asked_for_keeps_both_and_says_so(
        self, facility: Facility, other: Save, do: Callable[..., object]
    ) -> None:
        for _ in range(2):  # pressed twice, it is the same
            with pytest.raises(verbs.BothKept, match="both are kept"):
                do(facility, ORSON, "Ho", "Typed", self.me, other)
            assert self.kept(facility) == ("Ho", "Typed\n\nHi\n\nKept")
        assert not verbs.conversation(facility, ORSON, self.me).entries
        opened = verbs.conversation(facility, ORSON, self.me)
        save = Save(opened.form, 1, over=opened.draft.stamp)
        assert verbs.write(facility, ORSON, "Ho", "Typed", self.me, save)
        assert self.kept(facility) == ("", "")

    def test_whoever_saw_what_is_kept_replaces_it(self, facility: Facility, other: Save) -> None:
        seen = verbs.conversation(facility, ORSON, self.me)
        save = Save(seen.form, 1, asked=False, over=seen.draft.stamp)
        verbs.save_draft(facility, ORSON, "", "All new", self.me, save)
        assert self.kept(facility) == ("", "All new")

    def test_who_typed_on_is_not_asked(self, facility: Facility, other: Save) -> None:
        verbs.save_draft(facility, ORSON, "Hi", "Kept, and more", self.me, other)
        assert self.kept(facility) == ("Hi", "Kept, and more")

    def test_a_save_between_saving_and_sending_is_not_thrown_away(
        self, facility: Facility, other: Save
    ) -> None:
        with writing(facility.engine) as tx:
            row = roster.inmate_row_id(tx, ORSON)
            between = Between(Direction.TO_INMATE, row, self.ida)
            drafts.check_unchanged(tx, between, "Hi", "Kept")
            with pytest.raises(Conflict, match="both are kept"):
                drafts.check_unchanged(tx, between, "Hi", "Typed")


class TestMergedRecords:
    """Two records become one person's: what was being written under either is kept, with photos."""

    @pytest.fixture(params=["inmates", "correspondents"])
    def both(self, request: pytest.FixtureRequest, facility: Facility) -> tuple[Actor, str]:
        """Writes to two records, merges them, and returns who wrote and to whom it is now; and
        the same for what is written to them."""
        ida = make_contact(facility)
        if request.param == "inmates":
            approve(facility, ida, PETRA)
            to = [(as_correspondent(ida), PETRA), (as_correspondent(ida), ORSON)]
        else:
            twice = make_contact(facility, Entry("Ida B. Marlow", "12 Elm Street"))
            to = [(as_correspondent(ida), ORSON), (as_correspondent(twice), ORSON)]
        for (by, whom), word in zip(to, ("earlier", "later"), strict=True):
            verbs.save_draft(facility, whom, f"The {word} subject", f"The {word} words", by)
            verbs.add_photo(facility, whom, a_photo("red" if word == "later" else "blue"), by)
        if request.param == "inmates":
            renumbering.merge(facility, PETRA, ORSON, SUPERVISOR, "fingerprints", names_differ=True)
        else:
            correspondents.merge_correspondents(facility, ida, twice, SUPERVISOR, "one person")
        return to[1]

    def test_both_drafts_are_kept_the_later_first(
        self, facility: Facility, both: tuple[Actor, str]
    ) -> None:
        by, whom = both
        kept = verbs.conversation(facility, whom, by).draft
        assert kept.subject == "The later subject"
        assert kept.body == "The later words\n\nThe earlier subject\n\nThe earlier words"
        assert len(kept.photos) == 2
        assert verbs.draft_photo(facility, whom, 2, by)

    def test_a_page_that_was_open_does_not_write_over_them(
        self, facility: Facility, both: tuple[Actor, str]
    ) -> None:
        by, whom = both
        kept = verbs.conversation(facility, whom, by).draft
        before = f"{int(kept.form[:16], 16) - 1:016x}{kept.form[16:]}"
        with pytest.raises(Conflict, match="another page"):
            verbs.save_draft(facility, whom, "", "Old", by, Save(before, 5, asked=False))
        assert verbs.conversation(facility, whom, by).draft == kept


@pytest.mark.parametrize("same", ["in it", "empty"])
def test_merging_says_nothing_twice(facility: Facility, same: str) -> None:
    ida = make_contact(facility)
    approve(facility, ida, PETRA)
    by, earlier = as_correspondent(ida), "" if same == "empty" else "All is"
    verbs.save_draft(facility, PETRA, "", earlier, by)
    verbs.save_draft(facility, ORSON, "Hi", "All is well", by)
    renumbering.merge(facility, PETRA, ORSON, SUPERVISOR, "fingerprints", names_differ=True)
    kept = verbs.conversation(facility, ORSON, by).draft
    assert (kept.subject, kept.body) == ("Hi", "All is well")
