"""A protected sender's program makes codes for its own items."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.model.legal import Answer
from digitizer.model.people import Scope
from tests.support.api_kit import Program, problem
from tests.support.legal_kit import check, new_sender, scanned
from tests.support.made_mail import ORSON

TO_ORSON = {"booking_number": ORSON, "name": "Orson Testvale"}


def test_a_code_is_made_once_and_passes_once(facility: Facility) -> None:
    program = Program(check(facility, 0), [Scope.LEGAL_CODES], sender=new_sender(facility))
    key = program.new_key()
    png = program.post("/legal-codes", json={**TO_ORSON, "form": "png"}, headers=key)
    assert (png.status_code, png.headers["content-type"]) == (201, "image/png")
    again = program.post("/legal-codes", json={**TO_ORSON, "form": "png"}, headers=key)
    assert again.content == png.content
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.content)))
    assert scanned(facility, code.text) is Answer.PASS
    assert scanned(facility, png.headers["item-number"]) is Answer.DUPLICATE
    pdf = program.post("/legal-codes", json=TO_ORSON, headers=program.new_key())
    assert pdf.content[:4] == b"%PDF"
    assert "item-expires" in pdf.headers
    wrong = {**TO_ORSON, "name": "Petra Samplewood"}
    problem(program.post("/legal-codes", json=wrong, headers=program.new_key()), 404)


def test_such_a_token_is_for_one_sender_and_does_nothing_else(facility: Facility) -> None:
    sender = new_sender(facility)
    both = [Scope.LEGAL_CODES, Scope.ROSTER_READ]
    for scopes, whose in (
        ([Scope.LEGAL_CODES], None),
        (both, sender),
        ([Scope.ROSTER_READ], sender),
        ([Scope.LEGAL_CODES], 99),
    ):
        with pytest.raises(UsageError, match="protected sender"):
            Program(facility, scopes, sender=whose)
