"""The judge of the kill harness sees a letter that is not in the mailbox of its cover."""

from __future__ import annotations

import hashlib

import pytest
import sqlalchemy as sa

from digitizer.capture.scans.ledger import DEATHS_BEFORE_HOLD
from digitizer.facility import House
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.storage.tables import scan, writing
from tests.support.made_mail import deliver, held_whole
from trials.kills import judge, misplaced


def _sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


@pytest.fixture
def arrived(house: House) -> dict[str, str]:
    """Every kind of scan, each where it belongs: two good ones, one of each other kind."""
    people = [Inmate(f"K10{n}", "Sample", "Pat", "U-1", CustodyStatus.IN_CUSTODY) for n in (0, 1)]
    with writing(house.engine) as tx:
        roster.apply_roster(tx, [roster.RosterRow(each, {}) for each in people], full=False)
    for name, booking in (("good-0", "K100"), ("good-1", "K101"), ("once-0", "K100")):
        deliver(house, booking, "Hello", name.encode())
    for name in ("once-1", "legal-0", "junk-0"):
        held_whole(house, content=name.encode())
    names = ("good-0", "good-1", "once-0", "once-1", "legal-0", "junk-0")
    return {_sha(name): name for name in names}


def _wrong(house: House, scans: dict[str, str]) -> list[str]:
    return list(misplaced(house.home, scans))


def test_where_each_lies_where_it_belongs_nothing_is_told(
    house: House, arrived: dict[str, str]
) -> None:
    assert _wrong(house, arrived) == []


@pytest.mark.parametrize("name", ["good-2", "once-2", "legal-1", "junk-1"])
def test_a_letter_in_another_mailbox_is_told(
    house: House, arrived: dict[str, str], name: str
) -> None:
    deliver(house, "K101", "Hello", name.encode())
    (told,) = _wrong(house, arrived | {_sha(name): name})
    assert told.startswith(f"{name} ({_sha(name)}) lies in ['K101'], not in ")


def test_a_wrong_mailbox_makes_the_verdict_bad(house: House) -> None:
    with writing(house.engine) as tx:
        one = Inmate("K101", "Sample", "Pat", "U-1", CustodyStatus.IN_CUSTODY)
        roster.apply_roster(tx, [roster.RosterRow(one, {})], full=False)
    deliver(house, "K101", "Hello", b"good-0")
    manifest = house.home.parent / "manifest"
    manifest.write_text(f"{_sha('good-0')} good-0\n")
    assert not judge(house.home, 0).good
    manifest.write_text(f"{_sha('good-0')} good-1\n")
    assert judge(house.home, 0).good


def test_a_good_scan_in_no_mailbox_is_told(house: House, arrived: dict[str, str]) -> None:
    scan_id = held_whole(house, content=b"good-3")
    scans = arrived | {_sha("good-3"): "good-3"}
    (told,) = _wrong(house, scans)
    assert "good-3" in told
    assert "in no mailbox" in told
    with writing(house.engine) as tx:
        tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(deaths=DEATHS_BEFORE_HOLD))
    assert _wrong(house, scans) == [], "the service died of it: it waits for a person"


def test_a_cover_for_one_letter_that_delivered_two_is_told(
    house: House, arrived: dict[str, str]
) -> None:
    deliver(house, "K100", "Hello", b"once-0 again")
    (told,) = _wrong(house, arrived | {_sha("once-0 again"): "once-0"})
    assert told.startswith("once-0, whose cover is good for one letter, was delivered 2 times")
