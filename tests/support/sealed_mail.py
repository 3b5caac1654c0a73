"""Scans that are sealed as the service does it, though no scanner and no decoder saw them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from digitizer.capture.pipeline import Worked
from digitizer.capture.scans import ledger
from digitizer.capture.sealed_filing import seal_away
from digitizer.covers import actions as covers
from digitizer.covers import register
from digitizer.engines.codes.cover_code import read_short_id
from digitizer.facility import House
from digitizer.model.paper import (
    CoverCode,
    Doubt,
    DoubtReason,
    Original,
    Scan,
    SeenPage,
    Split,
)
from digitizer.model.scanner_profile import Sides
from digitizer.storage.tables import reading, writing
from tests.support.made_mail import LEGAL, OPERATOR, pages

MARK_ALONE = Doubt(DoubtReason.LEGAL, "Page 2 bears a mark that anyone can draw.")
PICTURE = b"the picture of page %d"


def stack(count: int = 4, colour: int = 255) -> bytes:
    """A TIFF of so many small pages, each of its own grey."""
    images = [Image.new("L", (60, 80), colour - number) for number in range(count)]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], dpi=(100, 100))
    return out.getvalue()


def marker(house: House, valid_days: int | None = None) -> CoverCode:
    """A legal marker as ``cover print`` registers it."""
    printed = covers.print_legal_marker(house, OPERATOR, valid_days=valid_days)
    with reading(house.engine) as tx:
        return register.look_up_short(tx, read_short_id(printed.short_id)).code


def seen(
    count: int = 4,
    marked: CoverCode | Doubt = MARK_ALONE,
    at: int = 2,
    cover: CoverCode | None = None,
) -> tuple[SeenPage, ...]:
    """Pages of which one is a marker's, or bears a doubt; the first is a cover, if one is given."""
    codes = {at: (marked,)} if isinstance(marked, CoverCode) else {}
    if cover:
        codes[1] = (cover,)
    doubts = (marked,) if isinstance(marked, Doubt) else ()
    return tuple(
        SeenPage(n, codes=codes.get(n, ()), doubts=doubts if n == at else ())
        for n in range(1, count + 1)
    )


def taken(house: House, contents: Iterable[bytes]) -> Scan:
    """A stack that came in, one file or several; it is at work."""
    parts = []
    for number, content in enumerate(contents):
        sha256, size = house.originals.put(io.BytesIO(content))
        parts.append(Original(sha256, f"sheet-{number}.tif", size))
    with writing(house.engine) as tx:
        entered = ledger.enter(tx, parts, "default").scan
        ledger.claim(tx, entered.id, "a test")
    return entered


def seal_scan(house: House, scan: Scan, what: tuple[SeenPage, ...], folder: Path) -> None:
    """Seals a scan that is at work, with a picture of each of its pages in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    all_pages = pages(len(what))
    for page in all_pages:
        (folder / page.image).write_bytes(PICTURE % page.number)
    parted = Split(whole=(LEGAL,), sealed=True)
    worked = Worked(scan, all_pages, parted, {}, Sides.SIMPLEX, what)
    seal_away(house, worked, folder, lambda _tx: True)


def sealed(
    house: House, folder: Path, *contents: bytes, what: tuple[SeenPage, ...] | None = None
) -> Scan:
    """A stack that came in and was sealed."""
    scan = taken(house, contents or [stack()])
    seal_scan(house, scan, what or seen(), folder)
    return scan
