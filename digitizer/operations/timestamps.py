"""Anchors of the event log that a time-stamping authority has signed (RFC 3161).

A timestamp shows to those who trust its authority, but not this machine, that the log had this end
at that time. It is kept in a file of its own: the anchor's line, then the authority's reply. The
bytes of the line are stamped, without its line end. Only this file knows ``rfc3161_client``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import sqlalchemy as sa

from digitizer import audit
from digitizer.audit import Head, Walk
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.events import LOG, Verb
from digitizer.model.settings import Audit
from digitizer.operations import anchors
from digitizer.operations.anchors import Anchor
from digitizer.storage.copying import write_file

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

#: The folder in the home; what is kept beside ``anchor_path`` is in a folder named after that file.
IN_HOME = "anchors"
_BESIDE = ".timestamps"
_ENDING = ".txt"

_SECONDS = 15  # for the whole answer; the connection before it may take as long again
_MOST_BYTES = 64 * 1024  # a reply with its certificates has about 5,000
_APART = timedelta(days=1)
_SHA256 = "2.16.840.1.101.3.4.2.1"

_BEGIN = "-----BEGIN TIMESTAMP RESPONSE-----"
_END = "-----END TIMESTAMP RESPONSE-----"
_FILE = re.compile(rf"(?P<line>[^\n]+)\n{_BEGIN}\n(?P<reply>[A-Za-z0-9+/=\n]+)\n{_END}\n")


class BadTimestamp(ValueError):
    """Why a timestamp proves nothing: words that can follow a colon."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """An authority's reply (DER) about one anchor. ``at`` is the time that the authority signed."""

    anchor: Anchor
    at: datetime
    reply: bytes


@dataclass(frozen=True, slots=True)
class TimestampCheck:
    """How many timestamps agree with the log, when the last was stamped, and what is wrong.

    ``unchecked`` were found, but no root certificates are set to check them with. ``anchors`` are
    what was stamped.
    """

    good: int = 0
    last: datetime | None = None
    unchecked: int = 0
    fault: str | None = None
    anchors: tuple[Anchor, ...] = ()


# ---- making --------------------------------------------------------------------------------


def stamp(settings: Audit, anchor: Anchor) -> Timestamp:
    """The timestamp of the authority at ``timestamp_url``, checked. Raises StorageError."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(_stamped(anchor)).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce().cert_request(cert_request=True).build()
    try:
        roots = _roots(settings.timestamp_certificates)
        reply = _ask(settings.timestamp_url, request.as_bytes())
        at = _checked(reply, anchor, roots, request.nonce)
    except BadTimestamp as error:
        host = urlsplit(settings.timestamp_url).hostname
        raise StorageError(f"The anchor was not stamped by {host}: {error}.") from None
    return Timestamp(anchor, at, reply)


def keep(folder: Path, made: Timestamp) -> None:
    """Writes the timestamp into a new file of ``folder``. Raises StorageError."""
    text = base64.encodebytes(made.reply).decode("ascii")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(
            folder / _name(made.anchor.head),
            f"{made.anchor.line}\n{_BEGIN}\n{text}{_END}\n".encode("ascii"),
        )
    except OSError as error:
        raise StorageError(
            f"The timestamp cannot be written to {folder}: {error.strerror}."
        ) from None


def folders(settings: Audit, home: Path) -> tuple[Path, ...]:
    """Where timestamps are kept: in the home, and beside ``anchor_path``."""
    if not settings.anchor_path:
        return (home / IN_HOME,)
    return home / IN_HOME, Path(settings.anchor_path + _BESIDE)


def _name(head: Head) -> str:
    """After a restore a number may come again, with another hash."""
    return f"{head.seq}-{head.hash[:12]}{_ENDING}"


def _stamped(anchor: Anchor) -> bytes:
    return anchor.line.encode("ascii")


def _ask(url: str, request: bytes) -> bytes:
    """The body of the authority's answer. Raises BadTimestamp."""
    headers = {
        "Content-Type": "application/timestamp-query",
        "Accept": "application/timestamp-reply",
    }
    try:
        with _connection(url) as connection:
            connection.request("POST", urlsplit(url).path or "/", request, headers)
            with connection.getresponse() as response:
                answer = response.read(_MOST_BYTES + 1)
                missing = response.length
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise BadTimestamp(f"the connection failed ({why})") from None
    if response.status != 200:
        raise BadTimestamp(f"it answered {response.status}")
    if len(answer) > _MOST_BYTES:
        raise BadTimestamp("its answer is too large")
    if missing or not answer:
        raise BadTimestamp("its answer was cut off")
    return answer


@contextmanager
def _connection(url: str) -> Iterator[http.client.HTTPConnection]:
    """A connection that is cut in time: a time-out of the socket alone begins again with each
    byte."""
    made = _new_connection(url)
    try:
        made.connect()
        timer = threading.Timer(_SECONDS, _cut, [made.sock])
        timer.daemon = True
        timer.start()
        try:
            yield made
        finally:
            timer.cancel()
    finally:
        made.close()


def _new_connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=_SECONDS, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=_SECONDS)


def _cut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


def reply_about(home: Path, line: str) -> bytes | None:
    """The authority's reply (DER) about the anchor with this line, as the home keeps it; None where
    it has none, or it cannot be read: ``check`` says then what is wrong."""
    try:
        anchor, reply = _parsed(home / IN_HOME / _name(anchors.parse_line(line).head))
    except BadTimestamp:
        return None
    return reply if anchor.line == line else None


