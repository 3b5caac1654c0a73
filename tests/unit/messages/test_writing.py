"""Messages between an inmate and a correspondent: written, seen by both, and by nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import writing as verbs
from digitizer.messages.writing import EntryKind, Save
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import MessageState
from digitizer.model.people import Actor, CustodyStatus
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.blocks import WantedBy
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import message_review
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate, message
from digitizer.storage.tables_prints import print_job
from tests.support.conversing import (
    IDA,
    a_photo,
    approve,
    as_correspondent,
    give_account,
    make_contact,
    with_messages,
)
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, as_inmate, events
from tests.support.sent_at_once import send_at_once, sent_ids


@pytest.fixture
def ida(facility: Facility) -> int:
    return make_contact(facility)


def _state(facility: Facility, message_id: str) -> MessageState:
    with reading(facility.engine) as tx:
        asked = sa.select(message.c.state).where(message.c.id == message_id)
        return MessageState(tx.execute(asked).scalar_one())


def _texts(facility: Facility, with_whom: str, by: Actor) -> list[str | None]:
    return [each.text for each in verbs.conversation(facility, with_whom, by).entries]


def test_a_message_waits_for_review_and_only_its_writer_sees_it(
    facility: Facility, ida: int
) -> None:
    sent = verbs.write(facility, ORSON, "Hi", "How are you?", as_correspondent(ida))
    assert _state(facility, sent) is MessageState.IN_REVIEW
    (mine,) = verbs.conversation(facility, ORSON, as_correspondent(ida)).entries
    assert (mine.text, mine.mine, mine.read) == ("How are you?", True, None)
    assert _texts(facility, str(ida), as_inmate(ORSON)) == []
    assert ("write message", f"message:{sent}", str(ida)) in [
        (verb, subject, actor) for verb, subject, actor in events(facility)
    ]


def test_released_it_is_on_the_screen_and_on_paper_and_read_once(
    facility: Facility, ida: int
) -> None:
    sent = verbs.write(facility, ORSON, "Hi", "How are you?", as_correspondent(ida))
    assert message_review.release_message(facility, sent, CLERK, "looked through")
    assert _state(facility, sent) is MessageState.QUEUED
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(print_job.c.message_id)).scalars().all() == [sent]
    assert [each.unread for each in verbs.conversations_of(facility, as_inmate(ORSON))] == [1]
    assert _texts(facility, str(ida), as_inmate(ORSON)) == ["How are you?"]
    assert [each.unread for each in verbs.conversations_of(facility, as_inmate(ORSON))] == [0]
    (mine,) = verbs.conversation(facility, ORSON, as_correspondent(ida)).entries
    assert mine.read is not None


def test_without_paper_it_is_delivered_on_the_screen_alone(facility: Facility, ida: int) -> None:
    facility = with_messages(facility, paper="never", review="none")
    sent = verbs.write(facility, ORSON, "Hi", "How are you?", as_correspondent(ida))
    assert _state(facility, sent) is MessageState.DELIVERED
    assert _texts(facility, str(ida), as_inmate(ORSON)) == ["How are you?"]


def test_an_inmate_writes_to_paper_or_to_an_account(facility: Facility, ida: int) -> None:
    facility = with_messages(facility, review="none")
    by_post = verbs.write(facility, str(ida), "", "I am well.", as_inmate(ORSON))
    assert _state(facility, by_post) is MessageState.QUEUED
    give_account(facility, ida)
    on_screen = verbs.write(facility, str(ida), "", "And you?", as_inmate(ORSON))
    assert _state(facility, on_screen) is MessageState.DELIVERED
    assert _texts(facility, ORSON, as_correspondent(ida)) == ["I am well.", "And you?"]


def test_nobody_without_address_and_account_is_written_to(facility: Facility) -> None:
    nowhere = make_contact(facility, replace(IDA, address=""))
    with pytest.raises(Conflict, match="no address of Ida Marlow"):
        verbs.write(facility, str(nowhere), "", "I am well.", as_inmate(ORSON))
    assert verbs.conversation(facility, str(nowhere), as_inmate(ORSON)).draft.body == "I am well."


@pytest.mark.parametrize("review", ["all", "marked"])
def test_what_a_watch_rule_marks_is_reviewed(facility: Facility, ida: int, review: str) -> None:
    rule = NewRule(WatchKind.WORDS, "ladder", "", "a plan to escape", today())
    policies.add_rule(facility, rule, SUPERVISOR)
    facility = with_messages(facility, review=review)
    plain = verbs.write(facility, ORSON, "", "The roses bloom.", as_correspondent(ida))
    marked = verbs.write(facility, ORSON, "", "Bring the ladder.", as_correspondent(ida))
    assert _state(facility, marked) is MessageState.IN_REVIEW
    assert (_state(facility, plain) is MessageState.IN_REVIEW) is (review == "all")
    waiting = message_review.waiting_messages(facility, CLERK)
    assert [[rule.words for rule in each.rules] for each in waiting][-1] == ["ladder"]


def test_drafts_are_kept_until_they_are_sent(facility: Facility, ida: int) -> None:
    me = as_inmate(ORSON)
    verbs.save_draft(facility, str(ida), "Hi", "I am", me)
    assert verbs.add_photo(facility, str(ida), a_photo(), me) == 1
    verbs.save_draft(facility, str(ida), "Hi", "I am well", me)
    kept = verbs.conversation(facility, str(ida), me).draft
    assert (kept.subject, kept.body, len(kept.photos)) == ("Hi", "I am well", 1)
    assert verbs.draft_photo(facility, str(ida), 1, me)[:2] == b"\xff\xd8"
    assert verbs.conversation(facility, ORSON, as_correspondent(ida)).draft.is_empty
    sent = verbs.write(facility, str(ida), "Hi", "I am well.", me)
    opened = verbs.conversation(facility, str(ida), me)
    assert opened.draft.is_empty
    assert [(each.id, len(each.photos)) for each in opened.entries] == [(sent, 1)]


def test_a_photo_can_be_taken_out_again(facility: Facility, ida: int) -> None:
    me = as_correspondent(ida)
    for colour in ("red", "blue"):
        verbs.add_photo(facility, ORSON, a_photo(colour), me)
    second = verbs.draft_photo(facility, ORSON, 2, me)
    verbs.remove_photo(facility, ORSON, 1, me)
    assert verbs.draft_photo(facility, ORSON, 1, me) == second
    with pytest.raises(NotFound):
        verbs.draft_photo(facility, ORSON, 2, me)
    with pytest.raises(NotFound):
        verbs.remove_photo(facility, ORSON, 2, me)


@pytest.mark.parametrize(
    ("subject", "body", "problem"),
    [
        ("", " \n", "empty"),
        ("", "x" * 201, "201 characters; at most 200"),
        ("s" * 201, "x", "subject has at most"),
        ("", "\ue123", "cannot be printed"),
    ],
)
def test_what_cannot_be_sent_is_said_and_kept(
    facility: Facility, ida: int, subject: str, body: str, problem: str
) -> None:
    facility = with_messages(facility, characters=200)
    with pytest.raises(UsageError, match=problem):
        verbs.write(facility, ORSON, subject, body, as_correspondent(ida))
    kept = verbs.conversation(facility, ORSON, as_correspondent(ida)).draft
    assert (kept.subject, kept.body) == (subject[:200], body)


def test_too_many_photos_and_what_is_no_photo(facility: Facility, ida: int) -> None:
    facility = with_messages(facility, photos=1)
    me = as_correspondent(ida)
    with pytest.raises(UsageError, match="no photo"):
        verbs.add_photo(facility, ORSON, b"%PDF-1.4 not a photo", me)
    verbs.add_photo(facility, ORSON, a_photo(), me)
    with pytest.raises(UsageError, match="At most 1 photos"):
        verbs.add_photo(facility, ORSON, a_photo(), me)


def test_so_many_a_day_and_no_more(facility: Facility, ida: int) -> None:
    facility = with_messages(facility, a_day=2)
    for left in (2, 1):
        assert verbs.conversation(facility, ORSON, as_correspondent(ida)).left == left
        verbs.write(facility, ORSON, "", "Hello", as_correspondent(ida))
    with pytest.raises(Conflict, match="as many messages today"):
        verbs.write(facility, ORSON, "", "Once more", as_correspondent(ida))
    assert verbs.conversation(facility, ORSON, as_correspondent(ida)).draft.body == "Once more"
    assert verbs.write(facility, str(ida), "", "I may", as_inmate(ORSON))


@pytest.mark.parametrize("wanted_by", list(WantedBy))
def test_a_block_stops_both_and_says_why(facility: Facility, ida: int, wanted_by: WantedBy) -> None:
    waits = verbs.write(facility, ORSON, "", "Hello", as_correspondent(ida))
    correspondents.block_mail(
        facility, ida, ORSON, SUPERVISOR, "a court order", wanted_by=wanted_by
    )
    for by, with_whom in ((as_inmate(ORSON), str(ida)), (as_correspondent(ida), ORSON)):
        stopped = verbs.conversation(facility, with_whom, by).stopped
        assert stopped is not None
        assert "a court order" in stopped
        with pytest.raises(Conflict, match="a court order"):
            verbs.write(facility, with_whom, "", "Hello again", by)
    with pytest.raises(Conflict, match="a court order"):
        message_review.release_message(facility, waits, CLERK, "looked through")


def test_the_reason_of_a_namesakes_block_is_told_to_nobody_else(
    facility: Facility, ida: int
) -> None:
    namesake = make_contact(facility, replace(IDA, address="9 Far Road"))
    correspondents.block_mail(
        facility, namesake, ORSON, SUPERVISOR, "she moved to Oak Lane", wanted_by=WantedBy.INMATE
    )
    for with_whom, by in ((ORSON, as_correspondent(ida)), (str(ida), as_inmate(ORSON))):
        opened = verbs.conversation(facility, with_whom, by)
        assert opened.stopped is not None
        assert opened.blocked is not None
        assert "Oak Lane" not in opened.stopped + opened.blocked.reason
        assert opened.blocked.wanted_by is WantedBy.FACILITY
        with pytest.raises(Conflict, match="ask staff why"):
            verbs.write(facility, with_whom, "", "Hello", by)
    assert "Oak Lane" in str(verbs.conversation(facility, str(namesake), as_inmate(ORSON)).stopped)


def test_who_left_is_not_written_to(facility: Facility, ida: int) -> None:
    waits = verbs.write(facility, ORSON, "", "Hello", as_correspondent(ida))
    with writing(facility.engine) as tx:
        left = sa.update(inmate).where(inmate.c.booking_number == ORSON)
        tx.execute(left.values(status=str(CustodyStatus.RELEASED)))
    with pytest.raises(Conflict, match="not in custody"):
        verbs.write(facility, ORSON, "", "Hello again", as_correspondent(ida))
    with pytest.raises(Conflict, match="not in custody"):
        message_review.release_message(facility, waits, CLERK, "looked through")


class TestIsolation:
    """What is another's and what does not exist give the same answer."""

    @pytest.fixture
    def uwe(self, facility: Facility) -> int:
        """Writes to Petra, as Ida writes to Orson."""
        other = replace(IDA, name="Uwe Sample", email="uwe@example.org")
        return make_contact(facility, other, PETRA)

    def test_nobody_opens_or_writes_in_anothers_conversation(
        self, facility: Facility, ida: int, uwe: int
    ) -> None:
        strangers: list[tuple[Actor, str, str]] = [
            (as_inmate(PETRA), str(ida), "999"),
            (as_correspondent(uwe), ORSON, "X-999"),
        ]
        for by, another, unknown in strangers:
            for with_whom in (another, unknown, "", "0", "-1", "\u0661", "1" * 30):
                expected = f"There is no conversation with {with_whom}."
                with pytest.raises(NotFound) as told:
                    verbs.conversation(facility, with_whom, by)
                assert str(told.value) == expected
                with pytest.raises(NotFound):
                    verbs.write(facility, with_whom, "", "Hello", by)
                with pytest.raises(NotFound):
                    verbs.save_draft(facility, with_whom, "", "Hello", by)
                with pytest.raises(NotFound):
                    verbs.add_photo(facility, with_whom, a_photo(), by)
                with pytest.raises(NotFound):
                    verbs.draft_photo(facility, with_whom, 1, by)

    def test_photos_are_seen_by_the_two_alone(self, facility: Facility, ida: int, uwe: int) -> None:
        verbs.add_photo(facility, ORSON, a_photo(), as_correspondent(ida))
        sent = verbs.write(facility, ORSON, "", "Look", as_correspondent(ida))
        assert verbs.photo(facility, sent, 1, as_correspondent(ida))
        approve(facility, uwe, ORSON)
        for by in (as_inmate(ORSON), as_inmate(PETRA), as_correspondent(uwe)):
            with pytest.raises(NotFound):
                verbs.photo(facility, sent, 1, by)
        message_review.message_photo(facility, sent, 1, CLERK)
        message_review.release_message(facility, sent, CLERK, "looked through")
        assert verbs.photo(facility, sent, 1, as_inmate(ORSON))
        for by in (as_inmate(PETRA), as_correspondent(uwe)):
            with pytest.raises(NotFound):
                verbs.photo(facility, sent, 1, by)
        for place in (0, 2):
            with pytest.raises(NotFound):
                verbs.photo(facility, sent, place, as_correspondent(ida))

    def test_an_approval_that_is_taken_back_closes_everything(
        self, facility: Facility, ida: int
    ) -> None:
        facility = with_messages(facility, review="none")
        verbs.add_photo(facility, ORSON, a_photo(), as_correspondent(ida))
        sent = verbs.write(facility, ORSON, "", "Look", as_correspondent(ida))
        correspondents.remove_contact(facility, ida, ORSON, SUPERVISOR, "asked by the inmate")
        for by, with_whom in ((as_inmate(ORSON), str(ida)), (as_correspondent(ida), ORSON)):
            assert verbs.conversations_of(facility, by) == ()
            with pytest.raises(NotFound):
                verbs.conversation(facility, with_whom, by)
            with pytest.raises(NotFound):
                verbs.photo(facility, sent, 1, by)

    def test_one_that_was_only_asked_for_is_not_open(self, facility: Facility) -> None:
        asked = make_contact(facility, approved=False)
        (waits,) = verbs.conversations_of(facility, as_correspondent(asked))
        assert not waits.approved
        assert verbs.conversations_of(facility, as_inmate(ORSON)) == ()
        with pytest.raises(NotFound):
            verbs.conversation(facility, ORSON, as_correspondent(asked))

    def test_staff_and_the_machine_have_no_conversations(
        self, facility: Facility, ida: int
    ) -> None:
        with pytest.raises(NotAllowed):
            verbs.conversation(facility, ORSON, CLERK)
        with pytest.raises(NotAllowed):
            verbs.write(facility, ORSON, "", "Hello", SUPERVISOR)


