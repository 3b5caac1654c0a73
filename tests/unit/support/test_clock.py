"""Ids and moments."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from digitizer.support.clock import go_by, is_zone, new_id, now


def test_moments_are_of_no_time_zone_but_utc_and_go_forward() -> None:
    first, second = now(), now()
    assert first.tzinfo is UTC
    assert first <= second


def test_ids_have_sixteen_characters_that_nobody_confuses_and_do_not_repeat() -> None:
    ids = {new_id() for _ in range(200)}
    assert len(ids) == 200
    assert {len(each) for each in ids} == {16}
    assert not set("ilou") & set("".join(ids))


@pytest.fixture
def _own_zone_after() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    go_by("")
    assert os.environ.get("TZ") == before


@pytest.mark.usefixtures("_own_zone_after")
def test_local_time_is_that_of_the_zone_until_it_is_the_machines_again() -> None:
    moment = datetime(2026, 7, 5, 20, 7, tzinfo=UTC)
    own = moment.astimezone().utcoffset()
    for zone, said in (("America/Chicago", "15:07 CDT"), ("Asia/Kolkata", "01:37 IST")):
        go_by(zone)
        assert f"{moment.astimezone():%H:%M %Z}" == said
    go_by("")
    assert moment.astimezone().utcoffset() == own


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("America/Chicago", True),
        ("UTC", True),
        ("America/Chicag", False),
        ("CST", False),
        ("../etc/passwd", False),
        ("/etc/localtime", False),
        ("", False),
    ],
)
def test_only_names_of_zones_are_known(name: str, known: bool) -> None:
    assert is_zone(name) == known
