"""Which room of the media server a call has, by what kind it is.

The visitor is identified in a lobby: a room of its own, which the inmate is never let into, and
where staff see the visitor's face and document. What both meet in is another room. An attorney's
is privileged from the start: no function makes a monitored one of it, and what watches, mutes or
records takes no other type (``port``).
"""

from __future__ import annotations

from dataclasses import dataclass

from digitizer.calls.states import CallKind
from digitizer.engines.calls.port import MonitoredRoom, PrivilegedRoom, Room
from digitizer.model.errors import NotAllowed


class NobodyWatches(NotAllowed):
    """An attorney's call: nobody may watch, mute or record it, whatever their role."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """Of one call; ``key`` is its own, and of no call before or after."""

    kind: CallKind
    key: str

    @property
    def lobby(self) -> MonitoredRoom:
        return MonitoredRoom(f"lobby-{self.key}")

    @property
    def meeting(self) -> Room:
        if self.kind is CallKind.FAMILY:
            return MonitoredRoom(self.key)
        return PrivilegedRoom(self.key)

    @property
    def is_watchable(self) -> bool:
        return isinstance(self.meeting, MonitoredRoom)

    def watched(self) -> MonitoredRoom:
        """The meeting, for who watches, mutes or records it. Raises NobodyWatches."""
        meeting = self.meeting
        if isinstance(meeting, MonitoredRoom):
            return meeting
        raise NobodyWatches("Nobody may watch, mute or record an attorney's call.")
