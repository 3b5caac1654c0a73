"""What a letter was before it was cut, joined or scanned again counts for it."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.paper import CoverCode
from digitizer.people import roster
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.people.correspondents.origins import Origins, kin_of, origins_of
from digitizer.screening import decisions, senders
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import cover
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, held_letter, new_cover

NOBODY = Entry("")


def _cover(facility: Facility, sender: str, to: str = ORSON) -> CoverCode:
    code = new_cover(facility, to)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(cover).where(cover.c.id == code.cover_id).values(sender=sender))
    return code


def _held(facility: Facility, content: bytes = b"1") -> str:
    return held_letter(facility, _cover(facility, "Ida Marlow"), content)


def _origins(facility: Facility, letter: str) -> Origins:
    with reading(facility.engine) as tx:
        return origins_of(tx, letter)


def _row(facility: Facility, number: str) -> int:
    with reading(facility.engine) as tx:
        return roster.inmate_row_id(tx, number)


def test_of_a_letter_as_it_came_in(facility: Facility) -> None:
    found = _origins(facility, _held(facility))
    assert found == Origins(
        frozenset([_row(facility, ORSON)]), frozenset(["Ida Marlow"]), frozenset(), frozenset()
    )


def test_who_made_the_cover_may_have_sent_it(facility: Facility) -> None:
    """Whatever name they gave themselves on it."""
    ben = correspondents.add_correspondent(facility, Entry("Ben Orchard"), CLERK)
    code = _cover(facility, "Ida Marlow")
    with writing(facility.engine) as tx:
        this = sa.update(cover).where(cover.c.id == code.cover_id)
        tx.execute(this.values(correspondent_id=ben))
    found = _origins(facility, held_letter(facility, code, b"1"))
    assert found.correspondents == {ben}
    assert found.senders == {"Ida Marlow", "Ben Orchard"}


def test_the_parts_of_a_cut_know_what_the_whole_was(facility: Facility) -> None:
    ben = correspondents.add_correspondent(facility, Entry("Ben Orchard"), CLERK)
    first = _held(facility)
    senders.name_sender(facility, first, ben, NOBODY, CLERK)
    _, second = decisions.cut(facility, first, 3, CLERK, "two letters")
    _, third = decisions.cut(facility, second, 4, CLERK, "three letters")
    whole = _origins(facility, first)
    assert whole.senders == {"Ida Marlow", "Ben Orchard"}
    assert whole.correspondents == {ben}
    assert _origins(facility, second) == _origins(facility, third) == whole
    with reading(facility.engine) as tx:
        assert kin_of(tx, third) == {first, second, third} == kin_of(tx, first)


def test_what_is_said_of_the_other_part_since_does_not_count(facility: Facility) -> None:
    ben = correspondents.add_correspondent(facility, Entry("Ben Orchard"), CLERK)
    first, second = decisions.cut(facility, _held(facility), 3, CLERK, "two letters")
    senders.name_sender(facility, first, ben, NOBODY, CLERK)
    decisions.assign(facility, first, PETRA, CLERK, "hers")
    found = _origins(facility, second)
    assert not found.correspondents
    assert found.inmates == {_row(facility, ORSON)}


def test_what_was_joined_to_it_or_scanned_again_counts(facility: Facility) -> None:
    first, second = decisions.cut(facility, _held(facility), 3, CLERK, "two letters")
    ida = correspondents.add_correspondent(facility, Entry("I. Marlow"), CLERK)
    senders.name_sender(facility, second, ida, NOBODY, CLERK)
    decisions.join(facility, first, second, CLERK, "one letter")
    assert _origins(facility, first).correspondents == {ida}
    new = held_letter(facility, content=b"again")
    decisions.rescanned(facility, first, new, SUPERVISOR, "a corner was folded")
    found = _origins(facility, new)
    assert found.senders == {"Ida Marlow", "I. Marlow"}
    assert found.replaced == {first, second}
    assert found.inmates == {_row(facility, ORSON)}
    part, other = decisions.cut(facility, new, 3, CLERK, "two letters")
    assert _origins(facility, other) == _origins(facility, part)


def test_the_number_of_a_correspondent_who_is_merged_follows(facility: Facility) -> None:
    ida = correspondents.add_correspondent(facility, Entry("I. Marlow"), CLERK)
    twin = correspondents.add_correspondent(facility, Entry("Ida M."), CLERK)
    first = _held(facility)
    senders.name_sender(facility, first, ida, NOBODY, CLERK)
    _, second = decisions.cut(facility, first, 3, CLERK, "two letters")
    correspondents.merge_correspondents(facility, ida, twin, SUPERVISOR, "one person")
    assert _origins(facility, second).correspondents == {twin}
