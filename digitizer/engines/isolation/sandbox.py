"""One sandbox as its supervisor sees it: a process, a pipe, a clock, and its end."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from digitizer.engines.isolation.answers import read_answer
from digitizer.engines.isolation.task_clock import TaskClock
from digitizer.engines.isolation.usage import Usage, usage
from digitizer.model.errors import SandboxFailed, SandboxProblem

_MEGABYTE = 1024 * 1024
START_SECONDS = 60.0
_KEPT_VARIABLES = ("PATH", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one sandbox may take. A sandbox is replaced after ``tasks`` tasks, or when it stays
    above ``idle_megabytes`` resident after one. ``data_megabytes`` bounds private mappings,
    far above what is resident: it only refuses what would burst between two looks. It is stopped
    short of ``megabytes`` resident, for it goes on growing until it is looked at.
    """

    megabytes: int = 1536
    idle_megabytes: int = 1024
    data_megabytes: int = 2560
    tasks: int = 500
    open_files: int = 256
    file_megabytes: int = 512
    answer_megabytes: int = 512

    @property
    def stop_megabytes(self) -> int:
        """Where it is stopped: a twelfth is left for what it takes between two looks."""
        return self.megabytes * 11 // 12


class Sandbox:
    """Starting it takes a tenth of a second; the first answer is ``ready`` and its guards."""

    def __init__(self, limits: SandboxLimits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._verdict: SandboxProblem | None = None
        self._clock: TaskClock | None = TaskClock(START_SECONDS, time.monotonic(), Usage())
        self._tasks = 0
        self._killed = False
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._process = subprocess.Popen(
                _command(theirs.fileno(), limits),
                pass_fds=(theirs.fileno(),),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                umask=0o077,
                start_new_session=True,
            )
            self._pipe = Connection(ours.detach())

    @property
    def busy(self) -> bool:
        return self._clock is not None

    def start_clock(self, seconds: float) -> None:
        with self._lock:
            self._clock = TaskClock(seconds, time.monotonic(), usage(self._process.pid))

    def ask(self, message: bytes, package: str) -> tuple[str, Any]:
        """Sends a task and hears whether it is loaded (``ready``), or why not; the clock was
        started, and is stopped here."""
        self._tasks += 1
        with contextlib.suppress(OSError):  # a dead sandbox shows when its answer is read
            self._pipe.send_bytes(message)
        return self.hear(package)

    def hear(self, package: str) -> tuple[str, Any]:
        """Waits for one answer. Raises SandboxFailed; the sandbox has been ended then."""
        try:
            data = self._pipe.recv_bytes(self._limits.answer_megabytes * _MEGABYTE)
            self._stop_clock()
            return read_answer(data, ("digitizer", package))
        except (EOFError, OSError):
            self.end()
            raise self._failure() from None
        except pickle.UnpicklingError as error:
            self.end()
            raise SandboxFailed(SandboxProblem.CRASHED, f"It cannot be trusted: {error}.") from None

    def look(self) -> None:
        """The watcher's look: kills a busy sandbox that is past its time or its memory."""
        with self._lock:
            if self._clock is None or self._verdict is not None:
                return
            now = usage(self._process.pid)
            self._clock.look(time.monotonic(), now)
            if self._clock.is_up:
                self._verdict = SandboxProblem.TIMEOUT
            elif now.resident > self._limits.stop_megabytes * _MEGABYTE:
                self._verdict = SandboxProblem.MEMORY
        if self._verdict is not None:
            self.kill()

    @property
    def usable(self) -> bool:
        """False once it has died, was stopped, has done its tasks, or has grown too large."""
        return (
            self._verdict is None
            and not self._killed
            and self._tasks < self._limits.tasks
            and not self._has_ended()
            and usage(self._process.pid).resident <= self._limits.idle_megabytes * _MEGABYTE
        )

    def kill(self) -> None:
        """Kills it with all that it started. Under the lock, so its id cannot be another's.
        It is not usable from now on, though it may take a moment to be gone."""
        with self._lock:
            self._killed = True
            if self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kills it and returns when it is gone."""
        self.kill()
        if self._process.returncode is None:
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            self._process.wait()
        self._pipe.close()

    def _stop_clock(self) -> None:
        with self._lock:
            self._clock = None

    def _has_ended(self) -> bool:
        flags = os.WEXITED | os.WNOWAIT | os.WNOHANG
        return (
            self._process.returncode is not None
            or os.waitid(os.P_PID, self._process.pid, flags) is not None
        )

    def _failure(self) -> SandboxFailed:
        match self._verdict:
            case SandboxProblem.TIMEOUT:
                text = "It took longer than it may and was stopped."
            case SandboxProblem.MEMORY:
                most = self._limits.stop_megabytes
                text = f"It needed more than {most} MB of memory and was stopped."
            case _:
                text = f"The program that worked on it broke down ({_ending(self._process)})."
        return SandboxFailed(self._verdict or SandboxProblem.CRASHED, text)


def _command(descriptor: int, limits: SandboxLimits) -> list[str]:
    numbers = (
        descriptor,
        os.getpid(),
        limits.open_files,
        limits.file_megabytes * _MEGABYTE,
        max(limits.data_megabytes, limits.megabytes + 1024) * _MEGABYTE,
    )
    return [sys.executable, "-P", "-m", "digitizer.engines.isolation.child", *map(str, numbers)]


def _environment() -> dict[str, str]:
    """A fresh environment: nothing secret goes along, and numeric libraries use one thread."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path),  # noqa: PTH100
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _ending(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"
