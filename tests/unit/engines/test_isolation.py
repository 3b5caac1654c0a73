"""Real crashes, hangs and bursts in real processes. The tasks are this module's functions."""

from __future__ import annotations

import ctypes
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import subprocess
import sys
import textwrap
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitizer.engines.isolation import Pool, WorkerLimits, network_guard
from digitizer.engines.isolation.answers import read_answer
from digitizer.model.errors import (
    EngineError,
    UnopenableFile,
    WorkerFailed,
    WorkerFault,
)
from digitizer.model.paper import Box
from tests.support.patience import HUNG

ROOT = Path(__file__).resolve().parents[3]
LONG = HUNG  # seconds of work that a task may take which ends by itself
LIMITED = (resource.RLIMIT_CORE, resource.RLIMIT_NOFILE)


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    box: Box


def shape(name: str) -> Shape:
    return Shape(name, Box(1, 2, 3, 4))


def pixels() -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.arange(12, dtype=np.uint8).reshape(3, 4)


def segfault() -> None:
    ctypes.string_at(0)


def loop_for_ever() -> None:
    while True:
        pass


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


def refuse() -> None:
    raise UnopenableFile("It is torn. Ask for it to be scanned again.")


def raise_foreign() -> None:
    class Strange(Exception):
        pass

    raise Strange("from a library")


class Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.getenv, ("HOME",)


def answer_with_a_trap() -> Trap:
    return Trap()


def limits_seen() -> tuple[int, int, int]:
    mask = os.umask(0o077)
    core, files = (resource.getrlimit(kind)[0] for kind in LIMITED)
    return core, files, mask


def write_bytes(path: str, megabytes: int) -> None:
    Path(path).write_bytes(bytes(megabytes * 1024 * 1024))


def environment() -> dict[str, str]:
    return dict(os.environ)


def open_socket() -> str:
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=5)
    except ConnectionRefusedError:
        return "reached"
    except OSError as error:
        return type(error).__name__
    return "reached"


def look_into(pid: int) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    return "refused" if libc.ptrace(16, pid, 0, 0) == -1 else "attached"


@pytest.fixture(scope="module")
def pool() -> Any:
    with Pool(2, WorkerLimits(megabytes=400)) as opened:
        yield opened


def failure_of(pool: Pool, function: Any, *arguments: Any, seconds: float = LONG) -> WorkerFault:
    with pytest.raises(WorkerFailed) as caught:
        pool.submit(function, *arguments, seconds=seconds).result()
    return caught.value.kind


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


def test_a_segfault_fails_its_own_task_and_no_other(pool: Pool) -> None:
    good = [pool.submit(shape, str(i), seconds=LONG) for i in range(10)]
    bad = [pool.submit(segfault, seconds=LONG) for _ in range(3)]
    good += [pool.submit(shape, str(i), seconds=LONG) for i in range(10, 20)]
    assert [future.result().name for future in good] == [str(i) for i in range(20)]
    for future in bad:
        with pytest.raises(WorkerFailed, match="SIGSEGV") as caught:
            future.result()
        assert caught.value.kind is WorkerFault.CRASHED


def test_an_abort_and_an_exit_are_crashes(pool: Pool) -> None:
    assert failure_of(pool, os.abort) is WorkerFault.CRASHED
    assert failure_of(pool, os._exit, 0) is WorkerFault.CRASHED


def test_a_task_that_never_ends_is_stopped(pool: Pool) -> None:
    assert failure_of(pool, loop_for_ever, seconds=0.3) is WorkerFault.TIMEOUT
    assert failure_of(pool, signal.pause, seconds=0.3) is WorkerFault.TIMEOUT


def load_something() -> None:
    importlib.import_module("colorsys")


def is_loaded() -> bool:
    return "colorsys" in sys.modules


def fail_to_load() -> None:
    raise ImportError("it is not there")


def test_all_workers_are_ready_before_their_first_task() -> None:
    with Pool(2) as pool:
        assert not pool.submit(is_loaded, seconds=LONG).result()
    with Pool(2, first=load_something) as pool:
        assert all(
            each.result() for each in [pool.submit(is_loaded, seconds=LONG) for _ in range(8)]
        )
    with Pool(1, first=fail_to_load) as pool:
        assert not pool.submit(is_loaded, seconds=LONG).result(), "it works all the same"


