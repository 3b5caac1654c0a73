"""Pictures that lie one behind the other in one file."""

from __future__ import annotations

import io
import tempfile

import pytest
from PIL import Image

from digitizer.engines.opening import kinds
from digitizer.engines.opening.parts import Part, split
from digitizer.model.errors import UnopenableFile


def _picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(out, kind)
    return out.getvalue()


def _split(data: bytes, kind: str) -> tuple[Part, ...]:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return split(file, kind)


@pytest.mark.parametrize("kind", [kinds.JPEG, kinds.TIFF, kinds.PNG, kinds.JPEG2000])
def test_one_picture_is_one_part(kind: str) -> None:
    data = _picture(kind)
    assert _split(data, kind) == (Part(kind, 0, len(data)),)


@pytest.mark.parametrize("padding", [b"", bytes(700), b"\r\n"])
def test_jpegs_one_behind_the_other_are_parts_each(padding: bytes) -> None:
    first, second = _picture("JPEG"), _picture("JPEG")
    found = _split(first + padding + second, kinds.JPEG)
    assert [each.kind for each in found] == [kinds.JPEG, kinds.JPEG]
    assert found[1].begin >= len(first)
    assert found[1].end == len(first + padding + second)


def test_a_picture_behind_other_bytes_is_a_doubt() -> None:
    data = _picture("JPEG") + b"some other words " * 20 + _picture("PNG")
    with pytest.raises(UnopenableFile, match="looks like another"):
        _split(data, kinds.JPEG)


def test_what_stands_behind_a_pdf_is_left_to_its_own_parser() -> None:
    assert _split(b"%PDF-1.7 and more", kinds.PDF) == (Part(kinds.PDF, 0, 17),)
