"""The audit chain, written and verified."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from digitizer import audit
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.operations import actions as operations
from digitizer.storage.database import reading, writing
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


COLUMNS = ("previous", "seq", "at", "actor_kind", "actor", "verb", "subject", "detail")


def plain_hash(row: Mapping[str, Any]) -> str:
    """As the program hashed an event when there were no keys."""
    values = [row[name] for name in COLUMNS]
    values[2] = row["at"].astimezone(UTC).isoformat()
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
