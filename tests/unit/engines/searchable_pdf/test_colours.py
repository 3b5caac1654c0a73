"""The profile of sRGB."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, ImageCms

from digitizer.engines.searchable_pdf.colours import srgb_profile


def test_it_is_read_as_a_profile_of_a_screen_and_says_its_own_size() -> None:
    data = srgb_profile()
    assert struct.unpack(">I", data[:4]) == (len(data),)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(data)).profile
    assert (profile.device_class.strip(), profile.xcolor_space.strip()) == ("mntr", "RGB")


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 30, 90)])
def test_its_colours_are_those_of_srgb(colour: tuple[int, int, int]) -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    shown = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), colour), ours, ImageCms.createProfile("sRGB")
    )
    assert shown is not None
    assert shown.getpixel((0, 0)) == pytest.approx(colour, abs=3)
