"""What is blocked, recalled or between people who may not write any more is not printed, by no way
to paper, however late that was decided; and it is shown, and goes on once that is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.messages import copies, writing
from digitizer.messages.actions import threads
from digitizer.messages.printing import print_messages, render_queued
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.people import Actor
from digitizer.model.prints import PrintState
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.blocks import WantedBy
from digitizer.prints import actions as prints
from digitizer.prints import queue
from digitizer.prints.handing import Handing
from digitizer.prints.printers import HERE, Printer, find_printer
from digitizer.prints.stopped import Pending, Stopped, pending
from digitizer.screening import cases, decisions, recalls, senders
from digitizer.storage.database import reading
from tests.support.conversing import as_correspondent, make_contact, with_messages
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR, as_inmate
from tests.support.screened_mail import waiting_letter

#: Each stops all mail between them; returns what ends that, and words of its reason.
Stop = Callable[[Facility, int], tuple[Callable[[], object], str]]


def _remove_contact(facility: Facility, ida: int) -> tuple[Callable[[], object], str]:
    correspondents.remove_contact(facility, ida, ORSON, SUPERVISOR, "both asked")
    approve = correspondents.approve_contact
    return lambda: approve(facility, ida, ORSON, SUPERVISOR, "after all"), "contact is not approved"


def _block(wanted_by: WantedBy, *, everybody: bool = False) -> Stop:
    def block(facility: Facility, ida: int) -> tuple[Callable[[], object], str]:
        whose = None if everybody else ida
        made = correspondents.block_mail(
            facility, whose, ORSON, SUPERVISOR, "a threat", wanted_by=wanted_by
        )
        end = correspondents.unblock_mail
        return lambda: end(facility, made, SUPERVISOR, "over"), "a threat"

    return block


STOPS = {
    "contact removed": _remove_contact,
    "blocked by the facility": _block(WantedBy.FACILITY),
    "blocked by the inmate": _block(WantedBy.INMATE),
    "blocked by the correspondent": _block(WantedBy.CORRESPONDENT),
    "suspended": _block(WantedBy.FACILITY, everybody=True),
}


@pytest.fixture
def ida(facility: Facility) -> int:
    return make_contact(facility)


@pytest.fixture
def unreviewed(facility: Facility, ida: int) -> Facility:
    return with_messages(facility, review="none")


def _all_kinds(facility: Facility, ida: int) -> None:
    """A message to the inmate and one of theirs to be posted, and copies of the first and of a
    letter on paper that is known to be hers."""
    orson = as_inmate(ORSON)
    sent = writing.write(facility, ORSON, "Hi", "How are you?", as_correspondent(ida))
    writing.write(facility, str(ida), "", "I am well.", orson)
    copies.ask_for_copy(facility, sent, orson)
    letter = waiting_letter(facility)
    decisions.release(facility, letter, CLERK, "fine")
    senders.name_sender(facility, letter, ida, correspondents.Entry(""), CLERK)
    copies.ask_for_copy(facility, letter, orson)


def _cut(facility: Facility, ida: int) -> tuple[str, int]:
    """Returns a delivered letter, and who sent it: here as it was known of what it was cut from."""
    letter = waiting_letter(facility)
    senders.name_sender(facility, letter, ida, correspondents.Entry(""), CLERK)
    _, second = decisions.cut(facility, letter, 3, CLERK, "two letters")
    return second, ida


def _joined(facility: Facility, ida: int) -> tuple[str, int]:
    first, second = decisions.cut(facility, waiting_letter(facility), 3, CLERK, "two letters")
    senders.name_sender(facility, second, ida, correspondents.Entry(""), CLERK)
    return decisions.join(facility, first, second, CLERK, "one letter"), ida


def _cut_and_joined(facility: Facility, ida: int) -> tuple[str, int]:
    """First the part that is known to be theirs is cut, then it is joined to the other again."""
    letter = waiting_letter(facility)
    first, second = decisions.cut(facility, letter, 3, CLERK, "two letters")
    senders.name_sender(facility, first, ida, correspondents.Entry(""), CLERK)
    return decisions.join(facility, second, first, CLERK, "one letter"), ida


def _merged(facility: Facility, ida: int) -> tuple[str, int]:
    second, _ = _cut(facility, ida)
    again = correspondents.add_correspondent(facility, correspondents.Entry("I. Marlow"), CLERK)
    correspondents.merge_correspondents(facility, ida, again, SUPERVISOR, "one person")
    return second, again


@pytest.mark.parametrize("known", [_cut, _joined, _cut_and_joined, _merged])
def test_a_copy_of_what_was_cut_or_joined_is_stopped_too(
    facility: Facility, ida: int, known: Callable[[Facility, int], tuple[str, int]]
) -> None:
    """It is of its sender's letter, whoever is known to have sent the part that is printed."""
    letter, sender = known(facility, ida)
    decisions.assign(facility, letter, ORSON, CLERK, "theirs")
    number = copies.ask_for_copy(facility, letter, as_inmate(ORSON))
    block = correspondents.block_mail(facility, sender, ORSON, SUPERVISOR, "a threat")
    (stopped,) = _stopped(facility)
    assert (stopped.each.number, "a threat" in stopped.why) == (number, True)
    with pytest.raises(Conflict, match="is stopped"):
        prints.send(facility, CLERK, [number], HERE)
    correspondents.unblock_mail(facility, block, SUPERVISOR, "over")
    assert _numbers(facility) == [number]


