"""E-mail: how a message is written, and handed to the server; the one sender of e-mail here.

Until the server is told to take a message (DATA), any failure means that nothing was sent. From
then on only its answer tells: a connection that dies before it leaves a doubt.
"""

from __future__ import annotations

import base64
import hashlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from enum import Enum, auto
from pathlib import Path

from digitizer.model.upkeep_settings import MailServer

#: Longer lines are folded by some server on the way (RFC 5321 allows 998 bytes).
_LONGEST_LINE = 900
_LONGEST_ANSWER = 200
_DER_SEQUENCE = b"\x30"


class Fate(Enum):
    """What became of one try. LATER: certainly not sent, and it may work another time. NEVER: not
    sent, and the server says that it will not be. DOUBTFUL: nobody can know."""

    SENT = auto()
    LATER = auto()
    NEVER = auto()
    DOUBTFUL = auto()


@dataclass(frozen=True, slots=True)
class Try:
    """``problem`` is for people; empty where it was sent. ``recipient`` is the code and the words
    with which the server refused the address, if it did."""

    fate: Fate
    problem: str = ""
    recipient: tuple[int, str] | None = None


class Withdrawn(Exception):
    """It is not to be sent any more: raised by who is asked just before the server takes it."""


def compose(
    sender: str,
    recipient: str,
    subject: str,
    body: str,
    message_id: str,
    at: datetime,
    leave: str | None = None,
    html: str | None = None,
) -> bytes:
    """The message as it travels: the same bytes each time. ``html`` says the same as ``body``.
    ``leave`` is where its recipient ends such mail with one click (RFC 8058). Raises ValueError for
    an address that no header can hold.
    """
    message = _headed(sender, recipient, subject, message_id, at)
    if leave:
        message["List-Unsubscribe"] = f"<{leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if body.isascii() and all(len(line) <= _LONGEST_LINE for line in body.splitlines()):
        message.set_content(body, charset="us-ascii", cte="7bit")  # no line is broken
    else:
        message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
        message.set_boundary(f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}")
    return message.as_bytes()


def compose_sealed(
    sender: str, recipient: str, subject: str, sealed: str, message_id: str, at: datetime
) -> bytes:
    """A message whose content is encrypted (S/MIME, RFC 8551): ``sealed`` is base64, in lines.
    Raises ValueError for an address that no header can hold, and for what is no base64: nothing
    goes out that was not sealed."""
    enveloped = base64.b64decode("".join(sealed.split()), validate=True)
    if not enveloped.startswith(_DER_SEQUENCE):
        raise ValueError("it is not sealed")
    message = _headed(sender, recipient, subject, message_id, at)
    message.set_content(
        enveloped,
        maintype="application",
        subtype="pkcs7-mime",
        disposition="attachment",
        filename="smime.p7m",
        params={"smime-type": "enveloped-data", "name": "smime.p7m"},
    )
    return message.as_bytes()


def _headed(
    sender: str, recipient: str, subject: str, message_id: str, at: datetime
) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = recipient
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # no answer of an absent person comes back
    return message


def send(
    server: MailServer,
    recipient: str,
    message: bytes,
    before_data: Callable[[], None],
    comes_back_to: str = "",
) -> Try:
    """One try; what cannot be delivered comes back to ``comes_back_to``, or to the sender.

    ``before_data`` is called when the server has agreed to everything but the message itself; what
    it raises ends the try, with nothing sent.
    """
    try:
        with _connected(server) as connection:
            sender = comes_back_to or server.sender
            return _transfer(connection, server, sender, recipient, message, before_data)
    except smtplib.SMTPResponseException as error:  # of the greeting, of STARTTLS or of the login
        return Try(Fate.LATER, _answered(server, error.smtp_code, error.smtp_error))
    except (OSError, UnicodeError, smtplib.SMTPException) as error:
        return Try(Fate.LATER, f"{server.host} cannot be used: {error}")


def reachable(server: MailServer) -> str | None:
    """Why it cannot be used; None where it greets, proves who it is and lets us log in."""
    try:
        with _connected(server):
            return None
    except smtplib.SMTPResponseException as error:
        return _answered(server, error.smtp_code, error.smtp_error)
    except (OSError, UnicodeError, smtplib.SMTPException) as error:
        return f"{server.host} cannot be used: {error}"


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection that is as safe as the settings say, logged in where they say so. How it is
    closed does not matter: what was sent was answered by then."""
    own = server.certificates
    trusted = ssl.create_default_context(cafile=own or None)
    ours, seconds = _own_name(server), server.timeout_seconds
    connection: smtplib.SMTP
    if server.security == "tls":
        connection = smtplib.SMTP_SSL(
            server.host, server.port, ours, timeout=seconds, context=trusted
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, ours, timeout=seconds)
    try:
        connection.ehlo_or_helo_if_needed()
        offered = connection.has_extn("starttls")
        if server.security == "starttls" or (server.security == "if offered" and offered):
            connection.starttls(context=trusted)
            connection.ehlo()
        if server.user:
            connection.login(server.user, _first_line(server.password_file))
        yield connection
    finally:
        with suppress(OSError, UnicodeError, smtplib.SMTPException):
            connection.quit()
        connection.close()


def _own_name(server: MailServer) -> str:
    """As whom we greet: without asking a name server, which a jail's network may not have."""
    domain = server.sender.rpartition("@")[2]
    return domain if "." in domain else socket.gethostname()


def _transfer(
    connection: smtplib.SMTP,
    server: MailServer,
    sender: str,
    recipient: str,
    message: bytes,
    before_data: Callable[[], None],
) -> Try:
    try:
        code, answer = connection.mail(sender)
        if not 200 <= code < 300:
            return _refused(server, code, answer)
        code, answer = connection.rcpt(recipient)
        if not 200 <= code < 300:
            said = code, answer.decode("utf-8", "replace")
            return replace(_refused(server, code, answer), recipient=said)
    except UnicodeError:
        return Try(Fate.NEVER, f"{recipient} is not an address that {server.host} can write to.")
    before_data()
    try:
        code, answer = connection.data(message)
    except smtplib.SMTPDataError as error:  # it did not even begin to take it
        return _refused(server, error.smtp_code, error.smtp_error)
    except (OSError, UnicodeError, smtplib.SMTPException) as error:
        return Try(
            Fate.DOUBTFUL, f"The connection to {server.host} died while it took this: {error}"
        )
    return Try(Fate.SENT) if code == 250 else _refused(server, code, answer)


def _refused(server: MailServer, code: int, answer: bytes | str) -> Try:
    """A code from 500 on is meant for good (RFC 5321, 4.2.1)."""
    return Try(Fate.NEVER if code >= 500 else Fate.LATER, _answered(server, code, answer))


def _answered(server: MailServer, code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{server.host} answered {code} {' '.join(text.split())[:_LONGEST_ANSWER]}"


def _first_line(path: str) -> str:
    lines = Path(path).read_text("utf-8").splitlines() if path else []
    return lines[0].strip() if lines else ""
