"""An agency of two facilities on one PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import postgres
from tests.support.agencies import Two, two_facilities


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    reason = postgres.missing()
    if reason:
        pytest.skip(reason)
    with postgres.server() as url:
        yield url


@pytest.fixture
def two(server: str, tmp_path: Path) -> Iterator[Two]:
    made = two_facilities(tmp_path / "agency", postgres.emptied(server))
    yield made
    made.close()
