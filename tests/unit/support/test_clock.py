"""Ids and moments."""

from __future__ import annotations

from datetime import UTC

from digitizer.support.clock import new_id, now


def test_moments_are_of_no_time_zone_but_utc_and_go_forward() -> None:
    first, second = now(), now()
    assert first.tzinfo is UTC
    assert first <= second


def test_ids_have_sixteen_characters_that_nobody_confuses_and_do_not_repeat() -> None:
    ids = {new_id() for _ in range(200)}
    assert len(ids) == 200
    assert {len(each) for each in ids} == {16}
    assert not set("ilou") & set("".join(ids))
