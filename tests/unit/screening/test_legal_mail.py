"""What is sealed: nobody reads it, nothing is lost, and only a confirmed act destroys it."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture.scans import ledger, sealing
from digitizer.capture.worker import give_back_of_the_dead, recover
from digitizer.covers.legal_markers import MarkerStanding
from digitizer.facility import House, open_house
from digitizer.model.errors import (
    Conflict,
    NotAllowed,
    NotFound,
    StorageError,
    UsageError,
)
from digitizer.model.mail import Queue
from digitizer.model.paper import Scan
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.doctor import examine
from digitizer.screening import decisions, legal_mail
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.encryption import unlock
from digitizer.storage.tables import (
    original,
    page,
    reading,
    scan,
    sealed_page,
    writing,
)
from digitizer.support import failpoints
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    SUPERVISOR,
    events,
    new_cover,
    one_more_event,
    scan_row,
)
from tests.support.sealed_mail import PICTURE, marker, seal_scan, sealed, seen, stack, taken

ADMINISTRATOR = Actor(ActorKind.STAFF, "Ada Ministrator", StaffRole.ADMINISTRATOR)


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def _plain(house: House, of: Scan) -> list[bool]:
    return [house.originals.exists(part.sha256) for part in of.originals]


def _balances(house: House) -> bool:
    return (
        all(each.balanced for each in reconcile(house, OPERATOR))
        and verify_audit(house, OPERATOR)[1] is None
    )


# --- sealing


def test_of_a_sealed_scan_only_facts_are_kept_and_the_picture_of_its_cause(
    house: House, tmp_path: Path
) -> None:
    cover, secret = new_cover(house), stack()
    of = sealed(house, tmp_path / "w", secret, what=seen(cover=cover))
    known = legal_mail.look_at_sealed(house, of.id, SUPERVISOR)
    assert (known.sure, known.opens, known.waits, len(known.pages)) == (False, True, True, 4)
    assert [each.standing for each in known.pages] == [None, MarkerStanding.NO_CODE, None, None]
    assert [code.kind for code in known.pages[0].codes] == ["inmate"]
    assert known.pages[0].inches == (8.5, 11.0)
    assert [each.has_picture for each in known.pages] == [False, True, False, False]
    assert legal_mail.sealing_picture(house, of.id, 2, SUPERVISOR) == PICTURE % 2
    with pytest.raises(NotFound):
        legal_mail.sealing_picture(house, of.id, 3, SUPERVISOR)
    stored = _all_bytes(house.home)
    assert PICTURE % 2 not in stored
    assert secret not in stored
    (item,) = decisions.held(house, OPERATOR)
    assert (item.queue, item.letter) == (Queue.LEGAL, None)
    assert _balances(house)


def test_a_good_marker_says_legal_mail_and_is_bound(house: House, tmp_path: Path) -> None:
    code = marker(house)
    of = sealed(house, tmp_path / "w", what=seen(marked=code))
    assert scan_row(house, of.id).reason.startswith("Legal mail (page 2)")
    again = sealed(house, tmp_path / "w", stack(3), what=seen(3, marked=code))
    told = scan_row(house, again.id)
    assert (told.doubt, told.sealed) == ("legal_doubt", True)
    assert f"same day already, in scan {of.id}" in told.reason


def test_what_cannot_be_proven_is_not_sealed(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = taken(house, [stack()])
    monkeypatch.setattr(sealing, "unlock", lambda _key, _locked: b"other bytes")
    with pytest.raises(StorageError, match="does not give its bytes"):
        seal_scan(house, of, seen(), tmp_path / "w")
    assert _plain(house, of) == [True]
    assert not scan_row(house, of.id).sealed


def test_a_plain_original_stays_while_its_twin_does_not_open(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    of = taken(house, [stack()])
    with reading(house.engine) as tx:
        made = sealing.seal(house.originals, ledger.find_scan(tx, of.id))
    with writing(house.engine) as tx:
        sealing.keep_seal(tx, of.id, made)
    (twin,) = made.stored.values()
    assert isinstance(house.originals, LocalBlobs)
    whole = house.originals.get(twin)
    house.originals.path(twin).write_bytes(whole[:-1])
    recover(house)
    assert _plain(house, of) == [True]
    assert "stays" in caplog.text
    (found,) = [each for each in examine(house.home, OPERATOR) if each.what == "seals"]
    assert (found.good, of.id in found.says) == (False, True)
    house.originals.delete(twin)
    recover(house)
    assert _plain(house, of) == [True]
    house.originals.path(twin).write_bytes(whole)
    recover(house)
    assert _plain(house, of) == [False]
    assert [each.good for each in examine(house.home, OPERATOR) if each.what == "seals"] == [True]


def test_a_twin_whose_key_was_not_restored_does_not_cost_the_plain_one(
    house: House, tmp_path: Path
) -> None:
    """The bytes come a second time, and the seal's own copy cannot be opened here."""
    of = sealed(house, tmp_path / "w")
    with writing(house.engine) as tx:
        tx.execute(sa.update(scan).values(seal_key=None))
    again = tmp_path / "again.tif"
    again.write_bytes(stack())
    from digitizer.capture.intake import take_in

    assert take_in(house, [again], "default", ["again.tif"], OPERATOR).scan == of.id
    assert _plain(house, of) == [True]
    assert not legal_mail.look_at_sealed(house, of.id, SUPERVISOR).opens


