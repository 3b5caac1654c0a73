"""The legal log by senders: how many items, and what was wrong with some, so that a code which is
misused to smuggle stands out. Of no item its content, which nobody here knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.legal import senders
from digitizer.model.legal import Answer, ProtectedSender, SenderCounts
from digitizer.storage.tables_legal import legal_item, legal_scan
from digitizer.support.clock import now

_MONTH = timedelta(days=30)


def counts(tx: sa.Connection) -> tuple[SenderCounts, ...]:
    """Of every sender with items, those that stand out first, then by what came lately."""
    rows: dict[int, list[sa.Row[Any]]] = {}
    for row in tx.execute(sa.select(legal_item)):
        rows.setdefault(row.sender_id, []).append(row)
    refused = _refused(tx)
    known = senders.of_numbers(tx, set(rows))
    found = [_counted(known[number], mine, refused, now()) for number, mine in rows.items()]
    return tuple(sorted(found, key=_rank))


def _rank(each: SenderCounts) -> tuple[bool, int, int, str]:
    worst = each.found * 10 + each.duplicates + each.late
    return not each.stands_out, -worst, -each.lately, each.sender.whole_name


def _refused(tx: sa.Connection) -> Counter[tuple[int, str]]:
    """How many scans of each sender's codes had each answer."""
    asked = (
        sa.select(legal_item.c.sender_id, legal_scan.c.answer, sa.func.count())
        .join(legal_item, legal_scan.c.item_id == legal_item.c.id)
        .group_by(legal_item.c.sender_id, legal_scan.c.answer)
    )
    return Counter({(sender, answer): number for sender, answer, number in tx.execute(asked)})


def _counted(
    sender: ProtectedSender,
    rows: Sequence[sa.Row[Any]],
    refused: Counter[tuple[int, str]],
    at: datetime,
) -> SenderCounts:
    arrived: list[datetime] = [row.scanned for row in rows if row.scanned]
    lately = sum(at - each < _MONTH for each in arrived)
    return SenderCounts(
        sender=sender,
        made=len(rows),
        arrived=len(arrived),
        waiting=sum(bool(row.scanned and not row.ended) for row in rows),
        checked=sum(bool(row.drawn) for row in rows),
        found=sum(bool(row.found) for row in rows),
        duplicates=refused[sender.number, Answer.DUPLICATE],
        late=refused[sender.number, Answer.EXPIRED] + refused[sender.number, Answer.REVOKED],
        lately=lately,
        usual=_usual(arrived, len(arrived) - lately, at),
        last=max(arrived, default=None),
    )


def _usual(arrived: Sequence[datetime], before: int, at: datetime) -> float:
    """Items in 30 days, of the time before the last 30."""
    if not before:
        return 0.0
    since = at - _MONTH - min(arrived)
    return before / max(1.0, since / _MONTH)
