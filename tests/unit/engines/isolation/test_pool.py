"""Sandboxes for many tasks: answers, ends and replacements."""

from __future__ import annotations

import importlib
import os
import select
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitizer.engines.isolation import Pool, SandboxLimits
from digitizer.model.errors import EngineError, SandboxProblem, UnopenableFile
from digitizer.model.paper import Box
from tests.support.patience import HUNG
from tests.support.sandbox_tasks import LONG, Shape, failure_of, loop_for_ever, shape

ROOT = Path(__file__).resolve().parents[4]


def pixels() -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.arange(12, dtype=np.uint8).reshape(3, 4)


def refuse() -> None:
    raise UnopenableFile("It is torn. Ask for it to be scanned again.")


def raise_foreign() -> None:
    class Strange(Exception):
        pass

    raise Strange("from a library")


def wait_until_gone(pid: int) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(handle, closefd=True):
        assert select.select([handle], [], [], HUNG)[0], "the process lives on"


def test_answers_come_back_as_they_are(pool: Pool) -> None:
    assert pool.submit(shape, "a", seconds=LONG).result() == Shape("a", Box(1, 2, 3, 4))
    assert np.array_equal(pool.submit(pixels, seconds=LONG).result(), pixels())


def test_an_error_comes_back_as_itself_and_says_where(pool: Pool) -> None:
    with pytest.raises(UnopenableFile, match="It is torn") as caught:
        pool.submit(refuse, seconds=LONG).result()
    assert "in refuse" in "".join(caught.value.__notes__)


def test_an_error_of_a_foreign_library_comes_back_in_our_words(pool: Pool) -> None:
    with pytest.raises(EngineError, match="Strange: from a library"):
        pool.submit(raise_foreign, seconds=LONG).result()


def load_something() -> None:
    importlib.import_module("colorsys")


def is_loaded() -> bool:
    return "colorsys" in sys.modules


def fail_to_load() -> None:
    raise ImportError("it is not there")


def test_all_sandboxes_are_ready_before_their_first_task() -> None:
    with Pool(2) as pool:
        assert not pool.submit(is_loaded, seconds=LONG).result()
    with Pool(2, first=load_something) as pool:
        assert all(
            each.result() for each in [pool.submit(is_loaded, seconds=LONG) for _ in range(8)]
        )
    with Pool(1, first=fail_to_load) as pool:
        assert not pool.submit(is_loaded, seconds=LONG).result(), "it works all the same"


def test_called_off_tasks_end_with_their_sandboxes_and_no_other_does() -> None:
    with Pool(2) as pool:
        other = pool.submit(shape, "warm", seconds=LONG)
        assert other.result().name == "warm"
        endless = [pool.submit(loop_for_ever, seconds=LONG) for _ in range(2)]
        waiting = pool.submit(loop_for_ever, seconds=LONG)
        wanted = pool.submit(shape, "wanted", seconds=LONG)
        pool.call_off([*endless, waiting])
        assert all(future.done() for future in (*endless, waiting))
        assert waiting.cancelled()
        assert wanted.result().name == "wanted"
        pool.call_off([wanted])  # what has ended is left as it is
        assert wanted.result().name == "wanted"


def test_a_sandbox_that_was_called_off_gets_no_further_task() -> None:
    """It is killed at the very moment when its answer is there, and is not gone yet."""
    with Pool(1) as pool:
        for _ in range(20):
            task = pool.submit(shape, "first", seconds=LONG)
            task.add_done_callback(lambda done: pool.call_off([done]))
            innocent = pool.submit(shape, "innocent", seconds=LONG)
            assert innocent.result().name == "innocent"


def test_a_sandbox_is_kept_and_then_replaced() -> None:
    with Pool(1, SandboxLimits(tasks=3)) as pool:
        pids = [pool.submit(os.getpid, seconds=LONG).result() for _ in range(7)]
    assert pids[0] == pids[1] == pids[2] != pids[3]
    assert len(set(pids)) == 3


def test_a_sandbox_grown_too_large_is_replaced() -> None:
    with Pool(1, SandboxLimits(idle_megabytes=1)) as pool:
        pids = [pool.submit(os.getpid, seconds=LONG).result() for _ in range(2)]
    assert pids[0] != pids[1]


def test_a_sandbox_that_died_between_tasks_costs_nobody_a_task(pool: Pool) -> None:
    for _ in range(2):
        pid = pool.submit(os.getpid, seconds=LONG).result()
        os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):  # the pool was quicker: it is dead, and collected
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert pool.submit(shape, "a", seconds=LONG).result().name == "a"


def test_closing_cancels_what_runs_and_what_waits() -> None:
    pool = Pool(1)
    pid = pool.submit(os.getpid, seconds=LONG).result()
    futures = [pool.submit(loop_for_ever, seconds=LONG) for _ in range(3)]
    pool.close()
    for future in futures:
        with pytest.raises(CancelledError):
            future.result()
    wait_until_gone(pid)
    with pytest.raises(CancelledError, match="closed"):
        pool.submit(os.getpid, seconds=LONG)


def test_sandboxes_end_with_their_supervisor() -> None:
    script = textwrap.dedent(
        """
        import os, signal
        from digitizer.engines.isolation import Pool
        if __name__ == "__main__":
            pool = Pool(2)
            print(pool.submit(os.getpid, seconds=600).result(), flush=True)
            pool.submit(signal.pause, seconds=600)
            pool.submit(signal.pause, seconds=600)
            signal.pause()
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        supervisor.kill()
        supervisor.wait()
        wait_until_gone(pid)


def test_a_pool_that_can_start_no_sandbox_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Pool(1) as pool:
        assert failure_of(pool, os.getpid) is SandboxProblem.UNAVAILABLE


def test_importing_it_is_cheap() -> None:
    heavy = "import sys, digitizer.engines.isolation; print({'numpy', 'cv2'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_the_folder_that_the_service_was_started_in_is_not_imported_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("digitizer", "numpy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    with Pool(1, SandboxLimits()) as pool:
        assert pool.submit(shape, "a", seconds=LONG).result() == Shape("a", Box(1, 2, 3, 4))
