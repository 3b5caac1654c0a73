"""A supervisor's decisions about a sealed scan: unseal it, cut other letters out, or destroy it.

A scan is sealed because it is legal mail, or because it may be; either way nothing is lost until
someone confirms that the key is to be destroyed. Supervisors see page numbers, sizes and our codes,
but pictures only of the pages that it was sealed for; each look is logged before it shows anything.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import sqlalchemy as sa

from digitizer.access import second_person
from digitizer.access.acting import Action, acting, looking
from digitizer.access.permissions import Act
from digitizer.access.second_person import JointRequest
from digitizer.capture.isolated.survey import count, cut_out
from digitizer.capture.private_folder import private_folder
from digitizer.capture.scans import ledger, seal_destruction, sealed_pages, sealing
from digitizer.capture.scans.sealing import Sealed
from digitizer.engines.isolation import Pool
from digitizer.engines.opening import OpeningLimits
from digitizer.facility import Facility
from digitizer.model.errors import (
    Conflict,
    NotFound,
    StorageError,
    UsageError,
)
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import Original, Scan
from digitizer.model.people import Actor
from digitizer.policies import legal_holds
from digitizer.screening.sealed_scans import SealedScan, find_sealed_scan
from digitizer.storage.blobs import BlobStore
from digitizer.storage.database import reading, writing
from digitizer.storage.encryption import decrypt
from digitizer.support.clock import now
from digitizer.support.failpoints import failpoint
from digitizer.support.wording import local_moment

log = logging.getLogger("digitizer")


def sealed_scans(facility: Facility, by: Actor) -> tuple[SealedScan, ...]:
    """Every scan whose seal can still be opened, oldest first."""
    with looking(facility, by, Act.LOOK) as look:
        return tuple(
            find_sealed_scan(look.tx, scan_id) for scan_id in sealing.sealed_scans(look.tx)
        )


def look_at_sealed(facility: Facility, scan_id: str, by: Actor) -> SealedScan:
    """What is known of a sealed scan; the look is logged. Raises NotFound or Conflict."""
    with acting(facility, by, Act.LOOK_AT_SEAL) as action:
        known = find_sealed_scan(action.tx, scan_id)
        action.record(Verb.LOOK_AT_SEAL, Subject.scan(scan_id))
    return known


def sealing_picture(facility: Facility, scan_id: str, number: int, by: Actor) -> bytes:
    """The picture of a page that the scan was sealed for, and of no other; the look is logged
    first.

    Raises NotAllowed for anyone but a named supervisor, NotFound and Conflict.
    """
    with acting(facility, by, Act.LOOK_UNDER_SEAL) as action:
        sealed = sealing.find_sealed(action.tx, facility.seal_keys, scan_id)
        name = sealed_pages.picture_of(action.tx, scan_id, number)
        if name is None:
            raise NotFound(f"There is no picture of page {number}.")
        action.record(Verb.LOOK_AT_SEALED_PAGE, Subject.scan(scan_id), page=number)
    return decrypt(sealed.key, facility.pictures.get(name))


def lift(facility: Facility, scan_id: str, by: Actor, reason: str) -> None:
    """Lifts the seal of what is not legal mail: the plain original is restored, and the scan waits
    to be worked.

    The pages that it was sealed for are then doubts like others, which hold what they touch. Raises
    NotAllowed, NotFound, Conflict and StorageError; then it stays sealed as it was.
    """
    lifting = acting(facility, by, Act.UNSEAL, reason=reason)
    try:
        with lifting as action:
            sealing.find_undecided(action.tx, facility.seal_keys, scan_id)
            cleared = sealed_pages.clear_pages(action.tx, scan_id)
            left = sealing.unseal(action.tx, facility.originals, facility.seal_keys, scan_id)
            pictures = sealed_pages.forget_pictures(action.tx, scan_id)
            second_person.forget(action.tx, Subject.scan(scan_id))
            action.record(Verb.LIFT_SEAL, Subject.scan(scan_id), cleared=list(cleared))
            failpoint("lifting.recorded")
    except Exception:
        with writing(facility.engine) as tx:
            sealing.drop_plain(
                tx, facility.originals, facility.seal_keys
            )  # restored, but not unsealed
        raise
    failpoint("lifting.committed")
    try:
        facility.seal_keys.destroy(left.key_id)
    except StorageError as error:  # it opens only what is plain now; it goes when no scan names it
        log.warning("the key of a lifted seal was not destroyed: %s", error)
    _delete(facility.originals, left.twins)
    _delete(facility.pictures, pictures)
    failpoint("lifting.encrypted_deleted")


def cut(facility: Facility, scan_id: str, numbers: Iterable[int], by: Actor, reason: str) -> str:
    """Copies pages into a scan of their own, whose covers are verified again; returns its id.

    The whole scan stays sealed, with these pages in it. Raises NotAllowed, NotFound, Conflict, and
    UsageError for pages that are not there.
    """
    cutting = acting(facility, by, Act.UNSEAL, reason=reason)
    wanted = tuple(sorted(set(numbers)))
    if not wanted:
        raise UsageError("Name the pages of the other letters, including their covers.")
    with reading(facility.engine) as tx:
        whole = ledger.find_scan(tx, scan_id)
        sealed = sealing.find_undecided(tx, facility.seal_keys, scan_id)
    kept = _cut_out(facility, whole, sealed, wanted)
    failpoint("cutting.stored")
    with cutting as action:
        sealing.find_undecided(
            action.tx, facility.seal_keys, scan_id
        )  # nobody decided in the meantime
        entry = ledger.enter(action.tx, [kept], whole.profile)
        if not entry.new:
            raise Conflict(f"These pages have already been cut out, as scan {entry.scan.id}.")
        sealed_pages.record_cut(action.tx, scan_id, wanted, entry.scan.id)
        action.record(
            Verb.CUT_OUT, Subject.scan(scan_id), pages=list(wanted), as_scan=entry.scan.id
        )
        failpoint("cutting.recorded")
    failpoint("cutting.committed")
    return entry.scan.id


def destroy(
    facility: Facility,
    scan_id: str,
    by: Actor,
    reason: str,
    confirmed: bool,
    *,
    seen_from: str | None = None,
) -> bool:
    """Destroys the key: the pages that were not cut out can never be read again.

    Where the settings ask for a second person, the first one's decision only waits: False. The
    second one's, on their own login, destroys the key. ``seen_from``: whose request they saw; empty
    for none, and then they did not know that theirs would destroy it. None is for a command.

    It is recorded once it is done; if it cannot be, StorageError is raised, and it is done when the
    service starts. Raises UsageError unless ``confirmed``, NotAllowed, NotFound, and Conflict, also
    while a legal hold is on it, or may be.
    """
    destroying = acting(facility, by, Act.UNSEAL, reason=reason)
    if not confirmed:
        raise UsageError(
            f"This destroys the only key to scan {scan_id} for good: nobody will be able to read "
            "the pages that were not cut out. If you mean to do this, confirm it (--confirm)."
        )
    needs_two = "destroy" in facility.settings.web.second_person_for
    with reading(facility.engine) as tx:
        asked = second_person.waiting(tx, Subject.scan(scan_id), Act.UNSEAL)
    if needs_two and not _is_second(by, asked, seen_from):
        with destroying as action:
            sealing.find_sealed(action.tx, facility.seal_keys, scan_id)
            _need_no_legal_hold(action.tx, scan_id)
            second_person.ask(action.tx, Subject.scan(scan_id), by, action.why)
            action.record(Verb.ASK_FOR_SECOND, Subject.scan(scan_id), to="destroy seal")
        return False
    first = {"asked_by": asked.by, "asked_why": asked.reason} if asked else {}
    with writing(facility.engine) as tx:
        if needs_two and asked:
            second_person.need_two_people(tx, asked.by, by.name)
        _need_no_legal_hold(tx, scan_id)
        decision = seal_destruction.decide(tx, scan_id, by, reason.strip())
        failpoint("destroying.entered")
    failpoint("destroying.decided")
    _carry_out(facility, destroying, decision, first)
    return True


def _need_no_legal_hold(tx: sa.Connection, scan_id: str) -> None:
    if legal_holds.is_scan_held(tx, scan_id, now().astimezone().date()):
        raise Conflict(
            f"Scan {scan_id} is under a legal hold, or a hold may be on what is in it. Nothing was "
            "destroyed. Whoever set the hold lifts it, on the page Retention."
        )


def _carry_out(
    facility: Facility,
    destroying: AbstractContextManager[Action],
    decision: seal_destruction.Decision,
    first: Mapping[str, str],
) -> None:
    """Destroys the key, and records it; ``first`` is who asked for it before."""
    pictures: Sequence[str] = ()
    facility.seal_keys.destroy(decision.key_id)
    with suppress(_FinishedElsewhere), destroying as action:
        done = seal_destruction.finish(action.tx, facility.originals, facility.seal_keys, decision)
        if done is None:
            raise _FinishedElsewhere
        pictures = done.pictures
        second_person.forget(action.tx, Subject.scan(decision.scan_id))
        cut_out = list(done.cut_out)
        action.record(Verb.DESTROY_SEAL, Subject.scan(decision.scan_id), cut_out=cut_out, **first)
        failpoint("destroying.recorded")
    failpoint("destroying.committed")
    _delete(facility.pictures, pictures)


def _is_second(by: Actor, asked: JointRequest | None, seen_from: str | None) -> bool:
    """Whether whoever acts now confirms what another asked for. Raises Conflict where they asked
    themselves, or did not see that request."""
    if asked is not None and asked.by == by.name:
        raise Conflict(
            "You asked for this already. Another supervisor must confirm it on their own login, "
            f"before {local_moment(asked.until)}."
        )
    if asked is not None and seen_from not in (None, asked.by):
        raise Conflict(
            f"{asked.by} asked for this while you did. Nothing is destroyed yet: look at what they "
            "say, and then confirm it or not."
        )
    return asked is not None


class _FinishedElsewhere(Exception):
    """The service took us for dead, and recorded in our name what we were about to record."""


def _delete(store: BlobStore, names: Sequence[str]) -> None:
    """Deletes files that nothing refers to and nothing can open: one that stays does no harm."""
    for name in names:
        try:
            store.delete(name)
        except StorageError as error:
            log.warning("an encrypted file that is no longer needed was not deleted: %s", error)


def _cut_out(facility: Facility, whole: Scan, sealed: Sealed, numbers: Sequence[int]) -> Original:
    work = facility.settings.work
    limits = OpeningLimits(work.pages, work.page_megapixels)
    with private_folder(facility) as folder, Pool(1) as pool:
        paths = list(_unlocked(facility, sealed, folder))
        failpoint("cutting.decrypted")
        counts: list[int] = [
            pool.submit(count, path, limits, seconds=work.survey_seconds).result() for path in paths
        ]
        places = [
            (path, n + 1) for path, pages in zip(paths, counts, strict=True) for n in range(pages)
        ]
        if not all(1 <= number <= len(places) for number in numbers):
            raise UsageError(f"The scan has pages 1 to {len(places)}. Nothing was cut out.")
        seconds = work.read_seconds + work.survey_seconds * len(numbers)
        pages_of = tuple(places[number - 1] for number in numbers)
        title = f"Cut out of scan {whole.id}"
        pdf: bytes = pool.submit(cut_out, pages_of, title, limits, seconds=seconds).result()
    sha256, size = facility.originals.put(io.BytesIO(pdf))
    return Original(sha256, f"{title}.pdf", size)  # the name of the sealed file stays sealed


def _unlocked(facility: Facility, sealed: Sealed, folder: Path) -> Iterator[str]:
    for place, (sha256, twin) in enumerate(sealed.originals):
        path = folder / f"unsealed-{place}"
        plain = sealing.decrypt_original(facility.originals, sealed.key, twin, sha256)
        try:
            path.write_bytes(plain)
        except OSError as error:
            raise StorageError(f"Cannot write to {folder}: {error.strerror}.") from None
        yield str(path)