def _numbers(facility: Facility) -> list[int]:
    waiting = prints.look_at_queue(facility, CLERK).waiting
    return [each.number for pile in waiting for each in pile.prints]


def _stopped(facility: Facility) -> Sequence[Stopped]:
    return prints.look_at_queue(facility, CLERK).stopped


@pytest.mark.parametrize("stop", STOPS.values(), ids=list(STOPS))
def test_what_waits_is_stopped_shown_and_comes_back(
    unreviewed: Facility, ida: int, tmp_path: Path, stop: Stop
) -> None:
    _all_kinds(unreviewed, ida)
    every = _numbers(unreviewed)
    assert len(every) == 4
    render_queued(unreviewed, every, CLERK)
    take_back, reason = stop(unreviewed, ida)
    stopped = {each.each.number: each.why for each in _stopped(unreviewed)}
    goes_on = _numbers(unreviewed)  # a copy of a letter on paper needs no contact
    assert sorted([*stopped, *goes_on]) == sorted(every)
    assert len(goes_on) == (0 if reason == "a threat" else 1)
    assert all(reason in why for why in stopped.values())
    with pytest.raises(Conflict, match="is stopped"):
        prints.send(unreviewed, CLERK, every, HERE)
    out = tmp_path / "out"
    run = print_messages(unreviewed, out, CLERK)
    assert (run.files, len(run.stopped), list(out.iterdir())) == ((), 2, [])
    take_back()
    assert _stopped(unreviewed) == ()
    assert sorted(_numbers(unreviewed)) == sorted(every)
    assert len(prints.send(unreviewed, CLERK, every, HERE).prints) == 4


@pytest.mark.parametrize("stop", STOPS.values(), ids=list(STOPS))
@pytest.mark.parametrize("to_folder", [True, False])
def test_what_is_stopped_while_it_is_handed_over_is_not_printed(
    unreviewed: Facility, ida: int, tmp_path: Path, to_folder: bool, stop: Stop
) -> None:
    """The last look is in the transaction that gives it to the printer."""
    writing.write(unreviewed, ORSON, "Hi", "How are you?", as_correspondent(ida))
    (number,) = _numbers(unreviewed)
    render_queued(unreviewed, [number], CLERK)
    with reading(unreviewed.engine) as tx:
        chosen = queue.numbered(tx, [number])
    out = tmp_path / "out"
    out.mkdir()
    ways = [Printer("folder", folder=out), find_printer(unreviewed, HERE)]

    def bind() -> bytes:
        stop(unreviewed, ida)
        return b"%PDF-1.4"

    hands = Handing(unreviewed, CLERK)
    with hands.alone(1), pytest.raises(Conflict, match="is stopped"):
        hands.give(ways[not to_folder], chosen, bind, "letter")
    assert list(out.iterdir()) == []
    assert [each.each.number for each in _stopped(unreviewed)] == [number]


