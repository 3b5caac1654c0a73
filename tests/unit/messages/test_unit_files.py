"""Killed at any point, ``message print`` leaves every letter in its own file and in its unit's file
once, as soon as the next run is through; what somebody took away meanwhile is doubtful."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.messages.actions import send
from digitizer.messages.printing import print_messages, print_queue
from digitizer.model.mail import Direction, Draft
from digitizer.prints import actions, queue
from digitizer.storage.database import reading, writing
from tests.support.made_mail import CLERK, OPERATOR, ORSON, PETRA
from tests.support.pdf_looks import page_texts

_PRINT = """
import sys
from pathlib import Path
from digitizer.facility import open_facility
from digitizer.messages.printing import print_messages
from tests.support.made_mail import CLERK
print_messages(open_facility(Path(sys.argv[1])), Path(sys.argv[2]), CLERK)
"""
WORDS = ("apricot", "blackthorn", "cloudberry")


@pytest.fixture
def out(facility: Facility, tmp_path: Path) -> Path:
    """Two letters to one unit, one to another, and one that goes out."""
    for word, booking in zip(WORDS, (ORSON, ORSON, PETRA), strict=True):
        send(facility, Draft(Direction.TO_INMATE, booking, "Ida", "Hi", word), OPERATOR)
    address = "Ida Invented\n7 Example Street\nSampletown, EX 00000"
    draft = Draft(Direction.FROM_INMATE, ORSON, "Ida", "Hi", "quince", address=address)
    send(facility, draft, OPERATOR)
    return tmp_path / "out"


def _kill(facility: Facility, out: Path, point: str) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _PRINT, str(facility.home), str(out)],
        env={**os.environ, "DIGITIZER_TEST_KILL": point},
        cwd=Path(__file__).parents[3],
        capture_output=True,
    )
    assert killed.returncode == -9, killed.stderr.decode()


def _words(out: Path, pattern: str) -> Counter[str]:
    """How often each letter is in the files of this kind."""
    texts = [" ".join(page_texts(each.read_bytes())) for each in out.glob(pattern)]
    return Counter({word: sum(text.count(word) for text in texts) for word in WORDS})


def _doubtful(facility: Facility) -> int:
    asked = actions.look_at_queue(facility, OPERATOR).asked
    assert all(each.is_doubtful for each in asked)
    return sum(len(each.prints) for each in asked)


POINTS = (
    *(f"prints.staged:{n}" for n in (1, 3, 5, 6)),
    *(f"prints.begun:{n}" for n in (1, 4)),
    *(f"prints.published:{n}" for n in (2, 4, 5, 6)),
    *(f"prints.marked:{n}" for n in (1, 4)),
    *(f"prints.unit_begun:{n}" for n in (1, 2)),
    *(f"prints.unit_marked:{n}" for n in (1, 2)),
)


@pytest.mark.parametrize("point", POINTS)
def test_what_is_on_the_disk_and_what_the_queue_says_agree(
    facility: Facility, out: Path, point: str
) -> None:
    once = Counter(dict.fromkeys(WORDS, 1))
    _kill(facility, out, point)
    print_messages(facility, out, CLERK)
    assert print_queue(facility, OPERATOR) == ()
    assert _words(out, "letter-*.pdf") == once
    assert _words(out, "housing-unit-*.pdf") == once
    assert list(out.glob(".*")) == []
    assert _doubtful(facility) == 0
    with reading(facility.engine) as tx:
        assert queue.unbound(tx) == ()
    assert print_messages(facility, out, CLERK).files == ()


def test_the_next_run_reports_what_the_killed_one_wrote(facility: Facility, out: Path) -> None:
    _kill(facility, out, "prints.unit_begun:1")
    run = print_messages(facility, out, CLERK)
    units = {each.file.name: each.pages for each in run.files if each.message is None}
    assert set(units) == {each.name for each in out.glob("housing-unit-*.pdf")}
    assert len([each for each in run.files if each.message]) == 3


@pytest.mark.parametrize(("point", "pattern"), [("prints.published:5", "housing-unit-*.pdf")])
def test_a_units_file_that_was_taken_away_is_doubtful(
    facility: Facility, out: Path, point: str, pattern: str
) -> None:
    _kill(facility, out, point)
    (taken,) = out.glob(pattern)
    letters = sum(_words(out, pattern).values())
    taken.unlink()
    print_messages(facility, out, CLERK)
    assert _doubtful(facility) == letters
    asked = actions.look_at_queue(facility, OPERATOR).asked
    actions.came_out(facility, [each.number for each in asked], CLERK)
    assert print_messages(facility, out, CLERK).files == ()
    assert _doubtful(facility) == 0


def test_a_letters_file_that_was_taken_away_is_doubtful(facility: Facility, out: Path) -> None:
    _kill(facility, out, "prints.marked:1")
    (taken,) = out.glob("letter-*.pdf")
    taken.unlink()
    print_messages(facility, out, CLERK)
    assert _doubtful(facility) == 1
    assert sum(_words(out, "housing-unit-*.pdf").values()) == 2, "it is not printed by itself"


def test_another_folder_says_where_the_letters_lie(
    facility: Facility, out: Path, tmp_path: Path
) -> None:
    _kill(facility, out, "prints.unit_begun:1")
    (warning,) = print_messages(facility, tmp_path / "other", CLERK).warnings
    assert f"message print --out {out}" in warning
    print_messages(facility, out, CLERK)
    assert _words(out, "housing-unit-*.pdf") == Counter(dict.fromkeys(WORDS, 1))


def test_in_a_restored_home_they_are_asked_about(facility: Facility, out: Path) -> None:
    """The first home may have gone on, and made the units' files."""
    _kill(facility, out, "prints.unit_begun:1")
    with writing(facility.engine) as tx:
        assert queue.doubt_all(tx, "Ana") == 3
    assert print_messages(facility, out, CLERK).files == ()
    assert _doubtful(facility) == 3
