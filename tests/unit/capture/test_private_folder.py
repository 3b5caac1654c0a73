"""A folder that goes with the process that made it."""

from __future__ import annotations

import pytest

from digitizer.capture.private_folder import private_folder
from digitizer.facility import Facility


def test_it_is_private_and_gone_afterwards_whatever_was_in_it(facility: Facility) -> None:
    with private_folder(facility) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "page").write_bytes(b"words")
        with private_folder(facility) as other:
            assert other != folder
    assert not folder.exists()
    assert list(facility.run_folder.glob("*.lock")) == []


def test_it_goes_after_an_error_too(facility: Facility) -> None:
    with pytest.raises(RuntimeError), private_folder(facility) as folder:
        raise RuntimeError
    assert not folder.exists()
