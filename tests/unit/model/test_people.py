"""Inmates as they are named, and why mail for them is held."""

from __future__ import annotations

import pytest

from digitizer.model.people import CustodyStatus, Inmate


def _inmate(first: str = "Orson", status: CustodyStatus = CustodyStatus.IN_CUSTODY) -> Inmate:
    return Inmate("A-100", "Testvale", first, "B-1", status)


def test_a_full_name_has_no_blank_where_a_part_is_missing() -> None:
    assert _inmate().full_name == "Orson Testvale"
    assert _inmate(first="").full_name == "Testvale"


@pytest.mark.parametrize(
    ("status", "absence"),
    [
        (CustodyStatus.IN_CUSTODY, None),
        (CustodyStatus.RELEASED, "released and so not in custody here"),
        (CustodyStatus.TRANSFERRED, "transferred and so not in custody here"),
        (CustodyStatus.OTHER, "not in custody here"),
    ],
)
def test_only_who_is_in_custody_has_no_absence(status: CustodyStatus, absence: str | None) -> None:
    assert _inmate(status=status).absence == absence
