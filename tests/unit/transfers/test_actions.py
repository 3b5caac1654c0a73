"""People who move from one facility of an agency to another, and come back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.access.password_hashing import hash_secret
from digitizer.access.permissions import MayNot
from digitizer.capture.worker import Worker
from digitizer.facility import Facility, open_facility
from digitizer.letters import actions as letters
from digitizer.logbook import actions as logbook
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Verb
from digitizer.model.logbook import Why
from digitizer.model.mail import LetterState
from digitizer.model.paper import DoubtReason
from digitizer.model.people import MACHINE, CustodyStatus, Inmate
from digitizer.model.retention import HoldOn, MailKind
from digitizer.model.settings_file import FILE_NAME, read_settings
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.facilities import add_facility
from digitizer.operations.scrub import scrub
from digitizer.people import renumbering, roster
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.records import Entry
from digitizer.policies import legal_holds
from digitizer.retention import actions as retention
from digitizer.screening import legal_mail, recalls, sealing_by_hand
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate, letter, message
from digitizer.storage.tables_correspondents import correspondent
from digitizer.storage.tables_transfers import correspondent_mark
from digitizer.support import clock, failpoints
from digitizer.support.clock import now
from digitizer.transfers import actions as transfers
from digitizer.transfers import stores
from digitizer.transfers.actions import TransferState
from digitizer.transfers.unpacking import Stored
from tests.support.agencies import (
    ORSON_THERE,
    PETRA_THERE,
    Two,
    all_text,
    dies_at,
    list_again,
    list_people,
    move,
)
from tests.support.kept_mail import destroyed, old_message, old_stack, scheduled, words_left
from tests.support.leaving_mail import fill_mailbox, list_as, spoil_pictures, with_page
from tests.support.made_mail import (
    CLERK,
    OPERATOR,
    ORSON,
    PETRA,
    ROSTER,
    SUPERVISOR,
    deliver,
    events,
    file,
    held_letter,
    letter_of,
    letters_of,
    new_cover,
    scan_row,
    split_of,
    stored_letter,
)
from tests.support.sealed_mail import sealed


def mailbox(facility: Facility, number: str) -> list[str]:
    return [each.letter for each in letters.mailbox(facility, number, OPERATOR)]


def sound(*facilities: Facility) -> None:
    """Their logs, their balances and their stored files."""
    for each in facilities:
        assert verify_audit(each, OPERATOR)[1] is None
        assert [one for one in reconcile(each, OPERATOR) if not one.balanced] == []
        assert scrub(each, OPERATOR, 1e9, lambda _: None).sound


def test_the_mailbox_goes_along_and_the_sending_facility_keeps_its_records(two: Two) -> None:
    here = with_page(two.first)
    ids = fill_mailbox(here)
    before = all_text(here)
    taken = move(here, ORSON, two.north, ORSON_THERE)
    assert (taken.inmate.booking_number, taken.new.letters, taken.new.messages) == (
        ORSON_THERE,
        1,
        2,
    )
    assert mailbox(two.north, ORSON_THERE) == [ids["letter"]] == mailbox(here, ORSON)
    (hit,) = letters.search_mail(two.north, "plums", OPERATOR, ORSON_THERE)
    assert hit.letter == ids["letter"]
    shown = letters.open_letter(two.north, ids["letter"], OPERATOR)
    assert [each.transcript and each.transcript.text for each in shown.pages] == [
        "Dear Orson,\nthe plums are ripe.",
        "Your Rosa",
    ]
    there = all_text(two.north)
    assert "How are you, señor?" in there
    assert "I am well." in there
    for stays in ("Refused text", "Waiting text", "This one is held", "This one was rejected"):
        assert stays in before
        assert stays not in there
    sound(here, two.north)
    assert (Verb.HAND_OVER, f"inmate:{ORSON}", "facility north") in events(here)
    assert (Verb.TAKE_OVER, f"inmate:{ORSON_THERE}", SUPERVISOR.name) in events(two.north)
    assert (Verb.TAKE_OVER_LETTER, f"letter:{ids['letter']}", SUPERVISOR.name) in events(two.north)


def test_what_is_withheld_stays_withheld(two: Two) -> None:
    ids = fill_mailbox(with_page(two.first))
    move(two.first, ORSON, two.north, ORSON_THERE)
    assert letters.search_mail(two.north, "forbidden", OPERATOR, ORSON_THERE) == ()
    assert letters.search_mail(two.north, "covered", OPERATOR, ORSON_THERE) == ()
    shown = letters.open_letter(two.north, ids["letter"], OPERATOR)
    assert [each.reason for each in shown.withheld] == ["", "A photo of staff"]


def test_nothing_of_a_neighbour_in_the_stack_goes_along(two: Two) -> None:
    own, neighbour = old_stack(two.first, [ORSON, PETRA], 0)
    assert move(two.first, ORSON, two.north, ORSON_THERE).new.letters == 1
    place = two.north.home
    text = all_text(two.north)
    assert not [word for word in neighbour.words if word in text]
    assert not list(words_left(place, neighbour.words))
    assert own.words[1] in text
    assert list(words_left(place / "originals", own.words)) != []
    sound(two.first, two.north)


def test_files_are_stored_anew_under_the_key_of_the_receiving_facility(two: Two) -> None:
    own, _ = old_stack(two.first, [ORSON, PETRA], 0)
    key = b"k" * 32
    north = replace(
        two.north,
        pictures=LocalBlobs(two.north.home / "pictures", key),
        originals=LocalBlobs(two.north.home / "originals", key),
    )
    move(two.first, ORSON, north, ORSON_THERE)
    assert not list(words_left(two.north.home, own.words))
    names = set(north.pictures.names())
    assert len(names) == 3
    assert names <= set(two.first.pictures.names())
    for name in names:
        assert north.pictures.get(name) == two.first.pictures.get(name)
    sound(north)


def test_sealed_mail_stays_where_it_is(two: Two, tmp_path: Path) -> None:
    deliver(two.first, ORSON, "a garden", b"1")
    scan_id = sealed(two.first, tmp_path / "sealed").id
    with writing(two.first.engine) as tx:  # whatever a table says, a seal is never carried
        row = roster.inmate_row_id(tx, ORSON)
        tx.execute(
            sa.insert(letter).values(
                id="sealedletter",
                scan_id=scan_id,
                kind="letter",
                state="delivered",
                inmate_id=row,
                received=now(),
            )
        )
    assert move(two.first, ORSON, two.north, ORSON_THERE).new.letters == 1
    assert "sealedletter" not in all_text(two.north)


def test_contacts_and_what_restricts_them_go_along(two: Two) -> None:
    fill_mailbox(with_page(two.first))
    with reading(two.first.engine) as tx:
        (ida,) = tx.execute(sa.select(correspondent.c.id)).scalars()
    correspondents.block_mail(two.first, ida, None, SUPERVISOR, "writes threats")
    correspondents.block_mail(two.first, None, ORSON, SUPERVISOR, "a quarantine")
    move(two.first, ORSON, two.north, ORSON_THERE)
    known = correspondents.contacts_of(two.north, ORSON_THERE, OPERATOR)
    (contact,) = known.contacts
    assert (contact.correspondent.name, contact.approved is not None) == ("Ida Marlow", True)
    assert sorted((each.correspondent is None, each.reason) for each in known.blocks) == [
        (False, "writes threats"),
        (True, "a quarantine"),
    ]
    with reading(two.north.engine) as tx:
        linked = set(tx.execute(sa.select(message.c.correspondent_id)).scalars())
    assert linked == {contact.correspondent.id}
    assert correspondents.contacts_of(two.north, PETRA_THERE, OPERATOR).blocks == ()


def test_a_legal_hold_counts_there_too(two: Two) -> None:
    sent = deliver(two.first, ORSON, "a garden", b"1")
    retention.set_hold(two.first, HoldOn.LETTER, sent, SUPERVISOR, "evidence", case="26-2")
    move(two.first, ORSON, two.north, ORSON_THERE)
    today = now().astimezone().date()
    with reading(two.north.engine) as tx:
        assert legal_holds.held_letters(tx, [sent], today) == {sent}
    new = deliver(two.north, ORSON_THERE, "a meadow", b"2")
    with reading(two.north.engine) as tx:
        assert legal_holds.held_letters(tx, [new], today) == set()
    list_again(two.first, ORSON)
    retention.set_hold(two.first, HoldOn.INMATE, ORSON, SUPERVISOR, "a suit", case="26-1")
    list_again(two.north, ORSON_THERE)
    move(two.first, ORSON, two.north, ORSON_THERE)
    with reading(two.north.engine) as tx:
        assert legal_holds.held_letters(tx, [sent, new], today) == {sent, new}


def test_who_went_logs_in_no_more_and_keeps_no_session(two: Two) -> None:
    with writing(two.first.engine) as tx:
        this = sa.update(inmate).where(inmate.c.booking_number == ORSON)
        tx.execute(this.values(pin_hash=hash_secret("123456")))
    move(two.first, ORSON, two.north, ORSON_THERE)
    with reading(two.first.engine) as tx:
        row = tx.execute(sa.select(inmate).where(inmate.c.booking_number == ORSON)).one()
    assert (row.status, row.pin_hash) == (CustodyStatus.TRANSFERRED, None)


def test_a_later_letter_under_an_old_cover_is_held_and_says_where_they_went(two: Two) -> None:
    code = new_cover(two.first)
    move(two.first, ORSON, two.north, ORSON_THERE)
    (held,) = letters_of(two.first, file(two.first, split_of(letter_of(code, 1, 2))))
    assert held.state is LetterState.HELD
    assert f"North Jail took them over, under the number {ORSON_THERE}" in held.reason
    proposal, _ = logbook.propose_return(two.first, ORSON, held.id, CLERK)
    assert (proposal.why, proposal.moved) == (Why.TRANSFERRED, True)
    assert proposal.forward_to.splitlines()[0] == "North Jail"
    list_again(two.first, ORSON)
    (delivered,) = letters_of(
        two.first, file(two.first, split_of(letter_of(code, 1, 2)), content=b"back")
    )
    assert delivered.state is LetterState.DELIVERED


@pytest.mark.parametrize("by_transfer", [True, False])
def test_who_was_back_and_then_left_is_not_looked_for_where_they_were_before(
    two: Two, by_transfer: bool
) -> None:
    code = new_cover(two.first)
    move(two.first, ORSON, two.north, ORSON_THERE)
    if by_transfer:
        list_again(two.first, ORSON)
        move(two.north, ORSON_THERE, two.first, ORSON)
    else:
        list_as(two.first, "in custody")
    list_as(two.first, "released")
    (held,) = letters_of(two.first, file(two.first, split_of(letter_of(code, 1, 2))))
    assert held.state is LetterState.HELD
    assert "North Jail" not in held.reason
    proposal, _ = logbook.propose_return(two.first, ORSON, held.id, CLERK)
    assert (proposal.why, proposal.moved, proposal.forward_to) == (Why.RELEASED, False, "")


def test_what_was_held_for_them_waits_for_a_person_as_before(two: Two) -> None:
    waits = held_letter(two.first, new_cover(two.first))
    move(two.first, ORSON, two.north, ORSON_THERE)
    assert stored_letter(two.first, waits).state is LetterState.HELD
    assert waits not in all_text(two.north)


def test_a_letter_whose_seal_is_lifted_there_is_worked_and_waits_for_a_person(two: Two) -> None:
    """No scanner of that facility made its pictures, so it has no profile for them."""
    own, _ = old_stack(two.first, [ORSON, PETRA], 0)
    move(two.first, ORSON, two.north, ORSON_THERE)
    recalls.recall(two.north, own.id, SUPERVISOR, "perhaps legal mail")
    scan_id = sealing_by_hand.seal_held(two.north, own.id, 2, CLERK, "perhaps legal mail")
    legal_mail.lift(two.north, scan_id, SUPERVISOR, "it is a private letter")
    with Worker(two.north) as worker:
        assert worker.work_next()
    row = scan_row(two.north, scan_id)
    assert (row.state, row.doubt, row.pages) == ("held", DoubtReason.NO_COVER_FIRST, 3)
    assert mailbox(two.north, ORSON_THERE) == []
    sound(two.first, two.north)


# ---- who it is


@pytest.mark.parametrize(
    ("last", "first", "born", "fits"),
    [
        ("TESTVALE Jr.", "Orson B.", "1990-03-04", True),
        ("Testvale", "Orson", "03/04/1990", True),
        ("Testvale", "Orson", "", True),
        ("Testvale", "Orson", "1991-03-04", False),
        ("Testval", "Orson", "1990-03-04", False),
        ("Samplewood", "Petra", "1990-03-04", False),
    ],
)
def test_in_doubt_who_they_are_nothing_is_taken_over(
    two: Two, last: str, first: str, born: str, fits: bool
) -> None:
    deliver(two.first, ORSON, "a garden", b"1")
    list_people(two.north, Inmate("N-9", last, first, "", CustodyStatus.IN_CUSTODY))
    for facility, number, day in ((two.first, ORSON, "1990-03-04"), (two.north, "N-9", born)):
        with writing(facility.engine) as tx:
            this = sa.update(inmate).where(inmate.c.booking_number == number)
            tx.execute(this.values(more={"Date of Birth": day} if day else {}))
    if fits:
        assert move(two.first, ORSON, two.north, "N-9").new.letters == 1
        return
    with pytest.raises(Conflict, match="not certain that this is the same person"):
        move(two.first, ORSON, two.north, "N-9")
    assert mailbox(two.north, "N-9") == []
    assert "garden" not in all_text(two.north)
    (waiting,) = transfers.transfers(two.north, SUPERVISOR)
    assert waiting.state is TransferState.WAITING
    move(two.first, ORSON, two.north, "N-9", in_spite_of_doubts=True)
    assert len(mailbox(two.north, "N-9")) == 1
    assert "in_spite_of" in all_text(two.north)


def test_only_who_is_on_the_roster_there_and_in_custody_is_taken_over(two: Two) -> None:
    sent = transfers.send(two.first, ORSON, "north", SUPERVISOR, "why")
    with pytest.raises(NotFound):
        transfers.take_over(two.north, sent.id, "N-404", SUPERVISOR, "why")
    with writing(two.north.engine) as tx:
        this = sa.update(inmate).where(inmate.c.booking_number == ORSON_THERE)
        tx.execute(this.values(status="released"))
    with pytest.raises(Conflict, match="is released and so not in custody here"):
        transfers.take_over(two.north, sent.id, ORSON_THERE, SUPERVISOR, "why")
    with pytest.raises(UsageError, match="needs a reason"):
        transfers.take_over(two.north, sent.id, ORSON_THERE, SUPERVISOR, " ")
    with pytest.raises(MayNot):
        transfers.take_over(two.north, sent.id, ORSON_THERE, CLERK, "why")


def test_a_facility_that_is_not_of_the_agency_gets_nobody(two: Two) -> None:
    for code in ("south", "main", ""):
        with pytest.raises(UsageError, match="There are: north"):
            transfers.send(two.first, ORSON, code, SUPERVISOR, "why")


def test_a_facility_goes_on_by_its_own_clock_whatever_the_other_ones_is(two: Two) -> None:
    config = two.north.home / FILE_NAME
    settings = config.read_text("utf-8")
    config.write_text(settings.replace('time_zone = ""', 'time_zone = "Asia/Tokyo"'))
    assert read_settings(two.north.home).facility.time_zone == "Asia/Tokyo"
    clock.go_by("America/Chicago")
    try:
        here = now().astimezone().utcoffset()
        sent = transfers.send(two.first, ORSON, "north", SUPERVISOR, "why")
        assert now().astimezone().utcoffset() == here
        transfers.withdraw(two.first, sent.id, SUPERVISOR, "stays")
        assert now().astimezone().utcoffset() == here
    finally:
        clock.go_by("")


# ---- back again


def test_who_comes_back_finds_the_former_mailbox_and_what_came_meanwhile(two: Two) -> None:
    here = with_page(two.first)
    ids = fill_mailbox(here)
    move(here, ORSON, two.north, ORSON_THERE)
    new = deliver(two.north, ORSON_THERE, "written to the north", b"north")
    list_again(here, ORSON)
    back = move(two.north, ORSON_THERE, here, ORSON)
    assert (back.new.letters, back.new.messages, back.new.contacts) == (1, 0, 0)
    assert sorted(mailbox(here, ORSON)) == sorted([ids["letter"], new])
    with reading(here.engine) as tx:
        people = tx.execute(sa.select(correspondent.c.name)).scalars().all()
    assert people == ["Ida Marlow"]
    list_again(two.north, ORSON_THERE)
    again = move(here, ORSON, two.north, ORSON_THERE)
    assert (again.new.letters, again.new.messages) == (0, 0)
    assert sorted(mailbox(two.north, ORSON_THERE)) == sorted([ids["letter"], new])
    sound(here, two.north)


def _there_and_back(two: Two) -> None:
    """Orson, who is in the north, comes back and goes there once more."""
    list_again(two.first, ORSON)
    move(two.north, ORSON_THERE, two.first, ORSON)
    list_again(two.north, ORSON_THERE)
    move(two.first, ORSON, two.north, ORSON_THERE)


def test_what_was_destroyed_or_sealed_there_gets_no_plain_file_again(two: Two) -> None:
    own, sealed_there = (old_stack(two.first, [ORSON, PETRA], number)[0] for number in (0, 10))
    north = scheduled(two.north)
    move(two.first, ORSON, north, ORSON_THERE)
    recalls.recall(north, sealed_there.id, SUPERVISOR, "it is legal mail")
    sealing_by_hand.seal_held(north, sealed_there.id, 2, CLERK, "it is legal mail")
    destroyed(north, MailKind.LETTERS)
    words = [*own.words, *sealed_there.words]
    assert not list(words_left(north.home, words))
    _there_and_back(two)
    assert not list(words_left(north.home, words))
    assert mailbox(north, ORSON_THERE) == []
    sound(two.first, north)


def test_a_message_that_was_destroyed_there_does_not_come_back(two: Two) -> None:
    own = old_message(two.first, ORSON, 0)
    with writing(two.first.engine) as tx:
        tx.execute(sa.update(message).where(message.c.id == own.id).values(released=now()))
    north = scheduled(two.north)
    assert move(two.first, ORSON, north, ORSON_THERE).new.messages == 1
    destroyed(north, MailKind.MESSAGES)
    assert own.words[0] not in all_text(north)
    _there_and_back(two)
    assert own.words[0] not in all_text(north)
    assert not list(words_left(north.home, own.words))
    sound(two.first, north)


def test_a_contact_that_was_removed_there_is_only_asked_for_when_they_come_again(
    two: Two,
) -> None:
    fill_mailbox(with_page(two.first))
    move(two.first, ORSON, two.north, ORSON_THERE)
    (known,) = correspondents.contacts_of(two.north, ORSON_THERE, OPERATOR).contacts
    ida = known.correspondent.id
    correspondents.remove_contact(two.north, ida, ORSON_THERE, SUPERVISOR, "a protective order")
    _there_and_back(two)
    (again,) = correspondents.contacts_of(two.north, ORSON_THERE, OPERATOR).contacts
    assert (again.correspondent.id, again.approved) == (ida, None)
    (at_first,) = correspondents.contacts_of(two.first, ORSON, OPERATOR).contacts
    assert at_first.approved is not None


def test_records_that_were_made_one_meanwhile_are_no_new_person_there(two: Two) -> None:
    """Each of the two bears a mark from another transfer; the north knows one of them."""
    fill_mailbox(with_page(two.first))
    move(two.first, ORSON, two.north, ORSON_THERE)
    (known,) = correspondents.contacts_of(two.north, ORSON_THERE, OPERATOR).contacts
    list_again(two.first, ORSON)
    move(two.north, ORSON_THERE, two.first, ORSON)
    (ida,) = correspondents.contacts_of(two.first, ORSON, OPERATOR).contacts
    twin = correspondents.add_correspondent(two.first, Entry("Ida Marlow", "", "", ""), CLERK)
    for mark in ("0" * 16, "z" * 16):
        with writing(two.first.engine) as tx:
            tx.execute(sa.insert(correspondent_mark).values(mark=mark, correspondent_id=twin))
    correspondents.merge_correspondents(
        two.first, twin, ida.correspondent.id, SUPERVISOR, "one person"
    )
    list_again(two.north, ORSON_THERE)
    assert move(two.first, ORSON, two.north, ORSON_THERE).new.contacts == 0
    assert correspondents.contacts_of(two.north, ORSON_THERE, OPERATOR).contacts == (known,)
    with reading(two.north.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(correspondent)).scalar() == 1
        marks = sa.select(sa.func.count()).select_from(correspondent_mark)
        assert tx.execute(marks).scalar() == 3


def test_who_comes_back_is_nobody_else(two: Two) -> None:
    """Neither under another record here, nor under the record of somebody else who moved."""
    move(two.first, ORSON, two.north, ORSON_THERE)
    twin = replace(ROSTER[0], booking_number="A-900")
    list_people(two.first, twin)
    with pytest.raises(Conflict, match=f"was here before, as Orson Testvale \\({ORSON}\\)"):
        move(two.north, ORSON_THERE, two.first, "A-900")
    with pytest.raises(Conflict, match="came from there as somebody else"):
        move(two.first, "A-900", two.north, ORSON_THERE)
    assert mailbox(two.first, "A-900") == []
    renumbering.merge(two.first, ORSON, "A-900", SUPERVISOR, "one person, by fingerprints")
    (waiting,) = (
        each
        for each in transfers.transfers(two.first, SUPERVISOR)
        if each.incoming and each.state is TransferState.WAITING
    )
    transfers.take_over(two.first, waiting.id, "A-900", SUPERVISOR, "fingerprints")


def test_over_a_third_facility_they_are_still_the_same(two: Two) -> None:
    home = add_facility(two.first.home, "south", "South Jail", OPERATOR).home
    south = open_facility(home)
    list_people(south, replace(ROSTER[0], booking_number="S-1"))
    sent = deliver(two.first, ORSON, "a garden", b"1")
    move(two.first, ORSON, two.north, ORSON_THERE)
    move(two.north, ORSON_THERE, south, "S-1")
    list_people(two.first, replace(ROSTER[0], booking_number="A-900"))
    with pytest.raises(Conflict, match="was here before"):
        move(south, "S-1", two.first, "A-900")
    list_again(two.first, ORSON)
    (waiting,) = (
        each
        for each in transfers.transfers(two.first, SUPERVISOR)
        if each.incoming and each.state is TransferState.WAITING
    )
    transfers.take_over(two.first, waiting.id, ORSON, SUPERVISOR, "fingerprints")
    assert mailbox(two.first, ORSON) == mailbox(south, "S-1") == [sent]
    south.engine.dispose()


# ---- once, whatever happens


def test_killed_anywhere_it_is_once_in_the_end(two: Two) -> None:
    """Each process that does the next step is killed at the next point, and the step done again."""
    people = iter(range(100))
    points = (
        "transfers.stored",
        "transfers.stored:3",
        "blobs.tmp_made:2",
        "blobs.renamed:3",
        "blobs.folder_synced:4",
        *failpoints.TRANSFER_POINTS[3:],
        "transfers.letter:2",
    )
    for point in points:
        number = next(people)
        old, new = f"K-{number}", f"L-{number}"
        person = Inmate(old, "Killdeer", f"Kay{'abcdefghijklmnop'[number]}", "", ROSTER[0].status)
        list_people(two.first, person)
        list_people(two.north, replace(person, booking_number=new))
        kept = [
            old_stack(two.first, [old, PETRA], 10 * number + 100 + 5 * each)[0] for each in range(2)
        ]
        sent = transfers.send(two.first, old, "north", SUPERVISOR, "why")

        take = partial(transfers.take_over, two.north, sent.id, new, SUPERVISOR, "prints")
        assert dies_at(two, point, take), f"{point} was not reached"
        half = mailbox(two.north, new)
        assert half in ([], mailbox(two.first, old)), point
        after = "transfers.taken_over", "transfers.closing", "transfers.closed"
        assert bool(half) == (point in after), point
        if point == "transfers.closed":
            with pytest.raises(Conflict, match="took them over already"):
                take()
        else:
            take()
        assert sorted(mailbox(two.north, new)) == sorted(each.id for each in kept), point
        with reading(two.first.engine) as tx:
            assert roster.find_inmate(tx, old).status is CustodyStatus.TRANSFERRED
    text = all_text(two.north)
    assert [text.count(f"'Kay{each}'") > 0 for each in "abc"] == [True] * 3
    sound(two.first, two.north)


def test_killed_while_it_is_sent_or_withdrawn_the_same_again_finishes_it(two: Two) -> None:
    def give() -> object:
        return transfers.send(two.first, ORSON, "north", SUPERVISOR, "why")

    def take_back(transfer_id: str) -> None:
        transfers.withdraw(two.first, transfer_id, SUPERVISOR, "an error")

    for point in ("transfers.made", "transfers.offered"):
        assert dies_at(two, point, give)
        give()
        (offered,) = transfers.transfers(two.north, SUPERVISOR)
        assert offered.state is TransferState.WAITING
    for point in failpoints.WITHDRAWAL_POINTS:
        assert dies_at(two, point, lambda: take_back(offered.id))
        with pytest.raises(Conflict, match="was withdrawn"):
            transfers.take_over(two.north, offered.id, ORSON_THERE, SUPERVISOR, "why")
        take_back(offered.id)
        (ended,) = transfers.transfers(two.north, SUPERVISOR)
        assert ended.state is TransferState.WITHDRAWN
    assert mailbox(two.north, ORSON_THERE) == []
    sound(two.first, two.north)


def test_a_letter_that_came_before_the_end_was_written_goes_along_at_the_next_try(
    two: Two,
) -> None:
    first = deliver(two.first, ORSON, "a garden", b"1")
    sent = transfers.send(two.first, ORSON, "north", SUPERVISOR, "why")

    def take() -> object:
        return transfers.take_over(two.north, sent.id, ORSON_THERE, SUPERVISOR, "prints")

    assert dies_at(two, "transfers.taken_over", take)
    second = deliver(two.first, ORSON, "a meadow", b"2")
    with pytest.raises(Conflict, match="took them over there already"):
        transfers.withdraw(two.first, sent.id, SUPERVISOR, "an error")
    take()
    assert sorted(mailbox(two.north, ORSON_THERE)) == sorted([first, second])


def test_what_was_interrupted_is_finished_by_itself(two: Two) -> None:
    first = deliver(two.first, ORSON, "a garden", b"1")
    sent = transfers.send(two.first, ORSON, "north", SUPERVISOR, "why")

    def take() -> object:
        return transfers.take_over(two.north, sent.id, ORSON_THERE, SUPERVISOR, "prints")

    assert transfers.finish_interrupted(two.north, MACHINE) == 0
    assert mailbox(two.north, ORSON_THERE) == []
    assert dies_at(two, "transfers.taken_over", take)
    second = deliver(two.first, ORSON, "a meadow", b"2")
    assert transfers.finish_interrupted(two.north, MACHINE) == 1
    assert transfers.finish_interrupted(two.north, MACHINE) == 0
    assert sorted(mailbox(two.north, ORSON_THERE)) == sorted([first, second])
    with reading(two.first.engine) as tx:
        assert roster.find_inmate(tx, ORSON).status is CustodyStatus.TRANSFERRED
    (known,) = transfers.transfers_of(two.first, ORSON, SUPERVISOR)
    assert (known.state, known.taken_by) == (TransferState.TAKEN, SUPERVISOR.name)
    sound(two.first, two.north)


def test_what_cannot_be_finished_holds_up_nothing(
    two: Two, caplog: pytest.LogCaptureFixture
) -> None:
    sent = transfers.send(two.first, ORSON, "north", SUPERVISOR, "why")
    take = partial(transfers.take_over, two.north, sent.id, ORSON_THERE, SUPERVISOR, "prints")
    assert dies_at(two, "transfers.taken_over", take)
    list_as(two.north, CustodyStatus.RELEASED, ORSON_THERE)
    assert transfers.finish_interrupted(two.north, MACHINE) == 0
    assert f"{sent.id} cannot be finished" in caplog.text
    list_again(two.north, ORSON_THERE)
    assert transfers.finish_interrupted(two.north, MACHINE) == 1


def test_of_two_who_take_over_at_once_one_does_and_two_ways_at_once_harm_nobody(two: Two) -> None:
    sent = transfers.send(two.first, ORSON, "north", SUPERVISOR, "why")
    other = transfers.send(two.north, PETRA_THERE, "main", SUPERVISOR, "why")
    letter_id = deliver(two.first, ORSON, "a garden", b"1")
    deliver(two.north, PETRA_THERE, "a meadow", b"2")
    takes = [
        partial(transfers.take_over, two.north, sent.id, ORSON_THERE, SUPERVISOR, "prints"),
        partial(transfers.take_over, two.north, sent.id, ORSON_THERE, SUPERVISOR, "prints"),
        partial(transfers.take_over, two.first, other.id, PETRA, SUPERVISOR, "prints"),
    ]
    with ThreadPoolExecutor(len(takes)) as pool:
        done = [pool.submit(each) for each in takes]
    errors = [each.exception() for each in done]
    assert {type(each) for each in errors} <= {type(None), Conflict}
    assert None in errors
    for take in takes:
        with suppress(Conflict):  # it is done already
            take()
    assert mailbox(two.north, ORSON_THERE) == [letter_id]
    assert len(mailbox(two.first, PETRA)) == 1
    entered = [each for each in events(two.north) if each[0] == Verb.TAKE_OVER]
    assert len(entered) == 1
    sound(two.first, two.north)


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """It is done once, after the files were carried and before anything is written."""
    carry, doings = stores.carry, [act]

    def carried(*given: Any) -> Stored:
        done = carry(*given)
        while doings:
            doings.pop()()
        return done

    monkeypatch.setattr(stores, "carry", carried)


def test_what_is_sealed_there_meanwhile_leaves_no_plain_file_here(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own,), (goes,) = (old_stack(two.first, [ORSON], number) for number in (0, 10))

    def seal() -> None:
        recalls.recall(two.first, own.id, SUPERVISOR, "it is legal mail")
        sealing_by_hand.seal_held(two.first, own.id, 2, CLERK, "it is legal mail")

    _meanwhile(monkeypatch, seal)
    move(two.first, ORSON, two.north, ORSON_THERE)
    assert mailbox(two.north, ORSON_THERE) == [goes.id]
    assert not list(words_left(two.north.home, own.words))
    assert list(words_left(two.north.home, goes.words))
    sound(two.first, two.north)


def test_of_somebody_who_was_not_taken_over_no_file_is_left(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own,) = old_stack(two.first, [ORSON], 0)
    sent = transfers.send(two.first, ORSON, "north", SUPERVISOR, "why")
    stop = partial(transfers.withdraw, two.first, sent.id, SUPERVISOR, "stays")
    _meanwhile(monkeypatch, stop)
    with pytest.raises(Conflict, match="was withdrawn"):
        transfers.take_over(two.north, sent.id, ORSON_THERE, SUPERVISOR, "prints")
    assert not list(words_left(two.north.home, own.words))


def test_pictures_that_are_lost_keep_no_mailbox_back(two: Two) -> None:
    here = with_page(two.first)
    ids = fill_mailbox(here)
    spoil_pictures(here, ids)
    assert move(here, ORSON, two.north, ORSON_THERE).new.letters == 1
    shown = letters.open_letter(two.north, ids["letter"], OPERATOR)
    assert len(shown.pages) == 2
    assert verify_audit(two.north, OPERATOR)[1] is None
    assert [one for one in reconcile(two.north, OPERATOR) if not one.balanced] == []
