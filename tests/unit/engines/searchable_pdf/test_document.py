from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from digitizer.engines.searchable_pdf import PdfPage, searchable_pdf
from digitizer.model.errors import UnopenableFile, UsageError
from tests.support.read_pages import DEAR, DPI, LOVE, SENOR, all_text, page, picture


def test_pages_keep_their_order_size_and_silence() -> None:
    second = (picture(), 100, None)
    pdf = searchable_pdf([page(DEAR), second, page(LOVE)], "A letter")
    assert [text.strip() for text in all_text(pdf)] == ["Dear", "", LOVE.text]
    with pikepdf.open(BytesIO(pdf)) as opened:
        boxes = [[float(edge) for edge in one.mediabox] for one in opened.pages]
    assert boxes == [[0, 0, 306, 396], [0, 0, 612, 792], [0, 0, 306, 396]]


def test_the_title_is_given_twice_and_the_bytes_do_not_vary() -> None:
    title = "Carta — <Ñ> & “co”"
    pdf = searchable_pdf([page(DEAR)], title)
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert str(opened.docinfo["/Title"]) == title
        with opened.open_metadata() as metadata:
            assert metadata["dc:title"] == title
    assert pdf == searchable_pdf([page(DEAR)], title)


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(UsageError):
        searchable_pdf([], "A letter")


@pytest.mark.parametrize("data", [b"", b"GIF89a", picture()[:100], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_named_by_its_page(data: bytes) -> None:
    with pytest.raises(UnopenableFile, match="page 2"):
        searchable_pdf([page(DEAR), (data, DPI, None)], "A letter")


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_problem(tmp_path: Path) -> None:
    pages: Sequence[PdfPage] = [page(DEAR, SENOR, LOVE), page(data=picture("RGB", "PNG"))]
    path = tmp_path / "letter.pdf"
    path.write_bytes(searchable_pdf(pages, "A letter"))
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