# --- who may do what


@pytest.mark.parametrize("by", [CLERK, INVESTIGATOR, OPERATOR])
def test_only_a_named_supervisor_decides(house: House, tmp_path: Path, by: Actor) -> None:
    of = sealed(house, tmp_path / "w")
    before = events(house)
    for act in (
        lambda: legal_mail.lift(house, of.id, by, "w"),
        lambda: legal_mail.cut(house, of.id, [1], by, "w"),
        lambda: legal_mail.destroy(house, of.id, by, "w", confirmed=True),
        lambda: legal_mail.sealing_picture(house, of.id, 2, by),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert events(house) == before
    assert [each.scan for each in legal_mail.sealed_scans(house, by)] == [of.id]


@pytest.mark.parametrize("by", [SUPERVISOR, ADMINISTRATOR])
def test_each_decision_has_a_reason_and_an_event(house: House, tmp_path: Path, by: Actor) -> None:
    first, second = sealed(house, tmp_path / "w"), sealed(house, tmp_path / "w", stack(4, 200))
    with pytest.raises(UsageError, match="why"):
        legal_mail.lift(house, first.id, by, " ")
    with one_more_event(house, "look at sealed page", f"scan:{first.id}", by):
        legal_mail.sealing_picture(house, first.id, 2, by)
    with one_more_event(house, "lift seal", f"scan:{first.id}", by):
        legal_mail.lift(house, first.id, by, "a sticker")
    with pytest.raises(UsageError, match="--confirm"):
        legal_mail.destroy(house, second.id, by, "handed over", confirmed=False)
    with one_more_event(house, "destroy seal", f"scan:{second.id}", by):
        legal_mail.destroy(house, second.id, by, "handed over", confirmed=True)
    assert _balances(house)


# --- lifting


def test_lifting_puts_all_back_as_it_was(house: House, tmp_path: Path) -> None:
    """Also of a stack that came as one file a sheet."""
    contents = [stack(1), stack(2), stack(1)]
    of = sealed(house, tmp_path / "w", *contents)
    assert _plain(house, of) == [False] * 3
    twins = set(house.originals.names())
    legal_mail.lift(house, of.id, SUPERVISOR, "a sticker")
    assert [house.originals.get(part.sha256) for part in of.originals] == contents
    assert not twins & set(house.originals.names())
    assert list(house.pictures.names()) == []
    row = scan_row(house, of.id)
    assert (row.state, row.sealed, row.seal_key, row.doubt) == ("waiting", False, None, None)
    with reading(house.engine) as tx:
        assert ledger.find_scan(tx, of.id).cleared == {2}
        assert tx.execute(sa.select(sa.func.count()).select_from(page)).scalar() == 0
    recover(house)
    assert _plain(house, of) == [True] * 3
    with pytest.raises(Conflict):
        legal_mail.lift(house, of.id, SUPERVISOR, "again")
    assert _balances(house)


def test_a_second_cause_seals_again_and_the_first_stays_cleared(
    house: House, tmp_path: Path
) -> None:
    of = sealed(house, tmp_path / "w")
    legal_mail.lift(house, of.id, SUPERVISOR, "a sticker")
    with writing(house.engine) as tx:
        found = ledger.claim(tx, of.id, "a test")
    assert found is not None
    seal_scan(house, found, seen(at=3), tmp_path / "w")
    legal_mail.lift(house, of.id, SUPERVISOR, "another")
    with reading(house.engine) as tx:
        assert ledger.find_scan(tx, of.id).cleared == {2, 3}


def test_a_scan_of_which_nothing_was_kept_is_cleared_as_a_whole(
    house: House, tmp_path: Path
) -> None:
    """Sealed by an earlier version: it can be looked at, lifted, and does not seal again."""
    of = sealed(house, tmp_path / "w")
    with writing(house.engine) as tx:
        tx.execute(sa.delete(sealed_page))
    known = legal_mail.look_at_sealed(house, of.id, SUPERVISOR)
    assert (len(known.pages), known.sealing) == (4, ())
    with pytest.raises(NotFound):
        legal_mail.sealing_picture(house, of.id, 2, SUPERVISOR)
    legal_mail.lift(house, of.id, SUPERVISOR, "looked at the paper")
    with reading(house.engine) as tx:
        assert ledger.find_scan(tx, of.id).cleared == {1, 2, 3, 4}


def test_a_twin_that_is_damaged_cannot_be_lifted_and_stays_sealed(
    house: House, tmp_path: Path
) -> None:
    of = sealed(house, tmp_path / "w", stack(1), stack(2))
    assert isinstance(house.originals, LocalBlobs)
    with reading(house.engine) as tx:
        *_, (_, last) = sealing.find_sealed(tx, of.id).originals
    house.originals.path(last).write_bytes(b"rotten")
    with pytest.raises(StorageError):
        legal_mail.lift(house, of.id, SUPERVISOR, "a sticker")
    assert scan_row(house, of.id).sealed
    assert _plain(house, of) == [False, False], "the sheet that was put back is gone again"


def test_what_is_settled_is_not_lifted(house: House, tmp_path: Path) -> None:
    of = sealed(house, tmp_path / "w")
    decisions.reject(house, of.id, SUPERVISOR, "handed over unopened")
    for act in (
        lambda: legal_mail.lift(house, of.id, SUPERVISOR, "w"),
        lambda: legal_mail.cut(house, of.id, [1], SUPERVISOR, "w"),
    ):
        with pytest.raises(Conflict, match="settled"):
            act()
    assert [each.waits for each in legal_mail.sealed_scans(house, SUPERVISOR)] == [False]
    legal_mail.destroy(house, of.id, SUPERVISOR, "kept long enough", confirmed=True)
    assert _balances(house)


# --- cutting, destroying


def test_pages_are_cut_out_of_a_stack_of_several_files_and_the_rest_stays(
    house: House, tmp_path: Path
) -> None:
    of = sealed(house, tmp_path / "w", stack(2), stack(2, 100))
    with pytest.raises(UsageError, match="pages 1 to 4"):
        legal_mail.cut(house, of.id, [4, 5], SUPERVISOR, "the other letter")
    new = legal_mail.cut(house, of.id, [4, 1, 4], SUPERVISOR, "the other letter")
    assert scan_row(house, new).state == "waiting"
    known = legal_mail.look_at_sealed(house, of.id, SUPERVISOR)
    assert known.cut_pages == (1, 4)
    assert [each.cut_into for each in known.pages] == [new, None, None, new]
    assert scan_row(house, of.id).sealed
    assert _plain(house, of) == [False, False]
    assert not any(house.work_folder.iterdir())
    legal_mail.lift(house, of.id, SUPERVISOR, "none of it was legal mail")
    assert _plain(house, of) == [True, True]
    assert _balances(house)


def test_a_destroyed_key_is_nowhere(house: House, tmp_path: Path) -> None:
    of = sealed(house, tmp_path / "w")
    key = scan_row(house, of.id).seal_key
    legal_mail.destroy(house, of.id, SUPERVISOR, "handed over", confirmed=True)
    assert key not in _all_bytes(house.home), "not in the write-ahead log either"
    assert scan_row(house, of.id).state == "filed"
    assert decisions.held(house, OPERATOR) == ()
    assert legal_mail.sealed_scans(house, SUPERVISOR) == ()
    assert list(house.pictures.names()) == []
    with pytest.raises(Conflict):
        legal_mail.lift(house, of.id, SUPERVISOR, "w")
    with pytest.raises(Conflict):
        legal_mail.destroy(house, of.id, SUPERVISOR, "w", confirmed=True)
    (account,) = reconcile(house, OPERATOR)
    assert (account.recorded, account.balanced) == (4, True)


# --- kill -9


def _killed_at(home: Path, point: str, act: Callable[[House], None]) -> bool:
    """Runs ``act`` in a child that dies at the point; whether it came there."""
    child = os.fork()
    if not child:
        try:
            house = open_house(home)
            failpoints.arm(point)
            act(house)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _whole(house: House, of: Scan, content: bytes) -> bool:
    """The bytes are stored exactly once: plain, or sealed with a key that opens them."""
    with reading(house.engine) as tx:
        part = tx.execute(sa.select(original).where(original.c.scan_id == of.id)).one()
    row = scan_row(house, of.id)
    if not row.sealed:
        return part.sealed_as is None and house.originals.get(part.sha256) == content
    opened = unlock(row.seal_key, house.originals.get(part.sealed_as))
    return hashlib.sha256(opened).hexdigest() == part.sha256 and _plain(house, of) == [False]


def test_a_service_that_runs_sweeps_what_a_dead_cutter_unlocked(
    house: House, tmp_path: Path
) -> None:
    of = sealed(house, tmp_path / "w")
    house.engine.dispose()
    act = legal_mail.cut
    assert _killed_at(
        house.home, "cutting.unlocked",
        lambda h: (act(h, of.id, [1], SUPERVISOR, "w"), None)[1],
    )  # fmt: skip
    assert stack() in _all_bytes(house.work_folder)
    assert give_back_of_the_dead(house) == 0, "as an idle worker calls it"
    assert list(house.work_folder.iterdir()) == []


SEALING = (
    "blobs.tmp_made", "blobs.tmp_written", "blobs.tmp_synced", "blobs.renamed",
    "blobs.folder_synced", "blobs.folder_synced:2", "sealing.locked", "sealing.stored",
    "filing.page_written", "filing.held_whole", "sealing.kept", "work.sealed",
    "sealing.plain_proven", "sealing.plain_deleted", "work.plain_dropped",
)  # fmt: skip


@pytest.mark.parametrize("point", SEALING)
def test_killed_while_sealing(house: House, tmp_path: Path, point: str) -> None:
    content = stack()
    of = taken(house, [content])
    house.engine.dispose()
    died = _killed_at(house.home, point, lambda h: seal_scan(h, of, seen(), tmp_path / "w"))
    assert died, "the point was not reached"
    recover(house)
    assert _whole(house, of, content)
    assert scan_row(house, of.id).state in ("waiting", "held")
    assert _balances(house)


@pytest.mark.parametrize("point", failpoints.SUPERVISORS_POINTS)
def test_killed_while_a_supervisor_decides(house: House, tmp_path: Path, point: str) -> None:
    content = stack()
    of = sealed(house, tmp_path / "w", content)
    acts: dict[str, Callable[[House], object]] = {
        "lifting": lambda h: legal_mail.lift(h, of.id, SUPERVISOR, "a sticker"),
        "cutting": lambda h: legal_mail.cut(h, of.id, [1, 3], SUPERVISOR, "the other letter"),
        "destroying": lambda h: legal_mail.destroy(h, of.id, SUPERVISOR, "w", confirmed=True),
    }
    house.engine.dispose()
    act = acts[point.partition(".")[0]]
    assert _killed_at(house.home, point, lambda h: (act(h), None)[1]), "it was not reached"
    recover(house)
    assert list(house.work_folder.iterdir()) == []
    if point == "destroying.committed":
        assert scan_row(house, of.id).seal_key is None
        assert _plain(house, of) == [False]
    else:
        assert _whole(house, of, content)
    assert scan_row(house, of.id).sealed == (point not in ("lifting.committed",
                                                          "lifting.locked_deleted"))  # fmt: skip
    assert _balances(house)
