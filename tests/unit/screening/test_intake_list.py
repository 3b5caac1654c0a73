"""A day's intake, scan by scan."""

from __future__ import annotations

from datetime import timedelta

from digitizer.facility import Facility
from digitizer.model.mail import ScanState
from digitizer.screening.intake_list import intake_between, letter_facts, scan_facts
from digitizer.storage.database import reading
from digitizer.support.clock import now
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    ORSON,
    file,
    held_letter,
    held_whole,
    letter_of,
    new_cover,
    split_of,
    take,
)


def test_each_scan_counts_its_letters_by_their_state(facility: Facility) -> None:
    begun = now()
    split = split_of(letter_of(new_cover(facility), 1, 2), letter_of(None, 3, 4, DOUBT))
    filed = file(facility, split)
    whole = held_whole(facility)
    waits = take(facility, b"waits", "waits.pdf")
    with reading(facility.engine) as tx:
        lines = intake_between(tx, begun, now() + timedelta(seconds=1), CLERK)
        assert [each.scan for each in lines] == [waits.id, whole, filed]
        assert [(each.delivered, each.held, each.rejected) for each in lines] == [
            (0, 0, 0),
            (0, 0, 0),
            (1, 1, 0),
        ]
        assert [each.open for each in lines] == [False, True, False]
        assert lines[0].state is ScanState.WAITING
        assert (lines[0].source, lines[0].files) == ("waits.pdf", 1)


def test_a_day_begins_with_its_first_moment_and_ends_before_its_last(facility: Facility) -> None:
    scan = take(facility, b"1")
    with reading(facility.engine) as tx:
        at = scan_facts(tx, scan.id, CLERK).taken_in
        assert len(intake_between(tx, at, at + timedelta(seconds=1), CLERK)) == 1
        assert intake_between(tx, at - timedelta(days=1), at, CLERK) == ()


def test_a_held_letters_cover_proposes_its_inmate(facility: Facility) -> None:
    named = held_letter(facility, new_cover(facility), content=b"1")
    unnamed = held_letter(facility, content=b"2")
    with reading(facility.engine) as tx:
        proposed = letter_facts(tx, named).proposed
        assert proposed is not None
        assert proposed.booking_number == ORSON
        assert letter_facts(tx, unnamed).proposed is None
