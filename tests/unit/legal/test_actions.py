"""The mailroom's log: scanned, opened before the inmate, handed over; and the log by senders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.covers import actions as covers
from digitizer.facility import Facility
from digitizer.legal import actions as legal
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.events import Subject
from digitizer.model.legal import Answer, Cause, Ending
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_legal import legal_item, legal_scan
from digitizer.support.clock import now
from tests.support.legal_kit import check, new_code, new_sender, scanned
from tests.support.made_mail import ADMINISTRATOR, CLERK, INVESTIGATOR, SUPERVISOR, events

BEN = replace(CLERK, name="Ben Hill")


def _scans(facility: Facility) -> list[tuple[str, str]]:
    with reading(facility.engine) as tx:
        asked = sa.select(legal_scan.c.answer, legal_scan.c.by).order_by(legal_scan.c.id)
        return [(row.answer, row.by) for row in tx.execute(asked)]


def test_the_first_scan_lets_in_and_every_other_names_it(facility: Facility) -> None:
    made = new_code(facility, new_sender(check(facility, 0)))
    first = legal.scan_code(facility, made.text, CLERK)
    assert (first.answer, first.item and first.item.scanned_by) == (Answer.PASS, CLERK.name)
    again = legal.scan_code(facility, made.item.short_id, CLERK)
    assert (again.answer, again.own_again) == (Answer.DUPLICATE, True)
    other = legal.scan_code(facility, made.text, BEN)
    assert (other.answer, other.own_again) == (Answer.DUPLICATE, False)
    assert other.item is not None
    assert other.item.scanned_by == CLERK.name
    assert [answer for answer, _ in _scans(facility)] == ["pass", "duplicate", "duplicate"]
    about = str(Subject.legal_item(made.item.id))
    assert events(facility).count(("scan legal code", about, CLERK.name)) == 2


def test_the_share_that_is_drawn(facility: Facility) -> None:
    sender = new_sender(facility)
    for percent, answer in ((0, Answer.PASS), (100, Answer.CHECK)):
        check(facility, percent)
        for _ in range(3):
            assert scanned(facility, new_code(facility, sender).text) is answer
    check(facility, 0)
    drawn = legal.waiting_items(facility, CLERK)
    assert sorted(each.drawn for each in drawn) == [False] * 3 + [True] * 3


def test_a_code_that_is_over_and_a_key_that_does_not_count(facility: Facility) -> None:
    sender = new_sender(facility)
    over, old = new_code(facility, sender), new_code(facility, sender)
    with writing(facility.engine) as tx:
        this = sa.update(legal_item).where(legal_item.c.id == over.item.id)
        tx.execute(this.values(expires=now() - timedelta(seconds=1)))
    found = legal.scan_code(facility, over.text, CLERK)
    assert (found.answer, found.cause) == (Answer.EXPIRED, Cause.CODE_OVER)
    key = facility.keys.current
    covers.rotate_keys(facility, ADMINISTRATOR)
    renewed = replace(facility, keys=replace(facility.keys, current=key + 1))
    covers.retire_key(renewed, key, ADMINISTRATOR, "stolen")
    found = legal.scan_code(facility, old.text, CLERK)
    assert (found.answer, found.cause) == (Answer.REVOKED, Cause.KEY_RETIRED)
    with pytest.raises(Conflict, match="retired"):
        new_code(facility, sender)


def test_of_what_is_not_ours_no_row_is_kept(facility: Facility) -> None:
    new_code(facility, new_sender(facility))
    for text in ("MD1" + "A" * 32, "0000-0000-0", "9400111899560123456789"):
        assert scanned(facility, text) is Answer.UNKNOWN
    before = len(events(facility))
    assert scanned(facility, "0000-0000-1") is Answer.UNREADABLE
    assert len(events(facility)) == before
    assert _scans(facility) == []


def test_codes_in_a_picture(facility: Facility) -> None:
    sender = new_sender(check(facility, 0))
    one, other = new_code(facility, sender), new_code(facility, sender)
    cover = covers.print_legal_marker(facility, CLERK)
    for texts, cause in (
        ((), Cause.NO_CODE),
        (("http://x", "42"), Cause.NO_CODE),
        ((one.text, other.text), Cause.SEVERAL),
    ):
        found = legal.scan_seen(facility, texts, CLERK)
        assert (found.answer, found.cause) == (Answer.UNREADABLE, cause)
    assert cover.short_id
    seen = ("42", one.text, one.text)
    assert legal.scan_seen(facility, seen, CLERK).answer is Answer.PASS


def test_an_item_is_opened_before_the_inmate_and_handed_over(facility: Facility) -> None:
    made = new_code(facility, new_sender(facility))
    item = made.item.id
    with pytest.raises(NotFound):
        legal.arrived_item(facility, item, CLERK)
    with pytest.raises(Conflict, match="has not arrived"):
        legal.log_opened(facility, item, False, CLERK)
    scanned(facility, made.text)
    waits = legal.waiting(facility, CLERK)
    assert (waits.count, waits.since is not None) == (1, True)
    with pytest.raises(Conflict, match="First log that it was opened"):
        legal.log_handed_over(facility, item, True, CLERK)
    legal.log_opened(facility, item, True, BEN)
    with pytest.raises(Conflict, match="already"):
        legal.log_opened(facility, item, False, CLERK)
    legal.log_handed_over(facility, item, False, CLERK)
    known = legal.arrived_item(facility, item, CLERK)
    assert (known.opened_by, known.found) == (BEN.name, True)
    assert (known.ended_by, known.ending) == (CLERK.name, Ending.REFUSED)
    with pytest.raises(Conflict, match="left the mailroom"):
        legal.log_returned(facility, item, CLERK, "why")
    assert legal.waiting(facility, CLERK).count == 0
    logged = [verb for verb, about, _ in events(facility) if about.endswith(item)]
    assert logged == [
        "make legal code",
        "scan legal code",
        "open legal item",
        "hand over legal item",
    ]


def test_what_cannot_be_handed_over_goes_back_with_a_reason(facility: Facility) -> None:
    made = new_code(facility, new_sender(facility))
    scanned(facility, made.text)
    with pytest.raises(UsageError):
        legal.log_returned(facility, made.item.id, CLERK, " ")
    legal.log_returned(facility, made.item.id, CLERK, "released")
    known = legal.arrived_item(facility, made.item.id, CLERK)
    assert (known.ending, known.ending_why) == (Ending.RETURNED, "released")


def test_a_supervisor_sees_the_log_by_senders_with_a_reason(facility: Facility) -> None:
    quiet, busy = new_sender(check(facility, 100), "Q"), new_sender(facility, "B")
    calm = [new_code(facility, quiet) for _ in range(2)]
    many = [new_code(facility, busy) for _ in range(7)]
    for each in (*calm, *many[:6]):
        scanned(facility, each.text)
    scanned(facility, many[0].text, BEN)
    legal.log_opened(facility, many[1].item.id, True, CLERK)
    with writing(facility.engine) as tx:
        old = sa.update(legal_item).where(legal_item.c.id.in_([each.item.id for each in calm]))
        tx.execute(old.values(scanned=now() - timedelta(days=60)))
    for refused in (CLERK, INVESTIGATOR):
        with pytest.raises(NotAllowed):
            legal.log_by_sender(facility, refused, "why")
    with pytest.raises(UsageError):
        legal.log_by_sender(facility, SUPERVISOR, "")
    first, second = legal.log_by_sender(facility, SUPERVISOR, "a review")
    assert (first.sender.number, first.made, first.arrived, first.lately) == (busy, 7, 6, 6)
    assert (first.found, first.duplicates, first.checked, first.waiting) == (1, 1, 6, 6)
    assert first.more_than_usual
    assert (second.lately, second.stands_out) == (0, False)
    assert second.usual == pytest.approx(2.0, rel=1e-3)
    assert len(legal.log_of_sender(facility, busy, SUPERVISOR, "a review")) == 7
    with pytest.raises(NotFound):
        legal.log_of_sender(facility, 99, SUPERVISOR, "a review")
    looks = [about for verb, about, _ in events(facility) if verb == "look at legal log"]
    assert looks == ["legal log", str(Subject.protected_sender(busy))]


def test_who_may(facility: Facility) -> None:
    assert (legal.may_scan(CLERK), legal.may_scan(INVESTIGATOR)) == (True, False)
    assert (legal.may_see_log(SUPERVISOR), legal.may_see_log(CLERK)) == (True, False)
    for check_may in (legal.check_may_scan, legal.check_may_see_log):
        with pytest.raises(NotAllowed):
            check_may(facility, INVESTIGATOR)
