"""What is known of a sealed scan's pages: enough to cut it, nothing of what is on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.capture.legal_evidence import seals
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
    """A verified code of ours: what it is of, and the short id that staff can look up."""

    kind: CodeKind
    short_id: str


@dataclass(frozen=True, slots=True)
class SealedPage:
    """One page of a sealed scan. ``width`` and ``height`` are pixels, ``dpi`` pixels an inch.

    ``standing`` and ``says`` are why it seals, None where it does not; ``has_picture`` whether a
    supervisor may look at it. ``cut_into`` is the scan that it went out as.
    """

    number: int
    width: int
    height: int
    dpi: int
    codes: tuple[FoundCode, ...]
    standing: MarkerStanding | None
    says: str | None
    has_picture: bool
    cleared: datetime | None
    cut_into: str | None

    @property
    def inches(self) -> tuple[float, float]:
        dpi = max(1, self.dpi)
        return round(self.width / dpi, 1), round(self.height / dpi, 1)


@dataclass(frozen=True, slots=True)
class Judged:
    """Why a scan is sealed: page by page, and as one doubt for all of it (None: no page says)."""

    pages: Mapping[int, Judgement]
    doubt: Doubt | None


def judge_pages(tx: sa.Connection, scan: Scan, seen: Sequence[SeenPage], facility: str) -> Judged:
    """What the register says of each page that seals, and binds the good markers to this scan."""
    pages = {each.number: _judge(tx, scan, each, facility) for each in seen if seals(each)}
    return Judged(pages, _doubt(pages) if pages else None)


def _judge(tx: sa.Connection, scan: Scan, seen: SeenPage, facility: str) -> Judgement:
    markers = [code for code in seen.codes if code.kind is CodeKind.LEGAL]
    judged = {code: legal_markers.judge(tx, code, scan, facility) for code in markers}
    for code, each in judged.items():
        if each.standing is MarkerStanding.GOOD:
            legal_markers.bind(tx, code, scan)
            return each
    says = [each.says for each in judged.values()]
    says += [doubt.says for doubt in seen.doubts if doubt.reason is DoubtReason.LEGAL]
    first = next(iter(judged.values()), None)
    return Judgement(
        first.standing if first else MarkerStanding.NO_CODE, " ".join(dict.fromkeys(says))
    )


def _doubt(pages: Mapping[int, Judgement]) -> Doubt:
    good = [number for number, each in pages.items() if each.standing is MarkerStanding.GOOD]
    number = good[0] if good else next(iter(pages))
    sure = "Legal mail" if good else "Perhaps legal mail"
    more = f" So may {len(pages) - 1} more of its pages." if len(pages) > 1 else ""
    return Doubt(
        DoubtReason.LEGAL if good else DoubtReason.LEGAL_DOUBT,
        f"{sure} (page {number}): {pages[number].says}{more} The scan is sealed unread, and can be "
        "unsealed.",
        "A supervisor decides what becomes of it.",
    )


def keep_pages(
    tx: sa.Connection,
    scan_id: str,
    seen: Sequence[SeenPage],
    judged: Mapping[int, Judgement],
    pictures: Mapping[int, str],
) -> None:
    """Writes what is known of the pages. A page that was cleared before stays so."""
    for each in seen:
        verdict = judged.get(each.number)
        _put(
            tx, scan_id, each.number, codes=_told(each.codes), picture=pictures.get(each.number),
            standing=str(verdict.standing) if verdict else None,
            says=verdict.says if verdict else None,
        )  # fmt: skip


def _told(codes: Collection[CoverCode]) -> list[dict[str, str]]:
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
            page.c.number, page.c.width, page.c.height, page.c.dpi, sealed_page.c.codes,
            sealed_page.c.standing, sealed_page.c.says, sealed_page.c.picture,
            sealed_page.c.cleared, sealed_page.c.cut_into,
        )
        .select_from(joined)
        .where(page.c.scan_id == scan_id)
        .order_by(page.c.number)
    )  # fmt: skip
    return tuple(_page(row) for row in rows)


def _page(row: sa.Row[Any]) -> SealedPage:
    codes = tuple(FoundCode(CodeKind(each["kind"]), each["id"]) for each in row.codes or ())
    standing = MarkerStanding(row.standing) if row.standing else None
    return SealedPage(
        row.number, row.width, row.height, row.dpi, codes, standing, row.says,
        row.picture is not None, row.cleared, row.cut_into,
    )  # fmt: skip


def picture_of(tx: sa.Connection, scan_id: str, number: int) -> str | None:
    """The digest of the encrypted picture of a page that seals."""
    found = tx.execute(
        sa.select(sealed_page.c.picture).where(
            sealed_page.c.scan_id == scan_id, sealed_page.c.number == number
        )
    ).scalar()
    return None if found is None else str(found)


def clear_pages(tx: sa.Connection, scan_id: str) -> tuple[int, ...]:
    """Says of every page that seals this scan that it does not any more; returns which.

    Of a scan that was sealed before this was kept it is said of all its pages.
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


def tell_cut(tx: sa.Connection, scan_id: str, numbers: Collection[int], into: str) -> None:
    for number in numbers:
        _put(tx, scan_id, number, cut_into=into)


def forget_pictures(tx: sa.Connection, scan_id: str) -> tuple[str, ...]:
    """The key is gone or not needed: returns the encrypted pictures that may go too."""
    these = (sealed_page.c.scan_id == scan_id) & sealed_page.c.picture.is_not(None)
    names = tuple(tx.execute(sa.select(sealed_page.c.picture).where(these)).scalars())
    tx.execute(sa.update(sealed_page).where(these).values(picture=None))
    return tuple(str(name) for name in names)


def named_sealed_pictures(tx: sa.Connection) -> tuple[tuple[str, str], ...]:
    """Each encrypted picture, and the scan whose it is."""
    rows = tx.execute(
        sa.select(sealed_page.c.picture, sealed_page.c.scan_id).where(
            sealed_page.c.picture.is_not(None)
        )
    )
    return tuple((row.picture, row.scan_id) for row in rows)
