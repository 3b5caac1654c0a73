"""What inmates are told on their pages now, with until when in the page's language."""

from __future__ import annotations

from fastapi import Request

from digitizer.entrances.web.shared.templating import facility_of, language_of
from digitizer.entrances.web.shared.wording import Wording
from digitizer.model.errors import StorageError
from digitizer.notifications.announcements import Announcement, shown_now


def announced(request: Request) -> list[tuple[Announcement, str]]:
    """Nothing where the store does not answer: that keeps no page away."""
    wording = Wording(language_of(request))
    try:
        shown = shown_now(facility_of(request))
    except StorageError:
        return []
    return [
        (each, f"{wording.written_date(each.ends)}, {wording.clock(each.ends)}") for each in shown
    ]
