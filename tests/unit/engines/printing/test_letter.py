"""Printed e-messages: every page names its owner, nothing of the message is lost."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.printing.kit.batches import housing_unit_pdf
from digitizer.engines.printing.kit.cover_layout import PAPERS, Paper
from digitizer.engines.printing.kit.photos import (
    MOST_PIXELS,
    open_photo,
    photo_fault,
    upright_size,
)
from digitizer.engines.printing.letters.envelopes import WINDOWS, address_fault
from digitizer.engines.printing.letters.letter import (
    LetterFromInmate,
    LetterToInmate,
    letter_missing,
    letter_pdf,
)
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet
from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind
from digitizer.model.people import CustodyStatus, Inmate
from tests.unit.engines.printing.pdf_looks import boxes, codes, page_texts, picture

BOTH_PAPERS = pytest.mark.parametrize("paper", list(PAPERS))
PAYLOAD = "MD1ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
INMATE = Inmate("T-0042", "Sampler-Núñez", "Zoë", "C-3", CustodyStatus.IN_CUSTODY)
SENT = datetime(2025, 3, 4, 9, 30)
MAIL_ADDRESS = ("Mail Room", "100 Example Road", "Exampleville, EX 00000")
ADDRESS = ("Invented Person", "c/o Another", "221 Nowhere Street Apt 4", "Nowhere, EX 00000")

TO_INMATE = LetterToInmate(
    facility_name="Example Jail",
    inmate=INMATE,
    sender="Invented Person",
    subject="Hello",
    text="Dear Zoë,\n\nall is well.",
    photos=(),
    sent=SENT,
    message_id="M-17",
    reply=ReplySheet(PAYLOAD, "K7QM-3XTR-D"),
)
FROM_INMATE = LetterFromInmate(
    facility_name="Example Jail",
    mail_address=MAIL_ADDRESS,
    inmate=INMATE,
    recipient="Invented Person",
    address=ADDRESS,
    subject="Thanks",
    text="Dear friend,\n\nall is well.",
    photos=(),
    sent=SENT,
    message_id="M-18",
    cover=CoverSheet("Example Jail", MAIL_ADDRESS, INMATE, CodeKind.INMATE, PAYLOAD, "K7QM-3XTR-D"),
)


def photo(colour: str, size: tuple[int, int] = (300, 200), orientation: int = 1) -> bytes:
    """A picture whose upper left quarter, before turning, has that colour; the rest is grey."""
    image = Image.new("RGB", size, "grey")
    image.paste(colour, (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


# ---- to an inmate


@BOTH_PAPERS
def test_the_first_page_is_sorted_by_name_number_and_unit(paper: Paper) -> None:
    pdf = letter_pdf(TO_INMATE, paper)
    first = page_texts(pdf)[0]
    for words in ("Sampler-Núñez, Zoë", "T-0042", "C-3", "Invented Person", "Hello", "2025-03-04"):
        assert words in first
    assert max(bottom - top for _, top, _, bottom in boxes(pdf, 0, "C-3")) > 6
    assert max(bottom - top for _, top, _, bottom in boxes(pdf, 0, "Sampler")) > 4


@pytest.mark.parametrize("name", [*("Maximiliana " * times for times in (1, 3, 30)), "M" * 300])
def test_a_long_name_never_costs_the_number(name: str) -> None:
    inmate = replace(INMATE, first_name=name, housing_unit="North Tower / Pod 14 / Cell 233B")
    pdf = letter_pdf(replace(TO_INMATE, inmate=inmate), "letter")
    assert [text.count("T-0042") for text in page_texts(pdf)] == [2, 2]
    assert "North Tower / Pod 14 / Cell 233B" in page_texts(pdf)[0]
    unit = boxes(pdf, 0, "North Tower")[0]
    for box in (*boxes(pdf, 0, "Sampler")[:1], *boxes(pdf, 0, "T-0042")[:1]):
        assert box[2] < unit[0]


@BOTH_PAPERS
def test_every_page_says_whose_it_is_and_which_of_how_many(paper: Paper) -> None:
    letter = replace(
        TO_INMATE, text="Some words to fill a page. " * 400, photos=(photo("red"),) * 5
    )
    texts = page_texts(letter_pdf(letter, paper))
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert f"Página {number} de {len(texts)}" in text
        assert "T-0042" in text
        assert "Sampler-Núñez" in text


@BOTH_PAPERS
def test_the_last_page_is_the_reply_sheet_and_the_only_one_with_a_code(paper: Paper) -> None:
    pdf = letter_pdf(TO_INMATE, paper)
    assert len(page_texts(pdf)) == 2
    assert codes(pdf, 0) == []
    assert codes(pdf, 1) == [PAYLOAD] * 4


def test_in_duplex_the_reply_sheet_is_nobody_elses_back() -> None:
    pages = page_texts(letter_pdf(TO_INMATE, "letter", duplex=True))
    assert len(pages) == 3
    assert "left blank" in pages[1]
    assert "T-0042" in pages[1]
    two = replace(TO_INMATE, photos=(photo("red"),))
    assert len(page_texts(letter_pdf(two, "letter", duplex=True))) == 3


@pytest.mark.parametrize(
    "words",
    [
        "Füße Łódź naïve çà",
        "Chúng tôi nhớ bạn",
        "Дорогая Мария",
        "σε σκεφτόμαστε",
        "½ € ☺ ♥ ✓",
        "[flag US]",
        "[red apple ×2]",
    ],
)
def test_every_class_of_character_can_be_copied_out(words: str) -> None:
    text = words.replace("[flag US]", "\U0001f1fa\U0001f1f8")
    text = text.replace("[red apple \u00d72]", "\U0001f34e\U0001f34e")
    first = page_texts(letter_pdf(replace(TO_INMATE, text=text), "a4"))[0]
    for word in words.split():
        assert word in first


@pytest.mark.parametrize("word", ["שלום", "مرحبا"])
def test_right_to_left_words_can_be_copied_out(word: str) -> None:
    pdf = letter_pdf(replace(TO_INMATE, text=word, subject=""), "a4")
    first = page_texts(pdf)[0]
    assert word in first or word[::-1] in first


def test_missing_characters_of_any_part_are_told() -> None:
    assert letter_missing(replace(TO_INMATE, subject="\ue000", sender="\ue001")) == "\ue000\ue001"
    assert letter_missing(replace(FROM_INMATE, address=("\ue000",))) == "\ue000"
    assert letter_missing(TO_INMATE) == ""


@pytest.mark.parametrize("text", ["", "   \r\n \t ", "\x00\x01"])
def test_a_message_without_text_says_so(text: str) -> None:
    pages = page_texts(letter_pdf(replace(TO_INMATE, text=text, subject=" "), "letter"))
    assert "no text" in pages[0]


def test_the_longest_message_is_all_there() -> None:
    words = [f"w{number}" for number in range(5000)]
    texts = page_texts(letter_pdf(replace(TO_INMATE, text=" ".join(words)), "letter"))
    printed = " ".join(texts).split()
    assert [word for word in printed if word in set(words)] == words


def test_a_word_longer_than_a_page_is_all_there() -> None:
    texts = page_texts(letter_pdf(replace(TO_INMATE, text="Ж" * 30_000), "letter"))
    assert sum(text.count("Ж") for text in texts) == 30_000


def test_bare_line_ends_do_not_print_a_ream() -> None:
    assert (
        len(page_texts(letter_pdf(replace(TO_INMATE, text="a" + "\n" * 29_000 + "b"), "a4"))) == 2
    )


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=80))
def test_no_text_stops_the_printing(text: str, name: str) -> None:
    inmate = replace(INMATE, first_name=name, housing_unit=name)
    letter = replace(TO_INMATE, text=text, subject=name, sender=name, inmate=inmate)
    assert page_texts(letter_pdf(letter, "letter"))


@BOTH_PAPERS
def test_text_keeps_to_its_column_and_above_the_footer(paper: Paper) -> None:
    width, height = PAPERS[paper]
    pdf = letter_pdf(replace(TO_INMATE, text="word " * 3000), paper)
    for page in range(len(page_texts(pdf)) - 1):
        for left, _, right, bottom in boxes(pdf, page, "word"):
            assert left >= 24.5
            assert right <= width - 24.5
            assert bottom < height - 20


def test_equal_letters_are_equal_bytes() -> None:
    letter = replace(TO_INMATE, photos=(photo("red"), photo("blue")))
    assert letter_pdf(letter, "letter") == letter_pdf(letter, "letter")
    assert letter_pdf(FROM_INMATE, "a4") == letter_pdf(FROM_INMATE, "a4")


# ---- photos


def _red(pdf: bytes, page: int) -> tuple[float, float]:
    """The middle of what is red on a page, as fractions of the photo's width and height."""
    pixels = picture(pdf, page, 60).astype(int)
    red = (pixels[:, :, 0] > 180) & (pixels[:, :, 1] < 90)
    drawn = red | ((abs(pixels - 128) < 12).all(axis=2))
    rows = (drawn.mean(axis=1) > 0.2).nonzero()[0]  # a photo's, not a caption's
    columns = drawn[rows].any(axis=0).nonzero()[0]
    down, across = red.nonzero()
    return (
        float((across.mean() - columns[0]) / (columns[-1] - columns[0])),
        float((down.mean() - rows[0]) / (rows[-1] - rows[0])),
    )


