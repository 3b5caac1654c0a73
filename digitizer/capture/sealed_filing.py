"""Sealing a worked scan: its encrypted twin first, then the ledger, then the plain file goes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.filing import file_scan
from digitizer.capture.legal_evidence import seals
from digitizer.capture.pipeline import Worked
from digitizer.capture.scans.sealed_pages import Judged, judge_pages, keep_pages
from digitizer.capture.scans.sealing import drop_plain, keep_seal, seal
from digitizer.facility import House
from digitizer.model.events import Subject, Verb
from digitizer.model.people import MACHINE
from digitizer.storage.encryption import lock
from digitizer.storage.tables import writing
from digitizer.support.failpoints import reach


def seal_away(
    house: House, worked: Worked, folder: Path, still_ours: Callable[[sa.Connection], bool]
) -> None:
    """Files a scan that is or may be legal mail, sealed. ``folder`` has its pages' pictures.

    ``still_ours`` is asked in the very transaction that files. Raises StorageError; whatever
    failed, the plain originals are there, or the encrypted ones and their key.
    """
    made = seal(house.originals, worked.scan)
    pictures = dict(_store_pictures(house, worked, folder, made.key))
    with writing(house.engine) as tx:
        if not still_ours(tx):
            return
        facility = house.settings.facility
        judged = judge_pages(tx, worked.scan, worked.seen, facility.name)
        file_scan(tx, _told(worked, judged), {}, facility.release)
        keep_pages(tx, worked.scan.id, worked.seen, judged.pages, pictures)
        keep_seal(tx, worked.scan.id, made)
        why = [f"{number} {each.standing}" for number, each in judged.pages.items()]
        audit.record(tx, MACHINE, Verb.SEAL, Subject.scan(worked.scan.id), pages=why)
    reach("work.sealed")
    with writing(house.engine) as tx:
        drop_plain(tx, house.originals)
    reach("work.plain_dropped")


def _store_pictures(
    house: House, worked: Worked, folder: Path, key: bytes
) -> Iterator[tuple[int, str]]:
    """The picture of each page that seals, encrypted; of no other page is any kept."""
    sealing = {each.number for each in worked.seen if seals(each)}
    for page in worked.pages:
        if page.number in sealing:
            picture = (folder / page.image).read_bytes()
            yield page.number, house.pictures.put(io.BytesIO(lock(key, picture)))[0]


def _told(worked: Worked, judged: Judged) -> Worked:
    """The same, its doubt being what the register says."""
    if judged.doubt is None:
        return worked
    return replace(worked, split=replace(worked.split, whole=(judged.doubt,)))
