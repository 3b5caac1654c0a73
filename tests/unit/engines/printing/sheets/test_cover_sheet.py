from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitizer.engines.codes.decoders import QR
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import PAGE_SIZES
from digitizer.engines.printing.sheets.cover_sheet import cover_pdf
from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind
from digitizer.model.people import CustodyStatus, Inmate
from tests.support.cover_sheets import SOMEBODY, made_cover, text_of

PAPERS: tuple[Paper, ...] = ("a4", "letter")


def _picture(pdf: bytes, dpi: int, page: int = 0) -> NDArray[np.uint8]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[page].render(scale=dpi / 72, grayscale=True).to_numpy()
        return np.ascontiguousarray(picture.reshape(picture.shape[:2])).copy()
    finally:
        document.close()


@pytest.mark.parametrize("kind", CodeKind)
@pytest.mark.parametrize("paper", PAPERS)
def test_one_page_of_that_paper_with_four_codes(kind: CodeKind, paper: Paper) -> None:
    """A separator has two: it counts whichever side is up."""
    cover = made_cover(kind)
    pdf = cover_pdf(cover, paper)
    sides = 2 if kind is CodeKind.SEPARATOR else 1
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) == sides
        assert document[0].get_size() == pytest.approx(PAGE_SIZES[paper], abs=0.1)
    finally:
        document.close()
    for side in range(sides):
        read = zxingcpp.read_barcodes(_picture(pdf, 150, side), formats=QR)
        assert [(each.text, each.ec_level) for each in read] == [(cover.payload, "H")] * 4


@pytest.mark.parametrize("paper", PAPERS)
def test_the_facilitys_notes_are_at_the_foot_and_harm_nothing(paper: Paper) -> None:
    """The longest that the settings allow, with every other step that a cover may have."""
    english = ("Letters are scanned.", "Only paper, " + "no money, " * 35, "Ask Ms. Fenwright.")
    spanish = ("Las cartas se escanean.", "Solo papel, " + "sin dinero, " * 30, "Pregunte.")
    until = date(2027, 1, 31)
    cover = replace(
        made_cover(CodeKind.INMATE), notes=(english, spanish), uses=9, sheets=12, until=until
    )
    pdf = cover_pdf(cover, paper)
    text = text_of(pdf)
    for each in ("Letters are scanned.", "Ask Ms. Fenwright.", "Las cartas se escanean.", "9"):
        assert each in text
    assert text.count("2027-01-31") == 2, "the last day, in both languages"
    read = zxingcpp.read_barcodes(_picture(pdf, 150), formats=QR)
    assert [(each.text, each.ec_level) for each in read] == [(cover.payload, "H")] * 4
    dark = _picture(pdf, 150) < 200
    allowed = np.zeros_like(dark)
    scale = 150 / 25.4
    for area in layout.printed_areas(*layout.PAPERS[paper]):
        low, high = int((area.top - 0.5) * scale), int((area.bottom + 0.5) * scale)
        left, right = int((area.left - 0.5) * scale), int((area.right + 0.5) * scale)
        allowed[low:high, left:right] = True
    frames = layout.cover_zones(*layout.PAPERS[paper]).sender
    allowed[: int((frames.bottom + 1) * scale)] = True
    assert not (dark & ~allowed).any(), "print leaves no place where a pen is looked for"


@pytest.mark.parametrize("kind", CodeKind)
def test_the_sheet_number_is_printed(kind: CodeKind) -> None:
    assert made_cover(kind).short_id in text_of(cover_pdf(made_cover(kind), "letter"))


def test_the_same_cover_gives_the_same_bytes() -> None:
    assert cover_pdf(made_cover(CodeKind.INMATE), "a4") == cover_pdf(
        made_cover(CodeKind.INMATE), "a4"
    )


def test_a_cover_says_for_whom_and_where_to() -> None:
    text = text_of(cover_pdf(replace(made_cover(CodeKind.INMATE), sender="Ann Example"), "letter"))
    for words in (
        "José María Testermann",
        "T-000123",
        "B-204",
        "Mail Room",
        "1 Example Road",
        "Exampleville, EX 00000",
        "Ann Example",
        "Mail cover sheet",
        "Hoja de portada",
        "You may copy this sheet",
        "Puede copiar esta hoja",
    ):
        assert words in text, words


def test_a_single_use_cover_says_so() -> None:
    text = text_of(cover_pdf(replace(made_cover(CodeKind.INMATE), once=True), "letter"))
    assert "good for one letter" in text
    assert "You may copy" not in text


