"""What is known about a sealed scan's pages: enough to cut it, nothing of their content."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.capture.legal_evidence import item_doubt, seals
from digitizer.covers import legal_markers
from digitizer.covers.legal_markers import Judgement, MarkerStanding
from digitizer.engines.codes.cover_code import short_id
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    Scan,
    SeenPage,
)
from digitizer.storage.tables import page, sealed_page
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A verified code of ours: the kind of its sheet, and the short id that staff can look up."""

    kind: CodeKind
    short_id: str


@dataclass(frozen=True, slots=True)
class SealedPage:
    """One page of a sealed scan. ``width`` and ``height`` are pixels, ``dpi`` pixels an inch.

    ``standing`` and ``message`` are why it seals, None where it does not. ``has_picture``: a
    supervisor can look at it. ``cut_into`` is the scan as which it was cut out.
    """

    number: int
    width: int
    height: int
    dpi: int
    codes: tuple[FoundCode, ...]
    standing: MarkerStanding | None
    message: str | None
    has_picture: bool
    cleared: datetime | None
    cut_into: str | None

    @property
    def inches(self) -> tuple[float, float]:
        dpi = max(1, self.dpi)
        return round(self.width / dpi, 1), round(self.height / dpi, 1)


@dataclass(frozen=True, slots=True)
class Judged:
    """Why a scan is sealed: page by page, and as one doubt for all (None: no page is a reason)."""

    pages: Mapping[int, Judgement]
    doubt: Doubt | None


def judge_pages(tx: sa.Connection, scan: Scan, seen: Sequence[SeenPage], facility: str) -> Judged:
    """Judges each page that seals by the register, and binds the good markers to this scan."""
    pages = {each.number: _judge(tx, scan, each, facility) for each in seen if seals(each)}
    return Judged(pages, _doubt(pages) if pages else None)


def _judge(tx: sa.Connection, scan: Scan, seen: SeenPage, facility: str) -> Judgement:
    markers = [code for code in seen.codes if code.kind is CodeKind.LEGAL]
    judged = {code: legal_markers.judge(tx, code, scan, facility) for code in markers}
    for code, each in judged.items():
        if each.standing is MarkerStanding.GOOD:
            legal_markers.bind(tx, code, scan)
            return each
    if seen.legal_item:
        own = [each.message for each in seen.doubts if each.reason is DoubtReason.LEGAL]
        return Judgement(MarkerStanding.ITEM, " ".join(own) or item_doubt(seen.number).message)
    message = [each.message for each in judged.values()]
    message += [doubt.message for doubt in seen.doubts if doubt.reason is DoubtReason.LEGAL]
    first = next(iter(judged.values()), None)
    return Judgement(
        first.standing if first else MarkerStanding.NO_CODE, " ".join(dict.fromkeys(message))
    )


def _doubt(pages: Mapping[int, Judgement]) -> Doubt:
    sure_ones = (MarkerStanding.ITEM, MarkerStanding.GOOD)
    good = [number for number, each in pages.items() if each.standing in sure_ones]
    number = good[0] if good else next(iter(pages))
    sure = "Legal mail" if good else "Perhaps legal mail"
    more = _more_markers(len(pages) - 1)
    return Doubt(
        DoubtReason.LEGAL if good else DoubtReason.LEGAL_DOUBT,
        f"{sure} (page {number}): {pages[number].message}{more} "
        "The scan is sealed unread, and can be unsealed.",
        "A supervisor decides what happens to it.",
    )


def _more_markers(count: int) -> str:
    if not count:
        return ""
    are = "1 more of its pages is or may be a legal marker"
    return f" {are if count == 1 else f'{count} more of its pages are or may be legal markers'}."


def record_pages(
    tx: sa.Connection,
    scan_id: str,
    seen: Sequence[SeenPage],
    judged: Mapping[int, Judgement],
    pictures: Mapping[int, str],
) -> None:
    """Writes what is known about the pages. A page that was cleared before stays cleared."""
    for each in seen:
        verdict = judged.get(each.number)
        _put(
            tx,
            scan_id,
            each.number,
            codes=_stored_codes(each.codes),
            picture=pictures.get(each.number),
            standing=str(verdict.standing) if verdict else None,
            says=verdict.message if verdict else None,
        )


