"""What is sealed: nobody reads it, nothing is lost, and only a confirmed act destroys it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture.recovery import give_back_from_dead_workers, recover
from digitizer.capture.scans import ledger, sealing
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, StorageError, UsageError
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.model.retention import HoldOn
from digitizer.retention import actions as retention
from digitizer.screening import decisions, legal_mail
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import page, scan
from digitizer.support import failpoints
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    PETRA,
    SUPERVISOR,
    events,
    one_more_event,
    scan_row,
)
from tests.support.sealed_mail import (
    all_bytes,
    balances,
    killed_at,
    plain,
    seal_scan,
    sealed,
    seen,
    stack,
    whole,
)

ADMINISTRATOR = Actor(ActorKind.STAFF, "Ada Ministrator", StaffRole.ADMINISTRATOR, proven=True)


def test_a_twin_whose_key_was_not_restored_does_not_cost_the_plain_one(
    facility: Facility, tmp_path: Path
) -> None:
    """The bytes come in a second time, and the sealed copy cannot be opened here."""
    of = sealed(facility, tmp_path / "w")
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).values(seal_key_id=None))
    again = tmp_path / "again.tif"
    again.write_bytes(stack())
    from digitizer.capture.intake import take_in

    assert take_in(facility, [again], "default", ["again.tif"], OPERATOR).scan == of.id
    assert plain(facility, of) == [True]
    assert not legal_mail.look_at_sealed(facility, of.id, SUPERVISOR).opens


# --- who may do what


@pytest.mark.parametrize("by", [CLERK, INVESTIGATOR, OPERATOR])
def test_only_a_named_supervisor_decides(facility: Facility, tmp_path: Path, by: Actor) -> None:
    of = sealed(facility, tmp_path / "w")
    before = events(facility)
    for act in (
        lambda: legal_mail.lift(facility, of.id, by, "w"),
        lambda: legal_mail.cut(facility, of.id, [1], by, "w"),
        lambda: legal_mail.destroy(facility, of.id, by, "w", confirmed=True),
        lambda: legal_mail.sealing_picture(facility, of.id, 2, by),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert events(facility) == before
    assert [each.scan for each in legal_mail.sealed_scans(facility, by)] == [of.id]


@pytest.mark.parametrize("by", [SUPERVISOR, ADMINISTRATOR])
def test_each_decision_has_a_reason_and_an_event(
    facility: Facility, tmp_path: Path, by: Actor
) -> None:
    first, second = (
        sealed(facility, tmp_path / "w"),
        sealed(facility, tmp_path / "w", stack(4, 200)),
    )
    with pytest.raises(UsageError, match="why"):
        legal_mail.lift(facility, first.id, by, " ")
    with one_more_event(facility, "look at sealed page", f"scan:{first.id}", by):
        legal_mail.sealing_picture(facility, first.id, 2, by)
    with one_more_event(facility, "lift seal", f"scan:{first.id}", by):
        legal_mail.lift(facility, first.id, by, "a sticker")
    with pytest.raises(UsageError, match="--confirm"):
        legal_mail.destroy(facility, second.id, by, "handed over", confirmed=False)
    with one_more_event(facility, "destroy seal", f"scan:{second.id}", by):
        legal_mail.destroy(facility, second.id, by, "handed over", confirmed=True)
    assert balances(facility)


# --- lifting


def test_lifting_the_seal_restores_everything(facility: Facility, tmp_path: Path) -> None:
    """Also of a stack that came in as one file for each sheet."""
    contents = [stack(1), stack(2), stack(1)]
    of = sealed(facility, tmp_path / "w", *contents)
    assert plain(facility, of) == [False] * 3
    twins = set(facility.originals.names())
    legal_mail.lift(facility, of.id, SUPERVISOR, "a sticker")
    assert [facility.originals.get(part.sha256) for part in of.originals] == contents
    assert not twins & set(facility.originals.names())
    assert list(facility.pictures.names()) == []
    row = scan_row(facility, of.id)
    assert (row.state, row.sealed, row.seal_key_id, row.doubt) == ("waiting", False, None, None)
    with reading(facility.engine) as tx:
        assert ledger.find_scan(tx, of.id).cleared == {2}
        assert tx.execute(sa.select(sa.func.count()).select_from(page)).scalar() == 0
    recover(facility)
    assert plain(facility, of) == [True] * 3
    with pytest.raises(Conflict):
        legal_mail.lift(facility, of.id, SUPERVISOR, "again")
    assert balances(facility)


def test_a_second_cause_seals_again_and_the_first_stays_cleared(
    facility: Facility, tmp_path: Path
) -> None:
    of = sealed(facility, tmp_path / "w")
    legal_mail.lift(facility, of.id, SUPERVISOR, "a sticker")
    with writing(facility.engine) as tx:
        found = ledger.claim(tx, of.id, "a test")
    assert found is not None
    seal_scan(facility, found, seen(at=3), tmp_path / "w")
    legal_mail.lift(facility, of.id, SUPERVISOR, "another")
    with reading(facility.engine) as tx:
        assert ledger.find_scan(tx, of.id).cleared == {2, 3}


def test_a_twin_that_is_damaged_cannot_be_lifted_and_stays_sealed(
    facility: Facility, tmp_path: Path
) -> None:
    of = sealed(facility, tmp_path / "w", stack(1), stack(2))
    assert isinstance(facility.originals, LocalBlobs)
    with reading(facility.engine) as tx:
        *_, (_, last) = sealing.find_sealed(tx, facility.seal_keys, of.id).originals
    facility.originals.path(last).write_bytes(b"rotten")
    with pytest.raises(StorageError):
        legal_mail.lift(facility, of.id, SUPERVISOR, "a sticker")
    assert scan_row(facility, of.id).sealed
    assert plain(facility, of) == [False, False], "the sheet that was put back is gone again"


def test_a_legal_hold_keeps_the_key(facility: Facility, tmp_path: Path) -> None:
    """Nobody knows whose the letters under a seal are: any hold may be on them."""
    of = sealed(facility, tmp_path / "w")
    hold = retention.set_hold(facility, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    with pytest.raises(Conflict, match="legal hold"):
        legal_mail.destroy(facility, of.id, SUPERVISOR, "w", confirmed=True)
    assert legal_mail.look_at_sealed(facility, of.id, SUPERVISOR).opens
    retention.lift_hold(facility, hold, SUPERVISOR, "settled")
    assert legal_mail.destroy(facility, of.id, SUPERVISOR, "w", confirmed=True)


def test_what_is_decided_is_not_unsealed(facility: Facility, tmp_path: Path) -> None:
    of = sealed(facility, tmp_path / "w")
    decisions.reject(facility, of.id, SUPERVISOR, "handed over unopened")
    for act in (
        lambda: legal_mail.lift(facility, of.id, SUPERVISOR, "w"),
        lambda: legal_mail.cut(facility, of.id, [1], SUPERVISOR, "w"),
    ):
        with pytest.raises(Conflict, match="decided already"):
            act()
    assert [each.waits for each in legal_mail.sealed_scans(facility, SUPERVISOR)] == [False]
    legal_mail.destroy(facility, of.id, SUPERVISOR, "kept long enough", confirmed=True)
    assert balances(facility)


# --- cutting, destroying


def test_pages_are_cut_out_of_a_stack_of_several_files_and_the_rest_stays(
    facility: Facility, tmp_path: Path
) -> None:
    of = sealed(facility, tmp_path / "w", stack(2), stack(2, 100))
    with pytest.raises(UsageError, match="pages 1 to 4"):
        legal_mail.cut(facility, of.id, [4, 5], SUPERVISOR, "the other letter")
    new = legal_mail.cut(facility, of.id, [4, 1, 4], SUPERVISOR, "the other letter")
    assert scan_row(facility, new).state == "waiting"
    known = legal_mail.look_at_sealed(facility, of.id, SUPERVISOR)
    assert known.cut_pages == (1, 4)
    assert [each.cut_into for each in known.pages] == [new, None, None, new]
    assert scan_row(facility, of.id).sealed
    assert plain(facility, of) == [False, False]
    assert not any(facility.work_folder.iterdir())
    legal_mail.lift(facility, of.id, SUPERVISOR, "none of it was legal mail")
    assert plain(facility, of) == [True, True]
    assert balances(facility)


def test_a_running_service_removes_what_a_dead_process_unlocked(
    facility: Facility, tmp_path: Path
) -> None:
    of = sealed(facility, tmp_path / "w")
    facility.engine.dispose()
    act = legal_mail.cut
    assert killed_at(
        facility.home,
        "cutting.decrypted",
        lambda h: (act(h, of.id, [1], SUPERVISOR, "w"), None)[1],
    )
    assert stack() in all_bytes(facility.work_folder)
    assert give_back_from_dead_workers(facility) == 0, "as an idle worker calls it"
    assert list(facility.work_folder.iterdir()) == []


DECIDING = (
    *(
        (point.partition(".")[0], point)
        for point in failpoints.SUPERVISORS_POINTS
        if not point.startswith("seal_keys.")
    ),
    ("lifting", "seal_keys.overwritten"),
    ("lifting", "seal_keys.destroyed"),
    ("destroying", "seal_keys.overwritten"),
    ("destroying", "seal_keys.destroyed"),
)


_LIFTED = (
    "lifting.committed",
    "lifting.encrypted_deleted",
    "seal_keys.overwritten",
    "seal_keys.destroyed",
)


@pytest.mark.parametrize(("what", "point"), DECIDING)
def test_killed_while_a_supervisor_decides(
    facility: Facility, tmp_path: Path, what: str, point: str
) -> None:
    content = stack()
    of = sealed(facility, tmp_path / "w", content)
    acts: dict[str, Callable[[Facility], object]] = {
        "lifting": lambda h: legal_mail.lift(h, of.id, SUPERVISOR, "a sticker"),
        "cutting": lambda h: legal_mail.cut(h, of.id, [1, 3], SUPERVISOR, "the other letter"),
        "destroying": lambda h: legal_mail.destroy(h, of.id, SUPERVISOR, "w", confirmed=True),
    }
    key_id = scan_row(facility, of.id).seal_key_id
    assert key_id is not None
    facility.engine.dispose()
    act = acts[what]
    assert killed_at(facility.home, point, lambda h: (act(h), None)[1]), "it was not reached"
    done = ("destroy seal", f"scan:{of.id}", SUPERVISOR.name)
    assert done not in events(facility) or not facility.seal_keys.exists(key_id), "before recovery"
    recover(facility)
    assert list(facility.work_folder.iterdir()) == []
    if what == "destroying" and point != "destroying.entered":
        assert scan_row(facility, of.id).seal_key_id is None
        assert plain(facility, of) == [False]
        assert events(facility).count(done) == 1
        assert facility.seal_keys.names() == set()
        assert list(facility.pictures.names()) == [] or point == "destroying.committed"
    else:
        assert whole(facility, of, content)
        assert facility.seal_keys.names() == (
            {key_id} if scan_row(facility, of.id).sealed else set()
        )
    assert scan_row(facility, of.id).sealed == (what != "lifting" or point not in _LIFTED)
    assert balances(facility)
