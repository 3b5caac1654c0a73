"""A pool of worker processes, each behind a pipe of its own, so that none can harm another.

One thread a worker starts it, hands it tasks and waits; one more thread watches deadlines and
resident memory and kills. The kernel ends a worker with the thread that started it, so no
worker outlives its supervisor.
"""

from __future__ import annotations

import os
import pickle
import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from digitizer.engines.isolation.worker_process import START_SECONDS, Worker, WorkerLimits
from digitizer.model.errors import WorkerFailed, WorkerFault

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
        raise ValueError("a worker cannot import what is defined in __main__")
    return _Task(pickle.dumps((function, arguments), protocol=5), package, seconds, Future())


class Pool:
    """``processes`` isolated workers. Waiting tasks are begun in the order of their submission.

    ``guard`` says, once a worker has run, what keeps the workers off the network. ``first`` is
    done by all workers when the first task comes: what it loads is there when theirs do.
    """

    def __init__(
        self,
        processes: int,
        limits: WorkerLimits | None = None,
        first: Callable[[], None] | None = None,
    ) -> None:
        self.guard = ""
        self._limits = limits or WorkerLimits()
        self._first = first
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._workers: dict[int, Worker] = {}
        self._at_work: dict[int, _Task] = {}
        self._desk = threading.Lock()
        self._door = threading.Lock()
        self._closed = threading.Event()
        self._stirred = threading.Event()
        self._begun = threading.Event()
        self._threads = [
            threading.Thread(target=self._serve, args=(slot,), daemon=True, name=f"worker {slot}")
            for slot in range(processes)
        ]
        self._threads.append(threading.Thread(target=self._watch, daemon=True, name="watcher"))
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[..., Any], *arguments: Any, seconds: float) -> Future[Any]:
        """Runs ``function(*arguments)`` in a worker, at most ``seconds`` of its work (see
        ``TaskClock``); what it takes to load the function's module, in a new worker, is not of it.

        The function is one importable by name; its answer is plain data: numbers, texts,
        containers, arrays, our dataclasses. The future gives the answer, or raises what the
        function raised (an error of a foreign library as EngineError), WorkerFailed, or
        CancelledError where the pool was closed over it.
        """
        task = _task(function, arguments, seconds)
        with self._door:
            if self._closed.is_set():
                raise CancelledError("the pool is closed")
            self._tasks.put(task)
            self._begun.set()
        return task.future

    def call_off(self, futures: Iterable[Future[Any]]) -> None:
        """Ends these tasks, the running ones with their workers; returns when none runs."""
        unwanted = [future for future in futures if not future.cancel()]
        with self._desk:  # no slot turns to another's task meanwhile
            for slot, task in self._at_work.items():
                if task.future in unwanted:
                    task.called_off.set()
                    if worker := self._workers.get(slot):
                        worker.kill()
        wait(unwanted)

    def close(self) -> None:
        """Kills all workers; tasks running and waiting are cancelled. Returns when all is gone."""
        with self._door:
            self._closed.set()
        self._stirred.set()
        self._begun.set()
        for _ in self._threads:
            self._tasks.put(None)
        for worker in tuple(self._workers.values()):
            worker.kill()
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
            self._settle(slot, _task(self._first, (), START_SECONDS))  # its tasks will tell
        while (task := self._tasks.get()) is not None:
            if self._closed.is_set():
                task.future.cancel()
            with self._desk:
                self._at_work[slot] = task
            if task.future.set_running_or_notify_cancel():
                self._settle(slot, task)
            with self._desk:
                del self._at_work[slot]
            worker = self._workers.get(slot)
            if worker is not None and not worker.usable:
                self._dismiss(slot)
        self._dismiss(slot)

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
                WorkerFailed(WorkerFault.MEMORY, "It asked for more memory than it may have.")
            )
        else:
            task.future.set_exception(value)

    def _work(self, slot: int, task: _Task) -> tuple[str, Any]:
        worker = self._workers.get(slot)
        if worker is None or not worker.usable:
            self._dismiss(slot)
            worker = self._hire(slot)
        self._start_clock(worker, START_SECONDS)  # a new worker loads its libraries first
        if self._closed.is_set() or task.called_off.is_set():
            raise CancelledError
        verdict, value = worker.ask(task.message, task.package)
        if verdict == "ready":
            self._start_clock(worker, task.seconds)
            verdict, value = worker.hear(task.package)
        return verdict, value

    def _start_clock(self, worker: Worker, seconds: float) -> None:
        worker.start_clock(seconds)
        self._stirred.set()

    def _hire(self, slot: int) -> Worker:
        try:
            worker = self._workers[slot] = Worker(self._limits)
            self._stirred.set()
            self.guard = str(worker.hear("digitizer")[1])
        except (OSError, WorkerFailed) as error:
            raise WorkerFailed(
                WorkerFault.UNAVAILABLE,
                f"No worker process could be started ({error}). Run: digitizer doctor",
            ) from error
        return worker

    def _dismiss(self, slot: int) -> None:
        worker = self._workers.pop(slot, None)
        if worker is not None:
            worker.end()

    def _watch(self) -> None:
        while not self._closed.is_set():
            busy = [worker for worker in tuple(self._workers.values()) if worker.busy]
            for worker in busy:
                worker.look()
            if busy:
                self._closed.wait(_LOOK_SECONDS)
            else:
                self._stirred.wait()
                self._stirred.clear()


def network_guard() -> str:
    """What keeps a worker off the network on this machine, in words; starts a worker to see."""
    with Pool(1) as pool:
        pool.submit(os.getpid, seconds=START_SECONDS).result()
        return pool.guard
