"""Legal holds keep what they are on, and in doubt more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.appeals.rejections import today
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, UsageError
from digitizer.model.mail import LetterState
from digitizer.model.retention import Due, HoldOn, MailKind, Waits
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.people.renumbering import merge
from digitizer.policies.legal_holds import is_scan_held
from digitizer.retention import actions
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import letter
from digitizer.storage.tables_correspondents import letter_sender
from digitizer.support.clock import now
from tests.support.kept_mail import old_message, old_stack, scheduled
from tests.support.made_mail import CLERK, OPERATOR, ORSON, PETRA, SUPERVISOR


def _waits(facility: Facility, kind: MailKind = MailKind.LETTERS) -> dict[str, tuple[Waits, ...]]:
    found: tuple[Due, ...] = actions.due(facility, OPERATOR, kind)
    return {each.id: each.waits for each in found}


HELD = (Waits.LEGAL_HOLD,)


def test_a_hold_keeps_what_it_is_on_until_it_ends(facility: Facility) -> None:
    here = scheduled(facility)
    orsons, petras = (each.id for each in old_stack(here, [ORSON, PETRA], 0))
    sent = old_message(here, ORSON, 50).id
    assert _waits(here) == {orsons: (), petras: ()}

    first = actions.set_hold(here, HoldOn.LETTER, petras, SUPERVISOR, "a claim", "26-1")
    assert _waits(here) == {orsons: (), petras: HELD}
    actions.lift_hold(here, first, SUPERVISOR, "settled")
    with pytest.raises(NotFound):
        actions.lift_hold(here, first, SUPERVISOR, "again")

    second = actions.set_hold(here, HoldOn.INMATE, ORSON, SUPERVISOR, "a claim")
    assert _waits(here) == {orsons: HELD, petras: ()}
    assert _waits(here, MailKind.MESSAGES) == {sent: HELD}
    actions.lift_hold(here, second, SUPERVISOR, "settled")

    actions.set_hold(here, HoldOn.MESSAGE, sent, SUPERVISOR, "a claim", until=today())
    assert _waits(here, MailKind.MESSAGES) == {sent: HELD}
    held = actions.legal_holds(here, OPERATOR)
    assert [each.lifted is None for each in held] == [True, False, False]
    assert held[0].counts_on(today())
    assert not held[0].counts_on(today() + timedelta(days=1)), "its last day is over then"


def test_a_hold_on_a_correspondent_goes_by_name_and_by_doubt(facility: Facility) -> None:
    here = scheduled(facility)
    orsons, petras = (each.id for each in old_stack(here, [ORSON, PETRA], 0))
    with writing(here.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id == petras).values(sender="AUNT  Idá"))
        tx.execute(sa.update(letter).where(letter.c.id == orsons).values(sender=None))
    ida = correspondents.add_correspondent(here, Entry("Aunt Ida"), CLERK)
    actions.set_hold(here, HoldOn.CORRESPONDENT, str(ida), SUPERVISOR, "a claim")
    assert _waits(here) == {orsons: (), petras: HELD}
    correspondents.approve_contact(here, ida, ORSON, SUPERVISOR, "family")
    assert _waits(here) == {orsons: HELD, petras: HELD}, "nobody knows who sent it: it may be hers"
    with writing(here.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id == orsons).values(sender="Mrs. I. Aunt"))
    assert _waits(here)[orsons] == HELD, "as somebody may call her"
    other = correspondents.add_correspondent(here, Entry("Mrs. Irma Aunt"), CLERK)
    with writing(here.engine) as tx:
        its = {"letter_id": orsons, "correspondent_id": other, "at": now()}
        tx.execute(sa.insert(letter_sender).values(**its))
    assert _waits(here)[orsons] == (), "somebody said whose it is"


def test_a_hold_goes_along_when_records_are_merged(facility: Facility) -> None:
    here = scheduled(facility)
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    merge(here, PETRA, ORSON, SUPERVISOR, "one person", names_differ=True)
    (orsons,) = (each.id for each in old_stack(here, [ORSON], 0))
    assert _waits(here) == {orsons: HELD}


def test_a_hold_follows_the_paper_into_a_scan_that_replaced_the_letter(facility: Facility) -> None:
    """Sealed by hand and unsealed, a letter is replaced by its own scan; scanned again, by
    another."""
    here = scheduled(facility)
    first, beside = old_stack(here, [ORSON, PETRA], 0)
    (again,) = old_stack(here, [PETRA], 2)
    hold = actions.set_hold(here, HoldOn.LETTER, first.id, SUPERVISOR, "a claim")
    replaced = {"state": str(LetterState.REPLACED)}
    this = sa.update(letter).where(letter.c.id == first.id)
    with writing(here.engine) as tx:
        tx.execute(this.values(replaced_by=again.scan, **replaced))
    assert _waits(here)[again.id] == (Waits.LEGAL_HOLD, Waits.EARLIER)
    with writing(here.engine) as tx:
        tx.execute(this.values(replaced_by=first.scan, **replaced))
    found = _waits(here)
    assert Waits.LEGAL_HOLD in found[beside.id]
    assert found[again.id] == ()
    with reading(here.engine) as tx:
        scans = first.scan, again.scan, "one without letters"
        assert [is_scan_held(tx, each, today()) for each in scans] == [True, False, True]
    actions.lift_hold(here, hold, SUPERVISOR, "settled")
    with reading(here.engine) as tx:
        assert not is_scan_held(tx, scans[2], today())


def test_what_cannot_be_held_is_refused(facility: Facility) -> None:
    for on, of in (
        (HoldOn.LETTER, "none"),
        (HoldOn.MESSAGE, "none"),
        (HoldOn.INMATE, "none"),
        (HoldOn.CORRESPONDENT, "none"),
        (HoldOn.CORRESPONDENT, "9" * 30),
    ):
        with pytest.raises(NotFound):
            actions.set_hold(facility, on, of, SUPERVISOR, "a claim")
    yesterday = today() - timedelta(days=1)
    for why, case, until in (
        ("", "", None),
        ("a claim", "", yesterday),
        ("a claim", "x" * 121, None),
    ):
        with pytest.raises(UsageError):
            actions.set_hold(facility, HoldOn.INMATE, ORSON, SUPERVISOR, why, case, until)
    assert actions.legal_holds(facility, OPERATOR) == ()