def _opened(facility: Facility, by: Actor) -> int:
    """A batch that this computer was given, and that nobody has opened yet."""
    batch = prints.send(facility, by, prints.rendered(facility, _numbers(facility), by), HERE)
    return batch.number


def test_a_batch_is_not_opened_any_more_and_its_rest_can_be_printed(
    unreviewed: Facility, ida: int
) -> None:
    ben = make_contact(unreviewed, correspondents.Entry("Ben Ashdown"))
    for each in (ida, ben):
        writing.write(unreviewed, ORSON, "Hi", "How are you?", as_correspondent(each))
    render_queued(unreviewed, _numbers(unreviewed), CLERK)
    batch = _opened(unreviewed, CLERK)
    assert prints.batch_pdf(unreviewed, batch, CLERK)
    correspondents.block_mail(unreviewed, ida, ORSON, SUPERVISOR, "a threat")
    with pytest.raises(Conflict, match="Say that nothing of the batch came out"):
        prints.batch_pdf(unreviewed, batch, CLERK)
    prints.came_not(unreviewed, [batch], CLERK)
    assert len(_stopped(unreviewed)) == 1
    assert prints.batch_pdf(unreviewed, _opened(unreviewed, CLERK), CLERK)


def test_a_recalled_letter_is_not_opened_from_a_batch(unreviewed: Facility, ida: int) -> None:
    letter = waiting_letter(unreviewed)
    decisions.release(unreviewed, letter, CLERK, "fine")
    number = copies.ask_for_copy(unreviewed, letter, as_inmate(ORSON))
    batch = _opened(unreviewed, CLERK)
    recalls.recall(unreviewed, letter, SUPERVISOR, "it is Petra's")
    with pytest.raises(Conflict, match="taken back"):
        prints.batch_pdf(unreviewed, batch, CLERK)
    with reading(unreviewed.engine) as tx:
        (spoiled,) = queue.numbered(tx, [number])
    assert spoiled.state is PrintState.SPOILED
    assert spoiled.reason == ("The letter was recalled. A copy may be on paper: take it back.")