@pytest.mark.parametrize(
    ("orientation", "across", "down"),
    [(1, 0.25, 0.25), (2, 0.75, 0.25), (3, 0.75, 0.75), (6, 0.75, 0.25), (8, 0.25, 0.75)],
)
def test_photos_stand_upright(orientation: int, across: float, down: float) -> None:
    letter = replace(TO_INMATE, photos=(photo("red", (1200, 900), orientation),))
    assert _red(letter_pdf(letter, "letter"), 1) == pytest.approx((across, down), abs=0.03)


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3), (25, 7)])
def test_up_to_four_photos_a_page(count: int, pages: int) -> None:
    texts = page_texts(letter_pdf(replace(TO_INMATE, photos=(photo("red"),) * count), "letter"))
    assert len(texts) == 1 + pages + 1
    for number in range(1, count + 1):
        assert sum(f"Photo {number} of {count}" in text for text in texts) == 1


def test_photos_stay_jpeg_and_are_the_letters_own() -> None:
    different = tuple(photo(colour) for colour in ("red", "blue", "red"))
    pdf = letter_pdf(replace(TO_INMATE, photos=different), "letter")
    assert pdf.count(b"/DCTDecode") == 2
    pixels = picture(pdf, 1, 60).reshape(-1, 3).astype(int)
    assert ((pixels[:, 0] > 200) & (pixels[:, 2] < 60)).any()
    assert ((pixels[:, 2] > 200) & (pixels[:, 0] < 60)).any()


