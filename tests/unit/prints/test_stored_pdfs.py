"""A PDF that is gone or damaged: its print is made again or asked about, and stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.messages.actions import send as send_message
from digitizer.messages.printing import render_queued
from digitizer.model.errors import StorageError
from digitizer.model.mail import Direction, Draft
from digitizer.model.prints import Print, PrintKind, PrintState
from digitizer.prints import actions, queue
from digitizer.prints.stored_pdfs import intact_pdf
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading
from tests.support.made_mail import CLERK, OPERATOR, ORSON
from tests.support.print_system import BLANK_PDF, with_printers


def _print(facility: Facility, number: int) -> Print:
    with reading(facility.engine) as tx:
        (found,) = queue.numbered(tx, [number])
    return found


def _file(facility: Facility, number: int) -> Path:
    assert isinstance(facility.pictures, LocalBlobs)
    return facility.pictures.path(_print(facility, number).pdf or "")


def _message(facility: Facility) -> int:
    sent = send_message(
        facility, Draft(Direction.TO_INMATE, ORSON, "Aunt Ida", "Hi", "How are you?"), OPERATOR
    )
    waiting = actions.look_at_queue(facility, OPERATOR).waiting
    (number,) = (each.number for one in waiting for each in one.prints if each.message == sent)
    assert render_queued(facility, [number], CLERK) == ()
    return number


def _sheet(facility: Facility, more: bytes = b"") -> int:
    pdf = BLANK_PDF + more
    return actions.queue_pdf(facility, CLERK, PrintKind.SEPARATOR, "Separator", pdf)


def _gone(file: Path) -> None:
    file.unlink()


def _damaged(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1] + b"?")


def _empty(file: Path) -> None:
    file.write_bytes(b"")


HARMS = (_gone, _damaged, _empty)


@pytest.mark.parametrize("harm", HARMS)
def test_the_rest_of_the_pile_goes_on(facility: Facility, tmp_path: Path, harm: object) -> None:
    facility = with_printers(facility, shared=str(tmp_path / "out"))
    message, sheet, good = _message(facility), _sheet(facility, b"%bad"), _sheet(facility)
    for number in (message, sheet):
        harm(_file(facility, number))  # type: ignore[operator]
        assert intact_pdf(facility.pictures, _print(facility, number)) is None
    batch = actions.send(facility, CLERK, [message, sheet, good], "shared")
    assert [each.number for each in batch.prints] == [good]
    assert _print(facility, message).state is PrintState.QUEUED
    assert _print(facility, sheet).state is PrintState.DOUBTFUL
    (asked,) = actions.look_at_queue(facility, OPERATOR).asked
    assert (asked.is_lost, [each.number for each in asked.prints]) == (True, [sheet])

    assert render_queued(facility, [message], CLERK) == ()
    again = actions.send(facility, CLERK, [message], "shared")
    assert [each.state for each in again.prints] == [PrintState.PRINTED]
    assert actions.came_not(facility, [asked.number], CLERK) == 1
    assert _print(facility, sheet).state is PrintState.SPOILED


@pytest.mark.parametrize("harm", HARMS)
def test_a_message_is_rendered_again_before_it_is_sent(
    facility: Facility, tmp_path: Path, harm: object
) -> None:
    facility = with_printers(facility, shared=str(tmp_path / "out"))
    number = _message(facility)
    harm(_file(facility, number))  # type: ignore[operator]
    assert render_queued(facility, [number], CLERK) == ()
    assert intact_pdf(facility.pictures, _print(facility, number)) is not None


def test_where_all_are_lost_it_is_said(facility: Facility, tmp_path: Path) -> None:
    facility = with_printers(facility, shared=str(tmp_path / "out"))
    number = _sheet(facility)
    _gone(_file(facility, number))
    with pytest.raises(StorageError, match="is lost"):
        actions.send(facility, CLERK, [number], "shared")
    assert _print(facility, number).state is PrintState.DOUBTFUL


def test_a_store_that_is_away_loses_nothing(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = _sheet(facility)

    def away(*_: object) -> bytes:
        raise StorageError("The store does not answer.")

    monkeypatch.setattr(LocalBlobs, "get", away)
    with pytest.raises(StorageError, match="does not answer"):
        actions.send(facility, CLERK, [number], "this computer")
    assert _print(facility, number).state is PrintState.RENDERED
