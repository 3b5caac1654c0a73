"""The name of a sealed scan's file may itself name an attorney or an inmate: it is shown to those
only who may know why the scan is sealed, in no list and no event to anybody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from digitizer.access.permissions import Act, is_permitted
from digitizer.audit import Event
from digitizer.model.people import Actor

#: In the details of events: the names under which files came in.
_NAMES = "sources"


def shown_name(by: Actor, name: str, *, sealed: bool) -> str | None:
    """The name, or None where this person may not know it."""
    return None if sealed and not is_permitted(by, Act.LOOK_AT_SEAL) else name


def shown_events(by: Actor, events: Iterable[Event], *, sealed: bool) -> tuple[Event, ...]:
    """The events of a scan, without the names that this person may not know."""
    if not sealed or is_permitted(by, Act.LOOK_AT_SEAL):
        return tuple(events)
    return tuple(
        replace(each, detail={key: value for key, value in each.detail.items() if key != _NAMES})
        for each in events
    )
