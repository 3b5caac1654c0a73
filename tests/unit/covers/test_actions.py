"""Sheets printed, revoked and registered; and a stolen key, of which nothing counts any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from digitizer.capture.cover_evidence import see
from digitizer.capture.inspection import _judge
from digitizer.capture.legal_evidence import seals
from digitizer.capture.pipeline import Bench, Worked
from digitizer.capture.reasons import reason_of
from digitizer.capture.splitting.split import split
from digitizer.capture.worker import Worker
from digitizer.covers import actions as covers
from digitizer.covers import register
from digitizer.covers.terms import CoverTerms
from digitizer.engines.codes.cover_code import new_cover_code, payload, verify
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.paper import (
    Box,
    CodeKind,
    CoverCode,
    DoubtReason,
    Scan,
    Sightings,
    SurveyedPage,
    Symbol,
)
from digitizer.model.prints import LABEL_PAPERS, LabelPaper
from digitizer.model.scanner_profile import Sides
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import cover
from digitizer.support.clock import now
from tests.support.made_mail import (
    ADMINISTRATOR,
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    events,
    new_cover,
    split_of,
    take,
    worked,
)
from tests.support.pdf_looks import page_texts, pdf_pages

PAGE = SurveyedPage(3, "page-00003", 1700, 2200, 200, blank=False, ink=0.1)


@pytest.fixture
def rotated(facility: Facility) -> Facility:
    """With a second key for new sheets."""
    covers.rotate_keys(facility, ADMINISTRATOR)
    return open_facility(facility.home)


def _under(facility: Facility, key: int, kind: CodeKind = CodeKind.INMATE) -> str:
    return payload(new_cover_code(kind, replace(facility.keys, current=key)), facility.keys)


def _page(text: str) -> SurveyedPage:
    return replace(PAGE, sightings=Sightings((Symbol("QRCode", text, Box(0, 0, 9, 9), ("z",)),)))


@pytest.mark.parametrize("kind", [kind for kind in CodeKind if kind is not CodeKind.LEGAL])
def test_a_code_under_a_retired_key_is_a_doubt_with_its_own_reason(
    rotated: Facility, kind: CodeKind
) -> None:
    ring = replace(rotated.keys, retired=frozenset({1}))
    seen = see(_page(_under(rotated, 1, kind)), ring)
    assert seen.codes == ()
    assert [doubt.reason for doubt in seen.doubts] == [DoubtReason.KEY_RETIRED]
    assert "key 1" in seen.doubts[0].message
    assert see(_page(_under(rotated, 2, kind)), ring).codes


def test_it_holds_what_it_touches_in_a_stack(rotated: Facility) -> None:
    """Nobody knows whether it parts two letters."""
    ring = replace(rotated.keys, retired=frozenset({1}))
    codes = [
        _under(rotated, 2),
        None,
        None,
        _under(rotated, 1),
        None,
        None,
        _under(rotated, 2),
        None,
    ]
    blank = replace(PAGE, sightings=Sightings(()))
    seen = [
        see(replace(_page(text) if text else blank, number=number), ring)
        for number, text in enumerate(codes, start=1)
    ]
    parted = split(seen, Sides.SIMPLEX)
    held = [[str(doubt.reason) for doubt in each.doubts] for each in parted.letters]
    assert parted.whole == ()
    assert ["key_retired" in reasons for reasons in held] == [True] * (len(held) - 1) + [False]
    assert len(held) >= 2


@pytest.mark.parametrize("behind", [[None], [None, None], [1, None], [None, 2]])
def test_a_lone_stack_under_it_says_so(rotated: Facility, behind: list[int | None]) -> None:
    """Not that its cover could not be read."""
    ring = replace(rotated.keys, retired=frozenset({1}))
    codes = [_under(rotated, 1), *(key and _under(rotated, key) for key in behind)]
    blank = replace(PAGE, sightings=Sightings(()))
    seen = [
        see(replace(_page(text) if text else blank, number=number), ring)
        for number, text in enumerate(codes, start=1)
    ]
    parted = split(seen, Sides.SIMPLEX)
    doubts = parted.whole or parted.letters[0].doubts
    reason = reason_of(doubts)
    assert reason is not None
    assert "signed with key 1, which is retired" in reason
    assert "can be read" not in reason


def test_a_legal_marker_under_a_retired_key_still_seals(rotated: Facility) -> None:
    ring = replace(rotated.keys, retired=frozenset({1}))
    assert seals(see(_page(_under(rotated, 1, CodeKind.LEGAL)), ring))


def test_a_sheet_that_can_be_read_is_not_taken_for_a_marker(rotated: Facility) -> None:
    ring = replace(rotated.keys, retired=frozenset({1}))
    looks = replace(_page(_under(rotated, 1)), looks_like=CodeKind.INMATE)
    assert not seals(see(looks, ring))


def test_the_worker_takes_no_such_code_from_the_moment_on(
    rotated: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings = []

    def work(scan: Scan, _files: object, _profile: object, bench: Bench) -> Worked:
        rings.append(bench.keys)
        return worked(scan, split_of())

    monkeypatch.setattr("digitizer.capture.worker.work", work)
    with Worker(rotated) as running:
        take(rotated, b"before")
        running.work_next()
        covers.retire_key(rotated, 1, ADMINISTRATOR, "stolen")
        take(rotated, b"after")
        running.work_next()
    text = _under(rotated, 1)
    assert [verify(text, ring) is not None for ring in rings] == [True, False]


def _change(facility: Facility, code: CoverCode, **values: object) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(cover).where(cover.c.id == code.cover_id).values(**values))


def test_which_sheets_fall_is_listed_first(facility: Facility) -> None:
    codes = [new_cover(facility) for _ in range(4)]
    _change(facility, codes[1], revoked=now())
    _change(facility, codes[2], expires=now() - timedelta(days=1))
    covers.rotate_keys(facility, ADMINISTRATOR)
    rotated = open_facility(facility.home)
    new = new_cover(rotated)
    before = events(rotated)
    listed = covers.sheets_under_key(rotated, 1, OPERATOR)
    assert {each.code.cover_id for each in listed} == {codes[0].cover_id, codes[3].cover_id}
    assert events(rotated) == before
    assert covers.retire_key(rotated, 1, ADMINISTRATOR, "stolen") == listed
    assert events(rotated)[len(before) :] == [("retire key", "key:1", ADMINISTRATOR.name)]
    with reading(rotated.engine) as tx:
        known = [register.look_up(tx, each.cover_id) for each in (codes[0], new)]
    assert [each.key_retired for each in known if each] == [True, False]


def test_what_cannot_be_retired(rotated: Facility) -> None:
    with pytest.raises(NotFound):
        covers.retire_key(rotated, 9, ADMINISTRATOR, "stolen")
    with pytest.raises(Conflict, match="rotate-keys"):
        covers.retire_key(rotated, 2, ADMINISTRATOR, "stolen")
    with pytest.raises(UsageError):
        covers.retire_key(rotated, 1, ADMINISTRATOR, " ")
    covers.retire_key(rotated, 1, ADMINISTRATOR, "stolen")
    with pytest.raises(Conflict, match="already"):
        covers.retire_key(rotated, 1, ADMINISTRATOR, "stolen")


def test_a_process_that_still_has_the_old_key_prints_nothing(facility: Facility) -> None:
    covers.rotate_keys(facility, ADMINISTRATOR)
    covers.retire_key(open_facility(facility.home), 1, ADMINISTRATOR, "stolen")
    with pytest.raises(Conflict, match="Restart"):
        new_cover(facility)


def test_decode_says_that_the_key_is_retired(rotated: Facility) -> None:
    text = _under(rotated, 1)
    covers.retire_key(rotated, 1, ADMINISTRATOR, "stolen")
    assert _judge(rotated, OPERATOR, text) == (
        True,
        "inmate code, but its key, number 1, is retired",
    )


def test_a_cover_is_in_the_register_before_it_is_printed(facility: Facility) -> None:
    terms = CoverTerms(sheets=3, sender="Ida", once=True)
    printed = covers.print_inmate_cover(facility, ORSON, CLERK, terms)
    known = covers.find_cover(facility, printed.short_id.lower(), OPERATOR)
    assert (known.code.sheets, known.once, known.sender) == (3, True, "Ida")
    assert known.inmate is not None
    assert known.inmate.booking_number == ORSON
    assert pdf_pages(printed.pdf) == 1
    assert events(facility)[-1][0] == "print cover"


def test_every_cover_is_a_new_one_and_earlier_ones_stay(facility: Facility) -> None:
    one, two = (covers.print_inmate_cover(facility, ORSON, CLERK).short_id for _ in range(2))
    assert one != two
    assert covers.find_cover(facility, one, OPERATOR).revoked is None


def test_staff_sheets_name_no_inmate(facility: Facility) -> None:
    batch = covers.print_batch_header(facility, 12, CLERK)
    legal = covers.print_legal_marker(facility, CLERK)
    known = covers.find_cover(facility, batch.short_id, OPERATOR)
    assert (known.code.kind, known.code.sheets, known.inmate) == (CodeKind.BATCH, 12, None)
    assert covers.find_cover(facility, legal.short_id, OPERATOR).code.kind is CodeKind.LEGAL
    separator = covers.print_separator(facility, CLERK)
    known = covers.find_cover(facility, separator.short_id, OPERATOR)
    assert (known.code.kind, known.inmate, known.is_single_use) == (CodeKind.SEPARATOR, None, False)
    assert pdf_pages(separator.pdf) == 2


@pytest.mark.parametrize("sheets", [-1, 251])
def test_counts_that_a_code_cannot_carry(facility: Facility, sheets: int) -> None:
    with pytest.raises(UsageError):
        covers.print_inmate_cover(facility, ORSON, CLERK, CoverTerms(sheets=sheets))


def test_no_cover_is_printed_for_an_unknown_inmate(facility: Facility) -> None:
    before = events(facility)
    with pytest.raises(NotFound):
        covers.print_inmate_cover(facility, "nobody", CLERK)
    with pytest.raises(NotAllowed):
        covers.print_inmate_cover(facility, ORSON, INVESTIGATOR)
    assert events(facility) == before


def test_revoking_needs_a_reason(facility: Facility) -> None:
    printed = covers.print_inmate_cover(facility, ORSON, CLERK)
    with pytest.raises(UsageError):
        covers.revoke_cover(facility, printed.short_id, CLERK, " ")
    covers.revoke_cover(facility, printed.short_id, CLERK, "stolen")
    first = covers.find_cover(facility, printed.short_id, OPERATOR).revoked
    covers.revoke_cover(facility, printed.short_id, CLERK, "again")
    assert covers.find_cover(facility, printed.short_id, OPERATOR).revoked == first is not None


def test_a_cover_that_shows_everything_warns_of_nothing(facility: Facility) -> None:
    terms = CoverTerms(sender="محمد שרה")
    assert covers.print_inmate_cover(facility, ORSON, CLERK, terms).warnings == ()


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(9999, 1, 1), date.max])
def test_a_day_that_no_cover_can_be_good_until_is_refused(day: date) -> None:
    with pytest.raises(UsageError):
        CoverTerms(until=day).expiry()


def test_the_last_day_is_on_the_cover_and_on_the_marker(facility: Facility) -> None:
    last = str(now().astimezone().date() + timedelta(days=60))
    cover_sheet = covers.print_inmate_cover(facility, ORSON, CLERK, CoverTerms(valid_days=60))
    marker = covers.print_legal_marker(facility, CLERK, valid_days=60)
    for each in (cover_sheet, marker):
        assert last in page_texts(each.pdf)[0]


def test_what_the_facility_says_of_its_mail_is_on_the_cover(facility: Facility) -> None:
    own = facility.settings.facility
    (page,) = page_texts(covers.print_inmate_cover(facility, ORSON, CLERK).pdf)
    flat = " ".join(page.split())
    assert own.cover_notes[0] in flat
    assert "Las cartas se escanean" in flat


def test_a_sender_on_a_cover_cannot_turn_a_line_around(facility: Facility) -> None:
    printed = covers.print_inmate_cover(
        facility, ORSON, OPERATOR, CoverTerms(sender="Mary \u202egreb")
    )
    assert covers.find_cover(facility, printed.short_id, OPERATOR).sender == "Mary greb"


@pytest.mark.parametrize("paper", LABEL_PAPERS)
def test_a_label_is_registered_as_one_and_has_no_limits_of_its_own(
    facility: Facility, paper: LabelPaper
) -> None:
    made = covers.print_inmate_cover(facility, ORSON, CLERK, CoverTerms(sheets=2), paper)
    assert ORSON in page_texts(made.pdf)[0]
    known = covers.find_cover(facility, made.short_id, CLERK)
    assert (known.code.label, known.code.kind, known.code.sheets) == (True, CodeKind.INMATE, 2)
    assert verify(payload(known.code, facility.keys), facility.keys) == known.code
    whole = covers.print_inmate_cover(facility, ORSON, CLERK).short_id
    assert not covers.find_cover(facility, whole, CLERK).code.label
    for terms in (CoverTerms(once=True), CoverTerms(uses=3), CoverTerms(valid_days=3)):
        with pytest.raises(UsageError, match="stuck on"):
            covers.print_inmate_cover(facility, ORSON, CLERK, terms, paper)
