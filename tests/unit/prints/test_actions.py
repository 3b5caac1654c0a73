"""Printing, confirming, spoiling, printing again."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.messages.actions import send as send_message
from digitizer.messages.actions import threads
from digitizer.messages.printing import render_queued
from digitizer.model.errors import Conflict, NotAllowed, NotFound, StorageError, UsageError
from digitizer.model.events import Verb
from digitizer.model.mail import Direction, Draft, MessageState
from digitizer.model.prints import PrintKind, PrintState
from digitizer.prints import actions, queue
from digitizer.storage.database import reading
from tests.support.made_mail import CLERK, INVESTIGATOR, OPERATOR, ORSON, PETRA, events
from tests.support.pdf_looks import page_texts, pdf_pages
from tests.support.print_system import BLANK_PDF, fake_lp, with_printers


def _letter(booking: str = ORSON) -> Draft:
    return Draft(Direction.TO_INMATE, booking, "Aunt Ida", "Hi", "How are you?")


def _waiting(facility: Facility) -> list[int]:
    piles = actions.look_at_queue(facility, OPERATOR).waiting
    return [each.number for pile in piles for each in pile.prints]


def _sheet(facility: Facility) -> int:
    return actions.queue_pdf(facility, CLERK, PrintKind.SEPARATOR, "Separator", BLANK_PDF)


def _states(facility: Facility, numbers: list[int]) -> list[PrintState]:
    with reading(facility.engine) as tx:
        return [each.state for each in queue.numbered(tx, numbers)]


def test_a_unit_is_printed_with_its_list_and_confirmed_at_once(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = fake_lp(tmp_path, monkeypatch)
    facility = with_printers(facility, office="HP_M400")
    for _ in range(3):
        send_message(facility, _letter(), OPERATOR)
    numbers = _waiting(facility)
    assert render_queued(facility, numbers, CLERK) == ()
    batch = actions.send(facility, CLERK, numbers, "office")
    assert (batch.request, len(batch.prints)) == ("HP_M400-7", 3)
    pdf = (got / "HP_M400.pdf").read_bytes()
    head = page_texts(pdf)[0]
    assert "Delivery list: B-1" in head
    assert head.count(ORSON) == 3
    assert pdf_pages(pdf) % 2 == 0, "each letter begins on a sheet of its own"
    assert {each.message.state for each in threads(facility, ORSON, OPERATOR)} == {
        MessageState.QUEUED
    }
    assert actions.came_out(facility, [batch.number], CLERK) == 3
    assert {each.message.state for each in threads(facility, ORSON, OPERATOR)} == {
        MessageState.PRINTED
    }
    with pytest.raises(Conflict, match="settled already"):
        actions.came_out(facility, [batch.number], CLERK)


def test_a_printer_that_refuses_loses_nothing(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_lp(tmp_path, monkeypatch)
    facility = with_printers(facility, broken="nosuch", dead="dies")
    number = _sheet(facility)
    with pytest.raises(StorageError, match="took nothing"):
        actions.send(facility, CLERK, [number], "broken")
    assert _waiting(facility) == [number]
    with pytest.raises(StorageError, match="killed"):
        actions.send(facility, CLERK, [number], "dead")
    assert _states(facility, [number]) == [PrintState.DOUBTFUL]
    assert _waiting(facility) == []


def test_a_lost_pdf_is_not_a_lost_message(facility: Facility, tmp_path: Path) -> None:
    facility = with_printers(facility, shared=str(tmp_path / "out"))
    send_message(facility, _letter(), OPERATOR)
    (number,) = _waiting(facility)
    render_queued(facility, [number], CLERK)
    with reading(facility.engine) as tx:
        pdf = queue.numbered(tx, [number])[0].pdf
    assert pdf is not None
    facility.pictures.delete(pdf)
    with pytest.raises(StorageError, match="is lost"):
        actions.send(facility, CLERK, [number], "shared")
    assert render_queued(facility, [number], CLERK) == ()
    batch = actions.send(facility, CLERK, [number], "shared")
    assert batch.file is not None
    assert Path(batch.file).exists()
    assert [each.state for each in batch.prints] == [PrintState.PRINTED]


def test_a_range_is_printed_again_with_a_reason(facility: Facility) -> None:
    numbers = [_sheet(facility) for _ in range(4)]
    actions.send(facility, CLERK, numbers, "outbox")
    with pytest.raises(UsageError, match="Say why"):
        actions.print_again(facility, numbers[1], numbers[2], CLERK, " ")
    made = actions.print_again(facility, numbers[1], numbers[2], CLERK, "a jam", spoiled=True)
    assert _waiting(facility) == list(made)
    assert _states(facility, numbers) == [
        PrintState.PRINTED,
        PrintState.SPOILED,
        PrintState.SPOILED,
        PrintState.PRINTED,
    ]
    assert Verb.SPOIL_PRINT in [each[0] for each in events(facility)]
    with pytest.raises(Conflict, match="is spoiled"):
        actions.print_again(facility, numbers[1], numbers[1], CLERK, "once more")
    with pytest.raises(Conflict, match="still waits"):
        actions.print_again(facility, made[0], made[0], CLERK, "too soon")
    with pytest.raises(NotFound):
        actions.print_again(facility, 900, 901, CLERK, "why")
    other = _sheet(facility)
    actions.send(facility, CLERK, [other], "outbox")
    with pytest.raises(UsageError, match="not of one batch"):
        actions.print_again(facility, numbers[0], other, CLERK, "why")


def test_a_range_is_of_the_paper_and_not_of_the_numbers(facility: Facility) -> None:
    """Letters are printed by unit and name, whatever was sent first."""
    petra, orson, second = (
        actions.queue_pdf(facility, CLERK, PrintKind.NOTICE, "Notice", BLANK_PDF, whose)
        for whose in (PETRA, ORSON, ORSON)
    )
    batch = actions.send(facility, CLERK, [petra, orson, second], "outbox")
    assert [each.number for each in batch.prints] == [orson, second, petra]
    made = actions.print_again(facility, petra, second, CLERK, "a jam")
    with reading(facility.engine) as tx:
        again = queue.numbered(tx, made)
    assert [each.copy_of for each in again] == [second, petra]


def test_who_opens_the_pdf_says_whether_it_came_out(facility: Facility) -> None:
    number = _sheet(facility)
    batch = actions.send(facility, CLERK, [number], "this computer")
    assert pdf_pages(actions.batch_pdf(facility, batch.number, CLERK)) == 1
    assert actions.look_at_queue(facility, CLERK).asked[0].number == batch.number
    actions.came_not(facility, [batch.number], CLERK)
    assert _waiting(facility) == [number]
    with pytest.raises(NotFound, match="waits again"):
        actions.batch_pdf(facility, batch.number, CLERK)


def test_who_may(facility: Facility) -> None:
    number = _sheet(facility)
    for do in (
        lambda: actions.look_at_queue(facility, INVESTIGATOR),
        lambda: actions.print_again(facility, number, number, INVESTIGATOR, "why"),
        lambda: actions.came_out(facility, [1], INVESTIGATOR),
    ):
        with pytest.raises(NotAllowed):
            do()
    with pytest.raises(UsageError, match="Nothing is chosen"):
        actions.send(facility, CLERK, [], "outbox")
    with pytest.raises(NotFound, match="no printer"):
        actions.send(facility, CLERK, [number], "nowhere")


def test_the_default_printer(facility: Facility) -> None:
    assert actions.default_printer(facility, CLERK, None) == "this computer"
    assert actions.default_printer(facility, CLERK, "outbox") == "outbox"
    named = with_printers(facility, office="HP_M400", labels="Zebra")
    assert actions.default_printer(named, CLERK, None) == "office"
    assert actions.default_printer(named, CLERK, "gone") == "office"
    assert actions.default_printer(named, CLERK, "labels") == "labels"
