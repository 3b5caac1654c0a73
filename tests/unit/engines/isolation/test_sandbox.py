"""Crashes, hangs and bursts of one sandbox."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from digitizer.engines.isolation import Pool
from digitizer.model.errors import SandboxFailed, SandboxProblem
from tests.support.sandbox_tasks import LONG, failure_of, loop_for_ever, shape


def segfault() -> None:
    ctypes.string_at(0)


def burst(megabytes: int) -> int:
    hoard = []
    for _ in range(megabytes):
        hoard.append(b"x" * (1024 * 1024))
    return len(hoard)


def swell_to(megabytes: int) -> None:
    """Grows to so much resident, and stays so."""
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    hoard = b"x" * (megabytes * 1024 * 1024 - resident)
    signal.pause()
    del hoard


def burst_in_a_grandchild(megabytes: int) -> None:
    code = f"x = [b'x' * (1 << 20) for _ in range({megabytes})]; input()"
    subprocess.run([sys.executable, "-c", code], stdin=subprocess.PIPE, check=True)


def ask_for(megabytes: int) -> int:
    return len(bytearray(megabytes * 1024 * 1024))


class Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.getenv, ("HOME",)


def answer_with_a_trap() -> Trap:
    return Trap()


def test_a_segfault_fails_its_own_task_and_no_other(pool: Pool) -> None:
    good = [pool.submit(shape, str(i), seconds=LONG) for i in range(10)]
    bad = [pool.submit(segfault, seconds=LONG) for _ in range(3)]
    good += [pool.submit(shape, str(i), seconds=LONG) for i in range(10, 20)]
    assert [future.result().name for future in good] == [str(i) for i in range(20)]
    for future in bad:
        with pytest.raises(SandboxFailed, match="SIGSEGV") as caught:
            future.result()
        assert caught.value.kind is SandboxProblem.CRASHED


def test_an_abort_and_an_exit_are_crashes(pool: Pool) -> None:
    assert failure_of(pool, os.abort) is SandboxProblem.CRASHED
    assert failure_of(pool, os._exit, 0) is SandboxProblem.CRASHED


def test_a_task_that_never_ends_is_stopped(pool: Pool) -> None:
    assert failure_of(pool, loop_for_ever, seconds=0.3) is SandboxProblem.TIMEOUT
    assert failure_of(pool, signal.pause, seconds=0.3) is SandboxProblem.TIMEOUT


def test_loading_its_libraries_is_not_of_a_tasks_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine it takes longer than a look at a page may, in every new sandbox."""
    (tmp_path / "slow_to_load.py").write_text(
        "import sys, time\n"
        "if 'isolation' in sys.orig_argv[2]:\n"
        "    time.sleep(6)\n"
        "def answer(): return 42\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    slow_to_load = importlib.import_module("slow_to_load")
    with Pool(1) as pool:
        assert pool.submit(slow_to_load.answer, seconds=5).result() == 42


def test_a_memory_burst_is_stopped(pool: Pool) -> None:
    assert failure_of(pool, burst, 3000) is SandboxProblem.MEMORY
    assert failure_of(pool, burst_in_a_grandchild, 3000) is SandboxProblem.MEMORY
    assert failure_of(pool, ask_for, 1024 * 1024) is SandboxProblem.MEMORY


def test_a_sandbox_is_stopped_before_it_has_all_that_it_may(pool: Pool) -> None:
    """A burst goes on between two looks: it must not take a sandbox past its limit meanwhile."""
    assert failure_of(pool, swell_to, 385) is SandboxProblem.MEMORY


def test_an_answer_that_would_run_code_is_refused(pool: Pool) -> None:
    assert failure_of(pool, answer_with_a_trap) is SandboxProblem.CRASHED
