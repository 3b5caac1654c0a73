"""What each failure of a mail server means: nothing was sent, or nobody can know."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digitizer.model.upkeep_settings import MailServer
from digitizer.notifications import smtp
from digitizer.notifications.smtp import Fate, Try, Withdrawn, compose
from tests.support.mail_server import DIES, MadeMailServer, mail_server

AT = datetime(2026, 3, 5, 14, 7, tzinfo=UTC)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeMailServer]:
    with mail_server(tmp_path) as server:
        yield server


def _message(body: str = "All is well.\n") -> bytes:
    return compose("mailroom@example.org", "chief@example.org", "A – test", body, "<1.2@x>", AT)


def _send(server: MailServer, begun: list[str] | None = None) -> Try:
    noted = begun if begun is not None else []
    return smtp.send(server, "chief@example.org", _message(), lambda: noted.append("begun"))


def test_a_message_goes_out_encrypted_and_whole(made: MadeMailServer) -> None:
    begun: list[str] = []
    assert _send(made.settings, begun) == Try(Fate.SENT)
    (taken,) = made.taken
    assert (taken["Subject"], taken["Message-ID"]) == ("A – test", "<1.2@x>")
    assert taken.get_content().splitlines() == ["All is well."]
    assert (begun, made.said[1]) == (["begun"], "STARTTLS")


def test_the_same_message_is_the_same_bytes() -> None:
    assert _message() == _message()


@pytest.mark.parametrize("body", ["ñandú\n", "x" * 2000 + "\n"], ids=["accents", "a long line"])
def test_what_no_plain_line_holds_arrives_as_it_was(body: str) -> None:
    read = message_from_bytes(_message(body), policy=policy.default)
    assert read.get_content().splitlines() == body.splitlines()
    assert max(map(len, _message(body).splitlines())) < 998


def test_a_line_that_must_not_be_broken_is_not() -> None:
    line = "audit-anchor 1 " + "x" * 200
    assert f"\r\n{line}\r\n".encode() in _message(f"{line}\n")


def test_a_certificate_that_nobody_vouches_for_is_refused(made: MadeMailServer) -> None:
    stranger = made.settings.model_copy(update={"certificates": ""})
    done = _send(stranger)
    assert done.fate is Fate.LATER
    assert "CERTIFICATE_VERIFY_FAILED" in done.problem
    assert made.taken == []


def test_a_certificate_of_another_name_is_refused(made: MadeMailServer) -> None:
    done = _send(made.settings.model_copy(update={"host": "localhost"}))
    assert (done.fate, made.taken) == (Fate.LATER, [])
    assert "localhost" in done.problem


@pytest.mark.parametrize(
    ("security", "fate"),
    [("starttls", Fate.LATER), ("if offered", Fate.SENT), ("none", Fate.SENT)],
)
def test_a_server_that_cannot_encrypt(tmp_path: Path, security: str, fate: Fate) -> None:
    with mail_server(tmp_path, encrypts=False) as made:
        server = made.settings.model_copy(update={"security": security})
        assert _send(server).fate is fate
        assert len(made.taken) == (fate is Fate.SENT)


def test_no_server_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nobody = MailServer(host="127.0.0.1", port=port)
    done = _send(nobody)
    assert (done.fate, "127.0.0.1 cannot be used" in done.problem) == (Fate.LATER, True)
    assert smtp.reachable(nobody) == done.problem


@pytest.mark.parametrize(
    ("step", "answer", "fate"),
    [
        ("GREET", "554 go away", Fate.LATER),
        ("GREET", DIES, Fate.LATER),
        ("MAIL", "451 busy", Fate.LATER),
        ("MAIL", "550 not you", Fate.NEVER),
        ("RCPT", "450 try again", Fate.LATER),
        ("RCPT", "550 no such person", Fate.NEVER),
        ("RCPT", DIES, Fate.LATER),
        ("DATA", "451 busy", Fate.LATER),
        ("DATA", "554 no", Fate.NEVER),
        ("DATA", DIES, Fate.DOUBTFUL),
        ("BODY", "451 disk full", Fate.LATER),
        ("BODY", "552 too long", Fate.NEVER),
        ("BODY", DIES, Fate.DOUBTFUL),
    ],
)
def test_each_step_can_fail(tmp_path: Path, step: str, answer: str, fate: Fate) -> None:
    with mail_server(tmp_path, answers={step: answer}) as made:
        begun: list[str] = []
        done = _send(made.settings, begun)
    assert done.fate is fate
    assert done.problem
    assert bool(begun) == (step in ("DATA", "BODY")), "its fate is open only from DATA on"


def test_what_is_withdrawn_before_data_is_not_sent(made: MadeMailServer) -> None:
    def withdraw() -> None:
        raise Withdrawn

    with pytest.raises(Withdrawn):
        smtp.send(made.settings, "chief@example.org", _message(), withdraw)
    assert made.taken == []
    assert "DATA" not in made.said


def test_an_address_that_cannot_be_written_fails_at_once(made: MadeMailServer) -> None:
    done = smtp.send(made.settings, "jefé@example.org", _message(), lambda: None)
    assert (done.fate, made.taken) == (Fate.NEVER, [])


def test_a_login_with_a_password_from_a_file(made: MadeMailServer, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("invented\n")
    named = {"user": "mailroom", "password_file": str(tmp_path / "password")}
    assert smtp.reachable(made.settings.model_copy(update=named)) is None
    assert any(each.startswith("AUTH PLAIN") for each in made.said)
    made.answers["AUTH"] = "535 no"
    assert "535 no" in str(smtp.reachable(made.settings.model_copy(update=named)))
    assert _send(made.settings.model_copy(update=named)).fate is Fate.LATER
