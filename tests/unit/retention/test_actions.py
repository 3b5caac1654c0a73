"""Two people destroy, never one; nothing that is held, and nothing without a schedule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitizer.emptying.stacks import Parted, stack_of
from digitizer.facility import Facility
from digitizer.letters.progress import letter_progress
from digitizer.model.errors import Conflict, DigitizerError, NeedsProof, NotAllowed
from digitizer.model.events import Verb
from digitizer.model.mail import LetterState
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.model.retention import Fate, HoldOn, MailKind, RunState, Waits
from digitizer.model.retention_settings import Retention
from digitizer.retention import actions, carrying_out
from digitizer.retention import due as dues
from digitizer.retention.neighbours import part
from digitizer.screening import decisions, recalls
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, letter, message, scan, staff
from digitizer.storage.tables_retention import retention_run
from digitizer.support.clock import now
from tests.support.kept_mail import (
    LONG_AGO,
    destroyed,
    old_message,
    old_stack,
    scheduled,
    with_schedules,
    words_left,
)
from tests.support.made_mail import (
    ADMINISTRATOR,
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    held_letter,
    held_whole,
    stored_letter,
)
from tests.support.sealed_mail import balances

#: Each stack is another: the examples share a home.
NUMBERS = count(1000)
NOBODY = Actor(ActorKind.STAFF, "Nobody Listed", StaffRole.SUPERVISOR, proven=True)
UNPROVEN = Actor(ActorKind.STAFF, "Ada Ministrator", StaffRole.ADMINISTRATOR)
STAFF = (CLERK, INVESTIGATOR, SUPERVISOR, ADMINISTRATOR, NOBODY, UNPROVEN)


def _propose(facility: Facility, by: Actor = SUPERVISOR) -> int:
    return actions.propose(facility, MailKind.LETTERS, by, "its time is over")


def test_without_a_schedule_nothing_is_due(facility: Facility) -> None:
    here = scheduled(facility, Retention())
    old_stack(here, [ORSON], 0)
    assert [actions.due(here, OPERATOR, kind) for kind in MailKind] == [()] * len(MailKind)
    assert actions.overview(here, OPERATOR).months == ()
    with pytest.raises(Conflict, match="Nothing"):
        _propose(here)


def test_one_person_destroys_nothing(facility: Facility) -> None:
    here = scheduled(facility)
    (mine,) = old_stack(here, [ORSON], 0)
    run = _propose(here)
    with pytest.raises(Conflict, match="already"):
        _propose(here, ADMINISTRATOR)
    for by in (SUPERVISOR, NOBODY):
        with pytest.raises(Conflict):
            actions.confirm(here, run, by, "me, too")
    for by in (CLERK, INVESTIGATOR, OPERATOR):
        with pytest.raises(NotAllowed):
            actions.confirm(here, run, by, "me, too")
    with pytest.raises(NeedsProof):
        actions.confirm(here, run, UNPROVEN, "me, too")
    with writing(here.engine) as tx:
        tx.execute(sa.update(retention_run).values(proposed=now() - timedelta(days=8)))
    with pytest.raises(Conflict, match="too old"):
        actions.confirm(here, run, ADMINISTRATOR, "late")
    assert actions.carry_out(here, OPERATOR) == 0
    actions.withdraw(here, run, SUPERVISOR, "not now")
    with pytest.raises(Conflict, match="withdrawn"):
        actions.confirm(here, run, ADMINISTRATOR, "late")

    again = _propose(here)
    with writing(here.engine) as tx:
        gone = sa.update(staff).where(staff.c.name == SUPERVISOR.name)
        tx.execute(gone.values(active=False))
    with pytest.raises(Conflict, match="staff list"):
        actions.confirm(here, again, ADMINISTRATOR, "looked")
    assert stored_letter(here, mine.id).state is LetterState.DELIVERED


def test_what_is_held_meanwhile_is_spared(facility: Facility) -> None:
    here = scheduled(facility)
    mine, other = old_stack(here, [ORSON, PETRA], 0)
    run = _propose(here)
    actions.confirm(here, run, ADMINISTRATOR, "looked")
    actions.set_hold(here, HoldOn.LETTER, mine.id, SUPERVISOR, "a claim")
    assert actions.carry_out(here, OPERATOR) == 1
    found, items = actions.run_of(here, run, OPERATOR)
    assert (found.state, found.items) == (
        RunState.DONE,
        {Fate.DESTROYED: 1, Fate.SPARED: 1},
    )
    assert [each.why for each in items if each.fate is Fate.SPARED] == [Waits.LEGAL_HOLD]
    assert stored_letter(here, mine.id).state is LetterState.DELIVERED
    assert stored_letter(here, other.id).state is LetterState.DESTROYED
    with reading(here.engine) as tx:
        rows = tx.execute(sa.select(event).where(event.c.verb == str(Verb.DESTROY))).all()
    assert [(row.actor, row.subject) for row in rows] == [
        (ADMINISTRATOR.name, f"letter:{other.id}")
    ]
    assert rows[0].detail["proposed_by"] == SUPERVISOR.name
    with pytest.raises(Conflict, match="destroyed by schedule"):
        recalls.recall(here, other.id, SUPERVISOR, "a mistake")
    progress = letter_progress(here, other.id, OPERATOR)
    assert (progress.state, progress.pages) == (LetterState.DESTROYED, 0)
    assert balances(here)


def test_what_was_decided_of_late_waits_until_nobody_can_undo_it(facility: Facility) -> None:
    here = scheduled(facility)
    held = held_letter(here)
    decisions.assign(here, held, ORSON, SUPERVISOR, "it is his")
    with writing(here.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id == held).values(received=now() - LONG_AGO))
    (found,) = actions.due(here, OPERATOR, MailKind.LETTERS)
    assert found.waits == (Waits.UNSETTLED,)


def test_what_waits_takes_no_place_in_a_proposal(facility: Facility) -> None:
    here = scheduled(facility)
    old_stack(here, [PETRA], 0, LONG_AGO + timedelta(days=9))
    (mine,) = old_stack(here, [ORSON], 1)
    old_stack(here, [ORSON], 2)
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    with reading(here.engine) as tx:
        free = dues.free_now(tx, here.settings, MailKind.LETTERS, most=1)
    assert [each.id for each in free] == [mine.id]
    _, items = actions.run_of(here, _propose(here), OPERATOR)
    assert len(items) == 2


def test_a_stack_that_does_not_fit_its_original_is_spared(facility: Facility) -> None:
    here = scheduled(facility)
    mine, _ = old_stack(here, [ORSON, PETRA], 0)
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    with reading(here.engine) as tx:
        stack = stack_of(tx, mine.id)
    stored = here.home / "originals" / stack.files[0][1][:2] / stack.files[0][1]
    stored.write_bytes(b"damaged")
    run = destroyed(here, MailKind.LETTERS)
    assert actions.run_of(here, run, OPERATOR)[0].items == {Fate.SPARED: 1}
    assert stored_letter(here, mine.id).state is LetterState.DELIVERED


def test_a_stack_that_changed_meanwhile_is_spared(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = scheduled(facility)
    (mine,) = old_stack(here, [ORSON], 0)

    def changed(of: Facility, letter_id: str, note: Callable[[str], None]) -> Parted:
        parted = part(of, letter_id, note)
        with writing(here.engine) as tx:
            tx.exec_driver_sql("UPDATE page SET role = 'blank' WHERE number = 3")
        return parted

    monkeypatch.setattr(carrying_out, "part", changed)
    run = destroyed(here, MailKind.LETTERS)
    assert actions.run_of(here, run, OPERATOR)[1][0].why == "Its stack was changed meanwhile."
    assert stored_letter(here, mine.id).state is LetterState.DELIVERED


def test_whole_scans_and_messages_go_by_their_own_schedules(facility: Facility) -> None:
    here = scheduled(facility)
    whole = held_whole(here, content=b"zqwholevxk")
    with writing(here.engine) as tx:
        old = {"rejected": True, "taken_in": now() - LONG_AGO}
        tx.execute(sa.update(scan).where(scan.c.id == whole).values(**old))
    hold = actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    (found,) = actions.due(here, OPERATOR, MailKind.REJECTED)
    assert (found.id, found.waits) == (whole, (Waits.LEGAL_HOLD,)), "whose it is nobody knows"
    actions.lift_hold(here, hold, SUPERVISOR, "settled")
    destroyed(here, MailKind.REJECTED)
    assert list(words_left(here.home, ["zqwholevxk"])) == []
    with pytest.raises(Conflict, match="destroyed by schedule"):
        recalls.recall(here, whole, SUPERVISOR, "a mistake")
    assert recalls.rejected(here, SUPERVISOR) == ()

    sent = old_message(here, ORSON, 5)
    destroyed(here, MailKind.MESSAGES)
    assert list(words_left(here.home, sent.words)) == []
    with reading(here.engine) as tx:
        assert tx.execute(sa.select(message)).first() is None
    assert balances(here)


@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["propose", "confirm", "withdraw", "hold", "lift", "carry out"]),
            st.sampled_from(STAFF),
            st.integers(1, 4),
        ),
        max_size=14,
    )
)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_staff_do_two_people_destroyed_it_and_no_hold_was_on_it(
    facility: Facility, acts: list[tuple[str, Actor, int]]
) -> None:
    """Single letters, so that no file is opened: every act is tried in any order by anybody."""
    here = scheduled(facility)
    (mine,) = old_stack(here, [ORSON], next(NUMBERS))
    held: set[int] = set()
    proposed: dict[int, str] = {}
    confirmed: dict[int, str] = {}
    for act, by, which in acts:
        try:
            if act == "propose":
                proposed[_propose(here, by)] = by.name
            elif act == "confirm":
                run = max(proposed, default=0)
                actions.confirm(here, run, by, "looked")
                confirmed[run] = by.name
            elif act == "withdraw":
                actions.withdraw(here, max(proposed, default=which), by, "not now")
            elif act == "hold":
                held.add(actions.set_hold(here, HoldOn.LETTER, mine.id, by, "a claim"))
            elif act == "lift" and held:
                actions.lift_hold(here, max(held), by, "settled")
                held.remove(max(held))
            elif act == "carry out":
                before = stored_letter(here, mine.id).state
                actions.carry_out(here, OPERATOR)
                if before is not stored_letter(here, mine.id).state:
                    assert not held
        except DigitizerError:
            continue
    if stored_letter(here, mine.id).state is LetterState.DESTROYED:
        assert any(proposed[run] != who for run, who in confirmed.items())
    assert all(proposed[run] != who for run, who in confirmed.items())
    assert {*confirmed.values(), *proposed.values()} <= {SUPERVISOR.name, ADMINISTRATOR.name}
    for run in set(proposed):
        if actions.run_of(here, run, OPERATOR)[0].state is RunState.PROPOSED:
            actions.withdraw(here, run, SUPERVISOR, "begin anew")
    for each in held:
        actions.lift_hold(here, each, SUPERVISOR, "begin anew")
    actions.carry_out(with_schedules(here, Retention()), OPERATOR)
    with writing(here.engine) as tx:
        tx.execute(sa.update(letter).values(received=now()))  # the next example has its own
