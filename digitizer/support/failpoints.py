"""Failpoints: named places at which a test may kill the whole process; in service each costs one
comparison.

``DIGITIZER_TEST_KILL=intake.committed`` kills the first time that the point is reached,
``intake.committed:3`` the third. Nothing is flushed or closed: it is SIGKILL, as a power
cut or the kernel's out-of-memory killer would do it. Never set it in service.
"""

from __future__ import annotations

import os
import signal
from threading import Lock

#: Every point, in the order in which a scan passes them.
POINTS = (
    "recover.begun",
    "recover.given_back",
    "recover.committed",
    "recover.swept",
    "recover.plain_dropped",
    "claimants.made",
    "claimants.locked",
    "claimants.known",
    "intake.begun",
    "intake.opened",
    "blobs.tmp_made",
    "blobs.tmp_written",
    "blobs.tmp_synced",
    "blobs.renamed",
    "blobs.folder_synced",
    "intake.blob_stored",
    "ledger.scan_entered",
    "ledger.original_entered",
    "intake.audited",
    "intake.committed",
    "intake.unlinking",
    "intake.unlinked",
    "ledger.claimed",
    "work.claimed",
    "work.folder_made",
    "work.opening",
    "work.reading",
    "work.asking",
    "work.worked",
    "work.picture_stored",
    "work.pictures_stored",
    "filing.page_written",
    "filing.transcript_written",
    "filing.pages_written",
    "filing.letter_written",
    "filing.pages_given",
    "filing.letter_indexed",
    "filing.use_recorded",
    "filing.cover_spent",
    "filing.letter_filed",
    "filing.held_whole",
    "ledger.finished",
    "work.filed",
    "work.committed",
    "seal_keys.made",
    "seal_keys.kept",
    "sealing.encrypted",
    "sealing.stored",
    "sealing.kept",
    "work.sealed",
    "sealing.plain_proven",
    "sealing.plain_deleted",
    "work.plain_dropped",
    "work.folder_removed",
    "stop.begun",
    "stop.pool_closed",
    "stop.given_back",
    "stop.folder_removed",
    "stop.claimant_closed",
)

#: Those that are passed while a supervisor decides about sealed mail.
SUPERVISORS_POINTS = (
    "lifting.plain_stored",
    "lifting.recorded",
    "lifting.committed",
    "lifting.encrypted_deleted",
    "cutting.decrypted",
    "cutting.stored",
    "cutting.recorded",
    "cutting.committed",
    "destroying.entered",
    "destroying.decided",
    "seal_keys.overwritten",
    "seal_keys.destroyed",
    "destroying.recorded",
    "destroying.committed",
)

#: Those that are passed while the recording of a call is kept.
RECORDING_POINTS = ("recordings.stored", "recordings.named")

#: Those that are passed while a person seals what is held.
SEALING_POINTS = (
    "sealing_by_hand.recorded",
    "sealing_by_hand.committed",
    "sealing.picture_deleted",
)

#: Those that are passed while a home is encrypted at rest.
ENCRYPTION_POINTS = (
    "encrypting.begun",
    "encrypting.database",
    "encrypting.file",
)

#: In the order in which one more facility is made.
FACILITY_POINTS = (
    "facilities.schema_made",
    "facilities.named",
    "facilities.made",
    "facilities.placed",
)

#: In the order in which somebody moves from one facility of an agency to another.
TRANSFER_POINTS = (
    "transfers.made",
    "transfers.offered",
    "transfers.stored",
    "transfers.correspondents",
    "transfers.messages",
    "transfers.letter",
    "transfers.unpacked",
    "transfers.taken_over",
    "transfers.closing",
    "transfers.closed",
)
#: Those that are passed while a transfer is withdrawn.
WITHDRAWAL_POINTS = (
    "transfers.withdrawn",
    "transfers.offer_ended",
)

#: Those that are passed while the passphrase of an encrypted home is changed.
PASSPHRASE_POINTS = (
    "rewrapping.recorded",
    "rewrapping.kept",
    "rewrapping.written",
)
#: Those that are passed while a home moves to another database.
MOVING_POINTS = (
    "moving.recorded",
    "moving.tables_made",
    "moving.cleared",
    "moving.copied",
    "moving.all_copied",
    "moving.committed",
    "moving.compared",
    "moving.balanced",
    "moving.proven",
    "moving.closed",
    "moving.opened",
    "moving.switched",
)
#: Those that are passed while something is printed.
PRINTING_POINTS = (
    "prints.staged",
    "prints.begun",
    "prints.published",
    "prints.sent",
    "prints.marked",
    "prints.unit_begun",
    "prints.unit_marked",
)

#: Those that are passed while what is due is destroyed.
RETENTION_POINTS = (
    "retention.confirmed",
    "retention.cut",
    "retention.noted",
    "retention.stored",
    "retention.verified",
    "retention.emptied",
    "retention.committed",
    "blobs.set_aside",
    "blobs.overwritten",
    "retention.erased",
    "retention.files_forgotten",
    "retention.settled",
    "retention.rewritten",
    "retention.finished",
)

#: Those that are passed while what was destroyed loses its keys.
KEY_BOOK_POINTS = (
    "replacing.written",
    "replacing.set_aside",
    "replacing.renamed",
    "key_book.let_go",
    "key_book.copied",
)

_lock = Lock()
_deadly, _left = "", 0


def arm(where: str) -> None:
    """Sets the deadly point, ``NAME`` or ``NAME:N``; empty text: none. For tests."""
    global _deadly, _left
    name, _, times = where.partition(":")
    if name and name not in (
        *POINTS,
        *SUPERVISORS_POINTS,
        *SEALING_POINTS,
        *ENCRYPTION_POINTS,
        *PASSPHRASE_POINTS,
        *FACILITY_POINTS,
        *TRANSFER_POINTS,
        *WITHDRAWAL_POINTS,
        *MOVING_POINTS,
        *PRINTING_POINTS,
        *RETENTION_POINTS,
        *KEY_BOOK_POINTS,
    ):
        raise ValueError(f"there is no point {name!r}")
    _deadly, _left = name, int(times or 1)


def failpoint(name: str) -> None:
    """Marks this place as the point ``name``; if a test armed it, the process dies here."""
    if _deadly and name == _deadly:
        _count_down()


def _count_down() -> None:
    global _left
    with _lock:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("DIGITIZER_TEST_KILL", ""))
