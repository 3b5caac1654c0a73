"""What an inmate's mailbox holds, and that a letter opens for its owner alone."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.letters.mailboxes import list_mailbox, mark_read, open_letter, open_own_reply
from digitizer.model.errors import NotFound
from digitizer.storage.database import reading, writing
from tests.support.made_mail import (
    ORSON,
    PETRA,
    deliver,
    file,
    held_letter,
    letter_of,
    letters_of,
    new_reply_sheet,
    split_of,
)


def _three(facility: Facility) -> list[str]:
    return [deliver(facility, ORSON, f"letter {n}", b"%d" % n) for n in range(3)]


def test_the_newest_comes_first_and_only_what_was_delivered_to_them(facility: Facility) -> None:
    letters = _three(facility)
    deliver(facility, PETRA, "hers", b"hers")
    held_letter(facility)
    with reading(facility.engine) as tx:
        assert [each.letter for each in list_mailbox(tx, ORSON)] == letters[::-1]


def test_a_part_of_a_mailbox_is_that_part_of_the_whole(facility: Facility) -> None:
    letters = _three(facility)
    with reading(facility.engine) as tx:
        whole = list_mailbox(tx, ORSON)
        assert list_mailbox(tx, ORSON, start=1, most=1) == whole[1:2]
        assert list_mailbox(tx, ORSON, start=3, most=9) == ()
        some = list_mailbox(tx, ORSON, only=[letters[0], letters[2], "of nobody"])
        assert some == (whole[0], whole[2])
        assert list_mailbox(tx, ORSON, only=[]) == ()


def test_a_letter_opens_for_its_owner_and_for_staff(facility: Facility) -> None:
    own, held = deliver(facility, ORSON, "words", b"1"), held_letter(facility)
    with reading(facility.engine) as tx:
        opened = open_letter(tx, ORSON, own)
        assert [(page.position, page.transcript and page.transcript.text) for page in opened.pages]
        assert [page.position for page in opened.pages] == [1]
        assert open_letter(tx, None, held).letter == held
        refusals = []
        for owner, letter in ((PETRA, own), (ORSON, held), (ORSON, "of nobody")):
            with pytest.raises(NotFound) as refused:
                open_letter(tx, owner, letter)
            refusals.append(str(refused.value).replace(letter, "?"))
    assert len(set(refusals)) == 1


def test_a_reply_is_in_no_mailbox_and_opens_as_a_reply_alone(facility: Facility) -> None:
    filed = file(facility, split_of(letter_of(new_reply_sheet(facility), 1, 2)))
    (reply,) = letters_of(facility, filed)
    with reading(facility.engine) as tx:
        assert list_mailbox(tx, ORSON) == ()
        assert open_own_reply(tx, ORSON, reply.id).letter == reply.id
        with pytest.raises(NotFound):
            open_letter(tx, ORSON, reply.id)
        with pytest.raises(NotFound):
            open_own_reply(tx, PETRA, reply.id)


def test_a_letter_is_read_for_the_first_time_once(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "words", b"1")
    with writing(facility.engine) as tx:
        assert not list_mailbox(tx, ORSON)[0].read
        assert [mark_read(tx, letter), mark_read(tx, letter)] == [True, False]
        assert list_mailbox(tx, ORSON)[0].read
