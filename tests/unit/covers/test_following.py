"""Where a letter is: states and dates for who has its cover's number, and nothing for a guess."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.covers import actions as covers
from digitizer.covers import following
from digitizer.covers.following import Followed, Where
from digitizer.facility import Facility
from digitizer.messages import actions as messages
from digitizer.model.errors import NotFound, TooOften, UsageError
from digitizer.model.mail import Direction, Draft
from digitizer.storage.database import writing
from digitizer.storage.tables import cover, cover_use, letter
from digitizer.support.clock import now
from tests.support.conversing import scanned, with_family
from tests.support.made_mail import CLERK, ORSON

HERE = "10.0.0.7"


def _letter(facility: Facility, short_id: str, letter_id: str, **values: object) -> None:
    scan = scanned(facility)
    with writing(facility.engine) as tx:
        code = tx.execute(sa.select(cover.c.id).where(cover.c.short_id == short_id)).scalar_one()
        row = {"scan_id": scan, "kind": "letter", "received": now(), "state": "held"}
        tx.execute(sa.insert(letter).values(id=letter_id, **(row | values)))
        use = {"cover_id": code, "letter_id": letter_id, "scan_id": scan, "at": now()}
        tx.execute(sa.insert(cover_use).values(**use))


def _follow(facility: Facility, number: str, terminal: str = HERE) -> tuple[Followed, ...]:
    return following.follow(facility, number, terminal)


def test_each_state_in_the_words_of_a_sender(facility: Facility) -> None:
    made = covers.print_inmate_cover(facility, ORSON, CLERK).short_id
    opened = now() - timedelta(hours=1)
    states = (
        ("held", Where.WAITING),
        ("awaiting_review", Where.WAITING),
        ("rejected", Where.NOT_DELIVERED),
        ("delivered", Where.DELIVERED),
    )
    for place, (state, _) in enumerate(states):
        at = now() - timedelta(days=place)
        _letter(facility, made, f"letter{place}", state=state, received=at, read=opened)
    found = _follow(facility, made.lower())
    assert [each.where for each in found] == [where for _, where in states]
    shown = _follow(with_family(facility, show_opened=True), made)
    assert (shown[3].where, shown[3].since) == (Where.OPENED, opened)


def test_a_letter_that_was_scanned_again_is_where_the_newer_scan_is(facility: Facility) -> None:
    made = covers.print_inmate_cover(facility, ORSON, CLERK).short_id
    other = covers.print_inmate_cover(facility, ORSON, CLERK).short_id
    _letter(facility, other, "newer", state="delivered")
    _letter(facility, made, "older", state="replaced", replaced_by="newer")
    assert [each.where for each in _follow(facility, made)] == [Where.DELIVERED]


def test_it_tells_no_name_and_nothing_of_what_is_in_it() -> None:
    assert {each.name for each in fields(Followed)} == {"received", "where", "since"}


def test_what_is_not_there_is_answered_like_what_has_not_come(facility: Facility) -> None:
    empty = covers.print_inmate_cover(facility, ORSON, CLERK).short_id
    separator = covers.print_separator(facility, CLERK).short_id
    asked = Draft(Direction.TO_INMATE, ORSON, "Ida", "Hi", "Hello")
    messages.send(facility, asked, CLERK)
    with writing(facility.engine) as tx:
        reply = tx.execute(sa.select(cover.c.short_id).where(cover.c.kind == "reply")).scalar_one()
    _letter(facility, reply, "a-reply", kind="reply", state="delivered")
    nobodys = covers.print_inmate_cover(facility, ORSON, CLERK).short_id
    with writing(facility.engine) as tx:
        tx.execute(sa.delete(cover).where(cover.c.short_id == nobodys))
    assert {_follow(facility, each) for each in (empty, separator, reply, nobodys)} == {()}


def test_a_slip_of_the_keys_is_said_and_costs_nothing(facility: Facility) -> None:
    for _ in range(40):
        with pytest.raises(UsageError):
            _follow(facility, "K7QM-3XTR-X")


def test_numbers_cannot_be_tried_one_after_another(facility: Facility) -> None:
    made = covers.print_inmate_cover(facility, ORSON, CLERK).short_id
    for _ in range(20):
        _follow(facility, made)
    with pytest.raises(TooOften):
        _follow(facility, made)
    assert _follow(facility, made, "10.0.0.8") == ()


@pytest.mark.parametrize("off", [{"tracking": False}, {"enabled": False}])
def test_a_facility_may_tell_nothing(facility: Facility, off: dict[str, object]) -> None:
    made = covers.print_inmate_cover(facility, ORSON, CLERK).short_id
    with pytest.raises(NotFound):
        _follow(with_family(facility, **off), made)
