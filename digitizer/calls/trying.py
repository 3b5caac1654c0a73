"""The verbs by which anybody tries, on any day, whether their device and network can carry a visit.

Each acts for themselves alone: nothing here takes the name of a call, a room or another person.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from digitizer import audit
from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.calls.actions import failed, relay_urls
from digitizer.calls.service import board_of, relay_answers, relay_secret
from digitizer.calls.trials import LONGEST, Trials
from digitizer.engines.calls.port import CallError
from digitizer.engines.calls.turn import RelayPass, relay_pass
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.support.clock import now

_ONE_TRIAL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Begun:
    """A trial that goes on for so many ``seconds``, the ``key`` that names it, and the way to it.
    ``relay_runs``: whether our relay answers on this machine: where it does, and the browser cannot
    reach it, it is their network. ``trouble``: why nothing can be sent all the same."""

    key: str
    way: RelayPass
    seconds: int
    relay_runs: bool
    trouble: str


def is_offered(facility: Facility, by: Actor) -> bool:
    """Whether there is anything to try: where there are no video calls, nobody need."""
    with looking(facility, by, Act.TRY_DEVICES):
        return facility.settings.calls.video


def begin(facility: Facility, by: Actor) -> Begun:
    """Ends the one that they began before. Raises NotFound where there are no video calls, and
    Conflict while too many others try theirs."""
    trials, key, trouble = _trials(facility, by), "", ""
    _note(facility, by)
    try:
        key = trials.begin(_whose(by))
    except CallError as error:  # the ways to the relay can be tried all the same
        trouble = str(failed(error))
    # Ports of the relay are counted by this name, of one person in all their trials together.
    who = hashlib.sha256(_whose(by).encode()).hexdigest()[:16]
    way = relay_pass(relay_secret(facility), relay_urls(facility), f"trial-{who}", now())
    return Begun(key, way, LONGEST, relay_answers(facility), trouble)


def publish(facility: Facility, key: str, offer: str, by: Actor) -> str:
    """Sends their sound and picture into the room where they are alone; the server's answer.
    Raises Conflict once the trial is over, or the server does not answer."""
    trials = _trials(facility, by)
    try:
        return trials.publish(_whose(by), key, offer)
    except CallError as error:
        raise failed(error) from None


def watch(facility: Facility, key: str, by: Actor) -> str:
    """The server's offer of what came from them. Raises as ``publish``."""
    trials = _trials(facility, by)
    try:
        return trials.watch(_whose(by), key)
    except CallError as error:
        raise failed(error) from None


def answer(facility: Facility, key: str, sdp: str, by: Actor) -> None:
    """The browser's answer to that. Raises as ``publish``."""
    trials = _trials(facility, by)
    try:
        trials.answer(_whose(by), key, sdp)
    except CallError as error:
        raise failed(error) from None


def end(facility: Facility, by: Actor) -> None:
    """At once; one that is over already is no error."""
    _trials(facility, by).end(_whose(by))


def _note(facility: Facility, by: Actor) -> None:
    """Who tries again within minutes is in the log once."""
    about = Subject(str(by.kind), by.name)
    with looking(facility, by, Act.TRY_DEVICES) as look:
        if audit.has_recorded(look.tx, by, Verb.TRY_DEVICES, about, now() - _ONE_TRIAL):
            return
    with acting(facility, by, Act.TRY_DEVICES) as action:
        action.record(Verb.TRY_DEVICES, about)


def _trials(facility: Facility, by: Actor) -> Trials:
    with looking(facility, by, Act.TRY_DEVICES):
        return board_of(facility).trials


def _whose(by: Actor) -> str:
    return f"{by.kind}:{by.name}"