@pytest.mark.parametrize(("sheets", "words"), [(1, "exactly one sheet"), (12, "exactly 12 sheets")])
def test_a_counted_cover_says_how_many_sheets(sheets: int, words: str) -> None:
    text = text_of(cover_pdf(replace(made_cover(CodeKind.INMATE), sheets=sheets), "letter"))
    assert words in text


def test_no_housing_unit_leaves_no_label() -> None:
    cover = replace(made_cover(CodeKind.INMATE), inmate=replace(SOMEBODY, housing_unit=" "))
    assert "HOUSING" not in text_of(cover_pdf(cover, "letter"))


def test_a_reply_sheet_needs_its_writer() -> None:
    with pytest.raises(UsageError, match="inmate"):
        cover_pdf(replace(made_cover(CodeKind.REPLY), inmate=None), "letter")


def test_a_payload_too_long_for_its_symbol_is_refused() -> None:
    with pytest.raises(ValueError, match="35 characters"):
        cover_pdf(replace(made_cover(CodeKind.INMATE), payload="MD1" + "A" * 40), "letter")


_names = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("WÉñ łЖΩ\u05d0\u0639字🙂\u0301\n\t")),
    max_size=120,
)


def _outside_print(picture: NDArray[np.uint8], paper: Paper, dpi: int) -> Any:
    """The picture with every printed area whitened: what is left should be paper."""
    left_over = picture.copy()
    for area in layout.printed_areas(*layout.PAPERS[paper]):
        spread = area.grown(0.6)
        left_over[
            max(0, int(spread.top * dpi / 25.4)) : int(spread.bottom * dpi / 25.4) + 1,
            max(0, int(spread.left * dpi / 25.4)) : int(spread.right * dpi / 25.4) + 1,
        ] = 255
    return left_over


@settings(max_examples=25, deadline=None)
@given(_names, _names, _names, _names, _names, st.lists(_names, max_size=7), st.integers(0, 255))
def test_no_name_leaves_its_place(
    first: str, last: str, number: str, unit: str, sender: str, address: list[str], sheets: int
) -> None:
    cover = replace(
        made_cover(CodeKind.INMATE),
        inmate=Inmate(number, last, first, unit, CustodyStatus.IN_CUSTODY),
        sender=sender,
        facility_name=last,
        mail_address=tuple(address),
        sheets=sheets,
    )
    picture = _picture(cover_pdf(cover, "letter"), 100)
    assert _outside_print(picture, "letter", 100).min() > 200
    read = zxingcpp.read_barcodes(picture, formats=QR)
    assert [each.text for each in read] == [cover.payload] * 4


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("sheets", [0, 1, 200])
def test_print_stays_in_its_places(paper: Paper, sheets: int) -> None:
    cover = replace(made_cover(CodeKind.INMATE), sheets=sheets)
    assert _outside_print(_picture(cover_pdf(cover, paper), 150), paper, 150).min() > 200


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize(
    "tall",
    [
        "A" + "\u0301" * 40,
        "g" + "\u0323" * 40,
        "ก" + "\u0e49" * 30,
        "\U00012031",
        "\ua9cd\u1b10",
        "ស្ត្រី្គ្គ្គ",
        "क" + "ा" * 200,
        "ш\u0489" * 3,
        "ש" + "\u05b8\u0591" * 20,
        "م" + "\u064e" * 30,
    ],
)
@pytest.mark.parametrize("times", [1, 6])
def test_no_tall_letter_leaves_its_place(tall: str, times: int, paper: Paper) -> None:
    """Whoever piles up accents must not reach a code, or what is read as somebody's pen."""
    text = " ".join([tall] * times)
    cover = replace(
        made_cover(CodeKind.INMATE),
        inmate=Inmate(text, text, text, text, CustodyStatus.IN_CUSTODY),
        sender=text,
        facility_name=text,
        mail_address=(text,) * 5,
    )
    picture = _picture(cover_pdf(cover, paper), 100)
    assert _outside_print(picture, paper, 100).min() > 200
    assert len(zxingcpp.read_barcodes(picture, formats=QR)) == 4


def test_a_separator_says_in_two_languages_that_a_letter_begins_and_names_nobody() -> None:
    text = text_of(cover_pdf(made_cover(CodeKind.SEPARATOR), "letter"))
    for words in (
        "LETTER SEPARATOR",
        "A new letter begins here",
        "Aquí empieza otra carta",
        "Both sides must carry this print",
        "Las dos caras deben llevar esta impresión",
    ):
        assert words in text, words
    assert SOMEBODY.last_name not in text
