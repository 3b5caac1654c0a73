"""Letters whose notice of rejection is withheld: until it is given, neither their inmate nor their
sender is told of them, on no page."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.model.settings import Screening
from digitizer.storage.tables import letter
from digitizer.storage.tables_appeals import rejection


def is_kept(tx: sa.Connection, letter_id: str, rules: Screening) -> bool:
    """Whether nobody outside the mailroom is to know yet that this letter was rejected: a
    supervisor withholds its notice, or may still do so, for it is evidence."""
    rows = tx.execute(
        sa.select(rejection).where(
            rejection.c.item == letter_id,
            rejection.c.what == "letter",
            rejection.c.ended.is_(None),
        )
    ).all()
    if not rows:
        reason = tx.execute(sa.select(letter.c.reason).where(letter.c.id == letter_id)).scalar()
        return rules.reason_of(reason or "").sheet == "evidence"
    return all(
        row.told_inmate is None
        and row.told_sender is None
        and (row.kept_until is not None or row.sheet == "evidence")
        for row in rows
    )
