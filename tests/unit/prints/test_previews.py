"""What the templates make of paper, looked at before it is used."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from digitizer.engines.codes.barcodes import find_our_symbols
from digitizer.engines.codes.cover_code import verify
from digitizer.engines.printing.kit.cover_layout import PAPERS, mark_areas
from digitizer.engines.printing.kit.page_frame import FOOT
from digitizer.facility import Facility, open_facility
from digitizer.messages.actions import send as send_message
from digitizer.messages.printing import print_messages
from digitizer.model.errors import NotAllowed, UsageError
from digitizer.model.mail import Direction, Draft
from digitizer.operations.care import needs_care
from digitizer.prints.previews import Sample, look_at_templates, sample_pdf, sample_picture
from tests.support.made_mail import CLERK, OPERATOR, ORSON
from tests.support.odd_templates import ODD, write_odd
from tests.support.pdf_looks import page_texts

_DPI = 200


def test_a_preview_shows_what_is_there_now_and_print_goes_on_as_it_began(
    facility: Facility, tmp_path: Path
) -> None:
    own = facility.print_templates / "letter.toml"
    own.write_text('[en]\nfrom = "Written by"\n', encoding="utf-8")
    found = look_at_templates(facility, OPERATOR)
    assert (found.bad, found.waits) == ((), True)
    assert "Written by" in page_texts(sample_pdf(facility, Sample.LETTER, OPERATOR))[0]
    draft = Draft(Direction.TO_INMATE, ORSON, "Aunt Ida", "Hi", "How are you?")
    for opened, expected in ((facility, False), (open_facility(facility.home), True)):
        send_message(opened, draft, OPERATOR)
        run = print_messages(opened, tmp_path / str(expected), OPERATOR)
        text = page_texts(run.files[0].file.read_bytes())[0]
        assert ("Written by" in text) is expected
        assert look_at_templates(opened, OPERATOR).waits is not expected


def test_a_file_that_cannot_be_used_is_named_to_staff_and_printing_goes_on(
    facility: Facility, tmp_path: Path
) -> None:
    file = facility.print_templates / "letter.toml"
    file.write_text('[en]\n\nfrom = "', encoding="utf-8")
    opened = open_facility(facility.home)
    (bad,) = look_at_templates(opened, OPERATOR).bad
    assert (bad.file, bad.line) == (file, 3)
    found = [each for each in needs_care(opened, CLERK).findings if "templates" in each.what]
    assert [f"{file}, line 3" in each.message for each in found] == [True]
    send_message(opened, Draft(Direction.TO_INMATE, ORSON, "Ida", "Hi", "Hello"), OPERATOR)
    run = print_messages(opened, tmp_path / "out", OPERATOR)
    assert (run.problems, [each.message is None for each in run.files]) == ((), [False, True])


def test_a_folder_can_be_tried_without_being_used(facility: Facility, tmp_path: Path) -> None:
    (tmp_path / "reply.toml").write_text('[en]\nto = "For whom"', encoding="utf-8")
    assert "For whom" in page_texts(sample_pdf(facility, Sample.REPLY, OPERATOR, tmp_path))[0]
    assert "For whom" not in page_texts(sample_pdf(facility, Sample.REPLY, OPERATOR))[0]
    with pytest.raises(UsageError):
        sample_pdf(facility, Sample.REPLY, OPERATOR, tmp_path / "none")


def test_a_clerk_may_not_look(facility: Facility) -> None:
    with pytest.raises(NotAllowed):
        sample_pdf(facility, Sample.LETTER, CLERK)


def test_a_picture_is_the_first_page(facility: Facility) -> None:
    picture = Image.open(io.BytesIO(sample_picture(facility, Sample.COVER, OPERATOR)))
    assert (picture.format, picture.size) == ("PNG", (850, 1100))


@pytest.mark.parametrize("sample", [Sample.COVER, Sample.REPLY])
def test_the_codes_of_a_preview_are_not_ours(facility: Facility, sample: Sample) -> None:
    (page,) = _drawn(sample_pdf(facility, sample, OPERATOR))
    symbols = find_our_symbols(page, _DPI).symbols
    assert symbols
    assert {verify(each.text, facility.keys) for each in symbols} == {None}


@pytest.mark.parametrize("odd", sorted(ODD))
@pytest.mark.parametrize("sample", list(Sample))
def test_no_template_prints_off_the_page_or_too_pale(
    facility: Facility, tmp_path: Path, odd: str, sample: Sample
) -> None:
    write_odd(tmp_path, odd)
    pdf = sample_pdf(facility, sample, OPERATOR, tmp_path)
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page, grey in zip(document, _drawn(pdf), strict=True):
            boxes = _boxes(page)
            assert boxes
            width, height = page.get_size()
            for left, bottom, right, top in boxes:
                assert 10 <= left < right <= width - 10
                assert 10 <= bottom < top <= height - 10
                assert _is_dark(grey, (left, height - top, right, height - bottom))
    finally:
        document.close()


@pytest.mark.parametrize("sample", [Sample.NOTICE, Sample.SENDERS_NOTICE])
def test_the_longest_notice_does_not_run_into_its_foot(
    facility: Facility, tmp_path: Path, sample: Sample
) -> None:
    write_odd(tmp_path, "long")
    document = pypdfium2.PdfDocument(sample_pdf(facility, sample, OPERATOR, tmp_path))
    try:
        assert len(document) == 2
        footer = 40
        for page in document:
            assert not any(footer + 8 < box[1] < FOOT - 8 for box in _boxes(page))
    finally:
        document.close()


@pytest.mark.parametrize("odd", sorted(ODD))
def test_nothing_is_printed_over_a_mark(facility: Facility, tmp_path: Path, odd: str) -> None:
    write_odd(tmp_path, odd)
    areas = mark_areas(*PAPERS["letter"])
    for sample in (Sample.COVER, Sample.REPLY):
        document = pypdfium2.PdfDocument(sample_pdf(facility, sample, OPERATOR, tmp_path))
        page = document[0]
        height = page.get_size()[1]
        for left, bottom, right, top in _boxes(page):
            for area in (each.grown(2) for each in areas):
                mm = 72 / 25.4
                apart = right < area.left * mm or left > area.right * mm
                assert apart or height - bottom < area.top * mm or height - top > area.bottom * mm
        document.close()


def _drawn(pdf: bytes) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn = [page.render(scale=_DPI / 72, grayscale=True).to_numpy() for page in document]
        return [np.ascontiguousarray(each.reshape(each.shape[:2])).copy() for each in drawn]
    finally:
        document.close()


def _boxes(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right, top of each stretch of text, in points from the bottom left."""
    text = page.get_textpage()
    found = [text.get_rect(number) for number in range(text.count_rects())]
    text.close()
    return found


def _is_dark(grey: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], box: tuple[float, ...]) -> bool:
    """Whether a scanner or printer that knows only black and white leaves something of it."""
    left, top, right, bottom = (round(each * _DPI / 72) for each in box)
    return bool((grey[top : bottom + 1, left : right + 1] < 128).any())
