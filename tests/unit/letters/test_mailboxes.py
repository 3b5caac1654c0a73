"""Whose letter it is, is asked in every query; each look by another is logged."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
import sqlalchemy as sa
from PIL import Image

from digitizer.facility import House
from digitizer.letters.actions import (
    correct_page,
    letter_pdf,
    mailbox,
    may_correct,
    open_letter,
    page_picture,
    search_mail,
)
from digitizer.model.errors import (
    Conflict,
    DigitizerError,
    NotAllowed,
    NotFound,
    UsageError,
)
from digitizer.model.people import Actor, ActorKind
from digitizer.storage import tables
from digitizer.storage.tables import writing
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    deliver,
    events,
    file,
    held_letter,
    letter_of,
    letters_of,
    new_cover,
    one_more_event,
    read,
    split_of,
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


def test_a_copy_is_logged_as_one(house: House) -> None:
    mine = _with_picture(house, ORSON)
    for by in (as_inmate(ORSON), CLERK):
        with one_more_event(house, "copy as PDF", f"letter:{mine}", by):
            assert letter_pdf(house, mine, by).startswith(b"%PDF")
    assert mailbox(house, ORSON, CLERK)[0].read


def test_a_letters_pdf_says_that_its_sender_is_not_checked(house: House) -> None:
    mine = _with_picture(house, ORSON)
    with writing(house.engine) as tx:
        tx.execute(sa.update(tables.letter).values(sender="Aunt Ida"))
    pdf = pikepdf.open(io.BytesIO(letter_pdf(house, mine, OPERATOR)))
    title = str(pdf.open_metadata()["dc:title"])
    assert "came under the cover printed for Aunt Ida; the sender is not checked" in title


def test_a_letter_without_pictures_makes_no_pdf(house: House) -> None:
    mine = deliver(house, ORSON, "words", b"mine")
    with pytest.raises(NotFound):
        letter_pdf(house, mine, as_inmate(ORSON))


def test_a_correction_is_kept_found_and_logged(house: House) -> None:
    mine = deliver(house, ORSON, "gardem", b"mine")
    with one_more_event(house, "correct text", f"letter:{mine}", CLERK):
        correct_page(house, mine, 1, "the\xa0garden \r\n\x00of\u200d  \n", CLERK, based_on=0)
    page = open_letter(house, mine, CLERK).pages[0]
    assert page.transcript is not None
    assert page.transcript.text == "the\xa0garden\nof\u200d"
    assert page.correction is not None
    assert page.correction.author == CLERK.name
    assert [hit.letter for hit in search_mail(house, "garden", as_inmate(ORSON))] == [mine]


def test_a_correction_of_an_older_text_overwrites_no_newer_one(house: House) -> None:
    mine = deliver(house, ORSON, "gardem", b"mine")
    correct_page(house, mine, 1, "garden", CLERK, based_on=0)
    first = open_letter(house, mine, CLERK).pages[0].correction
    assert first is not None
    with pytest.raises(Conflict, match=CLERK.name):
        correct_page(house, mine, 1, "gargoyle", SUPERVISOR, based_on=0)
    assert search_mail(house, "garden", OPERATOR)[0].snippet == "garden"
    correct_page(house, mine, 1, "gardens", SUPERVISOR, based_on=first.id)
    correct_page(house, mine, 1, "garden again", OPERATOR)  # the operator says what he knows
    assert search_mail(house, "garden", OPERATOR)[0].snippet == "garden again"


@pytest.mark.parametrize("text", ["", "  \n\t\r\n", "\x07"])
def test_no_text_is_a_slip_unless_it_is_said(house: House, text: str) -> None:
    mine = deliver(house, ORSON, "words", b"mine")
    with pytest.raises(UsageError, match="Nothing was kept"):
        correct_page(house, mine, 1, text, CLERK)
    assert open_letter(house, mine, CLERK).pages[0].correction is None
    correct_page(house, mine, 1, text, CLERK, may_be_empty=True)
    page = open_letter(house, mine, CLERK).pages[0]
    assert page.transcript is not None
    assert page.transcript.text == ""


def test_only_who_settles_corrects(house: House) -> None:
    mine = deliver(house, ORSON, "words", b"mine")
    assert may_correct(CLERK)
    for by in (INVESTIGATOR, as_inmate(ORSON)):
        assert not may_correct(by)
        with pytest.raises(NotAllowed):
            correct_page(house, mine, 1, "mine", by)


def _with_picture(house: House, booking_number: str) -> str:
    written = io.BytesIO()
    Image.new("L", (80, 60), 200).save(written, "JPEG")
    picture = house.pictures.put(io.BytesIO(written.getvalue()))[0]
    cover = letter_of(new_cover(house, booking_number), 1, 2)
    scan = file(house, split_of(cover), {2: read("words")}, pictures={2: picture})
    return str(letters_of(house, scan)[0].id)


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
