"""The judge of the kill harness sees a letter that is not in the mailbox of its cover."""

from __future__ import annotations

import hashlib

import pytest
import sqlalchemy as sa

from digitizer.capture.scans.ledger import DEATHS_BEFORE_HOLD
from digitizer.facility import Facility
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.storage.database import writing
from digitizer.storage.tables import scan
from tests.support.made_mail import deliver, enter_people, held_whole
from trials.kills import judge, misplaced


def _sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


@pytest.fixture
def arrived(facility: Facility) -> dict[str, str]:
    """Every kind of scan, each where it belongs: two good ones, one of each other kind."""
    people = [Inmate(f"K10{n}", "Sample", "Pat", "U-1", CustodyStatus.IN_CUSTODY) for n in (0, 1)]
    with writing(facility.engine) as tx:
        enter_people(tx, people)
    for name, booking in (("good-0", "K100"), ("good-1", "K101"), ("once-0", "K100")):
        deliver(facility, booking, "Hello", name.encode())
    for name in ("once-1", "legal-0", "junk-0"):
        held_whole(facility, content=name.encode())
    names = ("good-0", "good-1", "once-0", "once-1", "legal-0", "junk-0")
    return {_sha(name): name for name in names}


def _wrong(facility: Facility, scans: dict[str, str]) -> list[str]:
    return list(misplaced(facility.home, scans))


def test_where_each_lies_where_it_belongs_nothing_is_reported(
    facility: Facility, arrived: dict[str, str]
) -> None:
    assert _wrong(facility, arrived) == []


@pytest.mark.parametrize("name", ["good-2", "once-2", "legal-1", "junk-1"])
def test_a_letter_in_another_mailbox_is_reported(
    facility: Facility, arrived: dict[str, str], name: str
) -> None:
    deliver(facility, "K101", "Hello", name.encode())
    (wrong,) = _wrong(facility, arrived | {_sha(name): name})
    assert wrong.startswith(f"{name} ({_sha(name)}) lies in ['K101'], not in ")


def test_a_wrong_mailbox_makes_the_verdict_bad(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        one = Inmate("K101", "Sample", "Pat", "U-1", CustodyStatus.IN_CUSTODY)
        enter_people(tx, [one])
    deliver(facility, "K101", "Hello", b"good-0")
    manifest = facility.home.parent / "manifest"
    manifest.write_text(f"{_sha('good-0')} good-0\n")
    assert not judge(facility.home, 0).good
    manifest.write_text(f"{_sha('good-0')} good-1\n")
    assert judge(facility.home, 0).good


def test_a_good_scan_in_no_mailbox_is_reported(facility: Facility, arrived: dict[str, str]) -> None:
    scan_id = held_whole(facility, content=b"good-3")
    scans = arrived | {_sha("good-3"): "good-3"}
    (wrong,) = _wrong(facility, scans)
    assert "good-3" in wrong
    assert "in no mailbox" in wrong
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(deaths=DEATHS_BEFORE_HOLD))
    assert _wrong(facility, scans) == [], "the service died of it: it waits for a person"


def test_a_cover_for_one_letter_that_delivered_two_is_reported(
    facility: Facility, arrived: dict[str, str]
) -> None:
    deliver(facility, "K100", "Hello", b"once-0 again")
    (wrong,) = _wrong(facility, arrived | {_sha("once-0 again"): "once-0"})
    assert wrong.startswith("once-0, whose cover is good for one letter, was delivered 2 times")
