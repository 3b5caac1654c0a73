"""What was scanned again replaces what is held."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from digitizer import audit
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound
from digitizer.screening import decisions
from digitizer.storage.database import reading
from tests.support.made_mail import (
    CLERK,
    OPERATOR,
    ORSON,
    SUPERVISOR,
    deliver,
    held_letter,
    held_whole,
    one_more_event,
    stored_letter,
    take,
)


def test_rescanned(facility: Facility) -> None:
    held, scan = held_letter(facility), held_whole(facility)
    new = held_letter(facility, content=b"again")
    with one_more_event(facility, "rescanned", f"letter:{held}", CLERK):
        decisions.rescanned(facility, held, new, CLERK, "better picture")
    with one_more_event(facility, "rescanned", f"scan:{scan}", CLERK):
        decisions.rescanned(facility, scan, new, CLERK, "better picture")
    assert stored_letter(facility, held).replaced_by == new
    assert [item.letter for item in decisions.held(facility, OPERATOR)] == [new]


def _earlier(facility: Facility) -> tuple[str, str]:
    new = held_letter(facility, content=b"first")
    return held_letter(facility, content=b"second"), new


def _fewer_pages(facility: Facility) -> tuple[str, str]:
    return held_letter(facility), deliver(facility, ORSON, "x", b"short")


def _many_more_pages(facility: Facility) -> tuple[str, str]:
    held = held_whole(facility, count=1)
    return held, held_whole(facility, count=3, content=b"other")


def _not_read_yet(facility: Facility) -> tuple[str, str]:
    return held_letter(facility), take(facility, b"waits").id


@pytest.mark.parametrize("case", [_earlier, _fewer_pages, _many_more_pages, _not_read_yet])
def test_what_does_not_look_like_a_rescan_needs_a_supervisor(
    facility: Facility, case: Callable[[Facility], tuple[str, str]]
) -> None:
    """With it, held pages would be out of sight for good."""
    held, new = case(facility)
    before = decisions.held(facility, OPERATOR)
    with pytest.raises(NotAllowed, match="supervisor"):
        decisions.rescanned(facility, held, new, CLERK, "hides it")
    assert decisions.held(facility, OPERATOR) == before
    decisions.rescanned(facility, held, new, SUPERVISOR, "I saw both")
    with reading(facility.engine) as tx:
        (last,) = audit.latest_events(tx, limit=1)
    assert (last.verb, last.detail["as_id"]) == ("rescanned", new)
    assert last.detail["doubt"]


def test_two_held_things_never_replace_each_other(facility: Facility) -> None:
    one, other = held_letter(facility), held_letter(facility, content=b"another scan")
    decisions.rescanned(facility, one, other, CLERK, "why")
    with pytest.raises(Conflict, match="itself rejected or replaced"):
        decisions.rescanned(facility, other, one, CLERK, "why")
    assert [item.letter for item in decisions.held(facility, OPERATOR)] == [other]


def test_nothing_is_replaced_by_itself_or_its_own_scan(facility: Facility) -> None:
    held = held_letter(facility)
    second = decisions.cut(facility, held, 2, CLERK, "why")[1]
    scan = stored_letter(facility, held).scan_id
    for new in (held, second, scan, "none"):
        with pytest.raises(NotFound):
            decisions.rescanned(facility, held, str(new), CLERK, "why")
