"""Every query is limited to its owner; each look by someone else is logged."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
import sqlalchemy as sa
from PIL import Image

from digitizer.facility import Facility
from digitizer.letters.actions import (
    correct_page,
    letter_pdf,
    mailbox,
    may_correct,
    name_case,
    open_letter,
    page_picture,
    search_mail,
)
from digitizer.model.errors import Conflict, DigitizerError, NotAllowed, NotFound, UsageError
from digitizer.model.people import Actor, ActorKind
from digitizer.storage import tables
from digitizer.storage.database import writing
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
    with_web_settings,
)


@pytest.fixture
def facility(facility: Facility) -> Facility:
    """Nobody is asked why they open a letter; ``test_reading_reasons`` is about that."""
    return with_web_settings(facility, reading_reason_for=())


Look = Callable[[Facility, str, Actor], object]
LOOKS: dict[str, Look] = {
    "open": open_letter,
    "picture": lambda facility, letter, by: page_picture(facility, letter, 1, by),
    "pdf": letter_pdf,
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_anothers_letter_looks_like_one_that_does_not_exist(facility: Facility, look: Look) -> None:
    hers = deliver(facility, PETRA, "words", b"hers")
    held = held_letter(facility, new_cover(facility))
    before = events(facility)
    messages = []
    for letter in (hers, held, "none"):
        with pytest.raises(NotFound) as caught:
            look(facility, letter, as_inmate(ORSON))
        messages.append(str(caught.value).replace(letter, "ID"))
    assert set(messages) == {"There is no letter ID."}
    assert events(facility) == before


def test_a_letter_counts_as_read_once_its_owner_opened_it(facility: Facility) -> None:
    mine = deliver(facility, ORSON, "words", b"mine")
    with one_more_event(facility, "open", f"letter:{mine}", as_inmate(ORSON)):
        opened = open_letter(facility, mine, as_inmate(ORSON))
    assert [page.position for page in opened.pages] == [1]
    read = opened.pages[0].transcript
    assert read is not None
    assert read.text == "words"
    assert mailbox(facility, ORSON, as_inmate(ORSON))[0].read


def test_a_look_by_staff_is_logged_and_marks_nothing_read(facility: Facility) -> None:
    mine = deliver(facility, ORSON, "words", b"mine")
    name_case(facility, "26-0117", INVESTIGATOR)
    with one_more_event(facility, "open", f"letter:{mine}", INVESTIGATOR):
        open_letter(facility, mine, INVESTIGATOR)
    with one_more_event(facility, "search", f"mailbox:{ORSON}", INVESTIGATOR):
        search_mail(facility, "words", INVESTIGATOR, ORSON)
    assert not mailbox(facility, ORSON, CLERK)[0].read


def test_a_copy_is_logged_as_one(facility: Facility) -> None:
    mine = _with_picture(facility, ORSON)
    for by in (as_inmate(ORSON), CLERK):
        with one_more_event(facility, "copy as PDF", f"letter:{mine}", by):
            assert letter_pdf(facility, mine, by).startswith(b"%PDF")
    assert mailbox(facility, ORSON, CLERK)[0].read


def test_the_title_of_a_letters_pdf_warns_that_its_sender_is_not_checked(
    facility: Facility,
) -> None:
    mine = _with_picture(facility, ORSON)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(tables.letter).values(sender="Aunt Ida"))
    pdf = pikepdf.open(io.BytesIO(letter_pdf(facility, mine, OPERATOR)))
    title = str(pdf.open_metadata()["dc:title"])
    assert "came under the cover printed for Aunt Ida; the sender is not checked" in title
    assert f"for Orson Testvale ({ORSON})" in title, "a file that was saved says whose letter it is"


def test_a_letter_without_pictures_makes_no_pdf(facility: Facility) -> None:
    mine = deliver(facility, ORSON, "words", b"mine")
    with pytest.raises(NotFound):
        letter_pdf(facility, mine, as_inmate(ORSON))


def test_a_correction_is_kept_found_and_logged(facility: Facility) -> None:
    mine = deliver(facility, ORSON, "gardem", b"mine")
    with one_more_event(facility, "correct text", f"letter:{mine}", CLERK):
        correct_page(facility, mine, 1, "the\xa0garden \r\n\x00of\u200d  \n", CLERK, based_on=0)
    page = open_letter(facility, mine, CLERK).pages[0]
    assert page.transcript is not None
    assert page.transcript.text == "the\xa0garden\nof\u200d"
    assert page.correction is not None
    assert page.correction.author == CLERK.name
    assert [hit.letter for hit in search_mail(facility, "garden", as_inmate(ORSON))] == [mine]


def test_a_correction_of_an_older_text_overwrites_no_newer_one(facility: Facility) -> None:
    mine = deliver(facility, ORSON, "gardem", b"mine")
    correct_page(facility, mine, 1, "garden", CLERK, based_on=0)
    first = open_letter(facility, mine, CLERK).pages[0].correction
    assert first is not None
    with pytest.raises(Conflict, match=CLERK.name):
        correct_page(facility, mine, 1, "gargoyle", SUPERVISOR, based_on=0)
    assert search_mail(facility, "garden", OPERATOR)[0].snippet == "garden"
    correct_page(facility, mine, 1, "gardens", SUPERVISOR, based_on=first.id)
    correct_page(facility, mine, 1, "garden again", OPERATOR)  # not based on any
    assert search_mail(facility, "garden", OPERATOR)[0].snippet == "garden again"


@pytest.mark.parametrize("text", ["", "  \n\t\r\n", "\x07"])
def test_an_empty_text_is_an_accident_unless_it_is_meant(facility: Facility, text: str) -> None:
    mine = deliver(facility, ORSON, "words", b"mine")
    with pytest.raises(UsageError, match="Nothing was kept"):
        correct_page(facility, mine, 1, text, CLERK)
    assert open_letter(facility, mine, CLERK).pages[0].correction is None
    correct_page(facility, mine, 1, text, CLERK, may_be_empty=True)
    page = open_letter(facility, mine, CLERK).pages[0]
    assert page.transcript is not None
    assert page.transcript.text == ""


def test_only_those_who_decide_may_correct(facility: Facility) -> None:
    mine = deliver(facility, ORSON, "words", b"mine")
    assert may_correct(CLERK)
    for by in (INVESTIGATOR, as_inmate(ORSON)):
        assert not may_correct(by)
        with pytest.raises(NotAllowed):
            correct_page(facility, mine, 1, "mine", by)


def _with_picture(facility: Facility, booking_number: str) -> str:
    written = io.BytesIO()
    Image.new("L", (80, 60), 200).save(written, "JPEG")
    picture = facility.pictures.put(io.BytesIO(written.getvalue()))[0]
    cover = letter_of(new_cover(facility, booking_number), 1, 2)
    scan = file(facility, split_of(cover), {2: read("words")}, pictures={2: picture})
    return letters_of(facility, scan)[0].id


def test_a_mailbox_is_only_for_its_owner(facility: Facility) -> None:
    deliver(facility, PETRA, "words", b"hers")
    with pytest.raises(NotFound):
        mailbox(facility, PETRA, as_inmate(ORSON))
    with pytest.raises(NotFound):
        mailbox(facility, "nobody", OPERATOR)
    with pytest.raises(NotAllowed):
        mailbox(facility, PETRA, Actor(ActorKind.STAFF, "no role"))
    assert mailbox(facility, ORSON, as_inmate(ORSON)) == ()


def test_an_inmate_searches_only_their_own_mail_whoever_they_name(facility: Facility) -> None:
    deliver(facility, PETRA, "her garden", b"hers")
    mine = deliver(facility, ORSON, "my garden", b"mine")
    for named in (None, ORSON, PETRA):
        hits = search_mail(facility, "garden", as_inmate(ORSON), named)
        assert [hit.letter for hit in hits] == [mine]


def test_pages_that_are_not_there(facility: Facility) -> None:
    mine = deliver(facility, ORSON, "words", b"mine")
    failures: list[DigitizerError] = []
    for position in (0, 1, 2, -1):  # the first has no picture, the others are no pages
        with pytest.raises(NotFound) as caught:
            page_picture(facility, mine, position, as_inmate(ORSON))
        failures.append(caught.value)
    assert len(failures) == 4


def test_who_asks_for_a_picture_alone_has_opened_the_letter(facility: Facility) -> None:
    """Else a letter could be seen in full, and still pass for unread."""
    letter = deliver(facility, ORSON, "plums", b"one")
    with pytest.raises(NotFound):  # made letters have no pictures
        page_picture(facility, letter, 1, as_inmate(ORSON))
    assert mailbox(facility, ORSON, OPERATOR)[0].read
    assert events(facility)[-1] == ("look at page", f"letter:{letter}", ORSON)
    before = events(facility)
    with pytest.raises(NotFound):
        page_picture(facility, letter, 1, as_inmate(ORSON))
    assert events(facility) == before
