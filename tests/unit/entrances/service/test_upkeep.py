"""What the service does by itself goes on when one time fails."""

from __future__ import annotations

import inspect
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from digitizer.entrances.cli import service
from digitizer.entrances.service import upkeep
from digitizer.entrances.service.run import Service
from digitizer.facility import Facility
from digitizer.model.errors import StorageError
from digitizer.model.events import LOG
from digitizer.model.upkeep_settings import Alarms, OwnBackups
from digitizer.notifications import outbox
from digitizer.notifications.outbox import OutState
from digitizer.storage import encryption
from digitizer.storage.database import reading, writing
from tests.support.mail_server import mail_server, with_mail


def test_what_is_in_the_outbox_is_sent_while_the_service_runs(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_OUTBOX_LOOK", 0.0)
    with mail_server(tmp_path / "server") as server:
        running = Service(with_mail(facility, server.settings))
        with writing(facility.engine) as tx:
            outbox.put(tx, "a@b.example", "A", "B", cause=LOG, sender="c@d.example")
        send = upkeep._send

        def send_and_end(given: Facility) -> None:
            send(given)
            running.end()

        monkeypatch.setattr(upkeep, "_send", send_and_end)
        upkeep.send_outbox(running)
        assert len(server.taken) == 1


def test_an_alarm_and_a_backup_are_made_by_the_service(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "_COST", 2)
    (tmp_path / "passphrase").write_text("plainly invented words\n")
    plan = OwnBackups(folder=str(tmp_path), passphrase_file=str(tmp_path / "passphrase"))
    update = {"backup": plan, "alarms": Alarms(mail_to=("a@b.example",))}
    planned = replace(facility, settings=facility.settings.model_copy(update=update))
    upkeep._check(planned)
    with reading(planned.engine) as tx:
        (mail,) = outbox.in_state(tx, OutState.QUEUED)
    assert mail.subject.endswith(": backup")
    upkeep._back_up(planned)
    assert len(list(tmp_path.glob("digitizer-*/config.toml"))) == 1


def test_every_service_that_works_does_all_of_it() -> None:
    names = [each.__name__ for each in upkeep.UPKEEP]
    assert names == [
        "send_outbox",
        "read_returned_mail",
        "mail_alarms",
        "back_up_daily",
        "forget_photos",
        "tell_of_refusals",
        "look_after_log",
        "destroy_what_is_confirmed",
        "look_after_visits",
        "keep_in_step",
        "keep_recordings",
    ]
    source = inspect.getsource(service)
    assert source.count("*UPKEEP") == 2, "of serve and of worker"


def test_a_failure_is_logged_once_and_does_not_end_it(
    facility: Facility, caplog: pytest.LogCaptureFixture
) -> None:
    running, times = Service(facility), iter(range(3))

    def fail(_: Facility) -> None:
        if next(times) == 2:
            running.end()
        raise StorageError("the disk is full")

    with caplog.at_level(logging.ERROR, "digitizer"):
        upkeep._again_and_again(running, "outbox", 0.0, fail)
    assert [each.getMessage() for each in caplog.records] == ["outbox: the disk is full"]
