"""Scans that are sealed as the service does it, though no scanner and no decoder saw them."""

from __future__ import annotations

import hashlib
import io
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import sqlalchemy as sa
from PIL import Image

from digitizer.capture.pipeline import Worked
from digitizer.capture.scans import ledger
from digitizer.capture.sealed_filing import seal_away
from digitizer.covers import actions as covers
from digitizer.covers import register
from digitizer.engines.codes.cover_code import read_short_id
from digitizer.facility import Facility, open_facility
from digitizer.model.paper import CoverCode, Doubt, DoubtReason, Original, Scan, SeenPage, Split
from digitizer.model.scanner_profile import Sides
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.storage.database import reading, writing
from digitizer.storage.encryption import decrypt
from digitizer.storage.tables import original
from digitizer.support import failpoints
from tests.support.made_mail import LEGAL, OPERATOR, pages, scan_row

MARK_ALONE = Doubt(DoubtReason.LEGAL, "Page 2 bears a mark that anyone can draw.")
PICTURE = b"the picture of page %d"


def stack(count: int = 4, colour: int = 255) -> bytes:
    """A TIFF of so many small pages, each of its own grey."""
    images = [Image.new("L", (60, 80), colour - number) for number in range(count)]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], dpi=(100, 100))
    return out.getvalue()


def marker(facility: Facility, valid_days: int | None = None) -> CoverCode:
    """A legal marker as ``cover print`` registers it."""
    printed = covers.print_legal_marker(facility, OPERATOR, valid_days=valid_days)
    with reading(facility.engine) as tx:
        return register.look_up_short(tx, read_short_id(printed.short_id)).code


def seen(
    count: int = 4,
    marked: CoverCode | Doubt = MARK_ALONE,
    at: int = 2,
    cover: CoverCode | None = None,
) -> tuple[SeenPage, ...]:
    """Pages of which one is a marker, or raises a doubt; the first is a cover, if one is given."""
    codes = {at: (marked,)} if isinstance(marked, CoverCode) else {}
    if cover:
        codes[1] = (cover,)
    doubts = (marked,) if isinstance(marked, Doubt) else ()
    return tuple(
        SeenPage(n, codes=codes.get(n, ()), doubts=doubts if n == at else ())
        for n in range(1, count + 1)
    )


def taken(facility: Facility, contents: Iterable[bytes]) -> Scan:
    """A stack that came in as one file or several, and is being worked."""
    parts = []
    for number, content in enumerate(contents):
        sha256, size = facility.originals.put(io.BytesIO(content))
        parts.append(Original(sha256, f"sheet-{number}.tif", size))
    with writing(facility.engine) as tx:
        entered = ledger.enter(tx, parts, "default").scan
        ledger.claim(tx, entered.id, "a test")
    return entered


def seal_scan(facility: Facility, scan: Scan, what: tuple[SeenPage, ...], folder: Path) -> None:
    """Seals a scan that is being worked, with a picture of each of its pages in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    all_pages = pages(len(what))
    for page in all_pages:
        (folder / page.image).write_bytes(PICTURE % page.number)
    parted = Split(whole=(LEGAL,), sealed=True)
    worked = Worked(scan, all_pages, parted, {}, Sides.SIMPLEX, what)
    seal_away(facility, worked, folder, lambda _tx: True)


def sealed(
    facility: Facility, folder: Path, *contents: bytes, what: tuple[SeenPage, ...] | None = None
) -> Scan:
    """A stack that came in and was sealed."""
    scan = taken(facility, contents or [stack()])
    seal_scan(facility, scan, what or seen(), folder)
    return scan


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def plain(facility: Facility, of: Scan) -> list[bool]:
    return [facility.originals.exists(part.sha256) for part in of.originals]


def balances(facility: Facility) -> bool:
    return (
        all(each.balanced for each in reconcile(facility, OPERATOR))
        and verify_audit(facility, OPERATOR)[1] is None
    )


def killed_at(home: Path, point: str, act: Callable[[Facility], None]) -> bool:
    """Runs ``act`` in a child process that dies at the point; returns whether it got there."""
    child = os.fork()
    if not child:
        try:
            facility = open_facility(home)
            failpoints.arm(point)
            act(facility)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def whole(facility: Facility, of: Scan, content: bytes) -> bool:
    """The bytes are stored exactly once: plain, or sealed with a key that opens them."""
    with reading(facility.engine) as tx:
        part = tx.execute(sa.select(original).where(original.c.scan_id == of.id)).one()
    row = scan_row(facility, of.id)
    if not row.sealed:
        return part.sealed_as is None and facility.originals.get(part.sha256) == content
    assert row.seal_key_id is not None
    opened = decrypt(
        facility.seal_keys.find(row.seal_key_id), facility.originals.get(part.sealed_as)
    )
    return hashlib.sha256(opened).hexdigest() == part.sha256 and plain(facility, of) == [False]
