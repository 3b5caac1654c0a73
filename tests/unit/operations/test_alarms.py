"""What is wrong is mailed once, and once more when it is good again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.upkeep_settings import Alarms, MailServer
from digitizer.notifications import outbox
from digitizer.notifications.outbox import Outgoing, OutState
from digitizer.notifications.sending import send_due
from digitizer.operations import alarms, findings
from digitizer.operations.alarms import check_alarms, raised_alarms
from digitizer.operations.findings import Finding
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, scan
from digitizer.storage.tables_upkeep import alarm
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR, held_letter
from tests.support.mail_server import mail_server, with_mail

CHIEF, OTHER = "chief@example.org", "other@example.org"


@pytest.fixture
def watched(facility: Facility) -> Facility:
    """Its backups are somebody else's business here."""
    settings = facility.settings.model_copy(
        update={
            "alarms": Alarms(mail_to=(CHIEF, OTHER), backup_hours=0),
            "mail": MailServer(host="mail.example", sender="mailroom@example.org"),
        }
    )
    return replace(facility, settings=settings)


def _disk(monkeypatch: pytest.MonkeyPatch, free: float) -> None:
    found = Finding("disk", free >= 2, f"{free} GiB free", "Free some space.", alarm=True)
    monkeypatch.setattr(findings, "disk", lambda *_: found)


def _mailed(facility: Facility) -> list[Outgoing]:
    with reading(facility.engine) as tx:
        return list(outbox.in_state(tx, OutState.QUEUED))


def _subjects(facility: Facility) -> list[str]:
    return [each.subject for each in _mailed(facility) if each.recipient == CHIEF]


def _let_time_pass(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(alarm).values(good_since=now() - timedelta(minutes=11)))


def test_it_is_mailed_once_to_each_until_it_is_over(
    watched: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    _disk(monkeypatch, 1.5)
    assert [check_alarms(watched, OPERATOR) for _ in range(3)] == [1, 0, 0]
    assert [each.recipient for each in _mailed(watched)] == [CHIEF, OTHER]
    place = watched.settings.facility.name
    assert _subjects(watched) == [f"Alarm, {place}: disk"]
    assert "Free some space." in _mailed(watched)[0].body
    _disk(monkeypatch, 5.0)
    assert check_alarms(watched, OPERATOR) == 0, "good, but not for long"
    _let_time_pass(watched)
    assert [check_alarms(watched, OPERATOR) for _ in range(2)] == [1, 0]
    assert _subjects(watched) == [f"Alarm, {place}: disk", f"Cleared, {place}: disk"]
    assert "5.0 GiB free" in _mailed(watched)[-1].body
    _disk(monkeypatch, 1.0)
    assert check_alarms(watched, OPERATOR) == 1, "it is wrong anew"


def test_what_comes_and_goes_is_mailed_once(
    watched: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free in (1.9, 2.1, 1.9, 2.1, 1.9):
        _disk(monkeypatch, free)
        check_alarms(watched, OPERATOR)
    assert len(_subjects(watched)) == 1
    with reading(watched.engine) as tx:
        assert raised_alarms(tx)["disk"].good_since is None


def test_each_condition_is_an_alarm_of_its_own(
    watched: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    _disk(monkeypatch, 1.5)
    held_letter(watched)
    with writing(watched.engine) as tx:
        tx.execute(sa.update(scan).values(finished=now() - timedelta(days=3)))
    backed = Alarms(mail_to=(CHIEF,), backup_hours=36)
    every = replace(watched, settings=watched.settings.model_copy(update={"alarms": backed}))
    assert check_alarms(every, OPERATOR) == 3
    names = {each.rpartition(": ")[2] for each in _subjects(watched)}
    assert names == {"disk", "backup", "queue “In doubt”"}


def test_the_mail_and_the_event_are_of_one_transaction(
    watched: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    _disk(monkeypatch, 1.5)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(outbox, "put", fail)
    with pytest.raises(RuntimeError):
        check_alarms(watched, OPERATOR)
    with reading(watched.engine) as tx:
        assert raised_alarms(tx) == {}
        verbs = set(tx.execute(sa.select(event.c.verb)).scalars())
    assert "raise alarm" not in verbs


def test_two_processes_mail_it_once(watched: Facility, monkeypatch: pytest.MonkeyPatch) -> None:
    _disk(monkeypatch, 1.5)
    found = findings.disk(watched.home, watched.settings)
    assert [alarms._raise(watched, found, OPERATOR) for _ in range(2)] == [True, False]
    with reading(watched.engine) as tx:
        raised = raised_alarms(tx)["disk"]
    assert [alarms._clear(watched, raised, None, OPERATOR) for _ in range(2)] == [True, False]
    assert len(_subjects(watched)) == 2


def test_nobody_is_mailed_where_nobody_is_named(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    _disk(monkeypatch, 0.1)
    assert check_alarms(facility, OPERATOR) == 0
    assert _mailed(facility) == []


def test_it_arrives(watched: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _disk(monkeypatch, 1.5)
    with mail_server(tmp_path / "server") as server:
        mailing = with_mail(watched, server.settings)
        check_alarms(mailing, OPERATOR)
        assert send_due(mailing, OPERATOR) == 2
    assert {each["To"] for each in server.taken} == {CHIEF, OTHER}
