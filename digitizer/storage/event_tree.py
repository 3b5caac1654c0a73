"""The public tree over the log of events: who has no key of the log can verify with it.

Each event is a leaf, in the log's order. The leaf is the hash of the event's parts, each hashed
with a salt of its own: so a part can be shown and proven while others, such as another inmate's
name, stay closed, and nobody can guess what a closed part says. Salts follow from the event's
salt, and that from the event's keyed hash, so the keyed chain vouches for the tree as well. It is
stored, for a home may lose its keys.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import AuditError
from digitizer.storage.audit_keys import AuditKeys
from digitizer.storage.tables import event
from digitizer.support.merkle import Path, Tree, leaf_hash

_SALT_BYTES = 16
#: Before the name of a detail, in the part that holds it.
DETAIL = "detail."
_AT_ONCE = 1000
#: Made once: ``json.dumps`` with these options makes one anew for each text.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that an event says: ``text`` is its name and value, as JSON. Whoever has its
    ``salt`` can compare it with its ``digest``."""

    name: str
    value: Any
    text: str
    salt: bytes

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.salt + self.text.encode("ascii")).digest()


def salt_of(keys: AuditKeys, key: int | None, digest: str) -> bytes:
    """The salt of the event with this keyed hash. One from before there were keys has that of the
    first; one whose key is lost, that of the newest."""
    number = min(keys.by_number) if key is None else key
    known = number if number in keys.by_number else keys.newest
    return bytes.fromhex(keys.mac(known, f"salt {digest}"))[:_SALT_BYTES]


def parts_of(row: Mapping[Any, Any], salt: bytes) -> tuple[Part, ...]:
    """What an event says, always in the same order; ``row`` has the columns of the table."""
    return tuple(
        Part(name, value, _text(name, value), _part_salt(salt, place))
        for place, (name, value) in enumerate(_said(row))
    )


def leaf_of(row: Mapping[Any, Any], salt: bytes) -> bytes:
    """The hash of the parts' digests; each event of the log is written and verified with it."""
    return leaf_hash(
        b"".join(
            hashlib.sha256(_part_salt(salt, place) + _text(name, value).encode("ascii")).digest()
            for place, (name, value) in enumerate(_said(row))
        )
    )


def _said(row: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    detail = row["detail"]
    return [
        ("seq", row["seq"]),
        ("at", row["at"].astimezone(UTC).isoformat()),
        ("actor_kind", str(row["actor_kind"])),
        ("actor", str(row["actor"])),
        ("verb", str(row["verb"])),
        ("subject", str(row["subject"])),
        *[(f"{DETAIL}{name}", detail[name]) for name in sorted(detail)],
    ]


def _text(name: str, value: Any) -> str:
    """``[name, value]`` as JSON; of two texts, which most are, the encoder is quickest by
    itself."""
    return f"[{_encode(name)},{_encode(value)}]"


def _part_salt(salt: bytes, place: int) -> bytes:
    return hashlib.sha256(salt + place.to_bytes(2, "big")).digest()[:_SALT_BYTES]


def roots_at(tx: sa.Connection, sizes: Collection[int]) -> dict[int, str]:
    """The root over the first so many events, as 64 hexadecimal digits, for each of these sizes;
    one that the log does not reach is left out. Raises AuditError where an event has no leaf."""
    tree, wanted, found = Tree(), set(sizes), dict[int, str]()
    for leaf in _leaves(tx, max(wanted, default=0)):
        tree.add(leaf)
        if tree.size in wanted:
            found[tree.size] = tree.root().hex()
    return found


def paths_to_root(tx: sa.Connection, size: int, seqs: Collection[int]) -> dict[int, Path]:
    """Of each of these events the path to the root over the first ``size`` of the log, which has
    them all."""
    tree = Tree(seq - 1 for seq in seqs)
    for leaf in _leaves(tx, size):
        tree.add(leaf)
    return {place + 1: path for place, path in tree.paths().items()}


def _leaves(tx: sa.Connection, size: int) -> Iterator[bytes]:
    asked = sa.select(event.c.seq, event.c.leaf).where(event.c.seq <= size).order_by(event.c.seq)
    with tx.execute(asked, execution_options={"yield_per": _AT_ONCE}) as rows:
        for place, (seq, leaf) in enumerate(rows, start=1):
            if seq != place or leaf is None:
                raise AuditError(
                    f"Event {place} has no leaf in the log's tree. Run: digitizer audit verify"
                )
            yield leaf
