"""What a sender puts on an envelope: its code is read, in the window and on the picture."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from digitizer.engines.codes.cover_code import KeyRing, new_key
from digitizer.engines.codes.item_code import item_payload, new_item_code
from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.letters.envelopes import WINDOWS
from digitizer.engines.printing.letters.legal_cover import (
    LegalCover,
    legal_cover_pdf,
    legal_cover_picture,
)
from tests.support.pdf_looks import page_texts, picture

KEYS = KeyRing({1: new_key()}, 1)
CODE = new_item_code(KEYS)
COVER = LegalCover(
    text=item_payload(CODE, KEYS),
    short_id=CODE.short_id,
    to=(
        "Marguerite Featherstonehaugh-Villanueva",
        "2026-00117",
        "North County Jail",
        "1 Lake Road",
    ),
    sender=("Harold Finch, Finch & Partners", "100 Court Street"),
    last_day=date(2026, 12, 27),
)


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_code_number_and_address_show_in_the_window(paper: Paper) -> None:
    content = legal_cover_pdf(COVER, paper)
    page = picture(content, 0, 300)
    sight = WINDOWS[paper].address
    left, top, right, bottom = (
        round(each * 300 / 25.4) for each in (sight.left, sight.top, sight.right, sight.bottom)
    )
    window = np.ascontiguousarray(page[top:bottom, left:right])
    (seen,) = zxingcpp.read_barcodes(window)
    assert seen.text == COVER.text
    words = " ".join(page_texts(content)[0].split())
    for part in ("2026-00117", CODE.short_id, "2026-12-27", "Legal mail", "Correo legal"):
        assert part in words


def test_the_picture_holds_the_code() -> None:
    shown = Image.open(io.BytesIO(legal_cover_picture(COVER)))
    (seen,) = zxingcpp.read_barcodes(shown)
    assert seen.text == COVER.text
