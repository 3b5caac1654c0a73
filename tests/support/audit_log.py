"""The audit chain, written and verified."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.operations import actions as operations
from digitizer.storage.audit_keys import keys_of
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, event_head
from tests.support.made_mail import CLERK, OPERATOR


def audit_holds(facility: Facility) -> bool:
    return operations.verify_audit(facility, OPERATOR)[1] is None


def write(facility: Facility, count: int) -> None:
    with writing(facility.engine) as tx:
        for number in range(count):
            audit.record(
                tx, CLERK, Verb.LOOK, Subject.letter(str(number)), page=number, note="é\udcff"
            )


def verify(facility: Facility) -> tuple[int, str | None]:
    with reading(facility.engine) as tx:
        return audit.verify_chain(tx)


def set_head_back(facility: Facility, events: int, *, signed: bool = True) -> None:
    """Puts the head back by so many events: as it was then, or with a signature of nobody."""
    with writing(facility.engine) as tx:
        seq = audit.head(tx).seq - events
        row = tx.execute(sa.select(event).where(event.c.seq == seq)).one()
        audit._write_head(tx, keys_of(tx), seq, row.hash, row.key)
        if not signed:
            tx.execute(sa.update(event_head).values(mac="0" * 64))


COLUMNS = ("previous", "seq", "at", "actor_kind", "actor", "verb", "subject", "detail")


def plain_hash(row: Mapping[str, Any]) -> str:
    """As the program hashed an event when there were no keys."""
    values = [row[name] for name in COLUMNS]
    values[2] = row["at"].astimezone(UTC).isoformat()
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
