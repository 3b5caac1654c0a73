"""Replies under an inmate's name, as that inmate sees them."""

from __future__ import annotations

from digitizer.facility import Facility
from digitizer.letters.mailboxes import mark_read
from digitizer.letters.replies import replies_under
from digitizer.model.mail import LetterState
from digitizer.storage.database import writing
from tests.support.made_mail import (
    DOUBT,
    ORSON,
    PETRA,
    deliver,
    file,
    letter_of,
    letters_of,
    new_reply_sheet,
    split_of,
)


def test_each_reply_on_a_sheet_of_theirs_is_listed_whether_delivered_or_held(
    facility: Facility,
) -> None:
    good = file(facility, split_of(letter_of(new_reply_sheet(facility), 1, 3)), content=b"1")
    sheet = new_reply_sheet(facility)
    file(facility, split_of(letter_of(sheet, 1, 2, DOUBT)), content=b"2")
    file(facility, split_of(letter_of(new_reply_sheet(facility, PETRA), 1, 2)), content=b"3")
    deliver(facility, ORSON, "a letter is no reply", b"4")
    (delivered,) = letters_of(facility, good)
    with writing(facility.engine) as tx:
        held, opens = replies_under(tx, ORSON)
        assert (held.state, held.is_delivered) == (LetterState.HELD, False)
        assert (opens.letter, opens.is_delivered, opens.seen) == (delivered.id, True, False)
        assert {each.correspondent for each in (held, opens)} == {"Aunt Ida"}
        assert opens.pages == 2
        mark_read(tx, opens.letter)
        assert [each.seen for each in replies_under(tx, ORSON)] == [False, True]
