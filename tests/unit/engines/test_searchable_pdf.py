from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from digitizer.engines.searchable_pdf import PdfPage, searchable_pdf
from digitizer.engines.searchable_pdf.font import _true_type
from digitizer.model.errors import UnopenableFile, UsageError
from digitizer.model.paper import Box, Transcript, Word

DPI = 200


def picture(mode: str = "L", kind: str = "JPEG", **options: bool) -> bytes:
    """Grey slopes with a dark corner, 850 by 1100 pixels."""
    slope = np.linspace(120, 255, 850 * 1100).reshape(1100, 850).astype(np.uint8)
    slope[:50, :80] = 10
    written = BytesIO()
    Image.fromarray(slope).convert(mode).save(written, kind, **options)
    return written.getvalue()


def page(*words: Word, data: bytes | None = None) -> PdfPage:
    text = " ".join(word.text for word in words)
    return data or picture(), DPI, Transcript("test", text, 0.9, words)


DEAR = Word("Dear", Box(100, 200, 120, 40), 0.9, 0)
SENOR = Word("señor", Box(240, 210, 150, 30), 0.9, 0)
LOVE = Word("Łódź—любовь", Box(100, 600, 400, 44), 0.9, 1)


def words_found(pdf: bytes, number: int, text: str) -> tuple[float, ...]:
    """Left, bottom, right, top in points of the first place where ``text`` stands."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        textpage = document[number].get_textpage()
        found = textpage.search(text).get_next()
        assert found is not None, text
        boxes = [textpage.get_charbox(found[0] + i, loose=True) for i in range(found[1])]
        textpage.close()
    finally:
        document.close()
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def all_text(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [document[number].get_textpage() for number in range(len(document))]
        texts = [one.get_text_range() for one in pages]
        for one in pages:
            one.close()
        return texts
    finally:
        document.close()


@pytest.mark.parametrize("word", [DEAR, SENOR, LOVE])
def test_words_are_found_at_their_place(word: Word) -> None:
    left, bottom, right, top = words_found(
        searchable_pdf([page(DEAR, SENOR, LOVE)], "A letter"), 0, word.text
    )
    scale, height = 72 / DPI, 1100 * 72 / DPI
    assert left == pytest.approx(word.box.left * scale, abs=1.0)
    assert right == pytest.approx(word.box.right * scale, abs=1.0)
    assert bottom == pytest.approx(height - word.box.bottom * scale, abs=4.0)
    assert top == pytest.approx(height - word.box.top * scale, abs=4.0)


def test_words_of_a_line_stay_on_it_with_spaces() -> None:
    text = all_text(searchable_pdf([page(DEAR, SENOR, LOVE)], "A letter"))[0]
    assert text.split("\r\n")[0].split() == ["Dear", "señor"]
    assert LOVE.text in text


def test_a_word_far_from_its_lines_slope_keeps_its_own_box() -> None:
    stray = Word("margin", Box(700, 900, 100, 30), 0.5, 0)
    found = words_found(searchable_pdf([page(DEAR, SENOR, stray)], "A letter"), 0, "margin")
    assert found[0] == pytest.approx(700 * 72 / DPI, abs=1.0)


def test_pages_keep_their_order_size_and_silence() -> None:
    second = (picture(), 100, None)
    pdf = searchable_pdf([page(DEAR), second, page(LOVE)], "A letter")
    assert [text.strip() for text in all_text(pdf)] == ["Dear", "", LOVE.text]
    with pikepdf.open(BytesIO(pdf)) as opened:
        boxes = [[float(edge) for edge in one.mediabox] for one in opened.pages]
    assert boxes == [[0, 0, 306, 396], [0, 0, 612, 792], [0, 0, 306, 396]]


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_is_embedded_as_it_is(mode: str) -> None:
    data = picture(mode)
    with pikepdf.open(BytesIO(searchable_pdf([page(data=data)], "A letter"))) as opened:
        image = opened.pages[0].Resources.XObject.Picture
        assert image.Filter == pikepdf.Name.DCTDecode
        assert image.read_raw_bytes() == data


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "LA", "RGBA"])
def test_a_png_loses_nothing(mode: str) -> None:
    written = BytesIO()
    Image.open(BytesIO(picture(kind="PNG"))).convert(mode).save(written, "PNG")
    pdf = searchable_pdf([page(data=written.getvalue())], "A letter")
    with pikepdf.open(BytesIO(pdf)) as opened:
        stream = opened.pages[0].Resources.XObject.Picture
        assert isinstance(stream, pikepdf.Stream)
        shown = pikepdf.PdfImage(stream).as_pil_image()
    expected = Image.open(written).convert("RGB")
    assert np.array_equal(np.asarray(shown.convert("RGB")), np.asarray(expected))


def test_a_plain_png_keeps_its_own_packing() -> None:
    data = picture("RGB", "PNG", optimize=True)
    with pikepdf.open(BytesIO(searchable_pdf([page(data=data)], "A letter"))) as opened:
        assert opened.pages[0].Resources.XObject.Picture.read_raw_bytes() in data


def test_a_png_of_16_bits_loses_nothing() -> None:
    values = np.arange(80 * 50, dtype=np.uint16).reshape(50, 80) * 16
    written = BytesIO()
    Image.fromarray(values).save(written, "PNG")
    pdf = searchable_pdf([page(data=written.getvalue())], "A letter")
    with pikepdf.open(BytesIO(pdf)) as opened:
        stream = opened.pages[0].Resources.XObject.Picture.read_bytes()
    assert stream == values.astype(">u2").tobytes()


def test_the_letters_are_not_drawn() -> None:
    data = picture(kind="PNG")
    with_words = searchable_pdf([page(DEAR, LOVE, data=data)], "A letter")
    without = searchable_pdf([page(data=data)], "A letter")
    assert drawn(with_words) == drawn(without)


def drawn(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return hashlib.sha256(document[0].render(scale=1).to_numpy().tobytes()).hexdigest()
    finally:
        document.close()


def test_the_title_is_told_twice_and_the_bytes_do_not_vary() -> None:
    title = "Carta — <Ñ> & “co”"
    pdf = searchable_pdf([page(DEAR)], title)
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert str(opened.docinfo["/Title"]) == title
        with opened.open_metadata() as metadata:
            assert metadata["dc:title"] == title
    assert pdf == searchable_pdf([page(DEAR)], title)


def test_odd_words_do_no_harm() -> None:
    odd = [
        Word("(\\)<>", Box(0, 0, 50, 20), 1, 0),
        Word("\U0001f600", Box(100, 0, 50, 20), 1, 0),
        Word("\ud800", Box(200, 0, 50, 20), 1, 0),
        Word(" ", Box(300, 0, 50, 20), 1, 1),
        Word("flat", Box(400, 500, 0, 0), 1, 2),
        Word("outside", Box(-50, 5000, 90, 30), 1, 3),
    ]
    text = all_text(searchable_pdf([page(*odd)], "A letter"))[0]
    assert "(\\)<>" in text
    assert "flat" in text


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(UsageError):
        searchable_pdf([], "A letter")


@pytest.mark.parametrize("data", [b"", b"GIF89a", picture()[:100], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_named_by_its_page(data: bytes) -> None:
    with pytest.raises(UnopenableFile, match="page 2"):
        searchable_pdf([page(DEAR), (data, DPI, None)], "A letter")


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_fault(tmp_path: Path) -> None:
    pages: Sequence[PdfPage] = [page(DEAR, SENOR, LOVE), page(data=picture("RGB", "PNG"))]
    path = tmp_path / "letter.pdf"
    path.write_bytes(searchable_pdf(pages, "A letter"))
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_font_sums_to_what_opentype_asks() -> None:
    font = _true_type()
    padded = font + bytes(-len(font) % 4)
    total = sum(int.from_bytes(padded[i : i + 4]) for i in range(0, len(padded), 4))
    assert total & 0xFFFFFFFF == 0xB1B0AFBA
