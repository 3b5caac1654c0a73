"""Whose letter it is, is asked in every query; each look by another is logged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from digitizer.mailroom.house import House
from digitizer.mailroom.mailboxes import letter_pdf, mailbox, open_letter, page_picture, search_mail
from digitizer.vocabulary.errors import DigitizerError, NotAllowed, NotFound
from digitizer.vocabulary.people import Actor, ActorKind
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    PETRA,
    as_inmate,
    deliver,
    events,
    held_letter,
    new_cover,
    one_more_event,
)

Look = Callable[[House, str, Actor], object]
LOOKS: dict[str, Look] = {
    "open": open_letter,
    "picture": lambda house, letter, by: page_picture(house, letter, 1, by),
    "pdf": letter_pdf,
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_anothers_letter_and_no_letter_look_the_same(house: House, look: Look) -> None:
    hers = deliver(house, PETRA, "words", b"hers")
    held = held_letter(house, new_cover(house))
    before = events(house)
    said = []
    for letter in (hers, held, "none"):
        with pytest.raises(NotFound) as caught:
            look(house, letter, as_inmate(ORSON))
        said.append(str(caught.value).replace(letter, "ID"))
    assert set(said) == {"There is no letter ID."}
    assert events(house) == before


def test_an_inmate_opens_his_own_once_unread(house: House) -> None:
    mine = deliver(house, ORSON, "words", b"mine")
    with one_more_event(house, "open", f"letter:{mine}", as_inmate(ORSON)):
        opened = open_letter(house, mine, as_inmate(ORSON))
    assert [page.position for page in opened.pages] == [1]
    read = opened.pages[0].transcript
    assert read is not None
    assert read.text == "words"
    assert mailbox(house, ORSON, as_inmate(ORSON))[0].read


def test_a_look_by_staff_is_logged_and_marks_nothing_read(house: House) -> None:
    mine = deliver(house, ORSON, "words", b"mine")
    with one_more_event(house, "open", f"letter:{mine}", INVESTIGATOR):
        open_letter(house, mine, INVESTIGATOR)
    with one_more_event(house, "search", f"mailbox:{ORSON}", CLERK):
        search_mail(house, "words", CLERK, ORSON)
    assert not mailbox(house, ORSON, CLERK)[0].read


def test_a_mailbox_is_its_owners(house: House) -> None:
    deliver(house, PETRA, "words", b"hers")
    with pytest.raises(NotFound):
        mailbox(house, PETRA, as_inmate(ORSON))
    with pytest.raises(NotFound):
        mailbox(house, "nobody", OPERATOR)
    with pytest.raises(NotAllowed):
        mailbox(house, PETRA, Actor(ActorKind.STAFF, "no role"))
    assert mailbox(house, ORSON, as_inmate(ORSON)) == ()


def test_an_inmate_searches_only_his_own_whatever_he_names(house: House) -> None:
    deliver(house, PETRA, "her garden", b"hers")
    mine = deliver(house, ORSON, "my garden", b"mine")
    for named in (None, ORSON, PETRA):
        hits = search_mail(house, "garden", as_inmate(ORSON), named)
        assert [hit.letter for hit in hits] == [mine]


def test_pages_that_are_not_there(house: House) -> None:
    mine = deliver(house, ORSON, "words", b"mine")
    failures: list[DigitizerError] = []
    for position in (0, 1, 2, -1):  # the first has no picture, the others are no pages
        with pytest.raises(NotFound) as caught:
            page_picture(house, mine, position, as_inmate(ORSON))
        failures.append(caught.value)
    assert len(failures) == 4
