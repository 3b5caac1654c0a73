"""A visit as a file for calendars (RFC 5545): one event, which a later file of the same visit
replaces. The inmate's name is not in it: a calendar is shared with more people than a visit is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from digitizer.model.visits import BookedVisit, Medium, VisitState

_LONGEST_LINE = 75
_STATUS = {VisitState.REQUESTED: "TENTATIVE", VisitState.BOOKED: "CONFIRMED"}
_WORDS = {
    "en": ("Visit", "Visit by video", "Bring an identity document, and come early."),
    "es": ("Visita", "Visita por video", "Traiga un documento de identidad y llegue temprano."),
}


def visit_calendar(visit: BookedVisit, facility_name: str, language: str) -> bytes:
    """``language``: "en" or "es"; English for any other. Times are in UTC, which every calendar
    shows in its own zone."""
    here, by_video, advice = _WORDS.get(language, _WORDS["en"])
    what = by_video if visit.medium is Medium.VIDEO else here
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//digitizer//visits//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{visit.id}@visits.digitizer",
        f"SEQUENCE:{visit.sequence}",
        f"DTSTAMP:{_moment(visit.changed)}",
        f"DTSTART:{_moment(visit.starts)}",
        f"DTEND:{_moment(visit.ends)}",
        f"STATUS:{_STATUS.get(visit.state, 'CANCELLED')}",
        f"SUMMARY:{escaped(f'{what}: {facility_name}')}",
        f"LOCATION:{escaped(f'{visit.room_name}, {facility_name}')}",
        f"DESCRIPTION:{escaped(advice)}",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(part + b"\r\n" for line in lines for part in folded(line))


def escaped(text: str) -> str:
    """As the value of a text property; a control character becomes a space."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\\n".join(
        "".join(each if each.isprintable() else " " for each in line) for line in lines
    )


def folded(line: str) -> Iterator[bytes]:
    """Lines of at most 75 bytes; what goes on begins with a space, and no character is cut."""
    part = b""
    for sign in line:
        coded = sign.encode("utf-8", "replace")
        if len(part) + len(coded) > _LONGEST_LINE:
            yield part
            part = b" "
        part += coded
    yield part


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