def test_a_message_is_of_one_kind_in_the_conversation(facility: Facility, ida: int) -> None:
    facility = with_messages(facility, review="none")
    verbs.write(facility, ORSON, "", "One", as_correspondent(ida))
    verbs.write(facility, str(ida), "", "Two", as_inmate(ORSON))
    found = verbs.conversation(facility, str(ida), as_inmate(ORSON)).entries
    assert [(each.kind, each.mine, each.text) for each in found] == [
        (EntryKind.MESSAGE, False, "One"),
        (EntryKind.MESSAGE, True, "Two"),
    ]


class TestOneFormIsOneMessage:
    """Whoever presses twice, loads again or goes back sends no second message, and no late save
    brings the draft back."""

    @pytest.fixture(params=["inmate", "correspondent"])
    def writer(self, request: pytest.FixtureRequest, ida: int) -> tuple[Actor, str]:
        inmate_writes = request.param == "inmate"
        return (as_inmate(ORSON), str(ida)) if inmate_writes else (as_correspondent(ida), ORSON)

    def test_sent_again_it_is_the_same_and_nothing_is_done(
        self, facility: Facility, writer: tuple[Actor, str]
    ) -> None:
        by, whom = writer
        facility = with_messages(facility, a_day=1)
        verbs.add_photo(facility, whom, a_photo(), by)
        save = Save(verbs.conversation(facility, whom, by).form)
        sent = verbs.write(facility, whom, "Hi", "All \u200bis well", by, save)
        done = len(events(facility))
        assert verbs.write(facility, whom, "Hi", "All \u200bis well", by, save) == sent
        assert len(events(facility)) == done
        opened = verbs.conversation(facility, whom, by)
        assert [(each.id, len(each.photos)) for each in opened.entries] == [(sent, 1)]
        assert opened.draft.is_empty

    def test_two_at_once_are_one(self, facility: Facility, writer: tuple[Actor, str]) -> None:
        by, whom = writer
        one, other = send_at_once(facility, str(by.kind), by.name, whom, 4)
        assert one == other
        assert sorted(one) == sorted(sent_ids(facility))
        assert len(set(one)) == 4
        assert verbs.conversation(facility, whom, by).draft.is_empty

    def test_other_words_on_it_are_kept_and_asked_about(
        self, facility: Facility, writer: tuple[Actor, str]
    ) -> None:
        by, whom = writer
        save = Save(verbs.conversation(facility, whom, by).form)
        verbs.write(facility, whom, "Hi", "All is well", by, save)
        with pytest.raises(Conflict, match="sent this message already"):
            verbs.write(facility, whom, "Hi", "All is well, and more", by, save)
        kept = verbs.conversation(facility, whom, by)
        assert kept.draft.body == "All is well, and more"
        verbs.write(facility, whom, "Hi", "All is well, and more", by, Save(kept.form))
        assert len(sent_ids(facility)) == 2

    def test_a_save_that_comes_after_it_is_sent_brings_nothing_back(
        self, facility: Facility, writer: tuple[Actor, str]
    ) -> None:
        by, whom = writer
        form = verbs.conversation(facility, whom, by).form
        verbs.save_draft(facility, whom, "Hi", "All is", by, Save(form, 1, asked=False))
        verbs.write(facility, whom, "Hi", "All is well", by, Save(form, 2))
        with pytest.raises(Conflict, match="is sent"):
            verbs.save_draft(facility, whom, "Hi", "All is w", by, Save(form, 3, asked=False))
        verbs.save_draft(facility, whom, "Hi", "All is well", by, Save(form, 4))
        assert verbs.conversation(facility, whom, by).draft.is_empty

    def test_a_form_of_another_conversation_is_no_form_of_this(
        self, facility: Facility, ida: int
    ) -> None:
        form = verbs.conversation(facility, ORSON, as_correspondent(ida)).form
        hers = verbs.write(facility, ORSON, "Hi", "Hello", as_correspondent(ida), Save(form))
        mine = verbs.write(facility, str(ida), "Hi", "Hello", as_inmate(ORSON), Save(form))
        assert hers != mine


def test_a_photo_that_is_added_twice_is_there_once(facility: Facility, ida: int) -> None:
    me = as_correspondent(ida)
    assert [verbs.add_photo(facility, ORSON, a_photo(), me) for _ in range(2)] == [1, 1]
    assert len(verbs.conversation(facility, ORSON, me).draft.photos) == 1
