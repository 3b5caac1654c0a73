"""The markers of a JPEG, gone over without decoding."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from digitizer.engines.opening.jpeg_markers import END, START, Walk, height_of, plain_of
from digitizer.model.errors import UnopenableFile

_NOISE = Image.effect_noise((50, 40), 80).convert("RGB")


def _jpeg(progressive: bool = False) -> bytes:
    out = io.BytesIO()
    _NOISE.save(out, "JPEG", progressive=progressive)
    return out.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
def test_size_components_and_scans_are_read(progressive: bool) -> None:
    data = _jpeg(progressive)
    walk = Walk(data)
    assert (walk.width, walk.height, len(walk.components)) == (50, 40, 3)
    assert walk.is_ended
    assert walk.end == len(data)
    assert not walk.is_arithmetic
    assert (len(walk.scans) > 1) == progressive
    assert all(each.begin < each.end for each in walk.scans)


def test_what_follows_the_end_is_not_part_of_it() -> None:
    assert Walk(_jpeg() + b"a gain map").end == len(_jpeg())


def test_the_plain_file_shows_the_same_picture() -> None:
    data = _jpeg()
    plain = plain_of(Walk(data))
    assert plain.startswith(START)
    assert plain.endswith(END)
    before, after = (Image.open(io.BytesIO(each)).tobytes() for each in (data, plain))
    assert before == after


def test_a_height_that_comes_behind_the_data_counts_where_none_came_before() -> None:
    data = _jpeg()
    at = Walk(data).data.index(b"\xff\xc0") + 5
    unknown = data[:at] + b"\0\0" + data[at + 2 :]
    with pytest.raises(UnopenableFile):
        plain_of(Walk(unknown))
    behind = unknown[:-2] + b"\xff\xdc\0\x04\0\x28" + END
    assert height_of(Walk(behind)) == 40
    known = data[:-2] + b"\xff\xdc\0\x04\0\x63" + END
    assert height_of(Walk(known)) == 40


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"GIF89a", _jpeg()[:30], START + END])
def test_what_has_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(UnopenableFile):
        Walk(data)


def test_a_quantization_table_with_a_hole_is_refused() -> None:
    data = _jpeg()
    at = data.index(b"\xff\xdb") + 10
    with pytest.raises(UnopenableFile):
        Walk(data[:at] + b"\0" + data[at + 1 :])
