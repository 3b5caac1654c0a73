"""Who tries their camera, microphone and network now: each alone in a room of their own, for a
minute at most, and few at once: a call needs the ports more.

Held where calls are (``board``), and lost with the process: whoever was trying begins again.
"""

from __future__ import annotations

import logging
import secrets
import threading
from dataclasses import dataclass
from time import monotonic

from digitizer.engines.calls.port import CallEngine, CallError, EchoRoom, Line, Refused, Seat
from digitizer.model.errors import Conflict

log = logging.getLogger("digitizer")

#: Seconds after which a trial ends by itself.
LONGEST = 60
#: Trials at once, of the whole home.
MOST = 4
_OVER = "The test is over. Start it again."


@dataclass(slots=True)
class _Trial:
    room: EchoRoom
    until: float
    line: Line | None = None


class Trials:
    """``whose`` names a person: they have one at a time, and a new one ends the one before."""

    def __init__(self, engine: CallEngine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._trials: dict[str, _Trial] = {}

    def begin(self, whose: str) -> str:
        """Returns by what this trial is named from now on. Raises Conflict while too many others
        try theirs, and CallError."""
        self.end(whose)
        self.end_old()
        made = _Trial(EchoRoom(secrets.token_hex(16)), monotonic() + LONGEST)
        with self._lock:
            if len(self._trials) >= MOST:
                raise Conflict("Others are testing their devices now. Try again in a minute.")
            self._trials[whose] = made
        try:
            self._engine.open(made.room)
        except CallError:
            with self._lock:
                self._trials.pop(whose, None)
            raise
        return made.room.key

    def publish(self, whose: str, key: str, offer: str) -> str:
        """The server's answer to what their browser offers to send. Raises Conflict once this
        trial is over, and CallError."""
        trial = self._need(whose, key)
        trial.line = self._engine.admit(trial.room, Seat.VISITOR)
        return trial.line.publish(offer)

    def watch(self, whose: str, key: str) -> str:
        """The server's offer of their own sound and picture. Raises as ``publish``."""
        return self._line(whose, key).watch(Seat.VISITOR)

    def answer(self, whose: str, key: str, sdp: str) -> None:
        """Raises as ``publish``."""
        self._line(whose, key).answer(Seat.VISITOR, sdp)

    def end(self, whose: str) -> None:
        """One that is over already is left alone."""
        with self._lock:
            trial = self._trials.pop(whose, None)
        if trial:
            self._close(trial)

    def end_old(self) -> None:
        at = monotonic()
        with self._lock:
            old = [whose for whose, trial in self._trials.items() if trial.until <= at]
            ended = [self._trials.pop(whose) for whose in old]
        for trial in ended:
            self._close(trial)

    def _close(self, trial: _Trial) -> None:
        try:
            if trial.line:
                trial.line.hang_up()
            self._engine.close(trial.room)
        except CallError as error:  # it is gone with the server
            log.debug("a trial was not closed: %s", error)

    def _line(self, whose: str, key: str) -> Line:
        line = self._need(whose, key).line
        if line is None:
            raise Refused("They send nothing yet.")
        return line

    def _need(self, whose: str, key: str) -> _Trial:
        with self._lock:
            trial = self._trials.get(whose)
        if trial is None or trial.room.key != key or trial.until <= monotonic():
            raise Conflict(_OVER)
        return trial
