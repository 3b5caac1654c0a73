"""Seals a worked scan: stores its encrypted twin, updates the ledger, then drops the plain file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.filing import file_scan
from digitizer.capture.legal_evidence import seals
from digitizer.capture.pipeline import Worked
from digitizer.capture.scans import signs_of_life
from digitizer.capture.scans.sealed_pages import Judged, judge_pages, record_pages
from digitizer.capture.scans.sealing import Seal, drop_plain, record_seal, seal
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.model.people import MACHINE
from digitizer.protected_line import sheets
from digitizer.storage.database import reading, writing
from digitizer.storage.encryption import encrypt
from digitizer.support.failpoints import failpoint


def seal_away(
    facility: Facility, worked: Worked, folder: Path, still_ours: Callable[[sa.Connection], bool]
) -> None:
    """Files a scan that is or may be legal mail, sealed. ``folder`` has its pages' pictures.

    ``still_ours`` is asked in the same transaction that files. Raises StorageError; whatever
    failed, the plain originals are there, or the encrypted ones and their key.
    """
    with facility.seal_keys.new() as key:
        made = seal(facility.originals, worked.scan, key)
        pictures = dict(_store_pictures(facility, worked, folder, key.key))
        with writing(facility.engine) as tx:
            signs_of_life.end_if_still(tx)
            if not still_ours(tx):
                return
            _file_sealed(tx, facility, worked, made, pictures)
    failpoint("work.sealed")
    with writing(facility.engine) as tx:
        drop_plain(tx, facility.originals, facility.seal_keys)
    failpoint("work.plain_dropped")


def _file_sealed(
    tx: sa.Connection,
    facility: Facility,
    worked: Worked,
    made: Seal,
    pictures: Mapping[int, str],
) -> None:
    own, scan_id = facility.settings.facility, worked.scan.id
    judged = judge_pages(tx, worked.scan, worked.seen, own.name)
    file_scan(tx, _with_judgement(worked, judged), {}, own.release)
    record_pages(tx, scan_id, worked.seen, judged.pages, pictures)
    record_seal(tx, scan_id, made)
    why = [f"{number} {each.standing}" for number, each in judged.pages.items()]
    audit.record(tx, MACHINE, Verb.SEAL, Subject.scan(scan_id), pages=why)


def _store_pictures(
    facility: Facility, worked: Worked, folder: Path, key: bytes
) -> Iterator[tuple[int, str]]:
    """The picture of each page that seals, encrypted; of no other page is any kept, nor of one with
    the code of an item of legal mail: it may be the letter's own first page. Where there is or was
    a protected line, a page with no readable code may be a sheet for it, written on: none is kept
    of it either."""
    with reading(facility.engine) as tx:
        written = sheets.may_come(tx, facility.settings)
    sealing = {
        each.number
        for each in worked.seen
        if seals(each) and not each.legal_item and (each.codes or not written)
    }
    for page in worked.pages:
        if page.number in sealing:
            picture = (folder / page.image).read_bytes()
            yield page.number, facility.pictures.put(io.BytesIO(encrypt(key, picture)))[0]


def _with_judgement(worked: Worked, judged: Judged) -> Worked:
    """The same scan, held for the reason that the register gives."""
    if judged.doubt is None:
        return worked
    return replace(worked, split=replace(worked.split, whole=(judged.doubt,)))