def test_a_letter_that_is_stopped_is_left_out_of_its_units_file(
    unreviewed: Facility, ida: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was blocked after its own file was there, while the next was made."""
    ben = make_contact(unreviewed, correspondents.Entry("Ben Ashdown"))
    for each in (ida, ben):
        writing.write(unreviewed, ORSON, "Hi", "How are you?", as_correspondent(each))
    given = Handing.give
    blocks: list[int] = []

    def give_then_block(self: Handing, *args: object, **more: object) -> int:
        number = given(self, *args, **more)  # type: ignore[arg-type]
        if not blocks:
            blocks.append(correspondents.block_mail(unreviewed, ida, ORSON, SUPERVISOR, "a threat"))
        return number

    monkeypatch.setattr(Handing, "give", give_then_block)
    run = print_messages(unreviewed, tmp_path / "out", CLERK)
    assert any("Do not hand it out" in each for each in run.problems)
    monkeypatch.undo()
    again = print_messages(unreviewed, tmp_path / "out", CLERK)
    assert again.files == ()  # and no run lists it as a file to hand out
    correspondents.unblock_mail(unreviewed, blocks[0], SUPERVISOR, "over")
    later = print_messages(unreviewed, tmp_path / "out", CLERK)
    assert later.problems == ()
    assert [each.message for each in later.files].count(None) == 1


def test_staff_give_up_what_is_stopped_and_nothing_else(unreviewed: Facility, ida: int) -> None:
    writing.write(unreviewed, ORSON, "Hi", "How are you?", as_correspondent(ida))
    (number,) = _numbers(unreviewed)
    with pytest.raises(Conflict, match="is not stopped"):
        prints.give_up(unreviewed, number, SUPERVISOR, "a threat")
    correspondents.block_mail(unreviewed, ida, ORSON, SUPERVISOR, "a threat")
    with pytest.raises(UsageError):
        prints.give_up(unreviewed, number, SUPERVISOR, " ")
    prints.give_up(unreviewed, number, SUPERVISOR, "a threat")
    assert _stopped(unreviewed) == ()
    assert _numbers(unreviewed) == []


def test_what_is_given_up_is_a_state_of_its_message(unreviewed: Facility, ida: int) -> None:
    """For who wrote it, either way, and for staff: until a print of it waits again."""
    orson, marlow = as_inmate(ORSON), as_correspondent(ida)
    writing.write(unreviewed, ORSON, "", "How are you?", marlow)
    writing.write(unreviewed, str(ida), "", "I am well.", orson)
    numbers = _numbers(unreviewed)

    def given_up() -> list[bool]:
        told = {
            each.message.body: each.message.given_up for each in threads(unreviewed, ORSON, CLERK)
        }
        pages = {}
        for whom, by in ((ORSON, marlow), (str(ida), orson)):
            for each in writing.conversation(unreviewed, whom, by).entries:
                pages[each.text] = each.given_up
        assert {body: why is not None for body, why in told.items()} == pages
        assert set(told.values()) <= {None, "a threat"}
        shown = prints.look_at_queue(unreviewed, CLERK).given_up
        assert len(shown) == sum(pages.values())
        return [pages["How are you?"], pages["I am well."]]

    assert given_up() == [False, False]
    block = correspondents.block_mail(unreviewed, ida, ORSON, SUPERVISOR, "a threat")
    assert given_up() == [False, False]
    for done, number in enumerate(numbers, start=1):
        prints.give_up(unreviewed, number, SUPERVISOR, "a threat")
        assert sum(given_up()) == done
    correspondents.unblock_mail(unreviewed, block, SUPERVISOR, "over")
    for left, number in zip((1, 0), numbers, strict=True):
        prints.print_again(unreviewed, number, number, SUPERVISOR, "over")
        assert sum(given_up()) == left


def test_what_is_stopped_is_not_to_be_printed(unreviewed: Facility, ida: int) -> None:
    """As Today counts it."""
    ben = make_contact(unreviewed, correspondents.Entry("Ben Ashdown"))
    for each in (ida, ida, ben):
        writing.write(unreviewed, ORSON, "", "How are you?", as_correspondent(each))
    with reading(unreviewed.engine) as tx:
        assert [each.number for each in pending(tx)] == [3, 0]
    correspondents.block_mail(unreviewed, ida, ORSON, SUPERVISOR, "a threat")
    day = cases.day_of_intake(unreviewed, CLERK)
    first, _, third = (each for each in _made(unreviewed))
    assert (day.to_print, day.stopped) == (Pending(1, third), Pending(2, first))


def _made(facility: Facility) -> list[datetime]:
    with reading(facility.engine) as tx:
        return sorted(each.made for each in queue.waiting(tx))


def test_what_was_given_up_can_be_printed_once_the_block_is_over(
    unreviewed: Facility, ida: int
) -> None:
    writing.write(unreviewed, ORSON, "Hi", "How are you?", as_correspondent(ida))
    (number,) = _numbers(unreviewed)
    block = correspondents.block_mail(unreviewed, ida, ORSON, SUPERVISOR, "a threat")
    prints.give_up(unreviewed, number, SUPERVISOR, "a threat")
    correspondents.unblock_mail(unreviewed, block, SUPERVISOR, "over")
    again = prints.print_again(unreviewed, number, number, SUPERVISOR, "over")
    assert tuple(_numbers(unreviewed)) == again
    with pytest.raises(Conflict, match="printed again already"):
        prints.print_again(unreviewed, number, number, SUPERVISOR, "over")
