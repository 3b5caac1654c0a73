"""A sealed scan is filed so that nothing of it can be looked at."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture import sealed_filing
from digitizer.capture.intake import take_in
from digitizer.capture.recovery import recover
from digitizer.capture.scans import ledger
from digitizer.capture.worker import Worker, filed
from digitizer.facility import Facility
from digitizer.model.mail import Outcome
from digitizer.model.paper import DoubtReason, Original
from digitizer.operations.actions import reconcile
from digitizer.protected_line import sheets
from digitizer.storage.database import reading, writing
from digitizer.storage.encryption import decrypt
from digitizer.storage.tables import original, page, transcript
from tests.support.made_mail import OPERATOR, scan_row, take
from tests.support.sealed_mail import sealed, seen, stack
from tests.support.worker_kit import Step, seals


def test_a_sealed_scan_leaves_nothing_to_look_at(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(facility, b"privileged words")
    pipeline(seals)
    worker.work_next()
    with reading(facility.engine) as tx:
        (part,) = tx.execute(sa.select(original)).all()
        assert tx.execute(sa.select(sa.func.count()).select_from(transcript)).scalar() == 0
        assert set(tx.execute(sa.select(page.c.picture)).scalars()) == {None}
    row = scan_row(facility, taken.id)
    assert (row.state, row.sealed, row.doubt) == ("held", True, DoubtReason.LEGAL)
    assert not facility.originals.exists(part.sha256)
    assert row.seal_key_id is not None
    key = facility.seal_keys.find(row.seal_key_id)
    assert decrypt(key, facility.originals.get(part.sealed_as)) == b"privileged words"
    assert list(facility.pictures.names()) == []
    for file in facility.home.rglob("*"):
        assert not file.is_file() or b"privileged words" not in file.read_bytes()
    (account,) = reconcile(facility, OPERATOR)
    assert account.balanced
    (line,) = filed(facility, taken.id)
    assert (line.letter, line.outcome, line.pages) == (None, Outcome.HELD, ())


def test_no_picture_is_kept_of_what_may_be_a_sheet_for_a_protected_line_that_was(
    facility: Facility, tmp_path: Path
) -> None:
    sealed(facility, tmp_path / "before", what=seen())
    assert len(list(facility.pictures.names())) == 1
    with writing(facility.engine) as tx:
        sheets.make(tx, facility.keys, "The ombudsman")
    assert not facility.settings.requests.protected
    sealed(facility, tmp_path / "after", stack(4, 222), what=seen())
    assert len(list(facility.pictures.names())) == 1


def test_a_crash_between_sealing_and_dropping_is_made_good(
    facility: Facility,
    worker: Worker,
    pipeline: Callable[[Step], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = take(facility, b"privileged")
    pipeline(seals)
    with monkeypatch.context() as patch:
        patch.setattr(sealed_filing, "drop_plain", lambda *_: 0)
        worker.work_next()
    assert facility.originals.exists(taken.originals[0].sha256)
    recover(facility)
    assert not facility.originals.exists(taken.originals[0].sha256)


def test_sealed_bytes_that_come_in_again_are_not_left_plain(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None], tmp_path: Path
) -> None:
    taken = take(facility, b"privileged")
    pipeline(seals)
    worker.work_next()
    again = tmp_path / "again.pdf"
    again.write_bytes(b"privileged")
    assert take_in(facility, [again], "default", ["again.pdf"], OPERATOR).scan == taken.id
    assert not facility.originals.exists(taken.originals[0].sha256)


def test_a_file_that_another_scan_needs_stays(
    facility: Facility, worker: Worker, pipeline: Callable[[Step], None]
) -> None:
    taken = take(facility, b"a shared sheet")
    part = taken.originals[0]
    with writing(facility.engine) as tx:
        other = Original(facility.originals.put(io.BytesIO(b"two"))[0], "two.jpg", 3)
        ledger.enter(tx, [part, other], "default")
    pipeline(seals)
    worker.work_this(taken.id)
    assert scan_row(facility, taken.id).sealed
    assert facility.originals.exists(part.sha256)
    assert all(account.balanced for account in reconcile(facility, OPERATOR))
