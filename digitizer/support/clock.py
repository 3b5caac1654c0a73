"""Ids and moments, made in one place.

Moments are kept in UTC. What people read goes by one clock: that of the facility, which the whole
process and all that it starts go by.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, date, datetime, time, timedelta
from time import tzset
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: none is easily mistaken for another


def now() -> datetime:
    return datetime.now(UTC)


def midnight(day: date) -> datetime:
    """The first moment of this day, by the facility's clock."""
    return datetime.combine(day, time()).astimezone()


def is_zone(name: str) -> bool:
    """Whether an IANA time zone, such as ``America/Chicago``, has this name here."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # the first is ZoneInfoNotFoundError
        return False
    return "/" in name or name == "UTC"


class _Machine:
    """The machine's own zone, while the process goes by another."""

    left: bool = False
    zone: str | None = None


def go_by(zone: str) -> None:
    """From now on local time is that of this zone; with "" it is the machine's own.

    Raises ValueError where the C library does not know the zone, which would take it for UTC.
    """
    if zone and not _Machine.left:
        _Machine.left, _Machine.zone = True, os.environ.get("TZ")
    if zone:
        _set(zone)
        at = now()
        if at.astimezone().utcoffset() != at.astimezone(ZoneInfo(zone)).utcoffset():
            raise ValueError(f"the system does not know the time zone {zone}")
    elif _Machine.left:
        _set(_Machine.zone)
        _Machine.left = False


def _set(zone: str | None) -> None:
    if zone is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = zone
    tzset()


def new_id() -> str:
    """An id that cannot be guessed: 16 characters, 80 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


def id_after(before: str = "") -> str:
    """An id that cannot be guessed, of 32 characters, which sorts behind those that were made
    earlier, and behind ``before`` also where the clock was set back."""
    at = (now() - _EPOCH) // timedelta(microseconds=1)
    least = int(before[:16], 16) + 1 if before else 0
    return f"{max(at, least):016x}{new_id()}"
