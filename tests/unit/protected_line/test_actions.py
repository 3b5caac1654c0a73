"""What goes to the protected line: sealed before anything is stored, sent as sealed e-mail that its
addressee alone opens, and found in no byte here; else paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, UsageError
from digitizer.model.people import MACHINE, Actor
from digitizer.notifications import actions as outbox_actions
from digitizer.notifications import outbox, sending
from digitizer.notifications.outbox import OutState
from digitizer.operations import alarms, findings
from digitizer.operations.backup import back_up
from digitizer.protected_line import actions as protected_line
from digitizer.storage.database import reading
from digitizer.storage.tables_protected import protected_message
from digitizer.storage.tables_upkeep import outbox as outbox_table
from tests.support.asked_staff import (
    LINE,
    ME,
    OMBUDSMAN,
    OTHER,
    PREA,
    WARDEN,
    Opener,
    make_opener,
    with_requests,
)
from tests.support.made_mail import CLERK, INVESTIGATOR, OPERATOR, ORSON, SUPERVISOR, events
from tests.support.mail_server import MadeMailServer, mail_server, with_mail
from tests.support.secrets_left import forms_of

SECRET = "Die Nachtwache, Zelle siebzehn: \u00e9l me toc\u00f3 anoche, zarpazo-violeta"
WORDS = ("Nachtwache", "siebzehn", "zarpazo-violeta", "me toc\u00f3 anoche")


@pytest.fixture
def opener(home: Path) -> Opener:
    made = make_opener(home)
    kept = home.parent / "addressee"
    kept.mkdir()
    return Opener(made.certificate, made.key.rename(kept / "line.key"))


@contextmanager
def _with_line(facility: Facility, **answers: str) -> Iterator[tuple[Facility, MadeMailServer]]:
    with mail_server(facility.home.parent / "server", answers=answers) as server:
        own = with_requests(facility, protected=(LINE, OMBUDSMAN))
        yield with_mail(own, server.settings), server


def _in_any_form(word: str) -> list[bytes]:
    found: list[bytes] = []
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "unicode_escape"):
        found += forms_of(word.encode(encoding))
    return [each for each in found if len(each) >= 8]


def _where_found(content: bytes) -> list[str]:
    return [word for word in WORDS for form in _in_any_form(word) if form in content]


def _left_in(folder: Path) -> list[str]:
    return [
        f"{word} in {path.name}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in _where_found(path.read_bytes())
    ]


def _sealed_row(facility: Facility) -> sa.Row[tuple[object, ...]]:
    with reading(facility.engine) as tx:
        return tx.execute(sa.select(outbox_table)).one()


def test_the_search_finds_what_was_planted(tmp_path: Path) -> None:
    for number, form in enumerate(_in_any_form(WORDS[0])):
        (tmp_path / f"{number}").write_bytes(b"xx" + form + b"yy")
        assert _where_found((tmp_path / f"{number}").read_bytes()) != []


@pytest.mark.parametrize("named", [True, False])
def test_only_the_addressee_reads_it(facility: Facility, opener: Opener, named: bool) -> None:
    with _with_line(facility) as (here, server):
        protected_line.send(here, PREA, SECRET, ME, named=named)
        assert _left_in(here.home) == []
        row = _sealed_row(here)
        assert (row.state, row.recipient) == ("queued", LINE.email)
        waiting = base64.b64decode(str(row.body))
        assert _where_found(waiting) == []
        assert [each.sent for each in protected_line.own_sendings(here, ME)] == [None]
        (shown,) = outbox_actions.outbox_now(here, SUPERVISOR).waiting
        assert shown.subject == protected_line.SUBJECT
        back_up(here, here.home.parent / "kept", "a passphrase of a test", OPERATOR)
        assert _left_in(here.home.parent / "kept") == []
        assert sending.send_due(here, MACHINE) == 1
        (message,) = server.taken
        _looks_sealed(message)
        travelled = message.as_bytes() + "\n".join(server.said).encode()
        assert _where_found(travelled) == []
        for who in (b"Testvale", b"Orson", ORSON.encode()):
            assert who not in travelled.replace(b"\r\n", b"")
        inside = _inside(opener, message)
        assert SECRET in inside
        assert (ORSON in inside, "Testvale" in inside) == (named, named)
        assert _sealed_row(here).body == ""  # the ciphertext is erased
        assert [each.sent for each in protected_line.own_sendings(here, ME)] == [True]
        assert _left_in(here.home) == []


def _looks_sealed(message: EmailMessage) -> None:
    assert message.get_content_type() == "application/pkcs7-mime"
    assert message.get_param("smime-type") == "enveloped-data"
    assert message.get_filename() == "smime.p7m"
    assert message["From"] == "mailroom@example.org"
    assert message["To"] == LINE.email
    assert message["Subject"] == protected_line.SUBJECT


def _inside(opener: Opener, message: EmailMessage) -> str:
    from email import message_from_bytes, policy

    inner = message_from_bytes(opener.opened(message), policy=policy.default)
    assert isinstance(inner, EmailMessage)
    content = inner.get_content()
    assert isinstance(content, str)
    return content


def test_the_log_says_only_that_something_went(facility: Facility, opener: Opener) -> None:
    with _with_line(facility) as (here, _server):
        protected_line.send(here, PREA, SECRET, ME, named=True)
    (entry,) = [each for each in events(here) if each[0] == "something went to the protected line"]
    assert entry[1] == "protected line"
    assert ORSON not in repr(entry)
    assert opener.certificate.exists()


@pytest.mark.parametrize(
    ("text", "to", "why"),
    [("  ", PREA, "Nothing is written"), ("x" * 3001, PREA, "too long"), ("Hm", "X", "to whom")],
)
def test_what_cannot_be_sent(
    facility: Facility, opener: Opener, text: str, to: str, why: str
) -> None:
    with _with_line(facility) as (here, _server):
        with pytest.raises(UsageError, match=why):
            protected_line.send(here, to, text, ME, named=True)
        assert opener.key.exists()
        assert protected_line.own_sendings(here, ME) == ()


def test_an_addressee_may_want_a_name(facility: Facility, opener: Opener) -> None:
    with _with_line(facility) as (here, _server):
        own = with_requests(here, protected=(LINE.model_copy(update={"anonymous": False}),))
        with pytest.raises(UsageError, match="who writes"):
            protected_line.send(own, PREA, SECRET, ME, named=False)
        protected_line.send(own, PREA, SECRET, ME, named=True)
        assert opener.key.exists()


def test_without_an_encrypted_way_nothing_is_sent_and_paper_is_named(facility: Facility) -> None:
    with _with_line(facility) as (here, server):
        for to in (PREA, "Ombudsman"):  # no certificate file; no e-mail at all
            with pytest.raises(Conflict, match="Use paper"):
                protected_line.send(here, to, SECRET, ME, named=True)
        make_opener(here.home)
        unserved = replace(here, settings=with_requests(facility, protected=(LINE,)).settings)
        with pytest.raises(Conflict, match="Use paper"):
            protected_line.send(unserved, PREA, SECRET, ME, named=True)
        sending.send_due(here, MACHINE)
        assert server.taken == []
        with reading(here.engine) as tx:
            assert tx.execute(sa.select(protected_message)).all() == []
        assert _left_in(here.home) == []


def test_a_failure_for_good_is_an_alarm_and_the_writer_is_told(
    facility: Facility, opener: Opener
) -> None:
    with _with_line(facility, RCPT="550 5.1.1 no such mailbox") as (here, server):
        protected_line.send(here, PREA, SECRET, ME, named=True)
        assert sending.send_due(here, MACHINE) == 0
        assert [each.sent for each in protected_line.own_sendings(here, ME)] == [False]
        with reading(here.engine) as tx:
            found = findings.protected_line(tx)
        assert (found.good, found.alarm) == (False, True)
        assert "1 message not sent" in found.message
        assert _where_found(found.message.encode()) == []
        watched = {"mail_to": ("admin@example.org",)}
        own = here.settings.alarms.model_copy(update=watched)
        alarmed = replace(here, settings=here.settings.model_copy(update={"alarms": own}))
        assert alarms.check_alarms(alarmed, MACHINE) >= 1
        # somebody sends it again when the address is right, or drops it: then nothing is left of it
        item = str(_sealed(here)[0].id)
        server.answers.clear()
        outbox_actions.send_again(here, [item], SUPERVISOR)
        with pytest.raises(Conflict, match="not dropped"):
            outbox_actions.drop(here, [item], SUPERVISOR)
        sending.send_due(here, MACHINE)
        sealed = [each for each in server.taken if each["Subject"] == protected_line.SUBJECT]
        assert SECRET in _inside(opener, sealed[0])
        assert [each.sent for each in protected_line.own_sendings(here, ME)] == [True]


def _sealed(facility: Facility) -> list[outbox.Outgoing]:
    with reading(facility.engine) as tx:
        return list(outbox.in_state(tx, *OutState, kind=outbox.Kind.SEALED))


def test_what_is_dropped_after_it_failed_is_erased(facility: Facility, opener: Opener) -> None:
    with _with_line(facility, RCPT="550 5.1.1 no such mailbox") as (here, _server):
        protected_line.send(here, PREA, SECRET, ME, named=True)
        sending.send_due(here, MACHINE)
        (item,) = _sealed(here)
        outbox_actions.drop(here, [item.id], SUPERVISOR)
        assert _sealed(here)[0].body == ""
        assert [each.sent for each in protected_line.own_sendings(here, ME)] == [False]
        assert opener.key.exists()


def test_only_so_many_a_day_from_a_screen(facility: Facility, opener: Opener) -> None:
    with _with_line(facility) as (here, _server):
        few = with_requests(here, protected=(LINE,), protected_a_day=1)
        protected_line.send(few, PREA, SECRET, ME, named=True)
        with pytest.raises(Conflict, match="Use paper"):
            protected_line.send(few, PREA, SECRET, ME, named=True)
        protected_line.send(few, PREA, SECRET, OTHER, named=True)
        assert opener.key.exists()


def test_counts_by_person_are_a_supervisor_s_with_a_reason(
    facility: Facility, opener: Opener
) -> None:
    with _with_line(facility) as (here, _server):
        for by in (ME, ME, OTHER):
            protected_line.send(here, PREA, SECRET, by, named=False)
    with pytest.raises(UsageError):
        protected_line.count_by_person(here, SUPERVISOR, " ")
    for nobody in (CLERK, INVESTIGATOR, ME):
        with pytest.raises(NotAllowed):
            protected_line.count_by_person(here, nobody, "why")
    found = protected_line.count_by_person(here, WARDEN, "An audit")
    assert [(each.inmate.booking_number, each.count) for each in found] == [
        (ORSON, 2),
        (OTHER.name, 1),
    ]
    assert "look at legal log" in [verb for verb, *_ in events(here)]
    assert opener.key.exists()


@pytest.mark.parametrize("nobody", [CLERK, SUPERVISOR, WARDEN, INVESTIGATOR, OPERATOR])
def test_no_member_of_staff_writes_or_sees_another_s_sendings(
    facility: Facility, nobody: Actor
) -> None:
    here = with_requests(facility, protected=(LINE,))
    for do in (
        lambda: protected_line.send(here, PREA, SECRET, nobody, named=True),
        lambda: protected_line.own_sendings(here, nobody),
        lambda: protected_line.offered(here, nobody),
    ):
        with pytest.raises(NotAllowed):
            do()
