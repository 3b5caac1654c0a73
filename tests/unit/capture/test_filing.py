"""Filing: who gets a letter, what uses up a cover, and that it is all or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.capture.filing import file_scan
from digitizer.capture.outcomes import outcome_of
from digitizer.capture.scans import ledger
from digitizer.facility import Facility
from digitizer.letters.mailboxes import list_mailbox
from digitizer.letters.transcripts import correct
from digitizer.messages import outgoing
from digitizer.model.mail import LetterState, Outcome, PageRole
from digitizer.model.paper import (
    ANOTHER_HAND,
    MAY_BE_COVER,
    READS_PRINT,
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SeenPage,
    Split,
    SplitLetter,
)
from digitizer.model.settings import Release
from digitizer.screening.exception_queue import scan_pages
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import (
    cover,
    inmate,
    letter,
    message,
    page,
    posting,
    scan,
    transcript,
)
from digitizer.support.clock import now
from tests.support.made_mail import (
    DOUBT,
    GONE,
    LEGAL,
    ORSON,
    PETRA,
    StoredLetter,
    events,
    file,
    letter_of,
    letters_of,
    new_cover,
    new_reply_sheet,
    read,
    scan_row,
    split_of,
    take,
    used_by,
    worked,
)


def _only_letter(facility: Facility, scan_id: str) -> StoredLetter:
    (stored,) = letters_of(facility, scan_id)
    return stored


def _set_cover(facility: Facility, code: CoverCode, **values: object) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(cover).where(cover.c.id == code.cover_id).values(**values))


def test_a_good_cover_delivers(facility: Facility) -> None:
    code = new_cover(facility)
    scan = file(facility, split_of(letter_of(code, 1, 3)), {2: read("Dear Orson"), 3: read("Bye")})
    with reading(facility.engine) as tx:
        (line,) = outcome_of(tx, scan)
        (entry,) = list_mailbox(tx, ORSON)
        assert list_mailbox(tx, PETRA) == ()
    assert (line.outcome, line.booking_number, line.pages) == (Outcome.DELIVERED, ORSON, (2, 3))
    assert (entry.letter, entry.pages, entry.read) == (line.letter, 2, False)
    assert events(facility)[-1][:2] == ("deliver", f"letter:{line.letter}")


def test_each_letter_of_a_stack_is_filed_by_itself(facility: Facility) -> None:
    mine, another = new_cover(facility, ORSON), new_cover(facility, PETRA)
    scan = file(
        facility,
        split_of(letter_of(mine, 1, 3), letter_of(another, 4, 5), letter_of(mine, 6, 7, DOUBT)),
    )
    with reading(facility.engine) as tx:
        lines = [(line.outcome, line.booking_number, line.pages) for line in outcome_of(tx, scan)]
    assert lines == [
        (Outcome.DELIVERED, ORSON, (2, 3)),
        (Outcome.DELIVERED, PETRA, (5,)),
        (Outcome.HELD, None, (7,)),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"revoked": now()}, DoubtReason.COVER_REVOKED),
        ({"expires": now()}, DoubtReason.COVER_EXPIRED),
        ({"inmate_id": None}, DoubtReason.COVER_UNKNOWN),
    ],
)
def test_a_cover_that_no_longer_holds(
    facility: Facility, change: dict[str, object], reason: DoubtReason
) -> None:
    code = new_cover(facility)
    _set_cover(facility, code, **change)
    row = _only_letter(facility, file(facility, split_of(letter_of(code, 1, 3))))
    assert (row.state, row.inmate_id, row.doubts) == (LetterState.HELD, None, [str(reason)])


def test_an_id_that_nobody_printed(facility: Facility) -> None:
    stranger = CoverCode(CodeKind.INMATE, 1, "ab" * 9)
    row = _only_letter(facility, file(facility, split_of(letter_of(stranger, 1, 3))))
    assert (row.state, row.doubts) == (LetterState.HELD, ["cover_unknown"])


@pytest.mark.parametrize("kind", [CodeKind.BATCH, CodeKind.LEGAL])
def test_a_sheet_that_is_no_letters_cover(facility: Facility, kind: CodeKind) -> None:
    row = _only_letter(
        facility, file(facility, split_of(letter_of(new_cover(facility, kind=kind), 1, 2)))
    )
    assert row.state == LetterState.HELD


def test_no_cover_at_all(facility: Facility) -> None:
    row = _only_letter(facility, file(facility, split_of(letter_of(None, 1, 2))))
    assert (row.state, row.inmate_id) == (LetterState.HELD, None)


def test_who_is_not_in_custody_gets_nothing(facility: Facility) -> None:
    row = _only_letter(
        facility, file(facility, split_of(letter_of(new_cover(facility, GONE), 1, 2)))
    )
    assert (row.state, row.inmate_id, row.proposed) == (LetterState.HELD, None, GONE)
    assert row.doubts == ["not_in_custody"]


def test_custody_is_asked_when_it_is_filed(facility: Facility) -> None:
    code = new_cover(facility)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(inmate).values(status="transferred"))
    row = _only_letter(facility, file(facility, split_of(letter_of(code, 1, 2))))
    assert row.state == LetterState.HELD


def test_a_standing_cover_is_used_again_and_again(facility: Facility) -> None:
    code = new_cover(facility)
    for content in (b"1", b"2"):
        scan = file(facility, split_of(letter_of(code, 1, 2)), content=content)
        assert _only_letter(facility, scan).state == LetterState.DELIVERED
    assert used_by(facility, code) is None


def test_a_single_use_cover_is_spent_by_its_scan(facility: Facility) -> None:
    code = new_cover(facility, once=True)
    first = file(facility, split_of(letter_of(code, 1, 2)), content=b"1")
    assert used_by(facility, code) == first
    second = _only_letter(facility, file(facility, split_of(letter_of(code, 1, 2)), content=b"2"))
    assert (second.state, second.doubts) == (LetterState.HELD, ["cover_spent"])
    assert used_by(facility, code) == first


def test_a_retry_of_the_same_scan_is_no_second_use(facility: Facility) -> None:
    code = new_cover(facility, once=True)
    taken = take(facility, b"1")
    _set_cover(facility, code, used_by=taken.id)
    row = _only_letter(facility, file(facility, split_of(letter_of(code, 1, 2)), content=b"1"))
    assert row.state == LetterState.DELIVERED


def test_a_single_use_cover_twice_in_a_stack_holds_both(facility: Facility) -> None:
    code = new_cover(facility, once=True)
    scan = file(facility, split_of(letter_of(code, 1, 2), letter_of(code, 3, 4)))
    assert [row.state for row in letters_of(facility, scan)] == [LetterState.HELD] * 2
    assert used_by(facility, code) is None


def test_after_review_waits_and_spends_the_cover(facility: Facility) -> None:
    code = new_cover(facility, once=True)
    scan = file(facility, split_of(letter_of(code, 1, 2)), release=Release.AFTER_REVIEW)
    row = _only_letter(facility, scan)
    assert row.state == LetterState.AWAITING_REVIEW
    assert used_by(facility, code) == scan
    with reading(facility.engine) as tx:
        assert list_mailbox(tx, ORSON) == ()
        assert outcome_of(tx, scan)[0].reason == "Waiting for review."


def test_a_reply_goes_to_its_thread_and_no_mailbox(facility: Facility) -> None:
    code = new_reply_sheet(facility)
    reply = SplitLetter(code, (), (1,), ())
    scan = file(facility, split_of(reply), {1: read("I am well")})
    with reading(facility.engine) as tx:
        (thread,) = outgoing.threads_of(tx, ORSON)
        assert list_mailbox(tx, ORSON) == ()
        assert outcome_of(tx, scan)[0].outcome is Outcome.DELIVERED
    assert (thread.message.state, thread.replies[0].text) == ("answered", "I am well")


def test_a_reply_shows_how_much_of_it_is_doubtful_until_a_person_corrects_it(
    facility: Facility,
) -> None:
    code = new_reply_sheet(facility)
    file(facility, split_of(SplitLetter(code, (), (1,), ())), {1: read("I am wel", well=0.4)})
    with reading(facility.engine) as tx:
        (reply,) = outgoing.threads_of(tx, ORSON)[0].replies
    assert (reply.pages, reply.text, reply.doubtful) == (1, "I am wel", 1)
    with writing(facility.engine) as tx:
        correct(tx, 1, "I am well", "Clara Clerk")
        (reply,) = outgoing.threads_of(tx, ORSON)[0].replies
    assert (reply.text, reply.doubtful) == ("I am well", 0)


def test_nothing_is_left_of_a_filing_that_fails(facility: Facility) -> None:
    code = new_cover(facility, once=True)
    taken = take(facility, b"1")
    stack = worked(taken, split_of(letter_of(code, 1, 2)), {2: read("Dear")})

    def file_and_fail() -> None:
        with writing(facility.engine) as tx:
            ledger.claim(tx, taken.id, "one")
            file_scan(tx, stack, {}, Release.AUTOMATIC)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        file_and_fail()
    with reading(facility.engine) as tx:
        for table in (letter, page, transcript, posting, message):
            assert tx.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
    assert used_by(facility, code) is None
    assert scan_row(facility, taken.id).state == "waiting"
    assert events(facility) == []


def test_a_page_of_a_letter_that_may_be_a_cover_is_shown_as_that(facility: Facility) -> None:
    looks = Doubt(DoubtReason.COVER_UNREADABLE, "Page 3 looks like a cover sheet.")
    code = new_cover(facility)
    taken = take(facility, b"stack")
    stack = worked(taken, split_of(letter_of(code, 1, 4, looks)))
    seen = (SeenPage(1, codes=(code,)), SeenPage(2), SeenPage(3, doubts=(looks,)), SeenPage(4))
    with writing(facility.engine) as tx:
        ledger.claim(tx, taken.id, "a test")
        file_scan(tx, replace(stack, seen=seen), {}, Release.AUTOMATIC)
        shown = {each.number: MAY_BE_COVER in each.quality for each in scan_pages(tx, taken.id)}
    assert shown == {1: False, 2: False, 3: True, 4: False}


@pytest.mark.parametrize("engine", ["ppocr", READS_PRINT])
@pytest.mark.parametrize("named", [False, True])
def test_a_change_of_hand_is_marked_in_a_letter_without_a_cover(
    facility: Facility, engine: str, named: bool
) -> None:
    code = new_cover(facility) if named else None
    taken = take(facility, b"stack")
    texts = {number: replace(read("we write"), engine=engine) for number in range(2, 6)}
    stack = worked(taken, split_of(letter_of(code, 1, 5, DOUBT)), texts)
    one, other = (200,) + (0,) * 39, (0,) * 39 + (200,)
    hands = {2: one, 3: one, 4: other, 5: other}
    scanned = tuple(replace(page, hand=hands.get(page.number, ())) for page in stack.pages)
    with writing(facility.engine) as tx:
        ledger.claim(tx, taken.id, "a test")
        file_scan(tx, replace(stack, pages=scanned), {}, Release.AUTOMATIC)
        marked = [each.number for each in scan_pages(tx, taken.id) if ANOTHER_HAND in each.quality]
    assert marked == ([4] if engine != READS_PRINT and not named else [])


@pytest.mark.parametrize("bad", ["pictures", "texts", "letters"])
def test_nothing_of_a_sealed_scan_can_be_filed(facility: Facility, bad: str) -> None:
    whole = () if bad == "letters" else (LEGAL,)
    split = Split(whole=whole, sealed=True)
    texts = {1: read("privileged")} if bad == "texts" else {}
    with pytest.raises(ValueError, match="sealed"):
        file(facility, split, texts, count=2, pictures={1: "a" * 64} if bad == "pictures" else {})


@pytest.mark.parametrize("release", Release)
def test_a_letter_behind_a_separator_is_held_and_the_separator_recorded(
    facility: Facility, release: Release
) -> None:
    """Whatever the facility does with letters that have no doubt."""
    separated = Doubt(DoubtReason.SEPARATED, "A letter begins here.", "Choose the inmate.")
    split = Split(letters=(letter_of(None, 2, 3, separated),), recorded=(1,))
    scan = file(facility, split, {2: read("Dear Orson")}, release=release)
    stored = _only_letter(facility, scan)
    assert (stored.state, stored.reason) == (
        LetterState.HELD,
        "A letter begins here. Choose the inmate.",
    )
    with reading(facility.engine) as tx:
        assert [each.role for each in scan_pages(tx, scan)] == [
            PageRole.RECORDED,
            PageRole.CONTENT,
            PageRole.CONTENT,
        ]
        (line,) = outcome_of(tx, scan)
    assert (line.outcome, line.booking_number, line.pages) == (Outcome.HELD, None, (2, 3))


def test_what_is_known_of_paper_and_counts_is_kept(facility: Facility) -> None:
    parted = replace(split_of(letter_of(new_cover(facility, ORSON), 1, 3)), counted=5, missing=2)
    taken = take(facility, b"looks")
    with writing(facility.engine) as tx:
        ledger.claim(tx, taken.id, "a test")
        made = worked(taken, parted, {2: read("Ann Example 12 Mill Lane"), 3: read("Dear")}, 0)
        sheet = replace(made.pages[0], width=1700, height=2200, dpi=200)
        envelope = replace(sheet, number=2, width=1900, height=825, paper=(250, 246, 230))
        lined = replace(sheet, number=3, stripes=(76.3,))
        file_scan(tx, replace(made, pages=(sheet, envelope, lined)), {}, Release.AUTOMATIC)
        rows = tx.execute(sa.select(page).order_by(page.c.number)).all()
        filed = tx.execute(sa.select(scan)).one()
    assert (filed.counted, filed.missing) == (5, 2)
    assert [row.envelope for row in rows] == [False, True, False]
    assert [row.role for row in rows] == ["cover", "content", "content"]
    assert rows[1].paper == [250, 246, 230]
    assert rows[2].stripes == [76.3]