def record_said(
    tx: sa.Connection, scan_id: str, number: int, message: str, picture: str | None
) -> None:
    """Writes that a person says of this page that it is or may be legal mail, and why."""
    said = str(MarkerStanding.SAID)
    _put(tx, scan_id, number, standing=said, says=message, picture=picture)


def _stored_codes(codes: Collection[CoverCode]) -> list[dict[str, str]]:
    return [{"kind": str(code.kind), "id": short_id(code)} for code in codes]


def _put(tx: sa.Connection, scan_id: str, number: int, **values: Any) -> None:
    this = (sealed_page.c.scan_id == scan_id) & (sealed_page.c.number == number)
    if tx.execute(sa.update(sealed_page).where(this).values(**values)).rowcount == 0:
        tx.execute(sa.insert(sealed_page).values(scan_id=scan_id, number=number, **values))


def pages_of(tx: sa.Connection, scan_id: str) -> tuple[SealedPage, ...]:
    """Also of a scan that was sealed before codes and pictures of its pages were kept."""
    joined = page.outerjoin(
        sealed_page,
        (sealed_page.c.scan_id == page.c.scan_id) & (sealed_page.c.number == page.c.number),
    )
    rows = tx.execute(
        sa.select(
            page.c.number,
            page.c.width,
            page.c.height,
            page.c.dpi,
            sealed_page.c.codes,
            sealed_page.c.standing,
            sealed_page.c.says,
            sealed_page.c.picture,
            sealed_page.c.cleared,
            sealed_page.c.cut_into,
        )
        .select_from(joined)
        .where(page.c.scan_id == scan_id)
        .order_by(page.c.number)
    )
    return tuple(
        SealedPage(
            number=row.number,
            width=row.width,
            height=row.height,
            dpi=row.dpi,
            codes=_read_codes(row.codes),
            standing=MarkerStanding(row.standing) if row.standing else None,
            message=row.says,
            has_picture=row.picture is not None,
            cleared=row.cleared,
            cut_into=row.cut_into,
        )
        for row in rows
    )


def _read_codes(stored: Sequence[Mapping[str, str]] | None) -> tuple[FoundCode, ...]:
    return tuple(FoundCode(CodeKind(each["kind"]), each["id"]) for each in stored or ())


def picture_of(tx: sa.Connection, scan_id: str, number: int) -> str | None:
    """The digest of the encrypted picture of a page that seals."""
    found = tx.execute(
        sa.select(sealed_page.c.picture).where(
            sealed_page.c.scan_id == scan_id, sealed_page.c.number == number
        )
    ).scalar()
    return None if found is None else str(found)


def clear_pages(tx: sa.Connection, scan_id: str) -> tuple[int, ...]:
    """Clears every page that seals this scan, so that it no longer does; returns their numbers.

    If the scan was sealed before this was recorded by page, all its pages are cleared.
    """
    pages = pages_of(tx, scan_id)
    sealing = [each.number for each in pages if each.standing] or [each.number for each in pages]
    for number in sealing:
        _put(tx, scan_id, number, cleared=now())
    return tuple(sealing)


def cleared_pages(tx: sa.Connection, scan_id: str) -> frozenset[int]:
    rows = tx.execute(
        sa.select(sealed_page.c.number).where(
            sealed_page.c.scan_id == scan_id, sealed_page.c.cleared.is_not(None)
        )
    )
    return frozenset(rows.scalars())


def record_cut(tx: sa.Connection, scan_id: str, numbers: Collection[int], into: str) -> None:
    """Notes that these pages were cut out, as the scan ``into``."""
    for number in numbers:
        _put(tx, scan_id, number, cut_into=into)


def forget_pictures(tx: sa.Connection, scan_id: str) -> tuple[str, ...]:
    """The key is gone or no longer needed: returns the encrypted pictures that may be deleted."""
    these = (sealed_page.c.scan_id == scan_id) & sealed_page.c.picture.is_not(None)
    names = tuple(tx.execute(sa.select(sealed_page.c.picture).where(these)).scalars())
    tx.execute(sa.update(sealed_page).where(these).values(picture=None))
    return tuple(str(name) for name in names)


def named_sealed_pictures(tx: sa.Connection) -> tuple[tuple[str, str], ...]:
    """Each encrypted picture, and the scan it belongs to."""
    rows = tx.execute(
        sa.select(sealed_page.c.picture, sealed_page.c.scan_id).where(
            sealed_page.c.picture.is_not(None)
        )
    )
    return tuple((row.picture, row.scan_id) for row in rows)
