"""E-mail that comes back, by a real server and real reports in a maildir."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from digitizer import audit
from digitizer.facility import Facility
from digitizer.model.events import LOG, Verb
from digitizer.notifications import bounces, outbox
from digitizer.notifications.outbox import OutState
from digitizer.notifications.sending import send_due
from digitizer.operations.care import needs_care
from digitizer.people.correspondents import own_account, telling
from digitizer.people.correspondents.telling import Letter
from digitizer.storage.database import reading, writing
from tests.support.conversing import as_correspondent, give_account, make_contact, with_family
from tests.support.made_mail import CLERK, OPERATOR
from tests.support.mail_server import MadeMailServer, mail_server, with_mail

IDA = "ida@example.org"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeMailServer]:
    with mail_server(tmp_path_factory.mktemp("server")) as made:
        yield made


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for each in ("new", "cur", "tmp"):
        (tmp_path / "returned" / each).mkdir(parents=True)
    return tmp_path / "returned"


@pytest.fixture
def mailing(facility: Facility, server: MadeMailServer, maildir: Path) -> Facility:
    server.answers.clear()
    own = server.settings.model_copy(update={"bounces": str(maildir)})
    return with_mail(with_family(facility), own)


@pytest.fixture
def ida(mailing: Facility) -> int:
    number = make_contact(mailing)
    give_account(mailing, number, IDA)
    return number


def tell(mailing: Facility, number: int) -> int:
    """News; how many e-mails went out."""
    with writing(mailing.engine) as tx:
        telling.tell(tx, mailing.settings, number, Letter.NEW_MESSAGE, LOG)
    return send_due(mailing, OPERATOR)


def returned_to(server: MadeMailServer) -> str:
    """The address that the server was given to send back to, with the last message."""
    said = [each for each in server.said if each.startswith("MAIL FROM")]
    found = re.search(r"<(.*)>", said[-1], re.IGNORECASE)
    assert found
    return found[1]


def report(to: str, status: str = "5.1.1", action: str = "failed", also: str = "") -> bytes:
    message = EmailMessage()
    message["From"] = "MAILER-DAEMON@mx.example.org"
    message["To"] = also or to
    message["Delivered-To"] = to
    message["Subject"] = "Undelivered Mail Returned to Sender"
    message.set_content("This is the mail system.")
    blocks = (
        "Reporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {IDA}\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 no such user\n"
    )
    text = message.as_string()
    head, _, body = text.partition("\n\n")
    lines = [each for each in head.splitlines() if not each.lower().startswith("content-")]
    lines += ['Content-Type: multipart/report; report-type=delivery-status; boundary="B"']
    parts = f"--B\n\n{body}\n--B\nContent-Type: message/delivery-status\n\n{blocks}\n--B--\n"
    return ("\n".join(lines) + "\n\n" + parts).encode()


def unreached(mailing: Facility, email: str = IDA) -> bool:
    with reading(mailing.engine) as tx:
        return bounces.bounce_of(tx, email) is not None


def test_a_bounce_pauses_news_until_their_owner_says_that_it_works(
    mailing: Facility, server: MadeMailServer, maildir: Path, ida: int
) -> None:
    me = as_correspondent(ida)
    assert tell(mailing, ida) == 1
    back = returned_to(server)
    assert re.fullmatch(r"mailroom\+b-[0-9a-z]{16}-[0-9a-z]{16}@example\.org", back)
    assert server.taken[-1]["From"] == "mailroom@example.org"
    (maildir / "new" / "1.host").write_bytes(report(back))
    assert bounces.read_bounces(mailing, OPERATOR) == 1
    assert [each.name for each in (maildir / "cur").iterdir()] == ["1.host:2,S"]
    assert list((maildir / "new").iterdir()) == []
    assert own_account.is_unreached(mailing, me)
    assert own_account.own_account(mailing, me).unreached is not None
    found = [each.message for each in needs_care(mailing, CLERK).findings if "e-mail" in each.what]
    assert found == ["e-mail to 1 recipient came back in the last week"]
    assert not any(IDA in each for each in found)
    assert tell(mailing, ida) == 0
    assert bounces.read_bounces(mailing, OPERATOR) == 0
    own_account.try_email_again(mailing, me)
    assert tell(mailing, ida) == 1


@pytest.mark.parametrize(
    ("status", "action"),
    [("4.2.2", "delayed"), ("5.1.1", "delayed"), ("5.7.1", "failed"), ("4.4.7", "failed")],
)
def test_what_is_not_for_good_or_about_us_changes_nothing(
    mailing: Facility, server: MadeMailServer, maildir: Path, ida: int, status: str, action: str
) -> None:
    tell(mailing, ida)
    (maildir / "new" / "1").write_bytes(report(returned_to(server), status, action))
    assert bounces.read_bounces(mailing, OPERATOR) == 0
    assert not unreached(mailing)


def test_what_is_forged_or_no_report_changes_nothing_and_stops_nothing(
    mailing: Facility, server: MadeMailServer, maildir: Path, ida: int
) -> None:
    tell(mailing, ida)
    back = returned_to(server)
    new = maildir / "new"
    forged = back.replace("@", "x@"), back[:-30] + "0" * 16 + "@example.org", "mailroom@example.org"
    for number, each in enumerate(forged):
        (new / f"1{number}").write_bytes(report(each))
    (new / "20").write_bytes(b"")
    (new / "21").write_bytes(bytes(range(256)) * 4000)
    (new / "22").write_bytes(b"To: " + back.encode() + b"\n\nI am on holiday. Status: 5.1.1\n")
    (new / "23").write_bytes(b"Content-Type: message/delivery-status\n\n" + b"\xff: \xff\n" * 99)
    in_text = report("other@example.org").replace(b"This is the", back.encode())
    (new / "24").write_bytes(in_text)
    assert bounces.read_bounces(mailing, OPERATOR) == 0
    assert not unreached(mailing)
    assert list(new.iterdir()) == []
    assert len(list((maildir / "cur").iterdir())) == len(forged) + 5


def test_a_file_that_stays_counts_once_and_keeps_no_other_from_being_read(
    mailing: Facility, server: MadeMailServer, maildir: Path, ida: int
) -> None:
    tell(mailing, ida)
    (maildir / "new" / "1.host").write_bytes(report(returned_to(server)))
    (maildir / "new" / "2.host").write_bytes(b"Subject: hello")
    (maildir / "cur" / "1.host:2,S" / "in the way").mkdir(parents=True)
    assert bounces.read_bounces(mailing, OPERATOR) == 1
    assert [each.name for each in (maildir / "new").iterdir()] == ["1.host"]
    own_account.try_email_again(mailing, as_correspondent(ida))
    assert bounces.read_bounces(mailing, OPERATOR) == 0
    assert not unreached(mailing)


def test_a_plain_folder_is_read_too_and_none_stops_nothing(
    mailing: Facility, server: MadeMailServer, maildir: Path, tmp_path: Path, ida: int
) -> None:
    tell(mailing, ida)
    folder = tmp_path / "plain"
    own = server.settings.model_copy(update={"bounces": str(folder)})
    plain = with_mail(mailing, own)
    assert bounces.read_bounces(plain, OPERATOR) == 0
    folder.mkdir()
    (folder / "a.eml").write_bytes(report(returned_to(server), also="somebody@example.org"))
    assert bounces.read_bounces(plain, OPERATOR) == 1
    assert (folder / "read" / "a.eml").exists()


@pytest.mark.parametrize(
    ("answer", "pauses"),
    [
        ("550 5.1.1 no such user", True),
        ("550 no such user", False),
        ("550 5.7.1 you are on a list", False),
        ("554 we do not like you", False),
        ("450 4.2.1 try later", False),
    ],
)
def test_a_refused_recipient_counts_at_once(
    mailing: Facility, server: MadeMailServer, ida: int, answer: str, pauses: bool
) -> None:
    server.answers["RCPT"] = answer
    assert tell(mailing, ida) == 0
    assert unreached(mailing) is pauses
    with reading(mailing.engine) as tx:
        failed = outbox.in_state(tx, OutState.FAILED)
    assert bool(failed) is answer.startswith("5")


def test_without_the_setting_it_comes_back_to_the_sender(
    facility: Facility, server: MadeMailServer
) -> None:
    server.answers.clear()
    mailing = with_mail(with_family(facility), server.settings)
    number = make_contact(mailing)
    give_account(mailing, number, IDA)
    tell(mailing, number)
    assert returned_to(server) == "mailroom@example.org"
    assert bounces.read_bounces(mailing, OPERATOR) == 0


def test_of_an_e_mail_one_report_counts_and_is_short_and_printable(
    mailing: Facility, server: MadeMailServer, maildir: Path, ida: int
) -> None:
    tell(mailing, ida)
    first = report(returned_to(server)).replace(b"no such user", b"no\x00such " + b"x" * 100_000)
    (maildir / "new" / "1.host").write_bytes(first)
    for number in range(2, 5):
        (maildir / "new" / f"{number}.host").write_bytes(report(returned_to(server)))
    assert bounces.read_bounces(mailing, OPERATOR) == 1
    with reading(mailing.engine) as tx:
        noted = [each for each in audit.latest_events(tx, limit=9) if each.verb == Verb.NOTE_BOUNCE]
    assert len(noted) == 1
    problem = str(noted[0].detail["problem"])
    assert len(problem) <= 200
    assert problem.isprintable()


def test_the_parts_of_what_is_not_to_us_are_not_taken_apart(
    mailing: Facility, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounces, "message_from_bytes", None)  # calling it would fail
    (maildir / "new" / "1.host").write_bytes(report("mailroom@example.org"))
    assert bounces.read_bounces(mailing, OPERATOR) == 0
    assert list((maildir / "new").iterdir()) == []


@pytest.mark.parametrize(
    ("code", "answer"),
    [(550, "relay not permitted"), (554, "client [185.5.1.20] blocked"), (450, "5.1.1 later")],
)
def test_what_is_said_of_us_is_not_said_of_the_address(code: int, answer: str) -> None:
    assert not bounces.is_about_address(code, answer)
