"""The directories of a TIFF, followed to their end."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.opening.tiff_tags import X_RESOLUTION, TiffFile
from digitizer.model.errors import UnopenableFile


def _tiff(pages: int = 2) -> bytes:
    out = io.BytesIO()
    first, *others = (Image.new("L", (20 + n, 30)) for n in range(pages))
    first.save(out, "TIFF", save_all=True, append_images=others, dpi=(300, 300))
    return out.getvalue()


WHOLE = _tiff()


def test_every_directory_is_read_with_its_tags() -> None:
    read = TiffFile(io.BytesIO(WHOLE))
    assert [(each.width, each.height) for each in read.chain()] == [(20, 30), (21, 30)]
    assert read.extent <= len(WHOLE)
    (first, *_) = TiffFile(io.BytesIO(WHOLE)).chain()
    across, under = first.values(X_RESOLUTION)
    assert across / under == 300
    assert first.first(65_000, otherwise=7) == 7


@given(st.integers(0, len(WHOLE) - 1))
@example(154)  # right behind the first directory's entries, before the pointer to the second
def test_a_cut_file_never_has_fewer_pages_without_a_word(end: int) -> None:
    try:
        found = list(TiffFile(io.BytesIO(WHOLE[:end])).chain())
    except UnopenableFile:
        return
    assert len(found) == 2


def test_a_chain_that_goes_in_a_circle_is_refused() -> None:
    (offset,) = struct.unpack("<I", WHOLE[4:8])
    (count,) = struct.unpack("<H", WHOLE[offset : offset + 2])
    end = offset + 2 + 12 * count
    circle = WHOLE[:end] + struct.pack("<I", offset) + WHOLE[end + 4 :]
    with pytest.raises(UnopenableFile):
        list(TiffFile(io.BytesIO(circle)).chain())


def test_the_other_byte_order_is_read_too() -> None:
    entries = ((256, 20), (257, 30))
    body = b"".join(struct.pack(">HHIHH", tag, 3, 1, value, 0) for tag, value in entries)
    data = b"MM\0*" + struct.pack(">IH", 8, len(entries)) + body + bytes(4)
    (only,) = TiffFile(io.BytesIO(data)).chain()
    assert (only.order, only.width, only.height) == (">", 20, 30)
