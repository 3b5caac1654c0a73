"""Places at which a test may kill the process: only the one that is armed, and only in its turn."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from digitizer.support import failpoints
from tests.support.patience import HUNG

_PASS_THREE_TIMES = """
from digitizer.support.failpoints import failpoint
for turn in range(3):
    failpoint("intake.begun")
    failpoint("intake.committed")
    print(turn, flush=True)
"""


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


def _run(armed: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", _PASS_THREE_TIMES],
        env={"DIGITIZER_TEST_KILL": armed},
        capture_output=True,
        text=True,
        timeout=HUNG,
        check=False,
    )
    return done.returncode, done.stdout


def test_in_service_nothing_dies() -> None:
    assert _run("") == (0, "0\n1\n2\n")


def test_the_process_dies_at_the_point_the_first_time_or_the_one_that_is_asked_for() -> None:
    assert _run("intake.committed") == (-signal.SIGKILL, "")
    assert _run("intake.committed:3") == (-signal.SIGKILL, "0\n1\n")


def test_a_point_that_does_not_exist_cannot_be_armed() -> None:
    with pytest.raises(ValueError, match=r"no\.such\.point"):
        failpoints.arm("no.such.point")


def test_no_point_is_listed_twice() -> None:
    points = (
        *failpoints.POINTS,
        *failpoints.SUPERVISORS_POINTS,
        *failpoints.ENCRYPTION_POINTS,
    )
    assert sorted(points) == sorted({*points, "seal_keys.destroyed"})
