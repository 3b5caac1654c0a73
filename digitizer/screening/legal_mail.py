"""A supervisor's decisions over a sealed scan: unseal it, cut other letters out, or destroy it.

A scan is sealed because it is legal mail, or because it may be; either way nothing is lost until
someone confirms that the key is to be destroyed. They see page numbers, sizes and our codes, and of
the pages that seal it the picture; each look is logged before anything is shown.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.capture.isolated.survey import count, cut_out
from digitizer.capture.private_folder import private_folder
from digitizer.capture.scans import ledger, sealed_pages, sealing
from digitizer.capture.scans.sealed_pages import SealedPage
from digitizer.capture.scans.sealing import Sealed
from digitizer.engines.isolation import Pool
from digitizer.engines.opening import OpeningLimits
from digitizer.facility import House
from digitizer.model.errors import (
    Conflict,
    NotFound,
    StorageError,
    UsageError,
)
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import DoubtReason, Original, Scan
from digitizer.model.people import Actor
from digitizer.storage.blobs import BlobStore
from digitizer.storage.encryption import unlock
from digitizer.storage.tables import empty_log, reading, scan, writing
from digitizer.support.failpoints import reach

log = logging.getLogger("digitizer")


@dataclass(frozen=True, slots=True)
class SealedScan:
    """A sealed scan and all that may be known of it. ``sure``: a good marker says that it is legal
    mail; else it only may be. ``waits``: nobody has settled it yet. ``opens``: its key is here.
    """

    scan: str
    source: str
    taken_in: datetime
    sure: bool
    reason: str
    waits: bool
    opens: bool
    pages: tuple[SealedPage, ...]

    @property
    def sealing(self) -> tuple[SealedPage, ...]:
        """The pages that are the cause."""
        return tuple(page for page in self.pages if page.standing)

    @property
    def cut_pages(self) -> tuple[int, ...]:
        return tuple(page.number for page in self.pages if page.cut_into)


def sealed_scans(house: House, by: Actor) -> tuple[SealedScan, ...]:
    """Every scan whose seal can still be opened, oldest first."""
    with looking(house, by, Act.LOOK) as look:
        return tuple(_known(look.tx, scan_id) for scan_id in sealing.shut_scans(look.tx))


def look_at_sealed(house: House, scan_id: str, by: Actor) -> SealedScan:
    """What is known of a sealed scan; the look is logged. Raises NotFound or Conflict."""
    with acting(house, by, Act.LOOK_AT_SEAL) as deed:
        known = _known(deed.tx, scan_id)
        deed.record(Verb.LOOK_AT_SEAL, Subject.scan(scan_id))
    return known


def _known(tx: sa.Connection, scan_id: str) -> SealedScan:
    source = ledger.find_scan(tx, scan_id).source
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()
    if not row.sealed:
        raise Conflict(f"Scan {scan_id} is not sealed.")
    return SealedScan(
        scan_id,
        source,
        row.taken_in,
        row.doubt != DoubtReason.LEGAL_DOUBT,
        row.reason or "",
        not row.rejected and row.replaced_by is None,
        row.seal_key is not None,
        sealed_pages.pages_of(tx, scan_id),
    )


def sealing_picture(house: House, scan_id: str, number: int, by: Actor) -> bytes:
    """The picture of a page that seals the scan, of no other; the look is logged first.

    Raises NotAllowed for all but named supervisors, NotFound and Conflict.
    """
    with acting(house, by, Act.LOOK_UNDER_SEAL) as deed:
        sealed = sealing.find_sealed(deed.tx, scan_id)
        name = sealed_pages.picture_of(deed.tx, scan_id, number)
        if name is None:
            raise NotFound(f"There is no picture of page {number}.")
        deed.record(Verb.LOOK_AT_SEALED_PAGE, Subject.scan(scan_id), page=number)
    return unlock(sealed.key, house.pictures.get(name))


def lift(house: House, scan_id: str, by: Actor, reason: str) -> None:
    """It is no legal mail: the plain original is put back, and the scan waits to be worked.

    The pages that sealed it are then doubts like others, which hold what they touch. Raises
    NotAllowed, NotFound, Conflict, StorageError; then it is sealed as before.
    """
    lifting = acting(house, by, Act.UNSEAL, reason=reason)
    try:
        with lifting as deed:
            sealing.find_unsettled(deed.tx, scan_id)
            cleared = sealed_pages.clear_pages(deed.tx, scan_id)
            twins = sealing.unseal(deed.tx, house.originals, scan_id)
            pictures = sealed_pages.forget_pictures(deed.tx, scan_id)
            deed.record(Verb.LIFT_SEAL, Subject.scan(scan_id), cleared=list(cleared))
            reach("lifting.told")
    except Exception:
        with writing(house.engine) as tx:
            sealing.drop_plain(tx, house.originals)  # put back, but not unsealed
        raise
    reach("lifting.committed")
    _delete(house.originals, twins)
    _delete(house.pictures, pictures)
    reach("lifting.locked_deleted")


def cut(house: House, scan_id: str, numbers: Iterable[int], by: Actor, reason: str) -> str:
    """Takes pages out as a scan of their own, whose covers are verified anew; returns its id.

    The rest, and what was taken out too, stays sealed. Raises NotAllowed, NotFound, Conflict, or
    UsageError for pages that are not there.
    """
    cutting = acting(house, by, Act.UNSEAL, reason=reason)
    wanted = tuple(sorted(set(numbers)))
    if not wanted:
        raise UsageError("Name the pages of the other letters, their covers included.")
    with reading(house.engine) as tx:
        whole = ledger.find_scan(tx, scan_id)
        sealed = sealing.find_unsettled(tx, scan_id)
    kept = _cut_out(house, whole, sealed, wanted)
    reach("cutting.stored")
    with cutting as deed:
        sealing.find_unsettled(deed.tx, scan_id)  # nobody decided meanwhile
        entry = ledger.enter(deed.tx, [kept], whole.profile)
        if not entry.new:
            raise Conflict(f"These pages were cut out already, as scan {entry.scan.id}.")
        sealed_pages.tell_cut(deed.tx, scan_id, wanted, entry.scan.id)
        deed.record(Verb.CUT_OUT, Subject.scan(scan_id), pages=list(wanted), as_scan=entry.scan.id)
        reach("cutting.told")
    reach("cutting.committed")
    return entry.scan.id


def destroy(house: House, scan_id: str, by: Actor, reason: str, confirmed: bool) -> None:
    """Destroys the key: what was not cut out can never be read again.

    Raises UsageError unless ``confirmed``, NotAllowed, NotFound and Conflict.
    """
    destroying = acting(house, by, Act.UNSEAL, reason=reason)
    if not confirmed:
        raise UsageError(
            f"This destroys the only key to scan {scan_id}, for ever; its pages that were not cut "
            "out cannot be read again by anyone. Confirm it if that is meant (--confirm)."
        )
    with destroying as deed:
        sealing.find_sealed(deed.tx, scan_id)
        pages = sealed_pages.pages_of(deed.tx, scan_id)
        sealing.destroy_seal_key(deed.tx, scan_id)
        pictures = sealed_pages.forget_pictures(deed.tx, scan_id)
        cut_before = [each.number for each in pages if each.cut_into]
        deed.record(Verb.DESTROY_SEAL, Subject.scan(scan_id), cut_out=cut_before)
        reach("destroying.told")
    reach("destroying.committed")
    if not empty_log(house.engine):
        log.warning(
            "the destroyed key of scan %s may still stand in the database's log: another program "
            "reads all the time. It goes when the service is stopped.", scan_id,
        )  # fmt: skip
    _delete(house.pictures, pictures)


def _delete(store: BlobStore, names: Sequence[str]) -> None:
    """Nothing names these any more, and nothing opens them: one that stays is only untidy."""
    for name in names:
        try:
            store.delete(name)
        except StorageError as error:
            log.warning("an encrypted file that is not needed stays: %s", error)


def _cut_out(house: House, whole: Scan, sealed: Sealed, numbers: Sequence[int]) -> Original:
    work = house.settings.work
    limits = OpeningLimits(work.pages, work.page_megapixels)
    with private_folder(house) as folder, Pool(1) as pool:
        paths = list(_unlocked(house, sealed, folder))
        reach("cutting.unlocked")
        counts: list[int] = [
            pool.submit(count, path, limits, seconds=work.survey_seconds).result() for path in paths
        ]
        places = [(path, n + 1) for path, pages in zip(paths, counts, strict=True)
                  for n in range(pages)]  # fmt: skip
        if not all(1 <= number <= len(places) for number in numbers):
            raise UsageError(f"The scan has pages 1 to {len(places)}. Nothing was cut out.")
        seconds = work.read_seconds + work.survey_seconds * len(numbers)
        pages_of = tuple(places[number - 1] for number in numbers)
        title = f"Cut out of scan {whole.id}"
        pdf: bytes = pool.submit(cut_out, pages_of, title, limits, seconds=seconds).result()
    sha256, size = house.originals.put(io.BytesIO(pdf))
    return Original(sha256, f"{whole.source} (cut out)", size)


def _unlocked(house: House, sealed: Sealed, folder: Path) -> Iterator[str]:
    for place, (sha256, twin) in enumerate(sealed.originals):
        path = folder / f"unsealed-{place}"
        plain = sealing.unlock_original(house.originals, sealed.key, twin, sha256)
        try:
            path.write_bytes(plain)
        except OSError as error:
            raise StorageError(f"No room to cut in {folder}: {error.strerror}.") from None
        yield str(path)
