"""A recall takes back what was delivered or rejected, from every state, and records an incident."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from digitizer import audit
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.messages import actions as messages
from digitizer.model.errors import Conflict, NeedsProof, NotAllowed, NotFound, UsageError
from digitizer.model.events import Subject
from digitizer.model.mail import LetterState, MessageState, Queue
from digitizer.operations import actions as operations
from digitizer.screening import cases, decisions, legal_mail, notices, recalls
from digitizer.screening.recalls import Recalled
from digitizer.storage.database import reading
from tests.support.held_mail import awaiting
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    deliver,
    events,
    file,
    held_letter,
    held_whole,
    letter_of,
    letters_of,
    new_cover,
    new_reply_sheet,
    one_more_event,
    read,
    scan_row,
    split_of,
    stored_letter,
    used_by,
)
from tests.support.sealed_mail import sealed

_ORSON = as_inmate(ORSON)


def _recall(facility: Facility, letter: str) -> Recalled:
    return recalls.recall(facility, letter, SUPERVISOR, "it is Petra's")


def _is_gone(facility: Facility, letter: str) -> None:
    """For the inmate it is as if it had never been."""
    assert letters.mailbox(facility, ORSON, _ORSON) == ()
    assert letters.search_mail(facility, "plums", _ORSON) == ()
    looks: tuple[Callable[[str], object], ...] = (
        lambda an_id: letters.open_letter(facility, an_id, _ORSON),
        lambda an_id: letters.page_picture(facility, an_id, 1, _ORSON),
        lambda an_id: letters.letter_pdf(facility, an_id, _ORSON),
    )
    for look in looks:
        said = []
        for an_id in (letter, "0" * 16):
            with pytest.raises(NotFound) as refused:
                look(an_id)
            said.append(str(refused.value).replace(an_id, "…"))
        assert said[0] == said[1]


def _balances(facility: Facility) -> bool:
    return all(each.balanced for each in operations.reconcile(facility, OPERATOR))


# --- delivered


def test_an_unread_letter_is_gone_at_once_and_held_again(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "plums", b"one")
    assert letters.search_mail(facility, "plums", _ORSON)
    with one_more_event(facility, "recall", f"letter:{letter}", SUPERVISOR):
        done = _recall(facility, letter)
    assert (done.before.is_incident, done.before.seen) == (False, ())
    _is_gone(facility, letter)
    (item,) = decisions.held(facility, OPERATOR)
    assert (item.letter, item.pages, item.queue) == (letter, (2,), Queue.EXCEPTION)
    assert item.reason == done.reason
    assert item.reason.startswith("Recalled by Super Visor: it is Petra's. It had been delivered")
    assert "Orson Testvale (A-100), who had not opened it." in item.reason
    assert _balances(facility)


def test_it_can_be_delivered_to_another_and_is_new_there(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "plums", b"one")
    letters.open_letter(facility, letter, _ORSON)
    _recall(facility, letter)
    decisions.assign(facility, letter, PETRA, CLERK, "her name is on it")
    (entry,) = letters.mailbox(facility, PETRA, as_inmate(PETRA))
    assert (entry.letter, entry.read) == (letter, False)
    assert letters.search_mail(facility, "plums", as_inmate(PETRA))
    _is_gone(facility, letter)
    assert _balances(facility)


def test_it_can_be_rejected_marked_and_cut(facility: Facility) -> None:
    filed = file(facility, split_of(letter_of(new_cover(facility), 1, 4)), content=b"three pages")
    (stored,) = letters_of(facility, filed)
    _recall(facility, stored.id)
    first, second = decisions.cut(facility, stored.id, 3, CLERK, "two hands")
    assert first == stored.id
    decisions.reject(facility, first, CLERK, "contraband")
    decisions.assign(facility, second, PETRA, CLERK, "hers")
    assert _balances(facility)


def test_a_read_letter_is_an_incident(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "plums", b"one")
    letters.open_letter(facility, letter, _ORSON, 1)
    letters.name_case(facility, "26-0117", INVESTIGATOR)
    letters.open_letter(facility, letter, INVESTIGATOR)
    done = _recall(facility, letter)
    assert done.before.is_incident
    assert "who opened it on" in done.reason
    assert [(each.who, each.by_inmate, each.page) for each in done.before.seen] == [
        (ORSON, True, 1),
        (INVESTIGATOR.name, False, None),
    ]
    with reading(facility.engine) as tx:
        event = audit.events_of(tx, Subject.letter(letter))[-1]
    assert (event.verb, event.detail["why"]) == ("recall", "it is Petra's")
    assert (event.detail["taken_from"], event.detail["was"]) == (ORSON, "delivered")
    assert event.detail["incident"] == "opened by the inmate"
    assert [each.partition(" (")[0] for each in event.detail["seen_by"]] == [
        f"{ORSON} opened it, page 1",
        f"{INVESTIGATOR.name} opened it",
    ]
    _is_gone(facility, letter)


def test_who_saw_it_before_an_earlier_recall_is_not_counted_again(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "plums", b"one")
    letters.open_letter(facility, letter, _ORSON)
    _recall(facility, letter)
    decisions.assign(facility, letter, PETRA, CLERK, "hers")
    again = _recall(facility, letter)
    assert (again.before.is_incident, again.before.seen) == (False, ())


def test_a_reply_goes_out_of_its_thread(facility: Facility) -> None:
    sheet = new_reply_sheet(facility)
    filed = file(facility, split_of(letter_of(sheet, 1, 2)), {2: read("plums")}, content=b"reply")
    (stored,) = letters_of(facility, filed)
    letters.open_reply(facility, stored.id, _ORSON, 2)
    done = _recall(facility, stored.id)
    assert done.before.is_incident
    (thread,) = messages.threads(facility, ORSON, _ORSON)
    assert (thread.replies, thread.message.state) == ((), MessageState.QUEUED)
    with pytest.raises(NotFound):
        letters.open_reply(facility, stored.id, _ORSON)
    with pytest.raises(NotFound):
        letters.reply_picture(facility, stored.id, 1, _ORSON)
    decisions.assign(facility, stored.id, ORSON, CLERK, "it was right")
    (thread,) = messages.threads(facility, ORSON, _ORSON)
    assert (len(thread.replies), thread.message.state) == (1, MessageState.ANSWERED)
    assert _balances(facility)


def test_a_cover_for_one_letter_stays_spent(facility: Facility) -> None:
    once = new_cover(facility, ORSON, once=True)
    filed = file(facility, split_of(letter_of(once, 1, 2)), content=b"once")
    (stored,) = letters_of(facility, filed)
    _recall(facility, stored.id)
    assert used_by(facility, once) == filed
    decisions.assign(facility, stored.id, PETRA, CLERK, "hers")
    again = file(facility, split_of(letter_of(once, 1, 2)), content=b"again")
    assert letters_of(facility, again)[0].doubts == ["cover_spent"]


# --- rejected


def test_a_rejected_letter_is_held_again_whatever_was_printed(facility: Facility) -> None:
    letter = held_letter(facility, new_cover(facility))
    decisions.reject(facility, letter, CLERK, "perfume on the paper")
    notices.rejection_notice(facility, letter, True, (), CLERK)
    (listed,) = recalls.rejected(facility, INVESTIGATOR)
    assert (listed.id, listed.reason, listed.by) == (letter, "perfume on the paper", CLERK.name)
    assert [each.to for each in listed.notices] == ["sender"]
    assert listed.named is not None
    done = _recall(facility, letter)
    assert "It had been rejected: perfume on the paper." in done.reason
    assert recalls.rejected(facility, CLERK) == ()
    decisions.assign(facility, letter, ORSON, CLERK, "it is soap")
    assert letters.mailbox(facility, ORSON, _ORSON)[0].letter == letter
    assert _balances(facility)


def test_a_scan_rejected_as_a_whole_is_held_again(facility: Facility) -> None:
    whole = held_whole(facility)
    decisions.reject(facility, whole, CLERK, "not ours")
    assert [each.id for each in recalls.rejected(facility, CLERK)] == [whole]
    done = _recall(facility, whole)
    (item,) = decisions.held(facility, OPERATOR)
    assert (item.scan, item.letter, item.reason) == (whole, None, done.reason)
    assert cases.look_at_held(facility, whole, CLERK).pages
    assert _balances(facility)


def test_rejected_mail_is_listed_by_when_it_was_rejected_last(facility: Facility) -> None:
    ids = [held_letter(facility, content=bytes([n])) for n in range(3)]
    for each in (*ids, ids[0]):
        if stored_letter(facility, each).state == LetterState.REJECTED:
            _recall(facility, each)
        decisions.reject(facility, each, CLERK, "no")
    listed = recalls.rejected(facility, CLERK)
    assert [each.id for each in listed] == [ids[0], ids[2], ids[1]]
    assert recalls.rejected(facility, CLERK, start=1, most=1) == listed[1:2]


def test_what_is_sealed_stays_sealed(facility: Facility, tmp_path: Path) -> None:
    scan = sealed(facility, tmp_path / "w")
    decisions.reject(facility, scan.id, SUPERVISOR, "handed over")
    _recall(facility, scan.id)
    (item,) = decisions.held(facility, OPERATOR)
    assert (item.queue, scan_row(facility, scan.id).sealed) == (Queue.LEGAL, True)
    legal_mail.destroy(facility, scan.id, SUPERVISOR, "handed over", confirmed=True)
    with pytest.raises(NotFound):
        _recall(facility, scan.id)


# --- what cannot be recalled, and by whom


def test_what_is_held_or_replaced_says_what_to_do_instead(facility: Facility) -> None:
    held, waits = held_letter(facility), awaiting(facility)
    for each in (held, waits):
        with pytest.raises(Conflict, match="is held already"):
            _recall(facility, each)
    decisions.rescanned(facility, held, waits, SUPERVISOR, "why")
    with pytest.raises(Conflict, match=f"replaced by {waits}. Recall that letter"):
        _recall(facility, held)
    for each in (scan_row(facility, stored_letter(facility, held).scan_id).id, "none"):
        with pytest.raises(NotFound):
            _recall(facility, each)


def test_only_a_supervisor_who_proved_who_they_are_recalls(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "plums", b"one")
    before = events(facility)
    for by in (CLERK, INVESTIGATOR, OPERATOR, _ORSON):
        assert not recalls.may_recall(by)
        with pytest.raises(NotAllowed):
            recalls.recall(facility, letter, by, "why")
    with pytest.raises(NeedsProof):
        recalls.recall(facility, letter, replace(SUPERVISOR, proven=False), "why")
    with pytest.raises(UsageError):
        recalls.recall(facility, letter, SUPERVISOR, " ")
    assert events(facility) == before
    assert letters.mailbox(facility, ORSON, _ORSON)


# --- two at once


def test_of_two_who_recall_at_once_one_does(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "plums", b"one")
    ruth = replace(SUPERVISOR, name="Ruth Other")

    def recall(by: object) -> str:
        try:
            recalls.recall(facility, letter, SUPERVISOR if by == 0 else ruth, "why")
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(recall, range(2))) == ["done", "refused"]
    assert [verb for verb, *_ in events(facility)].count("recall") == 1
    assert len(decisions.held(facility, OPERATOR)) == 1


def test_an_inmate_who_opens_it_at_that_moment_saw_it_or_did_not(facility: Facility) -> None:
    """Either they opened it, and that is an incident, or for them it is not there."""
    for n in range(5):
        letter = deliver(facility, ORSON, "plums", bytes([n]))

        def opens(an_id: str = letter) -> bool:
            try:
                letters.open_letter(facility, an_id, _ORSON)
            except NotFound:
                return False
            return True

        with ThreadPoolExecutor(2) as people:
            opened = people.submit(opens)
            recalled = people.submit(_recall, facility, letter)
            assert recalled.result().before.is_incident == opened.result()
        _is_gone(facility, letter)
