"""Which room of the media server a call has, by what kind it is.

Each guest is identified in a lobby: a room of their own, which nobody else is let into, and where
staff see their face and document. What they meet in is another room. An attorney's
is privileged from the start: no function makes a monitored one of it, and what watches, mutes or
records takes no other type (``port``).
"""

from __future__ import annotations

from dataclasses import dataclass

from digitizer.calls.states import CallKind
from digitizer.engines.calls.port import MonitoredRoom, PrivilegedRoom, Room, Seat
from digitizer.model.errors import NotAllowed


class NobodyWatches(NotAllowed):
    """An attorney's call: nobody may watch, mute or record it, whatever their role."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """Of one call; ``key`` is its own, and of no call before or after. ``interpreted``: somebody
    interprets, who has a seat."""

    kind: CallKind
    key: str
    interpreted: bool = False

    def lobby_of(self, seat: Seat) -> MonitoredRoom:
        return MonitoredRoom(f"lobby-{seat}-{self.key}")

    @property
    def meeting(self) -> Room:
        if self.kind is CallKind.FAMILY:
            return MonitoredRoom(self.key)
        return PrivilegedRoom(self.key, self.interpreted)

    @property
    def is_watchable(self) -> bool:
        return isinstance(self.meeting, MonitoredRoom)

    def watched(self) -> MonitoredRoom:
        """The meeting, for who watches, mutes or records it. Raises NobodyWatches."""
        meeting = self.meeting
        if isinstance(meeting, MonitoredRoom):
            return meeting
        raise NobodyWatches("Nobody may watch, mute or record an attorney's call.")
