"""What another program is told: signed, tried again, and never taken elsewhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.events import LOG
from digitizer.model.upkeep_settings import Webhook
from digitizer.notifications import outbox
from digitizer.notifications.outbox import GIVE_UP_AFTER, Outgoing, OutState
from digitizer.notifications.sending import send_one
from digitizer.notifications.webhooks import headers, read_secret
from digitizer.storage import tables_upkeep
from digitizer.storage.database import reading, writing
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR
from tests.support.webhook_server import SECRET, Told, webhook_server, with_webhook


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with webhook_server(tmp_path) as made:
        yield made


@pytest.fixture
def telling(facility: Facility, told: Told) -> Facility:
    return with_webhook(facility, told.settings)


def _put(facility: Facility) -> str:
    with writing(facility.engine) as tx:
        return outbox.put_webhook(tx, "https://x.example", "Changes", '{"a":1}', cause=LOG)


def _found(facility: Facility, item_id: str) -> Outgoing:
    with reading(facility.engine) as tx:
        found = outbox.find(tx, item_id)
    assert found is not None
    return found


def _try_again(facility: Facility, item_id: str) -> OutState | None:
    with writing(facility.engine) as tx:
        tx.execute(tables_upkeep.outbox.update().values(next_try=now()))
    return send_one(facility, item_id, OPERATOR)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The known answer of the scheme's own libraries."""
    sent = headers(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert sent["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert sent["webhook-timestamp"] == "1614265330"
    assert sent["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_it_is_told_and_signed(telling: Facility, told: Told) -> None:
    item_id = _put(telling)
    assert send_one(telling, item_id, OPERATOR) is OutState.SENT
    ((sent, body),) = told.requests
    assert body == b'{"a":1}'
    assert sent["content-type"] == "application/json"
    assert abs(int(sent["webhook-timestamp"]) - now().timestamp()) < 300
    signed = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert sent["webhook-signature"] == f"v1,{mac}"


@pytest.mark.parametrize("status", [302, 400, 401, 404, 429, 500, 503])
def test_what_is_no_success_is_tried_again_under_the_same_id(
    telling: Facility, told: Told, status: int
) -> None:
    told.answers.append(status)
    item_id = _put(telling)
    assert send_one(telling, item_id, OPERATOR) is OutState.QUEUED
    assert str(status) in str(_found(telling, item_id).problem)
    assert _try_again(telling, item_id) is OutState.SENT
    assert len(told.requests) == 2, "a redirection is not followed"
    assert len({sent["webhook-id"] for sent, _ in told.requests}) == 1


def test_gone_is_for_good(telling: Facility, told: Told) -> None:
    told.answers.append(410)
    assert send_one(telling, _put(telling), OPERATOR) is OutState.FAILED


def test_what_nobody_takes_for_days_is_left_to_a_person(telling: Facility, told: Told) -> None:
    told.answers += [500, 500]
    item_id = _put(telling)
    send_one(telling, item_id, OPERATOR)
    with writing(telling.engine) as tx:
        tx.execute(tables_upkeep.outbox.update().values(since=now() - GIVE_UP_AFTER))
    assert _try_again(telling, item_id) is OutState.FAILED


def test_a_server_that_is_not_there_is_waited_for(facility: Facility, tmp_path: Path) -> None:
    with webhook_server(tmp_path) as gone:
        pass
    telling = with_webhook(facility, gone.settings)
    item_id = _put(telling)
    assert send_one(telling, item_id, OPERATOR) is OutState.QUEUED
    assert "cannot be reached" in str(_found(telling, item_id).problem)


def test_a_certificate_that_nobody_knows_is_refused(
    facility: Facility, told: Told, tmp_path: Path
) -> None:
    """The server speaks no TLS at all: nothing is told in the open instead."""
    safe = told.settings.model_copy(update={"url": told.settings.url.replace("http:", "https:")})
    assert send_one(with_webhook(facility, safe), _put(facility), OPERATOR) is OutState.QUEUED
    assert told.requests == []


def test_without_a_url_it_waits(facility: Facility) -> None:
    assert send_one(facility, _put(facility), OPERATOR) is OutState.QUEUED


@pytest.mark.parametrize(
    "text",
    ["", "secret", "whsec_", "whsec_!!!", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
)
def test_what_is_no_secret_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "secret"
    file.write_text(text)
    with pytest.raises(ValueError, match="whsec_"):
        read_secret(str(file))


@pytest.mark.parametrize(
    "url",
    [
        "http://jms.example/x",
        "ftp://jms.example",
        "https://",
        "https://a:b@jms.example",
        "https://jms.example/#x",
        "https://jms example",
        "https://[x",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        Webhook(url=url, secret_file="/etc/x")
    assert Webhook(url="https://jms.example/x?a=1", secret_file="/etc/x").url
    with pytest.raises(ValueError, match="must name the file"):
        Webhook(url="https://jms.example/x")


def test_a_program_that_drips_its_answer_holds_nothing_up(facility: Facility, told: Told) -> None:
    """Each byte comes in time, and the answer never ends: only a limit on the whole ends it."""
    ended = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.recv(4096)
            while not ended.wait(0.05):
                connection.sendall(b"H")

    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=drip, args=(server,))
        dripping.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        slow = told.settings.model_copy(update={"url": url, "timeout_seconds": 1.0})
        item = _put(facility)
        assert send_one(with_webhook(facility, slow), item, OPERATOR) is OutState.QUEUED
        ended.set()
        dripping.join()
    assert "cannot be reached" in (_found(facility, item).problem or "")
