"""Undo puts a held item back exactly as it was, until the next step."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.model.errors import Conflict, DigitizerError, NotFound
from digitizer.model.events import DECISIONS
from digitizer.model.mail import PageRole
from digitizer.model.paper import Transcript
from digitizer.model.people import Actor
from digitizer.operations import actions as operations
from digitizer.people import renumbering
from digitizer.screening import cases, decisions, notices, recalls, undoing
from digitizer.storage.database import reading
from digitizer.storage.tables import cover, cover_use, letter, message, page, posting, scan
from digitizer.support.clock import now
from tests.support.held_mail import awaiting
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    events,
    file,
    held_letter,
    held_whole,
    letter_of,
    letters_of,
    new_cover,
    new_reply_sheet,
    read,
    scan_row,
    split_of,
    stored_letter,
    used_by,
)

_TABLES = (scan, letter, page, cover, cover_use, message, posting)


def _all_rows(facility: Facility) -> Mapping[str, list[tuple[str, ...]]]:
    """Everything that is known of mail, but the log; and what is held."""
    with reading(facility.engine) as tx:
        return {
            each.name: sorted(tuple(map(str, row)) for row in tx.execute(sa.select(each)))
            for each in _TABLES
        } | {"held": [(repr(each),) for each in decisions.held(facility, OPERATOR)]}


def _last(facility: Facility) -> audit.Event:
    with reading(facility.engine) as tx:
        return next(each for each in audit.latest_events(tx) if each.verb in DECISIONS)


def _undo(facility: Facility, by: Actor = CLERK) -> str:
    last = _last(facility)
    return decisions.undo(facility, last.subject.partition(":")[2], last.seq, by)


# --- property: any decision, after any others


@dataclass(frozen=True)
class _Mailroom:
    facility: Facility
    dice: random.Random

    def held_ids(self) -> list[str]:
        return [cases.id_of(each) for each in decisions.held(self.facility, OPERATOR)]

    def some(self) -> str:
        return self.dice.choice(self.held_ids())

    def number(self) -> int:
        return self.dice.randint(1, 9)


def _texts(pages: int) -> dict[int, Transcript]:
    return {number: read(f"tomatoes on page {number}") for number in range(1, pages + 1)}


def _fill(facility: Facility) -> None:
    once, reply = new_cover(facility, ORSON, once=True), new_reply_sheet(facility)
    two = split_of(letter_of(once, 1, 4, DOUBT), letter_of(new_cover(facility), 5, 9, DOUBT))
    file(facility, two, _texts(9), content=b"two")
    file(facility, split_of(letter_of(reply, 1, 2, DOUBT)), _texts(2), content=b"reply")
    held_whole(facility, count=5)
    awaiting(facility)
    file(facility, split_of(letter_of(new_cover(facility), 1, 3)), _texts(3), content=b"newer")


def _assign(room: _Mailroom) -> object:
    to = room.dice.choice([ORSON, PETRA])
    return decisions.assign(room.facility, room.some(), to, CLERK, "why")


def _mark(room: _Mailroom) -> object:
    role = room.dice.choice([PageRole.CONTENT, PageRole.COVER, PageRole.BLANK])
    return decisions.mark_page(room.facility, room.some(), room.number(), role, CLERK, "why")


def _join(room: _Mailroom) -> object:
    return decisions.join(room.facility, room.some(), room.some(), CLERK, "why")


def _move(room: _Mailroom) -> object:
    later = room.dice.random() < 0.5
    return decisions.move_page(room.facility, room.some(), room.number(), later, CLERK, "why")


_RANDOM: tuple[Callable[[_Mailroom], object], ...] = (
    _assign,
    _mark,
    _mark,
    _move,
    _move,
    lambda room: decisions.ask_for_rescan(room.facility, room.some(), CLERK, "why"),
    _join,
    _join,
    lambda room: decisions.cut(room.facility, room.some(), room.number(), CLERK, "why"),
    lambda room: decisions.cut(room.facility, room.some(), room.number(), CLERK, "why"),
    lambda room: decisions.release(room.facility, room.some(), CLERK, "why"),
    lambda room: decisions.reject(room.facility, room.some(), CLERK, "why"),
)


def _decides(room: _Mailroom) -> bool:
    """Whether a decision was made: some that chance proposes are refused."""
    if not room.held_ids():
        return False
    with suppress(DigitizerError):
        room.dice.choice(_RANDOM)(room)
        return True
    return False


@pytest.mark.parametrize("seed", range(8))
def test_undo_restores_exactly_what_was_held(facility: Facility, seed: int) -> None:
    _fill(facility)
    room, undone = _Mailroom(facility, random.Random(seed)), 0
    for _ in range(40):
        if not room.held_ids():
            break
        before = _all_rows(facility)
        if _decides(room):
            last, undone = _last(facility), undone + 1
            assert _all_rows(facility) != before or last.verb in ("mark page", "ask for rescan")
            assert _undo(facility) in room.held_ids()
            assert _all_rows(facility) == before, last
        if room.dice.random() < 0.5:
            _decides(room)
        assert all(each.balanced for each in operations.reconcile(facility, OPERATOR))
    assert undone >= 5


# --- what each needs besides


def test_rescanned_is_undone(facility: Facility) -> None:
    old, whole = held_letter(facility), held_whole(facility)
    new = held_letter(facility, content=b"again")
    for each in (old, whole):
        before = _all_rows(facility)
        decisions.rescanned(facility, each, new, SUPERVISOR, "why")
        assert _undo(facility, SUPERVISOR) == each
        assert _all_rows(facility) == before


def test_a_cover_for_one_letter_is_unspent(facility: Facility) -> None:
    once = new_cover(facility, ORSON, once=True)
    held = held_letter(facility, once)
    decisions.assign(facility, held, ORSON, CLERK, "why")
    assert used_by(facility, once) is not None
    _undo(facility)
    assert used_by(facility, once) is None


def test_what_was_delivered_is_gone_from_mailbox_and_search(facility: Facility) -> None:
    filed = file(
        facility, split_of(letter_of(new_cover(facility), 1, 2, DOUBT)), {2: read("plums")}
    )
    (held,) = letters_of(facility, filed)
    decisions.assign(facility, held.id, ORSON, CLERK, "why")
    orson = as_inmate(ORSON)
    assert len(letters.search_mail(facility, "plums", orson)) == 1
    _undo(facility)
    assert letters.search_mail(facility, "plums", orson) == ()
    assert letters.mailbox(facility, ORSON, orson) == ()
    with pytest.raises(NotFound):
        letters.open_letter(facility, held.id, orson)


def test_a_whole_scan_is_whole_again(facility: Facility) -> None:
    held = held_whole(facility)
    reason = scan_row(facility, held).reason
    made, _ = decisions.cut(facility, held, 2, CLERK, "why")
    assert _undo(facility) == held
    assert (scan_row(facility, held).state, scan_row(facility, held).reason) == ("held", reason)
    assert letters_of(facility, held) == []
    assert events(facility)[-1] == ("undo", f"scan:{held}", CLERK.name)
    with pytest.raises(NotFound):
        recalls.look_at_settled(facility, made, CLERK)


# --- until the next step


def _assigned(facility: Facility) -> str:
    held = held_letter(facility)
    decisions.assign(facility, held, ORSON, CLERK, "why")
    return held


def _opened(facility: Facility, held: str) -> None:
    letters.open_letter(facility, held, as_inmate(ORSON))


def _recalled(facility: Facility, held: str) -> None:
    recalls.recall(facility, held, SUPERVISOR, "why")


@pytest.mark.parametrize(
    ("next_step", "why"),
    [(_opened, "the inmate has opened it"), (_recalled, "Super Visor has decided about it since")],
)
def test_after_the_next_step_it_is_too_late(
    facility: Facility, next_step: Callable[[Facility, str], None], why: str
) -> None:
    held = _assigned(facility)
    decided = _last(facility)
    next_step(facility, held)
    before = _all_rows(facility)
    with pytest.raises(Conflict, match=f"{why}. A supervisor can recall it"):
        decisions.undo(facility, held, decided.seq, CLERK)
    assert _all_rows(facility) == before


def test_after_ten_minutes_it_is_too_late(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    _assigned(facility)
    later = now() + undoing.LIFE + timedelta(seconds=1)
    monkeypatch.setattr(undoing, "now", lambda: later)
    with pytest.raises(Conflict, match="more than 10 minutes"):
        _undo(facility)


def test_after_the_notice_was_printed_a_rejection_is_not_undone(facility: Facility) -> None:
    held = held_letter(facility, new_cover(facility))
    decisions.reject(facility, held, CLERK, "why")
    notices.rejection_notice(facility, held, False, (), CLERK)
    with pytest.raises(Conflict, match="notice of its rejection has been printed"):
        _undo(facility)
    assert stored_letter(facility, held).state == "rejected"


def test_only_whoever_decided_it_undoes_it(facility: Facility) -> None:
    _assigned(facility)
    with pytest.raises(Conflict, match="Only Clara Clerk"):
        _undo(facility, SUPERVISOR)


def test_nothing_is_undone_twice(facility: Facility) -> None:
    held = _assigned(facility)
    decided = _last(facility)
    decisions.undo(facility, held, decided.seq, CLERK)
    with pytest.raises(Conflict, match="Clara Clerk has decided about it since"):
        decisions.undo(facility, held, decided.seq, CLERK)


def test_a_part_that_was_decided_is_not_joined_again_by_undoing(facility: Facility) -> None:
    held = held_letter(facility)
    first, second = decisions.cut(facility, held, 3, CLERK, "why")
    cut = _last(facility)
    decisions.assign(facility, second, ORSON, SUPERVISOR, "why")
    with pytest.raises(Conflict, match="Super Visor has decided"):
        decisions.undo(facility, first, cut.seq, CLERK)


def test_what_is_decided_about_another_letter_does_not_matter(facility: Facility) -> None:
    held, other = held_letter(facility), held_letter(facility, content=b"other")
    decisions.reject(facility, held, CLERK, "why")
    rejected = _last(facility)
    decisions.reject(facility, other, SUPERVISOR, "why")
    assert decisions.undo(facility, held, rejected.seq, CLERK) == held


@pytest.mark.parametrize("seq", [0, 1, 10**9])
def test_an_event_of_something_else_is_not_found(facility: Facility, seq: int) -> None:
    with pytest.raises(NotFound):
        decisions.undo(facility, _assigned(facility), seq, CLERK)


def test_of_what_is_settled_otherwise_nothing_is_undone(facility: Facility) -> None:
    held = _assigned(facility)
    _recalled(facility, held)
    with pytest.raises(Conflict, match="cannot be undone"):
        _undo(facility, SUPERVISOR)


def test_the_banner_offers_it_to_whoever_can(facility: Facility) -> None:
    held = _assigned(facility)
    offered: dict[str, Any] = {
        by.name: cases.decision_on(facility, held, by) for by in (CLERK, SUPERVISOR)
    }
    assert [offered[by.name].may_undo for by in (CLERK, SUPERVISOR)] == [True, False]
    _opened(facility, held)
    last = cases.decision_on(facility, held, CLERK)
    assert last is not None
    assert not last.may_undo


def test_nothing_is_undone_across_a_merge_of_records(facility: Facility) -> None:
    """The number of the record that went may be another inmate's by then."""
    waits = awaiting(facility)
    decisions.reject(facility, waits, CLERK, "why")
    renumbering.merge(facility, PETRA, ORSON, SUPERVISOR, "prints", names_differ=True)
    with pytest.raises(Conflict, match="two records of inmates have been made one"):
        _undo(facility)
