"""Covers and reply sheets printed by a facility's own odd templates are known when they come back:
opened, prepared, sighted and split as every scan is."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from digitizer.capture.cover_evidence import reads_like_cover, see
from digitizer.capture.splitting import split
from digitizer.engines.codes.cover_code import new_cover_code, payload, short_id
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.wording import own_words
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet, cover_pdf
from digitizer.model.paper import CodeKind, CoverCode, DoubtReason, SeenPage
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.model.scanner_profile import Origin, Sides
from tests.support.odd_templates import ODD, write_odd
from tests.support.pdf_looks import page_texts
from trials.paper import sheets
from trials.paper.sheets import DPI, KEYS, Picture, answered, drawn, px, typed
from trials.paper.trial import surveyed

WHO = Inmate("P1001", "Sample", "Pat", "U-1", CustodyStatus.IN_CUSTODY)
NOTES = (("Money, stickers and perfume are refused. " * 12,), ("Ni dinero ni perfume. " * 20,))


@pytest.fixture(params=sorted(ODD))
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    write_odd(tmp_path, request.param)
    assert own_words(tmp_path).bad == ()
    return tmp_path


def printed(folder: Path, kind: CodeKind) -> tuple[CoverCode, bytes]:
    code = new_cover_code(kind, KEYS)
    sheet = CoverSheet(
        facility_name="Example County Detention Center",
        mail_address=("Mail Room", "100 Example Road"),
        inmate=WHO,
        kind=kind,
        payload=payload(code, KEYS),
        short_id=short_id(code),
        sender="Aunt Imaginary",
        notes=NOTES,
        words=own_words(folder).words,
    )
    return code, cover_pdf(sheet, "letter")


def scanned(*pages: Picture) -> list[SeenPage]:
    """In black and white, askew and noisy, as the worst of scanners writes them."""
    rng = np.random.default_rng(1)
    pictures = []
    for each in pages:
        height, width = each.shape
        move = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.normal(0, 0.5)), 1.0)
        laid = cv2.warpAffine(each, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
        grey = sheets.noisy(np.asarray(laid), rng, 1.5)
        pictures.append(Image.fromarray(np.where(grey < 128, 0, 255).astype(np.uint8)))
    file = BytesIO()
    first, *others = [each.convert("1", dither=Image.Dither.NONE) for each in pictures]
    first.save(file, "PDF", save_all=True, append_images=others, resolution=DPI)
    return [see(page, KEYS) for page in surveyed(file.getvalue())]


def test_a_cover_begins_its_letter(folder: Path) -> None:
    code, pdf = printed(folder, CodeKind.INMATE)
    seen = scanned(drawn(pdf), typed(np.random.default_rng(2)))
    assert seen[0].codes == (code,)
    (letter,) = split(seen, Sides.SIMPLEX, False, Origin.OUTSIDE).letters
    assert (letter.cover, letter.doubts) == (code, ())


def test_a_reply_sheet_that_was_written_on_is_the_one_that_was_printed(folder: Path) -> None:
    code, pdf = printed(folder, CodeKind.REPLY)
    seen = scanned(answered(drawn(pdf), np.random.default_rng(3)))
    assert seen[0].doubts == ()
    (letter,) = split(seen, Sides.SIMPLEX, False, Origin.INSIDE).letters
    assert (letter.cover, letter.doubts) == (code, ())


@pytest.mark.parametrize("kind", [CodeKind.INMATE, CodeKind.REPLY])
def test_marks_alone_still_hold_the_stack(folder: Path, kind: CodeKind) -> None:
    picture = without_codes(drawn(printed(folder, kind)[1]))
    seen = scanned(typed(np.random.default_rng(4)), picture)
    assert DoubtReason.COVER_UNREADABLE in [each.reason for each in seen[1].doubts]


def test_without_codes_and_marks_its_words_are_a_covers(folder: Path) -> None:
    _, pdf = printed(folder, CodeKind.INMATE)
    (text,) = page_texts(pdf)
    assert reads_like_cover(text)
    lower = text[text.index("How to send") :]
    assert reads_like_cover(lower), "where its title is torn off"


def without_codes(picture: Picture) -> Picture:
    """The sheet with something white over its codes."""
    for each in (area.grown(4) for area in layout.code_areas(*layout.PAPERS["letter"])):
        left, top = max(0, px(each.left)), max(0, px(each.top))
        picture[top : px(each.bottom), left : px(each.right)] = 255
    return picture
