"""Copies on paper: of what is theirs, once a day, with their name on each page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.messages import copies, printing, rendering, writing
from digitizer.model.errors import Conflict, NotAllowed, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.model.prints import Pile, PrintKind, PrintState
from digitizer.people.correspondents import actions as correspondents
from digitizer.prints import actions as prints
from digitizer.prints import queue
from digitizer.prints.printers import HERE
from digitizer.screening import decisions, message_review, recalls
from digitizer.storage.database import reading
from digitizer.storage.database import writing as changing
from digitizer.storage.tables_prints import print_job
from digitizer.support.clock import now
from tests.support.conversing import a_photo, as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, events
from tests.support.pdf_looks import page_texts
from tests.support.screened_mail import waiting_letter

ME, OTHER = Actor(ActorKind.INMATE, ORSON), Actor(ActorKind.INMATE, PETRA)


def _delivered(facility: Facility, *, withheld: int = 0) -> str:
    letter = waiting_letter(facility)
    if withheld:
        decisions.withhold(facility, letter, withheld, CLERK, "a plan")
    decisions.release(facility, letter, CLERK, "fine")
    return letter


def _message(facility: Facility) -> tuple[int, str]:
    ida = make_contact(facility)
    writing.add_photo(facility, ORSON, a_photo(), as_correspondent(ida))
    sent = writing.write(facility, ORSON, "Hi", "All is well.", as_correspondent(ida))
    message_review.message_photo(facility, sent, 1, CLERK)
    message_review.release_message(facility, sent, CLERK, "fine")
    return ida, sent


def _pdf(facility: Facility, number: int) -> bytes:
    with reading(facility.engine) as tx:
        (found,) = queue.numbered(tx, [number])
    assert (found.kind, found.state) == (PrintKind.COPY, PrintState.RENDERED)
    assert found.pile[0] is Pile.UNIT
    assert found.message is None  # printing it says nothing of the message itself
    return facility.pictures.get(found.pdf or "")


def test_a_letter_is_copied_page_by_page_with_its_owner_on_each(facility: Facility) -> None:
    letter = _delivered(facility)
    number = copies.ask_for_copy(facility, letter, ME)
    pages = page_texts(_pdf(facility, number))
    assert len(pages) == 3  # a first one, and its two pages
    assert all(ORSON in page for page in pages)
    assert "Copy of a letter on paper" in pages[0]
    assert "Page 2 of 2 of the letter" in pages[2]
    assert ("ask for copy", f"letter:{letter}") in [each[:2] for each in events(facility)]
    assert letters.mailbox(facility, ORSON, ME)[0].read is False


def test_what_was_withheld_is_not_copied(facility: Facility) -> None:
    letter = _delivered(facility, withheld=3)
    pages = page_texts(_pdf(facility, copies.ask_for_copy(facility, letter, ME)))
    assert len(pages) == 2
    assert "a plan" in pages[0]


def test_a_copy_of_a_message_has_no_sheet_for_an_answer(facility: Facility) -> None:
    _, sent = _message(facility)
    pages = page_texts(_pdf(facility, copies.ask_for_copy(facility, sent, ME)))
    assert len(pages) == 2  # the words, and the photo
    assert "All is well." in pages[0]
    waits = [each.id for each in printing.print_queue(facility, CLERK)]
    assert waits == [sent]  # the message itself waits to be printed as before


def test_it_is_asked_for_once_a_day_and_its_state_is_seen(facility: Facility) -> None:
    letter = _delivered(facility)
    assert copies.copies_asked(facility, ME) == {}
    copies.ask_for_copy(facility, letter, ME)
    with pytest.raises(Conflict, match="today already"):
        copies.ask_for_copy(facility, letter, ME)
    assert not copies.copies_asked(facility, ME)[letter].printed
    with changing(facility.engine) as tx:
        tx.execute(sa.update(print_job).values(made=now() - timedelta(days=1), state="printed"))
    assert copies.copies_asked(facility, ME)[letter].printed
    copies.ask_for_copy(facility, letter, ME)
    assert not copies.copies_asked(facility, ME)[letter].printed
    assert copies.copies_asked(facility, OTHER) == {}


def test_nobody_gets_a_copy_of_what_is_not_theirs(facility: Facility) -> None:
    letter, (ida, sent) = _delivered(facility), _message(facility)
    waits = writing.write(facility, ORSON, "", "It waits", as_correspondent(ida))
    mine = writing.write(facility, str(ida), "", "Of my own", ME)
    for asked in (letter, sent, waits, mine, "nothing"):
        with pytest.raises(NotFound):
            copies.ask_for_copy(facility, asked, OTHER)
    for asked in (waits, mine, waiting_letter(facility, b"more")):
        with pytest.raises(NotFound):
            copies.ask_for_copy(facility, asked, ME)
    with pytest.raises(NotAllowed):
        copies.ask_for_copy(facility, letter, CLERK)
    correspondents.remove_contact(facility, ida, ORSON, SUPERVISOR, "they asked")
    with pytest.raises(NotFound):
        copies.ask_for_copy(facility, sent, ME)


def test_what_is_recalled_is_not_printed_as_a_copy(facility: Facility) -> None:
    letter = _delivered(facility)
    number = copies.ask_for_copy(facility, letter, ME)
    recalls.recall(facility, letter, SUPERVISOR, "it is Petra's")
    with reading(facility.engine) as tx:
        assert [each for each in queue.waiting(tx) if each.copied] == []
    with pytest.raises(Conflict):
        prints.send(facility, CLERK, [number], HERE)
    assert copies.copies_asked(facility, ME)[letter].spoiled
    with reading(facility.engine) as tx:
        found = audit.events_of(tx, Subject.letter(letter))
    assert [each.detail["copies"] for each in found if each.verb == Verb.RECALL] == [[number]]


def test_what_is_recalled_while_its_copy_is_drawn_is_not_copied(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter, drawing = _delivered(facility), rendering.render_copy

    def recalled(*given: Any) -> Any:
        recalls.recall(facility, letter, SUPERVISOR, "it is Petra's")
        return drawing(*given)

    monkeypatch.setattr(rendering, "render_copy", recalled)
    with pytest.raises(NotFound):
        copies.ask_for_copy(facility, letter, ME)
    assert copies.copies_asked(facility, ME) == {}
