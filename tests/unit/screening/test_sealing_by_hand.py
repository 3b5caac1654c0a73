"""A person says that what is held may be legal mail: nothing of it may be read any more."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from digitizer.capture.recovery import recover
from digitizer.capture.scans.ledger import find_scan
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.letters.mailboxes import open_letter
from digitizer.letters.transcripts import correct
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import LetterState, PageRole, Queue, ScanState
from digitizer.model.paper import Scan
from digitizer.protected_line import sheets
from digitizer.screening import cases, decisions, legal_mail, recalls
from digitizer.screening.sealing_by_hand import seal_held
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import correction, letter, original, page, transcript
from digitizer.storage.tables_retention import kept_page
from digitizer.support import failpoints
from tests.support.kept_mail import old_stack, scheduled
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    INVESTIGATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    events,
    file,
    held_whole,
    letter_of,
    letters_of,
    new_cover,
    read,
    scan_row,
    split_of,
    stored_letter,
)
from tests.support.sealed_mail import all_bytes, balances, killed_at, plain

WHY = "The envelope says that it is legal mail"
STACK = b"the paper of two letters, one of them of counsel"
WORDS = "privileged between counselmarrow and client"


def _picture(facility: Facility, number: int) -> str:
    return facility.pictures.put(io.BytesIO(b"what page %d looks like" % number))[0]


def _two_letters(facility: Facility, *, second_held: bool = True) -> tuple[Scan, str, str]:
    """A scan of two letters, of which the first is held and of counsel."""
    first, second = new_cover(facility, ORSON), new_cover(facility, PETRA)
    doubts = (DOUBT,) if second_held else ()
    scan_id = file(
        facility,
        split_of(letter_of(first, 1, 3, DOUBT), letter_of(second, 4, 5, *doubts)),
        {2: read("Law office"), 3: read(WORDS), 5: read("Dear Petra")},
        content=STACK,
        pictures={number: _picture(facility, number) for number in range(1, 6)},
    )
    one, other = letters_of(facility, scan_id)
    with reading(facility.engine) as tx:
        return find_scan(tx, scan_id), one.id, other.id


def _is_unread(facility: Facility, scan: Scan) -> None:
    """Neither text nor picture nor original can be read, and each page is where it should be."""
    row = scan_row(facility, scan.id)
    assert (row.sealed, row.state, row.doubt) == (True, ScanState.HELD, "legal_doubt")
    with reading(facility.engine) as tx:
        pages = tx.execute(sa.select(page).where(page.c.scan_id == scan.id)).all()
        read_still = sa.select(sa.func.count()).select_from(transcript)
        assert tx.execute(read_still).scalar() == 0
    assert len(pages) == 5
    assert {(each.picture, each.letter_id) for each in pages} == {(None, None)}
    assert plain(facility, scan) == [False]
    assert b"what page" not in all_bytes(facility.home)
    assert balances(facility)


def test_nothing_of_the_scan_can_be_read_any_more(facility: Facility) -> None:
    scan, one, other = _two_letters(facility)
    with writing(facility.engine) as tx:
        mine = sa.select(page.c.id).where(page.c.letter_id == one, page.c.number == 2)
        correct(tx, tx.execute(mine).scalar_one(), "the words of counsel", CLERK.name)
    decisions.withhold(facility, one, 3, CLERK, "a map")
    assert seal_held(facility, one, 2, CLERK, WHY) == scan.id
    _is_unread(facility, scan)
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(correction)).scalar() == 0
    for each in (one, other):
        stored = stored_letter(facility, each)
        assert (stored.state, stored.replaced_by) == (LetterState.REPLACED, scan.id)
        with reading(facility.engine) as tx:
            assert open_letter(tx, None, each).pages == ()
        with pytest.raises(NotFound):
            cases.look_at_held(facility, each, CLERK)
    assert letters.search_mail(facility, "counselmarrow", SUPERVISOR) == ()
    assert ("seal", f"scan:{scan.id}", "Clara Clerk") in events(facility)


def test_only_a_supervisor_sees_the_page_that_caused_it_and_decides(facility: Facility) -> None:
    scan, one, _ = _two_letters(facility)
    seal_held(facility, one, 2, CLERK, WHY)
    case = cases.look_at_held(facility, scan.id, CLERK)
    assert (case.item.queue, case.pages) == (Queue.LEGAL, ())
    assert f"Clara Clerk says so: {WHY}." in case.item.reason
    seal = legal_mail.look_at_sealed(facility, scan.id, SUPERVISOR)
    assert [(each.number, each.standing) for each in seal.sealing] == [(2, "said by a person")]
    assert not seal.sure
    picture = legal_mail.sealing_picture(facility, scan.id, 2, SUPERVISOR)
    assert picture == b"what page 2 looks like"
    with pytest.raises(NotFound):
        legal_mail.sealing_picture(facility, scan.id, 3, SUPERVISOR)
    with pytest.raises(NotAllowed):
        legal_mail.sealing_picture(facility, scan.id, 2, CLERK)


def test_of_what_may_be_a_sheet_for_the_protected_line_the_supervisor_sees_nothing(
    facility: Facility,
) -> None:
    _, held, _ = _two_letters(facility)
    with writing(facility.engine) as tx:
        sheets.make(tx, facility.keys, "The ombudsman")
    seal_held(facility, held, 2, CLERK, WHY)
    assert list(facility.pictures.names()) == []


def test_a_seal_that_is_lifted_gives_the_paper_back(facility: Facility) -> None:
    scan, one, _ = _two_letters(facility)
    seal_held(facility, one, 2, CLERK, WHY)
    legal_mail.lift(facility, scan.id, SUPERVISOR, "a flyer")
    assert scan_row(facility, scan.id).state is ScanState.WAITING
    assert facility.originals.get(scan.originals[0].sha256) == STACK
    with reading(facility.engine) as tx:
        assert find_scan(tx, scan.id).cleared == {2}  # it does not seal again for this page


def test_a_scan_that_is_held_whole_is_sealed_too(facility: Facility) -> None:
    scan_id = held_whole(facility, DOUBT, count=3)
    assert seal_held(facility, scan_id, 1, CLERK, WHY) == scan_id
    assert scan_row(facility, scan_id).sealed
    assert balances(facility)


def test_what_is_delivered_of_the_scan_must_be_recalled_first(facility: Facility) -> None:
    scan, one, other = _two_letters(facility, second_held=False)
    assert cases.look_at_held(facility, one, CLERK).decided == (other,)
    before = (set(facility.originals.names()), set(facility.pictures.names()))
    with pytest.raises(Conflict, match="Ask a supervisor to recall these") as told:
        seal_held(facility, one, 2, CLERK, WHY)
    assert other in str(told.value)
    assert (set(facility.originals.names()), set(facility.pictures.names())) == before
    assert stored_letter(facility, one).state is LetterState.HELD
    recalls.recall(facility, other, SUPERVISOR, "legal mail lies beside it")
    seal_held(facility, one, 2, CLERK, WHY)
    _is_unread(facility, scan)


def test_a_rejected_neighbour_keeps_it_from_being_sealed_as_well(facility: Facility) -> None:
    _, one, other = _two_letters(facility)
    decisions.reject(facility, other, CLERK, "perfume")
    with pytest.raises(Conflict):
        seal_held(facility, one, 2, CLERK, WHY)


def test_a_stack_that_was_taken_apart_is_not_sealed(facility: Facility) -> None:
    """Its files have no separators any more: unsealed, they could become other letters."""
    here = scheduled(facility)
    orsons, petras = old_stack(here, [ORSON, PETRA], 0)
    recalls.recall(here, petras.id, SUPERVISOR, "a mistake")
    with writing(here.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id == orsons.id).values(state="destroyed"))
    with pytest.raises(Conflict, match="taken apart"):
        seal_held(here, petras.id, 5, CLERK, WHY)
    with writing(here.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id == orsons.id).values(state="replaced"))
        pages = tx.execute(sa.select(page.c.id).where(page.c.letter_id == petras.id)).scalars()
        of = sa.select(original.c.id).where(original.c.scan_id == petras.scan)
        moved = {"page_id": pages.all()[0], "original_id": tx.execute(of).scalar_one(), "place": 1}
        tx.execute(sa.insert(kept_page).values(**moved))
    with pytest.raises(Conflict, match="taken apart"):
        seal_held(here, petras.id, 5, CLERK, WHY)
    assert not scan_row(here, petras.scan).sealed
    with writing(here.engine) as tx:
        tx.execute(sa.delete(kept_page))
    assert seal_held(here, petras.id, 5, CLERK, WHY) == petras.scan


def test_no_earlier_decision_can_be_undone_into_a_sealed_scan(facility: Facility) -> None:
    scan, one, _ = _two_letters(facility)
    decisions.mark_page(facility, one, 3, PageRole.BLANK, CLERK, "blank")
    marked = cases.decision_on(facility, one, CLERK)
    assert marked is not None
    seal_held(facility, one, 2, CLERK, WHY)
    with pytest.raises(Conflict, match="sealed as legal mail"):
        decisions.undo(facility, one, marked.event.seq, CLERK)
    _is_unread(facility, scan)


def test_it_needs_a_reason_a_page_and_whoever_may_decide(facility: Facility) -> None:
    scan, one, _ = _two_letters(facility)
    with pytest.raises(UsageError):
        seal_held(facility, one, 2, CLERK, " ")
    with pytest.raises(NotFound):
        seal_held(facility, one, 77, CLERK, WHY)
    with pytest.raises(NotFound):
        seal_held(facility, "nothing", 1, CLERK, WHY)
    with pytest.raises(NotAllowed):
        seal_held(facility, one, 2, INVESTIGATOR, WHY)
    assert facility.seal_keys.names() == frozenset()
    seal_held(facility, one, 2, CLERK, WHY)
    with pytest.raises(Conflict):
        seal_held(facility, scan.id, 2, CLERK, WHY)


def test_a_picture_that_another_scans_page_has_too_stays_for_it(facility: Facility) -> None:
    _, one, _ = _two_letters(facility)
    shared = _picture(facility, 3)
    other = file(
        facility,
        split_of(letter_of(new_cover(facility, ORSON), 1, 2)),
        content=b"another stack",
        pictures={2: shared},
    )
    seal_held(facility, one, 2, CLERK, WHY)
    assert facility.pictures.exists(shared)
    assert [each.picture for each in cases_pages(facility, other)] == [None, shared]


def cases_pages(facility: Facility, scan_id: str) -> list[sa.Row[tuple[str | None]]]:
    with reading(facility.engine) as tx:
        asked = sa.select(page.c.picture).where(page.c.scan_id == scan_id)
        return list(tx.execute(asked.order_by(page.c.number)).all())


@pytest.mark.parametrize(
    "point", [*failpoints.SEALING_POINTS, "sealing.stored", "sealing.plain_deleted"]
)
def test_killed_anywhere_it_is_all_there_or_sealed_and_unread(
    facility: Facility, point: str
) -> None:
    scan, one, _ = _two_letters(facility)
    facility.engine.dispose()

    def seal(fresh: Facility) -> None:
        seal_held(fresh, one, 2, CLERK, WHY)

    assert killed_at(facility.home, point, seal)
    recover(facility)
    if scan_row(facility, scan.id).sealed:
        _is_unread(facility, scan)
    else:
        assert facility.originals.get(scan.originals[0].sha256) == STACK
        assert stored_letter(facility, one).state is LetterState.HELD
        assert balances(facility)