def test_a_photo_that_cannot_be_opened_is_told_and_stops_nothing() -> None:
    letter = replace(TO_INMATE, photos=(b"no picture", photo("red"), photo("red")[:400]))
    texts = page_texts(letter_pdf(letter, "letter"))
    assert "Photo 1 could not be printed" in texts[1]
    assert "Photo 2 of 3" in texts[1]
    assert photo_fault(b"no picture") is not None
    assert photo_fault(photo("red")) is None


def test_photos_keep_print_resolution_and_no_more() -> None:
    opened = open_photo(photo("red", (4000, 3000)), 400, 300)
    assert (opened.width, opened.height) == (1667, 1250)
    assert opened.placed(400, 300) == pytest.approx((400, 300), abs=0.5)
    small = open_photo(photo("red", (100, 100)), 400, 300)
    assert small.placed(400, 300) == pytest.approx((72, 72))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_header_tells_how_a_photo_will_stand(orientation: int) -> None:
    data = photo("red", (300, 200), orientation)
    opened = open_photo(data, 400, 400)
    assert upright_size(data) == (opened.width, opened.height)


def test_where_a_photo_was_taken_is_not_printed_into_the_file() -> None:
    assert Image.open(io.BytesIO(open_photo(photo("red"), 100, 100).jpeg)).getexif() == {}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_photos_of_every_mode_print(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (60, 40)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert photo_fault(out.getvalue()) is None


def test_a_giant_picture_is_refused_before_it_is_decoded() -> None:
    out = io.BytesIO()
    Image.new("1", (MOST_PIXELS // 8000 + 1, 8000)).save(out, "PNG")
    assert "pixels" in (photo_fault(out.getvalue()) or "")


# ---- from an inmate


def _inside(box: tuple[float, float, float, float], paper: Paper, part: str) -> bool:
    area = getattr(WINDOWS[paper], part)
    left, top, right, bottom = box
    return bool(
        area.left <= left and right <= area.right and area.top <= top and bottom <= area.bottom
    )


@BOTH_PAPERS
def test_the_address_shows_in_the_window_and_nothing_else_does(paper: Paper) -> None:
    pdf = letter_pdf(FROM_INMATE, paper)
    for line in ADDRESS:
        assert any(_inside(box, paper, "address") for box in boxes(pdf, 0, line)), line
    for line in (*MAIL_ADDRESS, "Zoë Sampler-Núñez, T-0042"):
        assert any(_inside(box, paper, "sender") for box in boxes(pdf, 0, line)), line
    for line in ("Dear friend", "Thanks", "M-18", "Page 1"):
        for _, top, *_ in boxes(pdf, 0, line):
            left = boxes(pdf, 0, line)[0][0]
            assert top > WINDOWS[paper].folds[0] or left >= WINDOWS[paper].free_from - 0.5


def test_the_us_window_keeps_an_eighth_of_an_inch_clear_wherever_the_sheet_slides() -> None:
    place = WINDOWS["letter"]
    assert place.address_print.top - place.address.top == pytest.approx(25.4 / 8)
    assert place.address.height == pytest.approx(0.875 * 25.4)
    assert place.address.width == pytest.approx(3.0 * 25.4)


@BOTH_PAPERS
def test_an_address_that_cannot_show_is_refused_with_the_mend(paper: Paper) -> None:
    long = tuple(f"line {number}" for number in range(12))
    assert address_fault(ADDRESS, paper) is None
    assert "lines at most" in (address_fault(long, paper) or "")
    assert "lines at most" in (address_fault(("x" * 200,), paper) or "")
    assert "empty" in (address_fault(("", " "), paper) or "")
    with pytest.raises(UsageError, match="lines at most"):
        letter_pdf(replace(FROM_INMATE, address=long), paper)


@BOTH_PAPERS
def test_a_letter_from_an_inmate_ends_with_his_cover(paper: Paper) -> None:
    pdf = letter_pdf(FROM_INMATE, paper)
    texts = page_texts(pdf)
    assert len(texts) == 2
    assert "Page 1 of 1" in texts[0]
    assert "Page" not in texts[1]
    assert codes(pdf, 0) == []
    assert codes(pdf, 1) == [PAYLOAD] * 4


# ---- bound together


@pytest.mark.parametrize(("duplex", "pages"), [(False, 6), (True, 8)])
def test_letters_of_a_unit_share_no_sheet(duplex: bool, pages: int) -> None:
    three = replace(TO_INMATE, photos=(photo("red"),))
    singles = [letter_pdf(each, "letter") for each in (three, three)]
    bound = housing_unit_pdf(singles, duplex)
    texts = page_texts(bound)
    assert len(texts) == pages
    assert [text.strip() == "" for text in texts] == [
        duplex and number in (3, 7) for number in range(pages)
    ]
    assert bound == housing_unit_pdf(singles, duplex)
    assert codes(bound, 2) == [PAYLOAD] * 4
