"""Fixtures of these tests."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from digitizer.facility import Facility
from tests.support import postgres
from tests.support.backed_up import lay
from tests.support.made_mail import (
    ORSON,
    deliver,
    file,
    held_letter,
    letter_of,
    new_cover,
    read,
    split_of,
    take,
)


@pytest.fixture
def full(facility: Facility) -> Facility:
    """A facility with delivered, held and waiting mail, a picture, and a file in its inbox."""
    deliver(facility, ORSON, "a garden", b"1")
    held_letter(facility)
    take(facility, b"waiting")
    picture = facility.pictures.put(io.BytesIO(b"a picture"))[0]
    letter = letter_of(new_cover(facility), 1, 2)
    file(facility, split_of(letter), {2: read("x")}, content=b"p", pictures={2: picture})
    lay(facility, "new.pdf", b"new")
    return facility


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    reason = postgres.missing()
    if reason:
        pytest.skip(reason)
    with postgres.server() as url:
        yield url


@pytest.fixture
def url(server: str) -> str:
    """Of an empty database."""
    return postgres.emptied(server)