def test_called_off_tasks_end_with_their_workers_and_no_other_does() -> None:
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


def test_a_worker_that_was_called_off_gets_no_further_task() -> None:
    """It is killed at the very moment when its answer is there, and is not gone yet."""
    with Pool(1) as pool:
        for _ in range(20):
            task = pool.submit(shape, "first", seconds=LONG)
            task.add_done_callback(lambda done: pool.call_off([done]))
            innocent = pool.submit(shape, "innocent", seconds=LONG)
            assert innocent.result().name == "innocent"


def test_loading_its_libraries_is_not_of_a_tasks_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine it takes longer than a look at a page may, in every new worker."""
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
    assert failure_of(pool, burst, 3000) is WorkerFault.MEMORY
    assert failure_of(pool, burst_in_a_grandchild, 3000) is WorkerFault.MEMORY
    assert failure_of(pool, ask_for, 1024 * 1024) is WorkerFault.MEMORY


def test_a_worker_is_stopped_before_it_has_all_that_it_may(pool: Pool) -> None:
    """A burst goes on between two looks: it must not take a worker past its limit meanwhile."""
    assert failure_of(pool, swell_to, 385) is WorkerFault.MEMORY


def test_a_worker_is_kept_and_then_renewed() -> None:
    with Pool(1, WorkerLimits(tasks=3)) as pool:
        pids = [pool.submit(os.getpid, seconds=LONG).result() for _ in range(7)]
    assert pids[0] == pids[1] == pids[2] != pids[3]
    assert len(set(pids)) == 3


def test_a_worker_grown_fat_is_renewed() -> None:
    with Pool(1, WorkerLimits(idle_megabytes=1)) as pool:
        pids = [pool.submit(os.getpid, seconds=LONG).result() for _ in range(2)]
    assert pids[0] != pids[1]


def test_a_worker_that_died_between_tasks_costs_nobody_a_task(pool: Pool) -> None:
    for _ in range(2):
        pid = pool.submit(os.getpid, seconds=LONG).result()
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert pool.submit(shape, "a", seconds=LONG).result().name == "a"


def test_an_answer_that_would_run_code_is_refused(pool: Pool) -> None:
    assert failure_of(pool, answer_with_a_trap) is WorkerFault.CRASHED


@pytest.mark.parametrize("harm", [os.system, eval, subprocess.Popen, getattr])
def test_an_answer_can_name_no_function(harm: Any) -> None:
    with pytest.raises(pickle.UnpicklingError, match="names"):
        read_answer(pickle.dumps(("done", harm)), ("digitizer",))


def test_an_answer_that_is_noise_is_refused() -> None:
    for noise in (b"", b"\x80", b"noise", pickle.dumps(3), pickle.dumps(("raised", 3))):
        with pytest.raises(pickle.UnpicklingError):
            read_answer(noise, ("digitizer",))


def test_a_worker_has_limits(pool: Pool, tmp_path: Path) -> None:
    assert pool.submit(limits_seen, seconds=LONG).result() == (0, 256, 0o077)
    with pytest.raises(OSError, match="too large"):
        pool.submit(write_bytes, str(tmp_path / "big"), 513, seconds=LONG).result()


def test_nothing_secret_goes_along(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITIZER_TEST_SECRET", "hush")
    with Pool(1) as fresh:
        seen = fresh.submit(environment, seconds=LONG).result()
    assert "DIGITIZER_TEST_SECRET" not in seen
    assert seen["OMP_NUM_THREADS"] == "1"


def test_no_network(pool: Pool) -> None:
    guard = network_guard()
    if guard == "nothing":
        pytest.skip("this kernel lets no process give up the network")
    assert pool.submit(open_socket, seconds=LONG).result() != "reached"
    if "filter" in guard:
        assert pool.submit(look_into, os.getpid(), seconds=LONG).result() == "refused"


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


def test_workers_end_with_their_supervisor() -> None:
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


def test_a_pool_that_can_start_no_worker_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Pool(1) as pool:
        assert failure_of(pool, os.getpid) is WorkerFault.UNAVAILABLE


def test_importing_it_is_cheap() -> None:
    heavy = "import sys, digitizer.engines.isolation; print({'numpy', 'cv2'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
