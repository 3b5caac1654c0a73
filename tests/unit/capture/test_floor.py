"""Who may begin beside whom, of the workers of one process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from digitizer.capture.floor import Floor
from digitizer.capture.scans.ledger import LARGE
from digitizer.model.paper import Original, Scan
from digitizer.model.settings import Work
from digitizer.support.clock import now


@pytest.fixture
def floor() -> Iterator[Floor]:
    with Floor(Work(processes=3)) as made:
        yield made


def _scan(name: str, size: int = 1) -> Scan:
    return Scan(name, (Original("a" * 64, name, size),), "default", now(), claim=1)


def test_nobody_begins_beside_a_deadly_scan(floor: Floor) -> None:
    floor.begin("one", _scan("deadly"), deadly=True)
    assert not floor.may_begin("one")
    assert not floor.may_begin("two")
    floor.end("one", _scan("deadly"))
    assert floor.may_begin("two")


def test_while_one_waits_to_be_alone_no_other_begins(floor: Floor) -> None:
    floor.begin("two", _scan("innocent"), deadly=False)
    floor.wait_alone("one", waits=True)
    assert not floor.may_begin("two"), "else it would wait for ever"
    assert floor.may_begin("one")
    floor.wait_alone("two", waits=False)
    assert not floor.may_begin("two"), "only who waits gives it up"
    floor.wait_alone("one", waits=False)
    assert floor.may_begin("two")


def test_a_place_is_kept_for_what_is_small(floor: Floor) -> None:
    floor.begin("one", _scan("1", LARGE + 1), deadly=False)
    assert not floor.wants_small
    floor.begin("two", _scan("2", LARGE + 1), deadly=False)
    assert floor.wants_small
    floor.end("one", _scan("1", LARGE + 1))
    assert not floor.wants_small


def test_an_earlier_claim_of_a_scan_ends_no_later_one(floor: Floor) -> None:
    late = Scan("1", _scan("1").originals, "default", now(), claim=2)
    floor.begin("one", _scan("1"), deadly=False)
    floor.begin("one", late, deadly=False)
    floor.end("one", _scan("1"))
    assert floor.at_work("one") == ("1",)
    assert floor.busy("one") == 1
    floor.end("one", late)
    assert floor.is_empty
