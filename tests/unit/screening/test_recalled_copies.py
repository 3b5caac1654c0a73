"""What is recalled where a letter came from is in no mailbox of another facility either."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.model.events import Verb
from digitizer.model.mail import LetterState
from digitizer.model.people import MACHINE
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.screening import decisions, recalls
from digitizer.screening.recalled_copies import follow_recalls
from digitizer.storage.database import reading
from digitizer.storage.tables import letter
from tests.support.agencies import ORSON_THERE, Two, another_facility, move
from tests.support.leaving_mail import fill_mailbox, with_page
from tests.support.made_mail import CLERK, OPERATOR, ORSON, PETRA, ROSTER, SUPERVISOR, events


@pytest.fixture
def two(facility: Facility) -> Iterator[Two]:
    made = Two(with_page(facility), another_facility(facility, *ROSTER[:2]))
    yield made
    made.north.engine.dispose()


def _state(facility: Facility, letter_id: str) -> str:
    with reading(facility.engine) as tx:
        return str(tx.execute(sa.select(letter.c.state).where(letter.c.id == letter_id)).scalar())


def _in_mailbox(facility: Facility, number: str) -> list[str]:
    return [each.letter for each in letters.mailbox(facility, number, OPERATOR)]


def _recalls(facility: Facility) -> int:
    return sum(verb == Verb.RECALL for verb, *_ in events(facility))


def test_it_is_gone_from_the_other_mailbox_at_once(two: Two) -> None:
    mail = fill_mailbox(two.first)["letter"]
    move(two.first, ORSON, two.north, ORSON_THERE)
    assert _in_mailbox(two.north, ORSON_THERE) == [mail]
    recalls.recall(two.first, mail, SUPERVISOR, "it was Petra's")
    assert _in_mailbox(two.north, ORSON_THERE) == []
    assert letters.search_mail(two.north, "plums", OPERATOR, ORSON_THERE) == ()
    (held,) = [each for each in decisions.held(two.north, OPERATOR) if each.letter == mail]
    assert "recalled it: it was Petra's" in str(held.reason)
    assert verify_audit(two.north, OPERATOR)[1] is None
    assert all(each.balanced for each in reconcile(two.north, OPERATOR))


def test_what_staff_there_decide_afterwards_holds(two: Two) -> None:
    mail = fill_mailbox(two.first)["letter"]
    move(two.first, ORSON, two.north, ORSON_THERE)
    recalls.recall(two.first, mail, SUPERVISOR, "it was Petra's")
    decisions.assign(two.north, mail, ORSON_THERE, CLERK, "it is theirs")
    assert follow_recalls(two.north, MACHINE) == 0
    assert _in_mailbox(two.north, ORSON_THERE) == [mail]


def test_it_is_held_though_it_was_delivered_to_somebody_else_since(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = fill_mailbox(two.first)["letter"]
    move(two.first, ORSON, two.north, ORSON_THERE)
    with monkeypatch.context() as cut_off:
        cut_off.setattr("digitizer.screening.recalled_copies.tell_others", lambda _: None)
        recalls.recall(two.first, mail, SUPERVISOR, "it was Petra's")
        decisions.assign(two.first, mail, PETRA, CLERK, "it is hers")
    assert _in_mailbox(two.north, ORSON_THERE) == [mail]
    assert follow_recalls(two.north, MACHINE) == 1
    assert follow_recalls(two.north, MACHINE) == 0
    assert _state(two.north, mail) == LetterState.HELD
    assert _recalls(two.north) == 1


def test_what_was_recalled_before_it_went_along_is_theirs(two: Two) -> None:
    mail = fill_mailbox(two.first)["letter"]
    recalls.recall(two.first, mail, SUPERVISOR, "looked at again")
    decisions.assign(two.first, mail, ORSON, CLERK, "it is his")
    move(two.first, ORSON, two.north, ORSON_THERE)
    assert follow_recalls(two.north, MACHINE) == 0
    assert _in_mailbox(two.north, ORSON_THERE) == [mail]


def test_a_facility_that_cannot_be_reached_holds_up_nothing(
    two: Two, caplog: pytest.LogCaptureFixture
) -> None:
    mail = fill_mailbox(two.first)["letter"]
    move(two.first, ORSON, two.north, ORSON_THERE)
    config = two.north.home / "config.toml"
    whole = config.read_text("utf-8")
    config.write_text(whole + "\n[nonsense]\n")
    recalls.recall(two.first, mail, SUPERVISOR, "it was Petra's")
    assert _state(two.first, mail) == LetterState.HELD
    assert "does not know yet" in caplog.text
    config.write_text(whole)
    assert follow_recalls(two.north, MACHINE) == 1
