"""What a scanner profile may hold."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from digitizer.model.scanner_profile import ScannerProfile
from digitizer.scanners.profiles import read_profiles
from digitizer.support.paths import SCANNER_PROFILES


def _with(**values: Any) -> ScannerProfile:
    known = read_profiles(SCANNER_PROFILES.parent)["default"].model_dump()
    known["from"] = known.pop("origin")
    return ScannerProfile.model_validate({**known, **values})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("folder", r"\\server\share"),
        ("folder", "C:/scans"),
        ("folder", "smb://server/share"),
        ("folder", "scans"),
        ("patterns", ("a/*.pdf",)),
        ("patterns", (" ",)),
        ("dpi", 74),
        ("dpi", 1201),
        ("languages", ()),
        ("languages", ("english",)),
        ("languages", ("en", "en")),
        ("code_region", (0.5, 0.0, 0.5, 1.0)),
        ("code_region", (0.0, 0.0, 1.1, 1.0)),
        ("blank_ink", 0.011),
    ],
)
def test_what_cannot_be_is_refused_with_the_fix(key: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        _with(**{key: value})
    (problem,) = refused.value.errors()
    assert problem["loc"][0] == key
    assert problem["msg"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("folder", "/srv/scans"),
        ("folder", None),
        ("patterns", ()),
        ("dpi", 0),
        ("dpi", 75),
        ("languages", ("es", "en")),
        ("code_region", (0.0, 0.0, 1.0, 0.5)),
    ],
)
def test_what_may_be_is_kept_as_it_is(key: str, value: object) -> None:
    assert getattr(_with(**{key: value}), key) == value
