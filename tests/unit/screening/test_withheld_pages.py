"""A page that is withheld: its inmate sees that, and why, and nothing of it by any way."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.letters.pages import WithheldPage
from digitizer.messages import outgoing
from digitizer.model.appeals import Side
from digitizer.model.errors import Conflict, DigitizerError, NotFound, UsageError
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.people import Actor
from digitizer.operations import actions as operations
from digitizer.screening import decisions, notices, recalls
from digitizer.screening.rejections import find_rejection
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import page, posting
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    events,
    file,
    letter_of,
    letters_of,
    new_reply_sheet,
    one_more_event,
    read,
    split_of,
    stored_letter,
)
from tests.support.screened_mail import waiting_letter

TEXTS = {2: "Dear Orson", 3: "forbidden tunnel", 4: "Yours ever"}
WHY = "a plan of the building"
OWNER = as_inmate(ORSON)


def _delivered_without(facility: Facility, number: int = 3) -> str:
    letter = waiting_letter(facility, texts=TEXTS)
    decisions.withhold(facility, letter, number, CLERK, WHY)
    decisions.release(facility, letter, CLERK, "the rest is fine")
    return letter


def test_it_is_recorded_with_its_reason_and_delivers_nothing(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    with one_more_event(facility, "withhold page", f"letter:{letter}", CLERK):
        assert decisions.withhold(facility, letter, 3, CLERK, WHY) == letter
    assert stored_letter(facility, letter).state is LetterState.AWAITING_REVIEW


def test_the_inmate_sees_that_it_was_withheld_where_and_why(facility: Facility) -> None:
    opened = letters.open_letter(facility, _delivered_without(facility), OWNER)
    assert opened.withheld == (WithheldPage(number=3, after=1, reason=WHY),)
    assert [each.position for each in opened.pages] == [1, 2]
    texts = [each.transcript.text for each in opened.pages if each.transcript]
    assert texts == ["Dear Orson", "Yours ever"]


def test_its_picture_has_no_address(facility: Facility) -> None:
    letter = _delivered_without(facility)
    with reading(facility.engine) as tx:
        secret = tx.execute(sa.select(page.c.picture).where(page.c.number == 3)).scalar_one()
    hidden = facility.pictures.get(secret)
    for by in (OWNER, SUPERVISOR):
        shown = [letters.page_picture(facility, letter, each, by) for each in (1, 2)]
        assert hidden not in shown
        for number in (0, 3, 4):
            with pytest.raises(NotFound):
                letters.page_picture(facility, letter, number, by)
    with pytest.raises(NotFound):
        letters.page_picture(facility, letter, 1, as_inmate(PETRA))


def test_the_pdf_is_without_it(facility: Facility) -> None:
    made = letters.letter_pdf(facility, _delivered_without(facility), OWNER)
    with pikepdf.open(io.BytesIO(made)) as opened:
        assert len(opened.pages) == 2
    assert b"tunnel" not in made


@pytest.mark.parametrize("query", ["tunnel", "forbidden", '"forbidden tunnel"', "tunne"])
def test_no_search_finds_it(facility: Facility, query: str) -> None:
    letter = _delivered_without(facility)
    letters.name_case(facility, "26-0117", INVESTIGATOR)
    for by in (OWNER, SUPERVISOR, INVESTIGATOR):
        assert letters.search_mail(facility, query, by) == ()
    (hit,) = letters.search_mail(facility, "Yours", OWNER)
    assert (hit.letter, hit.page, hit.snippet) == (letter, 2, "Yours ever")


def test_no_posting_of_it_is_kept(facility: Facility) -> None:
    _delivered_without(facility)
    with reading(facility.engine) as tx:
        numbers = sa.select(page.c.number).join(posting, posting.c.page_id == page.c.id)
        assert set(tx.execute(numbers).scalars()) == {2, 4}


def test_its_text_cannot_be_corrected_into_sight(facility: Facility) -> None:
    letter = _delivered_without(facility)
    with pytest.raises(NotFound):
        letters.correct_page(facility, letter, 3, "tunnel", SUPERVISOR)
    letters.correct_page(facility, letter, 2, "Yours forever", SUPERVISOR)
    assert letters.search_mail(facility, "tunnel", OWNER) == ()
    assert letters.search_mail(facility, "forever", OWNER)[0].page == 2


def test_the_mailbox_counts_what_was_delivered(facility: Facility) -> None:
    _delivered_without(facility)
    assert [each.pages for each in letters.mailbox(facility, ORSON, OWNER)] == [2]


def test_a_reply_leaves_it_out_of_the_thread(facility: Facility) -> None:
    sheet = new_reply_sheet(facility)
    taken = file(
        facility,
        split_of(letter_of(sheet, 1, 3)),
        {2: read("hello"), 3: read("tunnel")},
    )
    (delivered,) = letters_of(facility, taken)
    recalls.recall(facility, delivered.id, SUPERVISOR, "look again")
    decisions.withhold(facility, delivered.id, 3, CLERK, WHY)
    decisions.assign(facility, delivered.id, ORSON, CLERK, "theirs")
    with reading(facility.engine) as tx:
        (thread,) = outgoing.threads_of(tx, ORSON)
    assert [(each.text, each.pages) for each in thread.replies] == [("hello", 1)]
    reply = letters.open_reply(facility, delivered.id, OWNER)
    assert [each.reason for each in reply.withheld] == [WHY]
    with pytest.raises(NotFound):
        letters.reply_picture(facility, delivered.id, 2, OWNER)


def test_the_balance_still_closes_and_counts_it_as_rejected(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    decisions.withhold(facility, letter, 3, CLERK, WHY)
    (waiting,) = operations.reconcile(facility, OPERATOR)
    assert (waiting.held, waiting.rejected, waiting.balanced) == (3, 0, True)
    decisions.release(facility, letter, CLERK, "fine")
    (balance,) = operations.reconcile(facility, OPERATOR)
    assert (balance.delivered, balance.rejected, balance.covers) == (2, 1, 1)
    assert balance.balanced


def test_it_is_undone_exactly(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    decisions.withhold(facility, letter, 3, CLERK, WHY)
    seq = _last_seq(facility)
    assert decisions.undo(facility, letter, seq, CLERK) == letter
    decisions.release(facility, letter, CLERK, "fine")
    opened = letters.open_letter(facility, letter, OWNER)
    assert (len(opened.pages), opened.withheld) == (3, ())


def test_it_is_given_back_after_a_recall(facility: Facility) -> None:
    letter = _delivered_without(facility)
    recalls.recall(facility, letter, SUPERVISOR, "an appeal was granted")
    decisions.mark_page(facility, letter, 3, PageRole.CONTENT, SUPERVISOR, "granted")
    decisions.assign(facility, letter, ORSON, SUPERVISOR, "all of it")
    opened = letters.open_letter(facility, letter, OWNER)
    assert ([each.position for each in opened.pages], opened.withheld) == ([1, 2, 3], ())
    assert letters.search_mail(facility, "tunnel", OWNER)[0].page == 2


def test_a_second_reason_replaces_the_first(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    decisions.withhold(facility, letter, 3, CLERK, "a map")
    with pytest.raises(Conflict, match="not a letter page"):
        decisions.withhold(facility, letter, 3, CLERK, WHY)
    decisions.mark_page(facility, letter, 3, PageRole.CONTENT, CLERK, "no map")
    decisions.withhold(facility, letter, 3, CLERK, WHY)
    decisions.release(facility, letter, CLERK, "fine")
    assert [each.reason for each in letters.open_letter(facility, letter, OWNER).withheld] == [WHY]


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda h, at: decisions.withhold(h, at, 1, CLERK, WHY), Conflict),  # its cover
        (lambda h, at: decisions.withhold(h, at, 9, CLERK, WHY), Conflict),
        (lambda h, at: decisions.withhold(h, at, 3, CLERK, " "), UsageError),
        (lambda h, at: decisions.withhold(h, "none", 3, CLERK, WHY), NotFound),
        (
            lambda h, at: decisions.mark_page(h, at, 3, PageRole.WITHHELD, CLERK, WHY),
            UsageError,
        ),
    ],
)
def test_what_cannot_be_withheld(
    facility: Facility, act: Callable[[Facility, str], None], error: type[DigitizerError]
) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    before = events(facility)
    with pytest.raises(error):
        act(facility, letter)
    assert events(facility) == before


def test_a_letter_of_withheld_pages_alone_is_not_delivered(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    for number in TEXTS:
        decisions.withhold(facility, letter, number, CLERK, WHY)
    with pytest.raises(Conflict, match="no page to deliver"):
        decisions.release(facility, letter, CLERK, "nothing is left")


def test_a_notice_names_the_page_and_the_reason(facility: Facility) -> None:
    letter = _delivered_without(facility)
    with writing(facility.engine) as tx:
        found = find_rejection(tx, letter)
        noted = notices._noted(tx, facility, letter)
    assert (found.withheld, found.pages, found.reason) == (((2, WHY),), 3, "")
    assert (found.decided_by, found.inmate.booking_number) == (CLERK.name, ORSON)
    notice = notices._notice(facility, found, noted, Side.INMATE, (), "")
    assert (notice.item, notice.reasons) == (
        "page 2 of a letter of 3 pages",
        (f"Page 2: {WHY}",),
    )
    assert _printed(facility, letter, OPERATOR).startswith(b"%PDF")


def test_a_rejected_letter_names_its_withheld_pages_too(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    decisions.withhold(facility, letter, 3, CLERK, WHY)
    decisions.reject(facility, letter, CLERK, "all of it is in code")
    with writing(facility.engine) as tx:
        found, noted = find_rejection(tx, letter), notices._noted(tx, facility, letter)
        notice = notices._notice(facility, found, noted, Side.INMATE, (), "")
    assert notice.item == "letter, 3 pages"
    assert notice.reasons == ("all of it is in code", f"Page 2: {WHY}")


def test_a_delivered_letter_without_withheld_pages_has_no_notice(facility: Facility) -> None:
    letter = waiting_letter(facility, texts=TEXTS)
    decisions.release(facility, letter, CLERK, "fine")
    with writing(facility.engine) as tx, pytest.raises(Conflict, match="was not rejected"):
        find_rejection(tx, letter)


def _printed(facility: Facility, letter: str, by: Actor) -> bytes:
    return notices.rejection_notice(facility, letter, False, (), by).pdf


def _last_seq(facility: Facility) -> int:
    from digitizer.storage.tables import event

    with reading(facility.engine) as tx:
        return int(tx.execute(sa.select(sa.func.max(event.c.seq))).scalar_one())
