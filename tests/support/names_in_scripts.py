"""Names in scripts of the world, and the sheets that they are printed on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.engines.printing.sheets.cover_sheet import CoverSheet, cover_pdf
from digitizer.model.paper import CodeKind
from digitizer.model.people import CustodyStatus, Inmate
from tests.support.pdf_looks import page_texts

NAMES = {
    "Latin": ("John", "Testermann"),
    "Spanish": ("José María", "Núñez Peña"),
    "Vietnamese": ("Thị Phượng", "Nguyễn"),
    "Arabic": ("محمد عبد الله", "الخطيب"),
    "Arabic with lam and alef": ("علاء", "الإسلام"),
    "Persian": ("نمی\u200cخواهم", "گچپژ"),
    "Hebrew": ("משה", "כהן"),
    "Hebrew with a number": ("שרה (12)", "לוי"),
    "Thai": ("กฤษณ์ ณัฐพงศ์", "น้ำทิพย์"),
    "Hindi": ("क्षितिज", "शर्मा"),
    "Tamil": ("ஸ்ரீ", "கௌரி"),
    "Chinese": ("小明", "王"),
    "Japanese": ("太郎 タロウ", "山田"),
    "Korean": ("철수", "김"),
    "mixed": ("Ali محمد", "Smith-王"),
}


PAYLOAD, SHORT = "MD1ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "K7QM-3XTR-D"
MAIL = ("Mail Room", "100 Example Road")
JOHN = Inmate("T-1", "Testermann", "John", "C-3", CustodyStatus.IN_CUSTODY)
COVER = CoverSheet("Example Jail", MAIL, JOHN, CodeKind.INMATE, PAYLOAD, SHORT)


def named(first: str, last: str) -> Inmate:
    return replace(JOHN, first_name=first, last_name=last)


def cover(first: str, last: str) -> bytes:
    who = named(first, last)
    return cover_pdf(replace(COVER, inmate=who, sender=f"{first} {last}"), "letter")


EVERY_NAME = pytest.mark.parametrize(("first", "last"), NAMES.values(), ids=NAMES)


def lines_of(pdf: bytes) -> set[str]:
    """What each line of the PDF says, as a reader copies it out."""
    return {line.strip() for text in page_texts(pdf) for line in text.splitlines()}
