"""Changes are told of once, in order, by ids, whatever happens in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.events import LOG, Verb
from digitizer.notifications import changes
from digitizer.notifications.actions import drop, send_again
from digitizer.notifications.outbox import (
    FOR_A_PERSON,
    GIVE_UP_AFTER,
    Kind,
    OutState,
    doubt_all,
    due,
    in_state,
    put,
    put_webhook,
)
from digitizer.notifications.sending import send_due
from digitizer.operations import findings
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_upkeep import outbox
from digitizer.support.clock import now
from tests.support.known_times import KnownTimes
from tests.support.made_mail import OPERATOR, SUPERVISOR
from tests.support.webhook_server import Told, webhook_server, with_webhook

AT = "2026-11-03 10:00:00"


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with webhook_server(tmp_path) as made:
        yield made


@pytest.fixture
def telling(facility: Facility, told: Told) -> Facility:
    """The program knows by now that we are here."""
    made = with_webhook(facility, told.settings)
    KnownTimes(made).letter(KnownTimes(made).scan(AT), delivered=AT)
    assert send_due(made, OPERATOR) == 1
    assert told.bodies[0]["data"] == {"letters": [], "roster": False}
    told.requests.clear()
    return made


@pytest.fixture
def times(telling: Facility) -> KnownTimes:
    made = KnownTimes(telling)
    for _ in range(50):
        next(made.numbers)
    return made


def _data(told: Told) -> list[dict[str, object]]:
    return [each["data"] for each in told.bodies]


def test_what_changed_is_told_by_its_id(times: KnownTimes, told: Told) -> None:
    scan = times.scan(AT)
    ids = [times.letter(scan, delivered=AT), times.letter(scan, held=AT)]
    times.event(AT, Verb.ASSIGN, f"letter:{ids[1]}", "Ana")
    assert send_due(times.facility, OPERATOR) == 1
    assert _data(told) == [{"letters": ids, "roster": False}]
    (body,) = told.bodies
    assert body["type"] == "mailroom.changed"
    assert send_due(times.facility, OPERATOR) == 0, "once"


def test_what_changes_nothing_is_not_told(times: KnownTimes, told: Told) -> None:
    times.event(AT, Verb.LOOK, "letter:x", "Ana")
    times.event(AT, Verb.OPEN, "letter:x", "Ivo")
    times.event(AT, Verb.PRINT_COVER, "cover:x", "Ana")
    assert send_due(times.facility, OPERATOR) == 0
    times.event(AT, Verb.IMPORT_ROSTER, "roster", "Ana")
    assert send_due(times.facility, OPERATOR) == 1
    assert _data(told) == [{"letters": [], "roster": True}]


def test_while_one_is_on_its_way_the_rest_waits_and_is_not_lost(
    times: KnownTimes, told: Told
) -> None:
    told.answers += [500, 500]
    scan = times.scan(AT)
    first = times.letter(scan, delivered=AT)
    assert send_due(times.facility, OPERATOR) == 0
    later = [times.letter(scan, delivered=AT) for _ in range(3)]
    assert send_due(times.facility, OPERATOR) == 0
    with reading(times.facility.engine) as tx:
        waiting = sa.select(outbox.c.id).where(outbox.c.state == str(OutState.QUEUED))
        assert len(tx.execute(waiting).all()) == 1
    told.answers.clear()
    told.requests.clear()
    for _ in range(2):
        with writing(times.facility.engine) as tx:
            tx.execute(sa.update(outbox).values(next_try=now()))
        send_due(times.facility, OPERATOR)
    assert _data(told) == [
        {"letters": [first], "roster": False},
        {"letters": later, "roster": False},
    ]


def test_many_changes_are_told_in_parts(
    times: KnownTimes, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_MOST", 2)
    scan = times.scan(AT)
    ids = [times.letter(scan, delivered=AT) for _ in range(5)]
    assert [send_due(times.facility, OPERATOR) for _ in range(4)] == [1, 1, 1, 0]
    assert [each["letters"] for each in _data(told)] == [ids[:2], ids[2:4], ids[4:]]


def test_what_was_told_is_forgotten_but_for_the_place(times: KnownTimes) -> None:
    scan = times.scan(AT)
    for _ in range(3):
        times.letter(scan, delivered=AT)
        send_due(times.facility, OPERATOR)
        with writing(times.facility.engine) as tx:
            tx.execute(sa.update(outbox).values(ended=now() - timedelta(days=8)))
    with reading(times.facility.engine) as tx:
        assert len(tx.execute(sa.select(outbox)).all()) == 2
        assert not changes.is_untold(tx, times.facility.settings.webhook.url)


def test_nobody_is_named(times: KnownTimes) -> None:
    times.letter(times.scan(AT), delivered=AT)
    send_due(times.facility, OPERATOR)
    with reading(times.facility.engine) as tx:
        bodies = list(tx.execute(sa.select(outbox.c.body)).scalars())
    assert all(json.loads(each)["data"].keys() == {"letters", "roster"} for each in bodies)


def test_without_a_url_nothing_is_put(facility: Facility) -> None:
    KnownTimes(facility).letter(KnownTimes(facility).scan(AT), delivered=AT)
    assert send_due(facility, OPERATOR) == 0
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(outbox)).all() == []


def _webhooks(facility: Facility, *states: OutState) -> list[str]:
    with reading(facility.engine) as tx:
        return [each.id for each in in_state(tx, *states, kind=Kind.WEBHOOK)]


def _change(times: KnownTimes) -> str:
    return times.letter(times.scan(AT), delivered=AT)


def _tries_end(facility: Facility) -> None:
    """Nobody took it for days."""
    with writing(facility.engine) as tx:
        long_ago = now() - GIVE_UP_AFTER
        tx.execute(sa.update(outbox).values(since=long_ago, next_try=long_ago))


@pytest.mark.parametrize("status", [410, 500])
def test_a_receiver_that_is_gone_pauses_it_and_piles_up_nothing(
    times: KnownTimes, told: Told, status: int
) -> None:
    told.answers += [status] * 50
    facility, ids = times.facility, [_change(times)]
    send_due(facility, OPERATOR)
    _tries_end(facility)
    send_due(facility, OPERATOR)
    for _ in range(5):
        ids.append(_change(times))
        assert send_due(facility, OPERATOR) == 0
    (failed,) = _webhooks(facility, *FOR_A_PERSON)
    assert not _webhooks(facility, OutState.QUEUED, OutState.SENDING)
    with reading(facility.engine) as tx:
        finding = findings.webhook(tx)
    assert (finding.good, f"answered {status}" in finding.message) == (False, True)
    told.answers.clear()
    told.requests.clear()
    send_again(facility, [failed], SUPERVISOR)
    assert [send_due(facility, OPERATOR) for _ in range(3)] == [1, 1, 0]
    assert [each["letters"] for each in _data(told)] == [ids[:1], ids[1:]]
    with reading(facility.engine) as tx:
        assert findings.webhook(tx).good


def test_what_is_dropped_is_told_no_more_but_the_rest_is(times: KnownTimes, told: Told) -> None:
    told.answers += [410]
    _change(times)
    send_due(times.facility, OPERATOR)
    later = _change(times)
    drop(times.facility, _webhooks(times.facility, OutState.FAILED), SUPERVISOR)
    told.requests.clear()
    assert send_due(times.facility, OPERATOR) == 1
    assert _data(told) == [{"letters": [later], "roster": False}]


def test_another_address_is_told_on_by_itself(
    times: KnownTimes, told: Told, tmp_path: Path
) -> None:
    told.answers += [410]
    _change(times)
    send_due(times.facility, OPERATOR)
    later = _change(times)
    (tmp_path / "other").mkdir()
    with webhook_server(tmp_path / "other") as other:
        assert send_due(with_webhook(times.facility, other.settings), OPERATOR) == 1
        assert _data(other) == [{"letters": [later], "roster": False}]


def test_a_doubtful_one_of_a_restored_home_pauses_it_too(times: KnownTimes, told: Told) -> None:
    told.answers += [500]
    _change(times)
    send_due(times.facility, OPERATOR)
    with writing(times.facility.engine) as tx:
        assert doubt_all(tx) == 1
    _change(times)
    told.requests.clear()
    assert send_due(times.facility, OPERATOR) == 0
    assert not told.requests


def test_e_mail_waits_for_no_program_of_others(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        hook = put_webhook(tx, "https://x.example", "A", "{}", cause=LOG)
        mail = put(tx, "a@b.example", "A", "B", cause=LOG, sender="c@d.example")
        assert due(tx, now()) == (mail, hook)
