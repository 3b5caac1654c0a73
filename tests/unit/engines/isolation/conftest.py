"""A pool of two sandboxes for the tests of a module."""

from __future__ import annotations

from typing import Any

import pytest

from digitizer.engines.isolation import Pool, SandboxLimits


@pytest.fixture(scope="module")
def pool() -> Any:
    with Pool(2, SandboxLimits(megabytes=400)) as opened:
        yield opened
