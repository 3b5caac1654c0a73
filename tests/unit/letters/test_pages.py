"""Which pages of a letter are its content, and in what order."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.letters.pages import content_numbers, new_letter, renumber
from digitizer.model.mail import LetterState, PageRole
from digitizer.storage.database import writing
from digitizer.storage.tables import page
from digitizer.support.clock import now
from tests.support.made_mail import held_letter, held_whole, new_cover, stored_letter


def test_a_cover_is_no_content_and_takes_no_position(facility: Facility) -> None:
    letter = held_letter(facility, new_cover(facility))
    mine = sa.select(page.c.number, page.c.position).where(page.c.letter_id == letter)
    with writing(facility.engine) as tx:
        assert content_numbers(tx, letter) == (2, 3, 4)
        cover = page.c.letter_id == letter, page.c.number == 3
        tx.execute(sa.update(page).where(*cover).values(role=str(PageRole.BLANK)))
        renumber(tx, letter)
        assert content_numbers(tx, letter) == (2, 4)
        positions = dict(tx.execute(mine).tuples().all())
    assert positions == {1: None, 2: 1, 3: None, 4: 2}


def test_a_new_letter_is_held_and_nobodys(facility: Facility) -> None:
    scan = held_whole(facility)
    with writing(facility.engine) as tx:
        letter = new_letter(tx, scan, now(), "A person cut it.")
        assert content_numbers(tx, letter) == ()
    assert stored_letter(facility, letter).state is LetterState.HELD