# ---- checking ------------------------------------------------------------------------------


def check(tx: sa.Connection, walked: Walk, settings: Audit, home: Path) -> TimestampCheck:
    """Compares every timestamp that is kept with the log, and those that the log names with what
    is kept."""
    lost = _lost(tx, walked, home / IN_HOME)
    if lost:
        return TimestampCheck(fault=lost)
    found = [each for folder in folders(settings, home) for each in folder.glob(f"*{_ENDING}")]
    if not found:
        return TimestampCheck()
    pem, stamped = settings.timestamp_certificates, {}  # most are kept in two places
    try:
        roots = _roots(pem) if pem else ()
        for path in sorted(found):
            read = _read(tx, walked, path, roots)
            stamped[read.anchor] = read.at
    except BadTimestamp as error:
        return TimestampCheck(fault=str(error))
    if not roots:
        return TimestampCheck(unchecked=len(stamped), anchors=tuple(stamped))
    return TimestampCheck(len(stamped), max(stamped.values()), anchors=tuple(stamped))


def _read(tx: sa.Connection, walked: Walk, path: Path, roots: Sequence[Certificate]) -> Timestamp:
    try:
        anchor, reply = _parsed(path)
        if path.name != _name(anchor.head):
            raise BadTimestamp(f"it is about event {anchor.head.seq}, which its name does not say")
        if anchors.altered(tx, [anchor]):
            raise BadTimestamp(f"the line about event {anchor.head.seq} was altered")
        at = _checked(reply, anchor, roots)
        wrong = anchors.contradiction(tx, walked, [anchor])
        if wrong:
            raise BadTimestamp(wrong)
    except BadTimestamp as error:
        raise BadTimestamp(f"the timestamp in {path} does not hold: {error}") from None
    return Timestamp(anchor, at, reply)


def _parsed(path: Path) -> tuple[Anchor, bytes]:
    try:
        with path.open("rb") as file:
            found = _FILE.fullmatch(file.read(2 * _MOST_BYTES).decode("ascii", "replace"))
        if found is None:
            raise BadTimestamp("it is damaged")
        anchor = anchors.parse_line(found["line"])
        reply = base64.b64decode(found["reply"])
    except OSError as error:
        raise BadTimestamp(f"it cannot be read ({error.strerror})") from None
    except UsageError:
        raise BadTimestamp("its first line is no anchor") from None
    except binascii.Error:
        raise BadTimestamp("it is damaged") from None
    return anchor, reply


def _lost(tx: sa.Connection, walked: Walk, folder: Path) -> str | None:
    """A backup may lack what was stamped while it was made: only what came after counts."""
    since = walked.restores[-1].seq if walked.restores else 0
    for each in audit.events_of(tx, LOG):
        if each.verb == Verb.ANCHOR and each.seq > since and each.detail.get("stamped"):
            head = Head(each.detail["head"]["seq"], each.detail["head"]["hash"])
            if not (folder / _name(head)).is_file():
                return f"the timestamp of event {head.seq} was kept in {folder}, but is not there"
    return None


def _roots(path: str) -> tuple[Certificate, ...]:
    """The certificates in a PEM file. Raises BadTimestamp."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return tuple(load_pem_x509_certificates(Path(path).read_bytes()))
    except OSError as error:
        raise BadTimestamp(
            f"the certificates in {path} cannot be read ({error.strerror})"
        ) from None
    except ValueError:
        raise BadTimestamp(f"{path} holds no certificates in PEM") from None


def _checked(
    reply: bytes, anchor: Anchor, roots: Sequence[Certificate], nonce: int | None = None
) -> datetime:
    """When ``anchor`` was stamped. Without ``roots`` the signature is not looked at.

    Raises BadTimestamp: not granted, of something else, not the answer to ``nonce``, not signed
    by an authority of ``roots``, or of another day than the anchor says of itself.
    """
    answer = _decoded(reply)
    imprint, digest = answer.tst_info.message_imprint, hashlib.sha256(_stamped(anchor)).digest()
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != digest:
        raise BadTimestamp(f"it is not about the anchor of event {anchor.head.seq}")
    if nonce is not None and answer.tst_info.nonce != nonce:
        raise BadTimestamp("it is the answer to another request (its nonce differs)")
    if roots:
        _check_signature(answer, digest, roots)
    at = answer.tst_info.gen_time.astimezone(UTC)
    if abs(at - anchor.at) > _APART:
        raise BadTimestamp(
            f"it was stamped on {at:%Y-%m-%d at %H:%M} UTC, and the anchor says that it was made "
            f"on {anchor.at:%Y-%m-%d at %H:%M} UTC"
        )
    return at


def _decoded(reply: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response

    try:
        answer = decode_timestamp_response(reply)
    except ValueError:
        raise BadTimestamp("it is no timestamp") from None
    if answer.status != 0:
        said = "".join(f", {each!r}" for each in answer.status_string)
        raise BadTimestamp(f"it was not granted (status {answer.status}{said})")
    try:
        _ = answer.tst_info.gen_time
    except ValueError:
        raise BadTimestamp("it holds no timestamp") from None
    return answer


def _check_signature(
    answer: TimeStampResponse, digest: bytes, roots: Sequence[Certificate]
) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        VerifierBuilder(roots=list(roots)).build().verify(answer, digest)
    except (VerificationError, ValueError) as error:
        why = str(error).partition("ErrorStack")[0].strip(" :")  # OpenSSL's is for programmers
        raise BadTimestamp(f"no authority that is trusted here signed it ({why})") from None
