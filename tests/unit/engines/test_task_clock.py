"""What counts as a task's time, and what the kernel tells of a process and its children."""

from __future__ import annotations

import os
import subprocess
import sys

from digitizer.engines.isolation.task_clock import WALL_TIMES, TaskClock
from digitizer.engines.isolation.usage import Usage, usage


def _clock(seconds: float = 10.0) -> TaskClock:
    return TaskClock(seconds, 100.0, Usage(processor=5.0))


def test_a_busy_machine_takes_nothing_from_a_task() -> None:
    clock = _clock()
    clock.look(130.0, Usage(processor=14.9, runs=True))  # a third of a core for 30 s
    assert not clock.is_up
    clock.look(131.0, Usage(processor=15.1, runs=True))
    assert clock.is_up


def test_waiting_counts_by_the_wall() -> None:
    clock = _clock()
    clock.look(109.0, Usage(processor=5.0))
    assert not clock.is_up
    clock.look(111.0, Usage(processor=5.0))
    assert clock.is_up


def test_it_ends_by_the_wall_whatever_it_did() -> None:
    clock = _clock()
    clock.look(100.0 + 10 * WALL_TIMES - 1, Usage(processor=5.0, runs=True))
    assert not clock.is_up
    clock.look(100.0 + 10 * WALL_TIMES + 1, Usage(processor=5.0, runs=True))
    assert clock.is_up


def test_time_of_a_child_that_vanished_for_a_moment_counts_once() -> None:
    clock = _clock()
    clock.look(101.0, Usage(processor=14.0, runs=True))
    clock.look(102.0, Usage(processor=6.0, runs=True))
    clock.look(103.0, Usage(processor=14.5, runs=True))
    assert not clock.is_up, "9.5 seconds"
    clock.look(104.0, Usage(processor=15.5, runs=True))
    assert clock.is_up


_BURN = "import time\nwhile time.process_time() < 0.3: pass"


def test_usage_counts_children_that_live_and_that_ended() -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_BURN!r}])"
    code += "; print(flush=True); x = b'x' * (32 << 20); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        process.stdout.readline()
        theirs, ours = usage(process.pid), usage(os.getpid())
        assert theirs.processor >= 0.3
        assert theirs.resident > 32 << 20
        assert ours.resident > theirs.resident
        assert ours.runs
        process.stdin.close()
    assert usage(process.pid) == Usage()
