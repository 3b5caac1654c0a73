"""Networks in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.engines.reading.ctc.networks import FIX, network, version
from digitizer.model.errors import EngineError


def test_a_missing_file_is_an_error_with_its_fix_and_nothing_is_downloaded(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=FIX):
        network(tmp_path / "missing.onnx")


def test_the_librarys_version_is_known() -> None:
    found = version()
    assert found is not None
    assert found.split(".")[0].isdigit()
