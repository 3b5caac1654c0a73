"""Codes are the ones that were always printed, and read back."""

from __future__ import annotations

import random

import numpy as np
import pytest
import zxingcpp
from reportlab.graphics.barcode import qrencoder

from digitizer.engines.printing.kit.qr_code import Cells, qr_cells, qr_modules

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _payloads(count: int) -> list[str]:
    chance = random.Random(5)
    return ["MD1" + "".join(chance.choices(LETTERS, k=32)) for _ in range(count)]


def _by_reportlab(payload: str) -> Cells:
    code = qrencoder.QRCode(3, qrencoder.QRErrorCorrectLevel.H)
    code.addData(qrencoder.QRAlphaNum(payload))
    code.make()
    return tuple(tuple(map(bool, row)) for row in code.modules)


def _read(cells: Cells) -> str:
    quiet = np.pad(np.array(cells), 4)
    picture = np.where(np.kron(quiet, np.ones((6, 6), bool)), 0, 255).astype(np.uint8)
    (found,) = zxingcpp.read_barcodes(picture)
    return found.text


_EACH_LENGTH = ["0A $%*+-./:Z"[at % 12] * at for at in range(1, 36)]


@pytest.mark.parametrize("payload", [*_payloads(60), *_EACH_LENGTH])
def test_every_cell_is_as_on_the_sheets_that_are_out_there(payload: str) -> None:
    assert qr_modules(payload) == _by_reportlab(payload)


def test_a_code_is_read_back() -> None:
    for payload in _payloads(20):
        assert _read(qr_modules(payload)) == payload


def test_a_payload_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="35 characters, not 36"):
        qr_modules("A" * 36)


def test_a_code_of_any_text_is_read_back() -> None:
    assert _read(qr_cells("otpauth://totp/a?secret=b")) == "otpauth://totp/a?secret=b"
