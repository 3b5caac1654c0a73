"""What is sealed, what is kept of it, and that a kill in between loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture.recovery import recover
from digitizer.capture.scans import ledger, sealing
from digitizer.covers.legal_markers import MarkerStanding
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, StorageError
from digitizer.model.mail import Queue
from digitizer.operations.doctor import examine
from digitizer.screening import decisions, legal_mail
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import sealed_page
from tests.support.made_mail import OPERATOR, SUPERVISOR, new_cover, scan_row
from tests.support.sealed_mail import (
    PICTURE,
    all_bytes,
    balances,
    killed_at,
    marker,
    plain,
    seal_scan,
    sealed,
    seen,
    stack,
    taken,
    whole,
)


def test_only_facts_are_kept_of_a_sealed_scan_and_the_picture_of_the_page_it_was_sealed_for(
    facility: Facility, tmp_path: Path
) -> None:
    cover, secret = new_cover(facility), stack()
    of = sealed(facility, tmp_path / "w", secret, what=seen(cover=cover))
    known = legal_mail.look_at_sealed(facility, of.id, SUPERVISOR)
    assert (known.sure, known.opens, known.waits, len(known.pages)) == (False, True, True, 4)
    assert [each.standing for each in known.pages] == [None, MarkerStanding.NO_CODE, None, None]
    assert [code.kind for code in known.pages[0].codes] == ["inmate"]
    assert known.pages[0].inches == (8.5, 11.0)
    assert [each.has_picture for each in known.pages] == [False, True, False, False]
    assert legal_mail.sealing_picture(facility, of.id, 2, SUPERVISOR) == PICTURE % 2
    with pytest.raises(NotFound):
        legal_mail.sealing_picture(facility, of.id, 3, SUPERVISOR)
    stored = all_bytes(facility.home)
    assert PICTURE % 2 not in stored
    assert secret not in stored
    (item,) = decisions.held(facility, OPERATOR)
    assert (item.queue, item.letter) == (Queue.LEGAL, None)
    assert balances(facility)


def test_a_valid_marker_means_legal_mail_and_is_bound(facility: Facility, tmp_path: Path) -> None:
    code = marker(facility)
    of = sealed(facility, tmp_path / "w", what=seen(marked=code))
    assert scan_row(facility, of.id).reason.startswith("Legal mail (page 2)")
    again = sealed(facility, tmp_path / "w", stack(3), what=seen(3, marked=code))
    second = scan_row(facility, again.id)
    assert (second.doubt, second.sealed) == ("legal_doubt", True)
    assert f"on the same day, in scan {of.id}" in second.reason


def test_what_cannot_be_proven_is_not_sealed(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = taken(facility, [stack()])
    monkeypatch.setattr(sealing, "decrypt", lambda _key, _locked: b"other bytes")
    with pytest.raises(StorageError, match="does not decrypt to the original bytes"):
        seal_scan(facility, of, seen(), tmp_path / "w")
    assert plain(facility, of) == [True]
    assert not scan_row(facility, of.id).sealed


def test_a_plain_original_stays_while_its_twin_does_not_open(
    facility: Facility, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    of = taken(facility, [stack()])
    with reading(facility.engine) as tx:
        whole_scan = ledger.find_scan(tx, of.id)
    with facility.seal_keys.new() as key, writing(facility.engine) as tx:
        made = sealing.seal(facility.originals, whole_scan, key)
        sealing.record_seal(tx, of.id, made)
    (twin,) = made.stored.values()
    assert isinstance(facility.originals, LocalBlobs)
    whole = facility.originals.get(twin)
    facility.originals.path(twin).write_bytes(whole[:-1])
    recover(facility)
    assert plain(facility, of) == [True]
    assert "is kept" in caplog.text
    (found,) = [each for each in examine(facility.home, OPERATOR) if each.what == "seals"]
    assert (found.good, of.id in found.message) == (False, True)
    facility.originals.delete(twin)
    recover(facility)
    assert plain(facility, of) == [True]
    facility.originals.path(twin).write_bytes(whole)
    recover(facility)
    assert plain(facility, of) == [False]
    assert [each.good for each in examine(facility.home, OPERATOR) if each.what == "seals"] == [
        True
    ]


def test_a_sealed_scan_without_facts_is_cleared_as_a_whole(
    facility: Facility, tmp_path: Path
) -> None:
    """An earlier version sealed it: it can be looked at and unsealed, and is not sealed again."""
    of = sealed(facility, tmp_path / "w")
    with writing(facility.engine) as tx:
        tx.execute(sa.delete(sealed_page))
    known = legal_mail.look_at_sealed(facility, of.id, SUPERVISOR)
    assert (len(known.pages), known.sealing) == (4, ())
    with pytest.raises(NotFound):
        legal_mail.sealing_picture(facility, of.id, 2, SUPERVISOR)
    legal_mail.lift(facility, of.id, SUPERVISOR, "looked at the paper")
    with reading(facility.engine) as tx:
        assert ledger.find_scan(tx, of.id).cleared == {1, 2, 3, 4}


SEALING = (
    "seal_keys.made",
    "seal_keys.kept",
    "blobs.tmp_made",
    "blobs.tmp_written",
    "blobs.tmp_synced",
    "blobs.renamed",
    "blobs.folder_synced",
    "blobs.folder_synced:2",
    "sealing.encrypted",
    "sealing.stored",
    "filing.page_written",
    "filing.held_whole",
    "sealing.kept",
    "work.sealed",
    "sealing.plain_proven",
    "sealing.plain_deleted",
    "work.plain_dropped",
)


@pytest.mark.parametrize("point", SEALING)
def test_killed_while_sealing(facility: Facility, tmp_path: Path, point: str) -> None:
    content = stack()
    of = taken(facility, [content])
    facility.engine.dispose()
    died = killed_at(facility.home, point, lambda h: seal_scan(h, of, seen(), tmp_path / "w"))
    assert died, "the point was not reached"
    recover(facility)
    assert whole(facility, of, content)
    used = {scan_row(facility, of.id).seal_key_id} - {None}
    assert facility.seal_keys.names() == used, "nothing that a dead attempt made is left"
    assert scan_row(facility, of.id).state in ("waiting", "held")
    assert balances(facility)


def test_a_key_whose_scan_is_being_sealed_is_not_swept(facility: Facility) -> None:
    with facility.seal_keys.new() as key:
        recover(facility)
        assert facility.seal_keys.find(key.id) == key.key
    recover(facility)
    assert facility.seal_keys.names() == set()
