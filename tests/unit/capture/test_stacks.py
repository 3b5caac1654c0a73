"""Which files are one stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.capture.stacks import stacks_of
from digitizer.facility import Facility
from digitizer.model.errors import UsageError


def test_stacks_by_profile(facility: Facility) -> None:
    files = [Path("a"), Path("b")]
    assert stacks_of(facility.profiles, "default", files) == ((Path("a"),), (Path("b"),))
    assert stacks_of(facility.profiles, "default", []) == ()
    with pytest.raises(UsageError, match=r"Known: .*default"):
        stacks_of(facility.profiles, "no-such", files)
    flatbeds = [name for name, each in facility.profiles.items() if each.stack == "files"]
    assert flatbeds
    assert stacks_of(facility.profiles, flatbeds[0], files) == (tuple(files),)
