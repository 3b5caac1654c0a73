"""PDFs that lie one behind the other in one file."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pikepdf
import pytest
from PIL import Image

from digitizer.engines.opening import kinds
from digitizer.engines.opening.joined import Part, alone, copied, fills, parts_of
from digitizer.model.errors import UnopenableFile


def _pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


@contextmanager
def _file(data: bytes) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        yield file


ONE, TWO = _pdf(), _pdf(2)


def test_one_pdf_is_one_part_and_fills_its_file() -> None:
    with _file(ONE) as file:
        (part,) = parts_of(file)
        assert (part.start, part.kind) == (0, kinds.PDF)
        assert fills(part, file)


@pytest.mark.parametrize("between", [b"", b"\n", bytes(600), b"--boundary\r\nName: scan\r\n\r\n"])
def test_pdfs_one_behind_the_other_are_parts_that_open_by_themselves(between: bytes) -> None:
    with _file(ONE + between + TWO) as file:
        first, second = parts_of(file)
        assert second.start == len(ONE + between)
        pages = []
        for part in (first, second):
            with alone(file, part) as one, pikepdf.open(one) as pdf:
                pages.append(len(pdf.pages))
    assert pages == [1, 2]


def test_a_picture_behind_a_pdf_is_a_part_of_its_own() -> None:
    out = io.BytesIO()
    Image.new("L", (64, 64)).save(out, "JPEG")
    with _file(ONE + out.getvalue()) as file:
        assert [each.kind for each in parts_of(file)] == [kinds.PDF, kinds.JPEG]


def test_much_that_nobody_knows_is_refused() -> None:
    unknown = bytes(range(200, 256)) * 100
    with _file(ONE + unknown) as file, pytest.raises(UnopenableFile):
        parts_of(file)


def test_a_second_pdf_that_is_cut_off_is_refused() -> None:
    with _file(ONE + TWO[: TWO.index(b"xref")]) as file:
        found = parts_of(file)
        assert len(found) == 2
        with alone(file, found[1]) as rest:
            assert rest.read() == TWO[: TWO.index(b"xref")]


def test_a_part_far_inside_a_file_does_not_fill_it() -> None:
    with _file(bytes(600) + ONE + bytes(600)) as file:
        assert not fills(Part(600, 600 + len(ONE)), file)


def test_a_file_without_a_descriptor_gets_one() -> None:
    with copied(io.BytesIO(ONE)) as file:
        assert file.fileno() > 0
        assert file.read() == ONE
