"""A home whose numbers are known: scans, letters and events at chosen moments, written directly."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.events import Verb
from digitizer.storage.database import writing
from digitizer.storage.tables import event, letter, original, page, scan, transcript


@dataclass
class KnownTimes:
    """Moments are local, as the facility's clock shows them."""

    facility: Facility
    numbers: Any = field(default_factory=lambda: count(1))

    def scan(self, at: str, pages: int = 4, profile: str = "default") -> str:
        an_id = f"known{next(self.numbers):011}"
        values = {
            "id": an_id,
            "fingerprint": an_id,
            "profile": profile,
            "state": "filed",
            "taken_in": moment(at),
            "pages": pages,
        }
        file = {"scan_id": an_id, "ordinal": 1, "sha256": an_id, "source": "a.pdf", "size": 1}
        with writing(self.facility.engine) as tx:
            tx.execute(sa.insert(scan).values(**values))
            tx.execute(sa.insert(original).values(**file))
        return an_id

    def letter(
        self,
        scan_id: str,
        *,
        delivered: str = "",
        held: str = "",
        reasons: Collection[str] = (),
        confidence: Collection[float] = (),
    ) -> str:
        """Filed as delivered or held at that moment."""
        an_id = f"known{next(self.numbers):011}"
        taken_in = sa.select(scan.c.taken_in).where(scan.c.id == scan_id).scalar_subquery()
        with writing(self.facility.engine) as tx:
            state = "delivered" if delivered else "held"
            values = {"id": an_id, "scan_id": scan_id, "kind": "letter", "state": state}
            tx.execute(sa.insert(letter).values(**values, received=taken_in, doubts=[]))
            for sure in confidence:
                self._page(tx, scan_id, an_id, sure)
        if held:
            self.event(held, Verb.HOLD, f"letter:{an_id}", doubts=list(reasons))
        if delivered:
            self.event(delivered, Verb.DELIVER, f"letter:{an_id}", doubts=[])
        return an_id

    def _page(self, tx: sa.Connection, scan_id: str, letter_id: str, sure: float) -> None:
        number = next(self.numbers)
        at = {"scan_id": scan_id, "number": number, "place": number, "letter_id": letter_id}
        looks = {"role": "content", "width": 1, "height": 1, "dpi": 1, "ink": 0.0}
        done = tx.execute(sa.insert(page).values(**at, **looks))
        (key,) = done.inserted_primary_key or (0,)
        read = {"page_id": key, "engine": "invented", "confidence": sure, "text": ""}
        tx.execute(sa.insert(transcript).values(**read))

    def event(
        self, at: str, verb: Verb, subject: str, by: str = "digitizer", **detail: object
    ) -> None:
        """``by`` is staff, unless it is the program itself. The chain is not kept."""
        values = {
            "seq": 10_000 + next(self.numbers),
            "at": moment(at),
            "actor_kind": "machine" if by == "digitizer" else "staff",
            "actor": by,
            "verb": str(verb),
            "subject": subject,
            "detail": detail,
            "previous": "",
            "hash": "",
        }
        with writing(self.facility.engine) as tx:
            tx.execute(sa.insert(event).values(**values))

    def decide(self, letter_id: str, at: str, verb: Verb, looked: float, by: str = "Ana") -> None:
        """Opened so many seconds before."""
        opened = moment(at) - timedelta(seconds=looked)
        about = f"letter:{letter_id}"
        self.event(opened.strftime("%Y-%m-%d %H:%M:%S"), Verb.LOOK, about, by)
        self.event(at, verb, about, by)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone()
