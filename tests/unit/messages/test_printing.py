"""E-messages into the print queue, and into files."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from digitizer.covers import actions as covers
from digitizer.facility import Facility
from digitizer.messages import reply_sheets
from digitizer.messages.actions import send, threads
from digitizer.messages.printing import print_messages, print_queue
from digitizer.model.errors import StorageError
from digitizer.model.mail import Direction, Draft, MessageState
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate, message
from tests.support.made_mail import CLERK, OPERATOR, ORSON, PETRA
from tests.support.pdf_looks import pdf_pages

ADDRESS = "Ida Invented\n7 Example Street\nSampletown, EX 00000"


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "PNG")
    return out.getvalue()


def _to(booking: str = ORSON, body: str = "How are you?", **more: object) -> Draft:
    return Draft(Direction.TO_INMATE, booking, "Aunt Ida", "Hi", body, **more)  # type: ignore[arg-type]


def _from(address: str | None = ADDRESS, **more: object) -> Draft:
    return Draft(
        Direction.FROM_INMATE,
        ORSON,
        "Ida Invented",
        "Hi",
        "I am well.",
        address=address,
        **more,  # type: ignore[arg-type]
    )


def test_a_name_that_no_font_has_is_printed_with_a_warning(
    facility: Facility, tmp_path: Path
) -> None:
    """The inmate cannot change it, and must get their mail all the same."""
    with writing(facility.engine) as tx:
        tx.execute(sa.update(inmate).values(first_name="Or\ue000son"))
    sent = send(facility, _to(), OPERATOR)
    run = print_messages(facility, tmp_path, CLERK)
    assert [each.message for each in run.files if each.message] == [sent]
    assert run.problems == ()
    (warning,) = run.warnings
    assert sent in warning
    assert "U+E000" in warning
    for printed in (
        covers.print_inmate_cover(facility, ORSON, CLERK),
        reply_sheets.print_reply_sheet(facility, ORSON, CLERK, correspondent="Ida"),
    ):
        assert pdf_pages(printed.pdf) == 1
        assert any("U+E000" in warning for warning in printed.warnings)


def test_sent_printed_and_marked(facility: Facility, tmp_path: Path) -> None:
    sent = send(facility, _to(photos=(_photo(),)), OPERATOR)
    other = send(facility, _to(PETRA), OPERATOR)
    out = send(facility, _from(), OPERATOR)
    run = print_messages(facility, tmp_path / "out", CLERK)
    assert run.problems == ()
    letters = {each.message: each for each in run.files if each.message}
    assert set(letters) == {sent, other, out}
    units = [each.housing_unit for each in run.files if each.message is None]
    assert units == ["B-1", "B/1"], "a letter that goes out is in no housing unit's file"
    assert len({each.file for each in run.files}) == 5
    for each in run.files:
        assert pdf_pages(each.file.read_bytes()) == each.pages
    assert print_queue(facility, OPERATOR) == ()
    assert {thread.message.state for thread in threads(facility, ORSON, OPERATOR)} == {
        MessageState.PRINTED
    }


@pytest.mark.parametrize(
    ("setting", "column", "asked", "large"),
    [
        ("nobody", "yes", False, False),
        ("nobody", "no", True, True),
        ("all", "no", False, True),
        ("roster", "Yes ", False, True),
        ("roster", "no", False, False),
        ("roster", None, False, False),
    ],
)
def test_large_print_for_whom_the_settings_or_the_roster_say(
    facility: Facility, tmp_path: Path, setting: str, column: str | None, asked: bool, large: bool
) -> None:
    messages = facility.settings.messages.model_copy(update={"large_print": setting})
    settings = facility.settings.model_copy(update={"messages": messages})
    with writing(facility.engine) as tx:
        tx.execute(sa.update(inmate).values(more={"large_print": column} if column else {}))
    sent = send(facility, _to(body="word " * 500), OPERATOR)
    run = print_messages(replace(facility, settings=settings), tmp_path, CLERK, large_print=asked)
    (pages,) = (each.pages for each in run.files if each.message == sent)
    assert pages == (4 if large else 3)


def test_a_later_run_overwrites_nothing(facility: Facility, tmp_path: Path) -> None:
    send(facility, _to(), OPERATOR)
    (_, unit) = print_messages(facility, tmp_path, CLERK).files
    first = unit.file.read_bytes()
    assert print_messages(facility, tmp_path, CLERK).files == ()
    send(facility, _to(), OPERATOR)
    (_, again) = print_messages(facility, tmp_path, CLERK).files
    assert again.file != unit.file
    assert unit.file.read_bytes() == first


def test_half_a_letter_is_not_left_to_be_printed(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(facility, _to(), OPERATOR)

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StorageError, match="No space left"):
            print_messages(facility, tmp_path / "out", CLERK)
    assert not any((tmp_path / "out").iterdir())
    assert len(print_messages(facility, tmp_path / "out", CLERK).files) == 2


def test_one_bad_message_does_not_stop_the_run(facility: Facility, tmp_path: Path) -> None:
    bad = send(facility, _from(), OPERATOR)
    good = send(facility, _to(), OPERATOR)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(message).where(message.c.id == bad).values(address="x" * 500))
    run = print_messages(facility, tmp_path, CLERK)
    assert [each.message for each in run.files if each.message] == [good]
    assert bad in run.problems[0]
    assert [each.id for each in print_queue(facility, OPERATOR)] == [bad]


_PRINT = """
import sys
from pathlib import Path
from digitizer.facility import open_facility
from digitizer.messages.printing import print_messages
from tests.support.made_mail import CLERK
print_messages(open_facility(Path(sys.argv[1])), Path(sys.argv[2]), CLERK)
"""


@pytest.mark.parametrize("point", ["prints.staged:2", "prints.begun:2", "prints.published:2"])
def test_a_run_that_was_killed_goes_on_and_prints_nothing_twice(
    facility: Facility, tmp_path: Path, point: str
) -> None:
    for _ in range(3):
        send(facility, _to(), OPERATOR)
    out = tmp_path / "out"
    killed = subprocess.run(
        [sys.executable, "-c", _PRINT, str(facility.home), str(out)],
        env={**os.environ, "DIGITIZER_TEST_KILL": point},
        cwd=Path(__file__).parents[3],
        capture_output=True,
    )
    assert killed.returncode == -9, killed.stderr.decode()
    before = {each.name for each in out.glob("letter-*.pdf")}
    assert len(before) == (2 if "published" in point else 1)
    run = print_messages(facility, out, CLERK)
    letters = {each.name for each in out.glob("letter-*.pdf")}
    assert len(letters) == 3
    assert len({name.split("-")[3] for name in letters}) == 3, "each message once"
    reported = {each.file.name for each in run.files if each.message}
    assert letters - before <= reported, "what was written is reported"
    assert print_queue(facility, OPERATOR) == ()
    assert list(out.glob(".*")) == []
