"""kill -9 while something is handed to a printer: nothing is lost, and nothing is printed twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.events import Verb
from digitizer.model.prints import PrintKind, PrintState
from digitizer.prints import actions, handing, queue
from digitizer.prints.handing import Handing
from digitizer.storage.database import reading
from digitizer.support.failpoints import PRINTING_POINTS
from tests.support.made_mail import CLERK, OPERATOR, ORSON, events
from tests.support.print_system import BLANK_PDF, with_printers, write_lp

_SEND = """
import sys
from pathlib import Path
from digitizer.facility import open_facility
from digitizer.prints import actions
from tests.support.made_mail import CLERK
facility = open_facility(Path(sys.argv[1]))
actions.send(facility, CLERK, [1], sys.argv[2])
"""


def _queued(facility: Facility) -> int:
    return actions.queue_pdf(facility, CLERK, PrintKind.NOTICE, "Notice", BLANK_PDF, ORSON)


def _killed_at(point: str, facility: Facility, printer: str, path: str) -> None:
    environment = {**os.environ, "DIGITIZER_TEST_KILL": point, "PATH": path}
    done = subprocess.run(
        [sys.executable, "-c", _SEND, str(facility.home), printer],
        env=environment,
        capture_output=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == -9, done.stderr.decode()


def _state(facility: Facility, number: int) -> PrintState:
    with reading(facility.engine) as tx:
        return queue.numbered(tx, [number])[0].state


@pytest.mark.parametrize(
    ("point", "state", "files"),
    [
        ("prints.staged", PrintState.RENDERED, 0),
        ("prints.begun", PrintState.RENDERED, 0),
        ("prints.published", PrintState.PRINTED, 1),
        ("prints.marked", PrintState.PRINTED, 1),
    ],
)
def test_a_folder_is_never_in_doubt(
    facility: Facility, tmp_path: Path, point: str, state: PrintState, files: int
) -> None:
    facility = with_printers(facility, shared=str(tmp_path / "out"))
    number = _queued(facility)
    _killed_at(point, facility, "shared", os.environ["PATH"])
    actions.look_at_queue(facility, OPERATOR)
    assert _state(facility, number) is state
    assert len(list((tmp_path / "out").glob("*.pdf"))) == files
    if state is PrintState.RENDERED:
        actions.send(facility, CLERK, [number], "shared")
    assert len(list((tmp_path / "out").glob("*.pdf"))) == 1
    assert list((tmp_path / "out").glob(".*")) == []


def test_a_file_that_somebody_took_is_asked_about(facility: Facility, tmp_path: Path) -> None:
    facility = with_printers(facility, shared=str(tmp_path / "out"))
    number = _queued(facility)
    _killed_at("prints.published", facility, "shared", os.environ["PATH"])
    for each in (tmp_path / "out").iterdir():
        each.unlink()
    actions.look_at_queue(facility, OPERATOR)
    assert _state(facility, number) is PrintState.DOUBTFUL


@pytest.mark.parametrize("point", ["prints.begun", "prints.sent"])
def test_what_the_print_system_may_have_is_asked_about(
    facility: Facility, tmp_path: Path, point: str
) -> None:
    """Killed before ``lp`` or after it: nobody can tell which, so a person says."""
    facility = with_printers(facility, office="HP_M400")
    (tmp_path / "got").mkdir()
    write_lp(tmp_path / "bin", tmp_path / "got")
    number = _queued(facility)
    _killed_at(point, facility, "office", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (batch,) = actions.look_at_queue(facility, OPERATOR).asked
    assert batch.is_doubtful
    with pytest.raises(Conflict, match="doubtful"):
        actions.send(facility, CLERK, [number], "office")
    with pytest.raises(Conflict, match="came out"):
        actions.print_again(facility, number, number, CLERK, "nobody knows")
    verbs = [each[0] for each in events(facility)]
    assert Verb.DOUBT_PRINT in verbs
    actions.came_not(facility, [batch.number], CLERK)
    assert _state(facility, number) is PrintState.RENDERED


def test_one_prints_at_a_time(facility: Facility, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "_LOOK_AGAIN", 0.01)
    number = _queued(facility)
    with Handing(facility, CLERK).alone(0):
        other = Handing(facility, OPERATOR).alone(0.05)
        with pytest.raises(Conflict, match="Somebody else is printing"), other:
            pass
        waiting = actions.look_at_queue(facility, OPERATOR).waiting
        assert [each.number for pile in waiting for each in pile.prints] == [number]


def test_every_printing_point_is_known_here() -> None:
    assert set(PRINTING_POINTS) == {
        "prints.staged",
        "prints.begun",
        "prints.published",
        "prints.sent",
        "prints.marked",
        "prints.unit_begun",
        "prints.unit_marked",
    }
