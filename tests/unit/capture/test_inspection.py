"""What decoding says of each symbol on a page, with and without a home's keys."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from digitizer.capture.inspection import decode_file
from digitizer.engines.codes.cover_code import payload
from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed, UnopenableFile
from tests.support.made_mail import OPERATOR, ORSON, as_inmate, new_cover


def _picture_of(text: str, path: Path) -> Path:
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    code = Image.fromarray(zxingcpp.write_barcode_to_image(symbol, scale=8))
    page = Image.new("L", (900, 900), 255)
    page.paste(code, (120, 120))
    page.save(path)
    return path


def test_a_code_of_ours_is_trusted_only_with_the_keys_of_its_home(
    facility: Facility, tmp_path: Path
) -> None:
    text = payload(new_cover(facility), facility.keys)
    path = _picture_of(text, tmp_path / "page.png")
    ((known,),) = (page.symbols for page in decode_file(facility, path, OPERATOR))
    assert (known.text, known.trusted) == (text, True)
    assert f"for {ORSON}, good" in known.why
    ((unknown,),) = (page.symbols for page in decode_file(None, path, OPERATOR))
    assert not unknown.trusted
    assert "no keys to verify it" in unknown.why


def test_anothers_code_is_foreign(facility: Facility, tmp_path: Path) -> None:
    path = _picture_of("https://example.org", tmp_path / "page.png")
    ((found,),) = (page.symbols for page in decode_file(facility, path, OPERATOR))
    assert (found.trusted, found.why) == (False, "foreign: not a code of this system")


def test_what_is_no_scan_and_who_may_not_look_is_refused(
    facility: Facility, tmp_path: Path
) -> None:
    path = tmp_path / "words.txt"
    path.write_text("words")
    with pytest.raises(UnopenableFile):
        list(decode_file(facility, path, OPERATOR))
    with pytest.raises(NotAllowed):
        decode_file(facility, path, as_inmate(ORSON))
