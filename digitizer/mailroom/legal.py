"""A supervisor's decision over a sealed scan: cut the other letters out, destroy the rest."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from digitizer.mailroom.house import House
from digitizer.mailroom.permissions import Act, need_reason, permit
from digitizer.parts.isolation import Pool
from digitizer.parts.opening import OpeningLimits
from digitizer.parts.tables import reading, writing
from digitizer.parts.vault import unlock
from digitizer.processes import audit, ledger, sealing
from digitizer.processes.survey import count, cut_out
from digitizer.vocabulary.errors import UsageError
from digitizer.vocabulary.paper import Original, Scan
from digitizer.vocabulary.people import Actor


def settle_sealed(
    house: House, scan_id: str, keep: tuple[int, ...], by: Actor, reason: str
) -> str | None:
    """Takes the pages ``keep`` out as a scan of their own and destroys the key of the rest.

    The cut-out pages (covers included) wait in the queue like any scan: their covers are
    verified anew. Returns their scan's id, None if none were kept. Raises NotAllowed, NotFound,
    Conflict, or UsageError for pages that are not there; then nothing is destroyed.
    """
    permit(by, Act.UNSEAL)
    why = need_reason(reason)
    with reading(house.engine) as tx:
        sealed = ledger.find_scan(tx, scan_id)
        key, stored = sealing.sealed_blobs(tx, scan_id)
    kept = _cut_out(house, sealed, key, stored, keep) if keep else None
    with writing(house.engine) as tx:
        sealing.sealed_blobs(tx, scan_id)  # nobody decided meanwhile
        new = ledger.enter(tx, [kept], sealed.profile).scan.id if kept else None
        sealing.destroy_seal_key(tx, scan_id)
        audit.record(
            tx, by, "destroy seal", f"scan:{scan_id}", kept=list(keep), as_scan=new, why=why
        )
    return new


def _cut_out(
    house: House, sealed: Scan, key: bytes, stored: Sequence[str], keep: tuple[int, ...]
) -> Original:
    if len(stored) != 1:
        raise UsageError(
            "This stack came as one file a sheet: scan the other letters' sheets again instead."
        )
    work = house.settings.work
    limits = OpeningLimits(work.pages, work.page_megapixels)
    with tempfile.TemporaryDirectory(dir=house.work_folder) as folder, Pool(1) as pool:
        path = Path(folder) / "unsealed"
        path.write_bytes(unlock(key, house.originals.get(stored[0])))
        pages: int = pool.submit(count, str(path), limits, seconds=work.survey_seconds).result()
        if not all(1 <= number <= pages for number in keep):
            raise UsageError(f"The scan has pages 1 to {pages}. Nothing was destroyed.")
        title = f"Cut out of scan {sealed.id}"
        pdf: bytes = pool.submit(
            cut_out,
            str(path),
            keep,
            title,
            limits,
            seconds=work.read_seconds + work.survey_seconds * len(keep),
        ).result()
    sha256, size = house.originals.put(io.BytesIO(pdf))
    return Original(sha256, f"{sealed.source} (cut out)", size)
