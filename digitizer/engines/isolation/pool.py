"""A pool of sandbox processes, each behind a pipe of its own, so that none can harm another.

One thread a sandbox starts it, hands it tasks and waits; one more thread watches deadlines and
resident memory and kills. The kernel ends a sandbox with the thread that started it, so no
sandbox outlives its supervisor.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from digitizer.engines.isolation.sandbox import START_SECONDS, Sandbox, SandboxLimits
from digitizer.engines.isolation.turns import Turns
from digitizer.model.errors import SandboxFailed, SandboxProblem

_LOOK_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class _Task:
    message: bytes
    package: str
    seconds: float
    future: Future[Any]
    called_off: threading.Event = field(default_factory=threading.Event)


def _task(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> _Task:
    package = function.__module__.partition(".")[0]
    if package == "__main__":
        raise ValueError("a sandbox cannot import what is defined in __main__")
    return _Task(pickle.dumps((function, arguments), protocol=5), package, seconds, Future())


class Pool:
    """``processes`` sandboxes. The waiting tasks of one thread are begun in the order of their
    submission; those of several threads take turns, so that a scan of many pages keeps no other
    from being worked beside it.

    ``guard`` names, once a sandbox has run, what keeps the sandboxes off the network. ``first`` is
    done by all sandboxes when the first task comes: what it loads is there when theirs do.
    """

    def __init__(
        self,
        processes: int,
        limits: SandboxLimits | None = None,
        first: Callable[[], None] | None = None,
    ) -> None:
        self.guard = ""
        self._limits = limits or SandboxLimits()
        self._first = first
        self._tasks: Turns[_Task | None] = Turns()
        self._sandboxes: dict[int, Sandbox] = {}
        self._at_work: dict[int, _Task] = {}
        self._assigning = threading.Lock()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._changed = threading.Event()
        self._begun = threading.Event()
        self._threads = [
            threading.Thread(target=self._serve, args=(slot,), daemon=True, name=f"sandbox {slot}")
            for slot in range(processes)
        ]
        self._threads.append(threading.Thread(target=self._watch, daemon=True, name="watcher"))
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[..., Any], *arguments: Any, seconds: float) -> Future[Any]:
        """Runs ``function(*arguments)`` in a sandbox, at most ``seconds`` of its work (see
        ``TaskClock``); what it takes to load the function's module, in a new sandbox, is not of it.

        The function is one importable by name; its answer is plain data: numbers, texts,
        containers, arrays, our dataclasses. The future gives the answer, or raises what the
        function raised (an error of a foreign library as EngineError), SandboxFailed, or
        CancelledError where the pool was closed over it.
        """
        task = _task(function, arguments, seconds)
        with self._lock:
            if self._closed.is_set():
                raise CancelledError("the pool is closed")
            self._tasks.put(task, threading.get_ident())
            self._begun.set()
        return task.future

    def call_off(self, futures: Iterable[Future[Any]]) -> None:
        """Ends these tasks, the running ones with their sandboxes; returns when none runs."""
        unwanted = [future for future in futures if not future.cancel()]
        with self._assigning:  # no slot turns to another's task meanwhile
            for slot, task in self._at_work.items():
                if task.future in unwanted:
                    task.called_off.set()
                    if sandbox := self._sandboxes.get(slot):
                        sandbox.kill()
        wait(unwanted)

    def close(self) -> None:
        """Kills all sandboxes; tasks running and waiting are cancelled; waits for all to end."""
        with self._lock:
            self._closed.set()
        self._changed.set()
        self._begun.set()
        for _ in self._threads:
            self._tasks.put_last(None)
        for sandbox in tuple(self._sandboxes.values()):
            sandbox.kill()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _serve(self, slot: int) -> None:
        self._begun.wait()
        if self._first and not self._closed.is_set():
            self._settle(slot, _task(self._first, (), START_SECONDS))  # its tasks will show
        while (task := self._tasks.get()) is not None:
            if self._closed.is_set():
                task.future.cancel()
            with self._assigning:
                self._at_work[slot] = task
            if task.future.set_running_or_notify_cancel():
                self._settle(slot, task)
            with self._assigning:
                del self._at_work[slot]
            sandbox = self._sandboxes.get(slot)
            if sandbox is not None and not sandbox.usable:
                self._end(slot)
        self._end(slot)

    def _settle(self, slot: int, task: _Task) -> None:
        try:
            verdict, value = self._work(slot, task)
        except Exception as error:  # whatever it was, someone waits for this future
            verdict, value = "raised", error
        if verdict == "done":
            task.future.set_result(value)
        elif self._closed.is_set():
            task.future.set_exception(CancelledError())
        elif isinstance(value, MemoryError):
            task.future.set_exception(
                SandboxFailed(SandboxProblem.MEMORY, "It asked for more memory than it may have.")
            )
        else:
            task.future.set_exception(value)

    def _work(self, slot: int, task: _Task) -> tuple[str, Any]:
        sandbox = self._sandboxes.get(slot)
        if sandbox is None or not sandbox.usable:
            self._end(slot)
            sandbox = self._start(slot)
        self._start_clock(sandbox, START_SECONDS)  # a new sandbox loads its libraries first
        if self._closed.is_set() or task.called_off.is_set():
            raise CancelledError
        verdict, value = sandbox.ask(task.message, task.package)
        if verdict == "ready":
            self._start_clock(sandbox, task.seconds)
            verdict, value = sandbox.hear(task.package)
        return verdict, value

    def _start_clock(self, sandbox: Sandbox, seconds: float) -> None:
        sandbox.start_clock(seconds)
        self._changed.set()

    def _start(self, slot: int) -> Sandbox:
        try:
            sandbox = self._sandboxes[slot] = Sandbox(self._limits)
            self._changed.set()
            self.guard = str(sandbox.hear("digitizer")[1])
        except (OSError, SandboxFailed) as error:
            raise SandboxFailed(
                SandboxProblem.UNAVAILABLE,
                f"No sandbox process could be started ({error}). Run: digitizer doctor",
            ) from error
        return sandbox

    def _end(self, slot: int) -> None:
        sandbox = self._sandboxes.pop(slot, None)
        if sandbox is not None:
            sandbox.end()

    def _watch(self) -> None:
        while not self._closed.is_set():
            busy = [sandbox for sandbox in tuple(self._sandboxes.values()) if sandbox.busy]
            for sandbox in busy:
                sandbox.look()
            if busy:
                self._closed.wait(_LOOK_SECONDS)
            else:
                self._changed.wait()
                self._changed.clear()


def network_guard() -> str:
    """What keeps a sandbox off the network on this machine, in words; starts a sandbox to see."""
    with Pool(1) as pool:
        pool.submit(os.getpid, seconds=START_SECONDS).result()
        return pool.guard
