"""Filing: who gets a letter, what uses up a cover, and that it is all or nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.capture.filing import file_scan
from digitizer.capture.outcomes import outcome_of
from digitizer.capture.scans import ledger
from digitizer.covers import register
from digitizer.facility import House
from digitizer.letters.mailboxes import list_mailbox
from digitizer.letters.transcripts import correct
from digitizer.messages import outgoing
from digitizer.model.errors import NotFound
from digitizer.model.mail import Direction, LetterState, Outcome
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    DoubtReason,
    Split,
    SplitLetter,
)
from digitizer.model.settings import Release
from digitizer.storage.tables import (
    cover,
    inmate,
    letter,
    message,
    page,
    posting,
    reading,
    transcript,
    writing,
)
from digitizer.support.clock import now
from tests.support.made_mail import (
    DOUBT,
    GONE,
    LEGAL,
    ORSON,
    PETRA,
    events,
    file,
    letter_of,
    letters_of,
    new_cover,
    read,
    scan_row,
    split_of,
    take,
    used_by,
    worked,
)


def _only_letter(house: House, scan_id: str) -> sa.Row[tuple[object, ...]]:
    (row,) = letters_of(house, scan_id)
    return row


def _set_cover(house: House, code: CoverCode, **values: object) -> None:
    with writing(house.engine) as tx:
        tx.execute(sa.update(cover).where(cover.c.id == code.cover_id).values(**values))


def test_a_good_cover_delivers(house: House) -> None:
    code = new_cover(house)
    scan = file(house, split_of(letter_of(code, 1, 3)), {2: read("Dear Orson"), 3: read("Bye")})
    with reading(house.engine) as tx:
        (line,) = outcome_of(tx, scan)
        (entry,) = list_mailbox(tx, ORSON)
        assert list_mailbox(tx, PETRA) == ()
    assert (line.outcome, line.booking_number, line.pages) == (Outcome.DELIVERED, ORSON, (2, 3))
    assert (entry.letter, entry.pages, entry.read) == (line.letter, 2, False)
    assert events(house)[-1][:2] == ("deliver", f"letter:{line.letter}")


def test_each_letter_of_a_stack_goes_its_own_way(house: House) -> None:
    mine, hers = new_cover(house, ORSON), new_cover(house, PETRA)
    scan = file(
        house,
        split_of(letter_of(mine, 1, 3), letter_of(hers, 4, 5), letter_of(mine, 6, 7, DOUBT)),
    )
    with reading(house.engine) as tx:
        told = [(line.outcome, line.booking_number, line.pages) for line in outcome_of(tx, scan)]
    assert told == [
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
    house: House, change: dict[str, object], reason: DoubtReason
) -> None:
    code = new_cover(house)
    _set_cover(house, code, **change)
    row = _only_letter(house, file(house, split_of(letter_of(code, 1, 3))))
    assert (row.state, row.inmate_id, row.doubts) == (LetterState.HELD, None, [str(reason)])


def test_an_id_that_nobody_printed(house: House) -> None:
    stranger = CoverCode(CodeKind.INMATE, 1, "ab" * 9)
    row = _only_letter(house, file(house, split_of(letter_of(stranger, 1, 3))))
    assert (row.state, row.doubts) == (LetterState.HELD, ["cover_unknown"])


@pytest.mark.parametrize("kind", [CodeKind.BATCH, CodeKind.LEGAL])
def test_a_sheet_that_is_no_letters_cover(house: House, kind: CodeKind) -> None:
    row = _only_letter(house, file(house, split_of(letter_of(new_cover(house, kind=kind), 1, 2))))
    assert row.state == LetterState.HELD


def test_no_cover_at_all(house: House) -> None:
    row = _only_letter(house, file(house, split_of(letter_of(None, 1, 2))))
    assert (row.state, row.inmate_id) == (LetterState.HELD, None)


def test_who_is_not_in_custody_gets_nothing(house: House) -> None:
    row = _only_letter(house, file(house, split_of(letter_of(new_cover(house, GONE), 1, 2))))
    assert (row.state, row.inmate_id, row.proposed) == (LetterState.HELD, None, GONE)
    assert row.doubts == ["not_in_custody"]


def test_custody_is_asked_when_it_is_filed(house: House) -> None:
    code = new_cover(house)
    with writing(house.engine) as tx:
        tx.execute(sa.update(inmate).values(status="transferred"))
    row = _only_letter(house, file(house, split_of(letter_of(code, 1, 2))))
    assert row.state == LetterState.HELD


def test_a_standing_cover_is_used_again_and_again(house: House) -> None:
    code = new_cover(house)
    for content in (b"1", b"2"):
        scan = file(house, split_of(letter_of(code, 1, 2)), content=content)
        assert _only_letter(house, scan).state == LetterState.DELIVERED
    assert used_by(house, code) is None


def test_a_single_use_cover_is_spent_by_its_scan(house: House) -> None:
    code = new_cover(house, once=True)
    first = file(house, split_of(letter_of(code, 1, 2)), content=b"1")
    assert used_by(house, code) == first
    second = _only_letter(house, file(house, split_of(letter_of(code, 1, 2)), content=b"2"))
    assert (second.state, second.doubts) == (LetterState.HELD, ["cover_spent"])
    assert used_by(house, code) == first


def test_a_retry_of_the_same_scan_is_no_second_use(house: House) -> None:
    code = new_cover(house, once=True)
    taken = take(house, b"1")
    _set_cover(house, code, used_by=taken.id)
    row = _only_letter(house, file(house, split_of(letter_of(code, 1, 2)), content=b"1"))
    assert row.state == LetterState.DELIVERED


def test_a_single_use_cover_twice_in_a_stack_holds_both(house: House) -> None:
    code = new_cover(house, once=True)
    scan = file(house, split_of(letter_of(code, 1, 2), letter_of(code, 3, 4)))
    assert [row.state for row in letters_of(house, scan)] == [LetterState.HELD] * 2
    assert used_by(house, code) is None


def test_after_review_waits_and_spends_the_cover(house: House) -> None:
    code = new_cover(house, once=True)
    scan = file(house, split_of(letter_of(code, 1, 2)), release=Release.AFTER_REVIEW)
    row = _only_letter(house, scan)
    assert row.state == LetterState.AWAITING_REVIEW
    assert used_by(house, code) == scan
    with reading(house.engine) as tx:
        assert list_mailbox(tx, ORSON) == ()
        assert outcome_of(tx, scan)[0].reason == "Waits for review."


def test_a_reply_goes_to_its_thread_and_no_mailbox(house: House) -> None:
    with writing(house.engine) as tx:
        code = register.fresh_code(tx, CodeKind.REPLY, house.keys)
        sent = outgoing.queue_message(
            tx, direction=Direction.TO_INMATE, inmate_id=1, correspondent="Aunt Ida",
            address=None, subject="Hi", body="How are you?", photos=(), cover_id=code.cover_id,
        )  # fmt: skip
        register.enrol(tx, code, inmate_id=1, message_id=sent, sender="Aunt Ida")
    reply = SplitLetter(code, (), (1,), ())
    scan = file(house, split_of(reply), {1: read("I am well")})
    with reading(house.engine) as tx:
        (thread,) = outgoing.threads_of(tx, ORSON)
        assert list_mailbox(tx, ORSON) == ()
        assert outcome_of(tx, scan)[0].outcome is Outcome.DELIVERED
    assert (thread.message.state, thread.replies[0].text) == ("answered", "I am well")


def test_a_reply_says_how_much_of_it_is_doubtful_until_a_person_put_it_right(house: House) -> None:
    with writing(house.engine) as tx:
        code = register.fresh_code(tx, CodeKind.REPLY, house.keys)
        sent = outgoing.queue_message(
            tx, direction=Direction.TO_INMATE, inmate_id=1, correspondent="Aunt Ida",
            address=None, subject="Hi", body="How are you?", photos=(), cover_id=code.cover_id,
        )  # fmt: skip
        register.enrol(tx, code, inmate_id=1, message_id=sent, sender="Aunt Ida")
    file(house, split_of(SplitLetter(code, (), (1,), ())), {1: read("I am wel", well=0.4)})
    with reading(house.engine) as tx:
        (told,) = outgoing.threads_of(tx, ORSON)[0].replies
    assert (told.pages, told.text, told.doubtful) == (1, "I am wel", 1)
    with writing(house.engine) as tx:
        correct(tx, 1, "I am well", "Clara Clerk")
        (told,) = outgoing.threads_of(tx, ORSON)[0].replies
    assert (told.text, told.doubtful) == ("I am well", 0)


def test_nothing_is_left_of_a_filing_that_fails(house: House) -> None:
    code = new_cover(house, once=True)
    taken = take(house, b"1")
    stack = worked(taken, split_of(letter_of(code, 1, 2)), {2: read("Dear")})

    def file_and_fail() -> None:
        with writing(house.engine) as tx:
            ledger.claim(tx, taken.id, "one")
            file_scan(tx, stack, {}, Release.AUTOMATIC)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        file_and_fail()
    with reading(house.engine) as tx:
        for table in (letter, page, transcript, posting, message):
            assert tx.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
    assert used_by(house, code) is None
    assert scan_row(house, taken.id).state == "waiting"
    assert events(house) == []


def test_a_scan_held_whole_forms_no_letter(house: House) -> None:
    scan = file(house, Split(whole=(DOUBT,)), {1: read("words")}, count=3)
    with reading(house.engine) as tx:
        (line,) = outcome_of(tx, scan)
    assert (line.letter, line.outcome, line.pages) == (None, Outcome.HELD, (1, 2, 3))
    assert events(house)[-1][:2] == ("hold", f"scan:{scan}")


def test_only_batch_headers(house: House) -> None:
    scan = file(house, Split(recorded=(1,)), count=1)
    with reading(house.engine) as tx:
        (line,) = outcome_of(tx, scan)
    assert (line.outcome, line.pages) == (Outcome.RECORDED, ())


@pytest.mark.parametrize("bad", ["pictures", "texts", "letters"])
def test_nothing_of_a_sealed_scan_can_be_filed(house: House, bad: str) -> None:
    whole = () if bad == "letters" else (LEGAL,)
    split = Split(whole=whole, sealed=True)
    texts = {1: read("privileged")} if bad == "texts" else {}
    with pytest.raises(ValueError, match="sealed"):
        file(house, split, texts, count=2, pictures={1: "a" * 64} if bad == "pictures" else {})


def test_a_scan_that_does_not_exist(house: House) -> None:
    with reading(house.engine) as tx, pytest.raises(NotFound):
        outcome_of(tx, "none")
