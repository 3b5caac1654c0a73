"""Heads of the event log that were written down elsewhere: on another disk, in a mail, on paper.

A copy of an earlier state of the whole log proves itself; an anchor from after that state shows
that events are gone. Each anchor is one line, which also carries a check value made with the log's
key, so that a line that was mistyped is not taken for a log that was altered. It also has the root
of the log's public tree, with which somebody who has no key can verify an evidence pack. (Lines of
before there was a tree have none.)
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from digitizer import audit
from digitizer.audit import Head, Restored, Walk
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.events import LOG
from digitizer.model.settings import Settings
from digitizer.notifications import outbox
from digitizer.storage import event_tree
from digitizer.storage.audit_keys import AuditKeys, keys_of
from digitizer.storage.blobs import sync_folder

_LINE = re.compile(
    r"audit-anchor (?P<form>[12]) seq=(?P<seq>[1-9]\d{0,17}) hash=(?P<hash>[0-9a-f]{64}) "
    r"(?:root=(?P<root>[0-9a-f]{64}) )?"
    r"at=(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) key=(?P<key>\d{1,9}) check=(?P<check>[0-9a-f]{16})"
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the log at a moment (UTC, whole seconds). ``key`` is the number of the key that
    ``check`` was made with. ``root`` is that of the public tree over all events up to the head;
    None for an anchor from before there was one."""

    head: Head
    at: datetime
    key: int
    check: str
    root: str | None = None

    @property
    def line(self) -> str:
        form, root = (2, f"root={self.root} ") if self.root else (1, "")
        return (
            f"audit-anchor {form} seq={self.head.seq} hash={self.head.hash} {root}"
            f"at={self.at:%Y-%m-%dT%H:%M:%SZ} key={self.key} check={self.check}"
        )


def anchor_of(tx: sa.Connection, at: datetime) -> Anchor:
    """The log's head now. Raises AuditError if it does not prove itself."""
    keys, whole = keys_of(tx), at.astimezone(UTC).replace(microsecond=0)
    head = audit.head(tx)
    root = event_tree.roots_at(tx, [head.seq])[head.seq]
    made = Anchor(head, whole, keys.newest, "", root)
    return replace(made, check=_check(keys, made))


def _check(keys: AuditKeys, of: Anchor) -> str:
    root = f" {of.root}" if of.root else ""
    at = f"{of.at:%Y-%m-%dT%H:%M:%SZ}"
    return keys.mac(of.key, f"anchor {of.head.seq} {of.head.hash}{root} {at}")[:16]


def parse_line(text: str) -> Anchor:
    """Raises UsageError for what is not an anchor."""
    found = _LINE.fullmatch(" ".join(text.split()))
    try:
        if found is None or (found["form"] == "2") != (found["root"] is not None):
            raise ValueError("it does not look like one")
        at = datetime.strptime(found["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise UsageError(
            f"This is not an anchor of the log ({error}): {text.strip()[:60]!r}. Type the whole "
            "line as it was printed, from audit-anchor on."
        ) from None
    head = Head(int(found["seq"]), found["hash"])
    return Anchor(head, at, int(found["key"]), found["check"], found["root"])


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """All anchors of a file, in its order. Raises UsageError for a line that is none."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise UsageError(f"The anchors in {path} cannot be read: {error.strerror}.") from None
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                found.append(parse_line(line))
        except UsageError as error:
            raise UsageError(f"{path}, line {number}: {error}") from None
    return tuple(found)


def altered(tx: sa.Connection, anchors: Iterable[Anchor]) -> Anchor | None:
    """The first whose line is not as this home made it, as far as its key is known."""
    keys = keys_of(tx)
    for each in anchors:
        known = each.key in keys.by_number
        if known and _check(keys, each) != each.check:
            return each
    return None


def contradiction(tx: sa.Connection, walked: Walk, anchors: Iterable[Anchor]) -> str | None:
    """What an anchor shows about the log that the log itself does not show; None if they agree.

    A restore that was recorded later than the anchor, from a backup that ended before it, explains
    that the log differs.
    """
    for each in anchors:
        found = audit.hash_at(tx, each.head.seq)
        if found == each.head.hash or _explained(each, walked.restores):
            continue
        named = f"event {each.head.seq}, which was anchored on {each.at:%Y-%m-%d at %H:%M} UTC"
        if found is None:
            return f"the log ends before {named}"
        return f"{named}, is not the one that was anchored"
    return None


def other_root(tx: sa.Connection, walked: Walk, anchors: Iterable[Anchor]) -> str | None:
    """What an anchor's root shows about the log's public tree; None if they agree. As for
    ``contradiction``, a restore explains it."""
    with_root = [each for each in anchors if each.root and not _explained(each, walked.restores)]
    today = event_tree.roots_at(tx, {each.head.seq for each in with_root})
    for each in with_root:
        if today.get(each.head.seq) != each.root:
            return (
                f"the log's tree up to event {each.head.seq} is not the one that was anchored on "
                f"{each.at:%Y-%m-%d at %H:%M} UTC"
            )
    return None


def _explained(anchor: Anchor, restores: Sequence[Restored]) -> bool:
    return any(
        each.head.seq < anchor.head.seq and each.at.replace(microsecond=0) >= anchor.at
        for each in restores
    )


def append_to(path: Path, anchor: Anchor) -> None:
    """Appends the line and waits until the disk has it. Raises StorageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        cut_short = path.exists() and not path.read_bytes().endswith(b"\n")
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        with os.fdopen(os.open(path, flags, 0o600), "a", encoding="ascii") as out:
            out.write("\n" * cut_short + f"{anchor.line}\n")
            out.flush()
            os.fsync(out.fileno())
        sync_folder(path.parent)
    except OSError as error:
        raise StorageError(f"The anchor cannot be written to {path}: {error.strerror}.") from None


def put_in_outbox(tx: sa.Connection, settings: Settings, anchor: Anchor) -> tuple[str, ...]:
    """For everyone in ``audit.mail_to``, in the transaction that records the anchor; returns the
    ids. None where the settings name nobody."""
    server = settings.mail_server
    if server is None:
        return ()
    name = " ".join(settings.facility.name.split())
    return tuple(
        outbox.put(
            tx,
            recipient,
            f"Event log of {name}: event {anchor.head.seq}",
            f"{anchor.line}\n\n{WHAT_FOR}\n",
            cause=LOG,
            sender=server.sender,
        )
        for recipient in settings.audit.mail_to
    )


WHAT_FOR = (
    "Keep this line. It is the last entry of the mailroom's event log at that time. With it, "
    "'digitizer audit verify --anchor LINE' shows whether anything recorded until then was removed "
    "or altered since. Who has an evidence pack of a letter needs only what follows root=: "
    "'python3 verify.py ROOT' shows that what the pack says was recorded by that time."
)
