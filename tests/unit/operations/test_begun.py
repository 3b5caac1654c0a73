"""What was open when a backup was made is not open in the home that is restored from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.access import enrolment, kiosks, login, second_person
from digitizer.access.login import Refused
from digitizer.facility import Facility, open_facility
from digitizer.messages.actions import send
from digitizer.messages.printing import print_messages
from digitizer.model.events import LOG, Subject
from digitizer.model.mail import Direction, Draft
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.model.prints import PrintKind
from digitizer.notifications import outbox
from digitizer.notifications.outbox import OutState
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from digitizer.people import actions as people
from digitizer.prints import actions
from digitizer.storage import encryption
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import joint_request
from tests.support.backed_up import PASSPHRASE
from tests.support.made_mail import OPERATOR, ORSON
from tests.support.print_system import BLANK_PDF
from tests.support.whole_facility import cheap_hashes

KIOSK = "10.0.0.7"
IDA = Actor(ActorKind.STAFF, "Ida", StaffRole.SUPERVISOR, proven=True)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(encryption, "_COST", 2)
    with cheap_hashes():
        yield


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_a_restored_home_has_nothing_open(
    full: Facility, tmp_path: Path, passphrase: str | None
) -> None:
    """Whoever was deactivated since must not go on in it with a session of before."""
    password = people.add_staff(full, "Ida", StaffRole.SUPERVISOR, OPERATOR)
    pin = people.set_pin(full, ORSON, OPERATOR)
    tokens = (
        login.enter_as_staff(full, "Ida", password, KIOSK),
        login.enter_as_inmate(full, ORSON, pin, KIOSK),
    )
    code = kiosks.invite(full, "B-2", OPERATOR)
    with writing(full.engine) as tx:
        second_person.ask(tx, Subject.scan("x"), IDA, "handed over")
        mail = outbox.put(tx, "a@b.example", "A", "B", cause=LOG, sender="c@d.example")
    sheet = actions.queue_pdf(full, OPERATOR, PrintKind.SEPARATOR, "Separator", BLANK_PDF)
    letter = send(full, Draft(Direction.TO_INMATE, ORSON, "Ida", "Hi", "Words"), OPERATOR)
    back_up(full, tmp_path / "backup", PASSPHRASE, OPERATOR)
    proof = restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, passphrase)
    assert any("prints waited" in each for each in proof.warnings)
    assert any("1 message waited to be sent" in each for each in proof.warnings)
    again = open_facility(tmp_path / "again")
    assert [login.visit(again, each) for each in tokens] == [None, None]
    with pytest.raises(Refused):
        enrolment.enrol(again, code, KIOSK)
    with reading(again.engine) as tx:
        assert tx.execute(sa.select(joint_request)).first() is None
        waited = outbox.find(tx, mail)
    assert waited is not None
    assert waited.state is OutState.DOUBTFUL, "the first home may have sent it since"
    asked = actions.look_at_queue(again, OPERATOR)
    assert asked.waiting == ()
    assert {(each.number, each.message) for one in asked.asked for each in one.prints} >= {
        (sheet, None)
    }
    assert letter in {each.message for one in asked.asked for each in one.prints}
    assert print_messages(again, tmp_path / "out", OPERATOR).files == (), "not by itself"
    batches = [each.number for each in asked.asked]
    actions.came_not(again, batches, OPERATOR)
    assert letter in {
        each.message for each in print_messages(again, tmp_path / "out", OPERATOR).files
    }
    assert login.visit(again, login.enter_as_staff(again, "Ida", password, KIOSK))
    again.engine.dispose()
