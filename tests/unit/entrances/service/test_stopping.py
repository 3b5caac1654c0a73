"""A signal is heard whichever thread it comes in, and asks for nothing but the flag."""

from __future__ import annotations

import signal
import threading

import pytest

from digitizer.entrances.service import run as services
from digitizer.entrances.service.run import Service
from digitizer.entrances.service.stopping import SIGNALS, stop_bell
from digitizer.facility import Facility


def _in_this_thread(number: signal.Signals) -> None:
    signal.pthread_kill(threading.get_ident(), number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_in_another_thread_wakes_the_one_that_waits(number: signal.Signals) -> None:
    with stop_bell() as bell:
        other = threading.Thread(target=_in_this_thread, args=(number,))
        other.start()
        while not bell.asked:
            bell.wait()
        other.join()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_a_parts_own_thread_gets_ends_the_service(
    facility: Facility, number: signal.Signals
) -> None:
    """What SIGSTOP, SIGTERM, SIGCONT come to: the first thread to wake has the signal."""
    ended: list[bool] = []

    def part(service: Service) -> None:
        _in_this_thread(number)
        ended.append(service.stop.wait())

    assert services.run(facility, part)
    assert ended == [True]


def test_a_signal_while_the_main_thread_holds_a_lock_of_ours(facility: Facility) -> None:
    with stop_bell() as bell:
        with Service(facility).stop._cond:  # type: ignore[attr-defined]  # as in its own ``wait``
            signal.raise_signal(signal.SIGTERM)
            assert bell.asked
        bell.wait()


def test_a_signal_before_the_parts_begin(facility: Facility) -> None:
    def never(_: Service) -> None:
        raise AssertionError("it began")

    with stop_bell() as bell:
        signal.raise_signal(signal.SIGTERM)
        assert services.run(facility, never, bell=bell)


def test_more_signals_than_the_pipe_holds() -> None:
    with stop_bell() as bell:
        for _ in range(70_000):
            bell.ring()
        signal.raise_signal(signal.SIGTERM)
        bell.wait()
        assert bell.asked


def test_what_was_set_before_is_set_again() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with stop_bell():
        assert all(callable(signal.getsignal(number)) for number in SIGNALS)
    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_at_the_last_signals_are_ignored() -> None:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        with stop_bell(last=True):
            pass
        assert [signal.getsignal(number) for number in SIGNALS] == [signal.SIG_IGN] * 2
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_signals_that_whoever_started_us_blocked_are_heard() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        with stop_bell() as bell:
            signal.raise_signal(signal.SIGTERM)
            assert bell.asked
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
