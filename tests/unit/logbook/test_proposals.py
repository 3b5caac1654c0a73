"""What is proposed for a piece of mail that is recorded: only what a person said is chosen."""

from __future__ import annotations

from digitizer.facility import Facility
from digitizer.logbook import actions as logbook
from digitizer.model.logbook import Why
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.screening import senders
from tests.support.made_mail import CLERK, GONE, ORSON, held_letter, held_whole, new_cover


def test_of_an_envelope_the_contacts_are_proposed(facility: Facility) -> None:
    known = correspondents.add_correspondent(facility, Entry("Cora Field", "1 A Road"), CLERK)
    correspondents.ask_for_contact(facility, known, GONE, CLERK)
    proposal, item = logbook.propose_return(facility, GONE, "", CLERK)
    assert item is None
    assert [each.id for each in proposal.senders] == [known]
    assert (proposal.why, proposal.forward_to) == (Why.RELEASED, "")


def test_of_somebody_who_is_here_nothing_is_proposed(facility: Facility) -> None:
    proposal, _ = logbook.propose_return(facility, ORSON, "", CLERK)
    assert proposal.why is None


def test_of_a_held_letter_whom_its_cover_names_and_who_sent_it(facility: Facility) -> None:
    letter = held_letter(facility, new_cover(facility, GONE))
    known = correspondents.add_correspondent(facility, Entry("Cora Field", "1 A Road"), CLERK)
    senders.name_sender(facility, letter, known, Entry(""), CLERK)
    proposal, item = logbook.propose_return(facility, "", letter, CLERK)
    assert item is not None
    assert item.named is not None
    assert (item.named.booking_number, item.held, item.rejected) == (GONE, True, False)
    assert item.sender is not None
    assert [each.id for each in proposal.senders] == [item.sender.id]


def test_of_a_scan_held_whole_nobody_is_named(facility: Facility) -> None:
    _, item = logbook.propose_return(facility, "", held_whole(facility), CLERK)
    assert item is not None
    assert (item.held, item.named, item.sender) == (True, None, None)
