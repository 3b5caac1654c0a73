"""What is blocked, recalled or between people who may not write any more is not printed, by no way
to paper, however late that was decided; and it is shown, and goes on once that is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.messages import copies, writing
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
from digitizer.prints.stopped import Stopped
from digitizer.screening import decisions, recalls, senders
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
def blockable(facility: Facility, ida: int) -> Facility:
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


def _numbers(facility: Facility) -> list[int]:
    waiting = prints.look_at_queue(facility, CLERK).waiting
    return [each.number for pile in waiting for each in pile.prints]


def _stopped(facility: Facility) -> Sequence[Stopped]:
    return prints.look_at_queue(facility, CLERK).stopped


@pytest.mark.parametrize("stop", STOPS.values(), ids=list(STOPS))
def test_what_waits_is_stopped_shown_and_comes_back(
    blockable: Facility, ida: int, tmp_path: Path, stop: Stop
) -> None:
    _all_kinds(blockable, ida)
    every = _numbers(blockable)
    assert len(every) == 4
    render_queued(blockable, every, CLERK)
    take_back, reason = stop(blockable, ida)
    stopped = {each.each.number: each.why for each in _stopped(blockable)}
    goes_on = _numbers(blockable)  # a copy of a letter on paper needs no contact
    assert sorted([*stopped, *goes_on]) == sorted(every)
    assert len(goes_on) == (0 if reason == "a threat" else 1)
    assert all(reason in why for why in stopped.values())
    with pytest.raises(Conflict, match="is stopped"):
        prints.send(blockable, CLERK, every, HERE)
    out = tmp_path / "out"
    run = print_messages(blockable, out, CLERK)
    assert (run.files, len(run.stopped), list(out.iterdir())) == ((), 2, [])
    take_back()
    assert _stopped(blockable) == ()
    assert sorted(_numbers(blockable)) == sorted(every)
    assert len(prints.send(blockable, CLERK, every, HERE).prints) == 4


@pytest.mark.parametrize("stop", STOPS.values(), ids=list(STOPS))
@pytest.mark.parametrize("to_folder", [True, False])
def test_what_is_stopped_while_it_is_handed_over_is_not_printed(
    blockable: Facility, ida: int, tmp_path: Path, to_folder: bool, stop: Stop
) -> None:
    """The last look is in the transaction that gives it to the printer."""
    writing.write(blockable, ORSON, "Hi", "How are you?", as_correspondent(ida))
    (number,) = _numbers(blockable)
    render_queued(blockable, [number], CLERK)
    with reading(blockable.engine) as tx:
        chosen = queue.numbered(tx, [number])
    out = tmp_path / "out"
    out.mkdir()
    ways = [Printer("folder", folder=out), find_printer(blockable, HERE)]

    def bind() -> bytes:
        stop(blockable, ida)
        return b"%PDF-1.4"

    hands = Handing(blockable, CLERK)
    with hands.alone(1), pytest.raises(Conflict, match="is stopped"):
        hands.give(ways[not to_folder], chosen, bind, "letter")
    assert list(out.iterdir()) == []
    assert [each.each.number for each in _stopped(blockable)] == [number]


def _opened(facility: Facility, by: Actor) -> int:
    """A batch that this computer was given, and that nobody has opened yet."""
    batch = prints.send(facility, by, prints.rendered(facility, _numbers(facility), by), HERE)
    return batch.number


def test_a_batch_is_not_opened_any_more_and_its_rest_can_be_printed(
    blockable: Facility, ida: int
) -> None:
    ben = make_contact(blockable, correspondents.Entry("Ben Ashdown"))
    for each in (ida, ben):
        writing.write(blockable, ORSON, "Hi", "How are you?", as_correspondent(each))
    render_queued(blockable, _numbers(blockable), CLERK)
    batch = _opened(blockable, CLERK)
    assert prints.batch_pdf(blockable, batch, CLERK)
    correspondents.block_mail(blockable, ida, ORSON, SUPERVISOR, "a threat")
    with pytest.raises(Conflict, match="Say that nothing of the batch came out"):
        prints.batch_pdf(blockable, batch, CLERK)
    prints.came_not(blockable, [batch], CLERK)
    assert len(_stopped(blockable)) == 1
    assert prints.batch_pdf(blockable, _opened(blockable, CLERK), CLERK)


def test_a_recalled_letter_is_not_opened_from_a_batch(blockable: Facility, ida: int) -> None:
    letter = waiting_letter(blockable)
    decisions.release(blockable, letter, CLERK, "fine")
    number = copies.ask_for_copy(blockable, letter, as_inmate(ORSON))
    batch = _opened(blockable, CLERK)
    recalls.recall(blockable, letter, SUPERVISOR, "it is Petra's")
    with pytest.raises(Conflict, match="taken back"):
        prints.batch_pdf(blockable, batch, CLERK)
    with reading(blockable.engine) as tx:
        (spoiled,) = queue.numbered(tx, [number])
    assert spoiled.state is PrintState.SPOILED
    assert spoiled.reason == ("The letter was recalled. A copy may be on paper: take it back.")


def test_a_letter_that_is_stopped_is_left_out_of_its_units_file(
    blockable: Facility, ida: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was blocked after its own file was there, while the next was made."""
    ben = make_contact(blockable, correspondents.Entry("Ben Ashdown"))
    for each in (ida, ben):
        writing.write(blockable, ORSON, "Hi", "How are you?", as_correspondent(each))
    given = Handing.give
    blocks: list[int] = []

    def give_then_block(self: Handing, *args: object, **more: object) -> int:
        number = given(self, *args, **more)  # type: ignore[arg-type]
        if not blocks:
            blocks.append(correspondents.block_mail(blockable, ida, ORSON, SUPERVISOR, "a threat"))
        return number

    monkeypatch.setattr(Handing, "give", give_then_block)
    run = print_messages(blockable, tmp_path / "out", CLERK)
    assert any("Do not hand it out" in each for each in run.problems)
    monkeypatch.undo()
    correspondents.unblock_mail(blockable, blocks[0], SUPERVISOR, "over")
    later = print_messages(blockable, tmp_path / "out", CLERK)
    assert later.problems == ()
    assert [each.message for each in later.files].count(None) == 1


def test_staff_give_up_what_is_stopped_and_nothing_else(blockable: Facility, ida: int) -> None:
    writing.write(blockable, ORSON, "Hi", "How are you?", as_correspondent(ida))
    (number,) = _numbers(blockable)
    with pytest.raises(Conflict, match="is not stopped"):
        prints.give_up(blockable, number, SUPERVISOR, "a threat")
    correspondents.block_mail(blockable, ida, ORSON, SUPERVISOR, "a threat")
    with pytest.raises(UsageError):
        prints.give_up(blockable, number, SUPERVISOR, " ")
    prints.give_up(blockable, number, SUPERVISOR, "a threat")
    assert _stopped(blockable) == ()
    assert _numbers(blockable) == []
