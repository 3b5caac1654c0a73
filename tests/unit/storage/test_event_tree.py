"""Leaves of events: what they cover, what a closed part keeps to itself, and roots over them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from digitizer.facility import Facility
from digitizer.model.errors import AuditError
from digitizer.storage import event_tree
from digitizer.storage.audit_keys import AuditKeys
from digitizer.storage.database import reading, writing
from digitizer.storage.event_tree import leaf_of, parts_of, salt_of
from digitizer.storage.tables import event
from digitizer.support.merkle import leaf_hash
from tests.support.audit_log import write
from tests.support.evidence_packs import climb

_KEYS = AuditKeys({1: b"1" * 32, 2: b"2" * 32})
_SALT = b"s" * 16
_ROW = {
    "seq": 7,
    "at": datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC),
    "actor_kind": "staff",
    "actor": "Clara Clerk",
    "verb": "open",
    "subject": "letter:x",
    "detail": {"why": "é\udcff", "page": 1},
}


def _with(**values: Any) -> dict[str, Any]:
    return {**_ROW, **values}


def test_what_an_event_says_part_by_part() -> None:
    said = [json.loads(part.text) for part in parts_of(_ROW, _SALT)]
    assert said == [
        ["seq", 7],
        ["at", "2026-03-01T12:00:00.000005+00:00"],
        ["actor_kind", "staff"],
        ["actor", "Clara Clerk"],
        ["verb", "open"],
        ["subject", "letter:x"],
        ["detail.page", 1],
        ["detail.why", "é\udcff"],
    ]


def test_a_leaf_is_the_hash_of_the_hashes_of_its_parts() -> None:
    digests = b"".join(part.digest for part in parts_of(_ROW, _SALT))
    assert leaf_of(_ROW, _SALT) == leaf_hash(digests)
    assert len({part.salt for part in parts_of(_ROW, _SALT)}) == 8


@pytest.mark.parametrize(
    "other",
    [
        _with(seq=8),
        _with(at=datetime(2026, 3, 1, 12, 0, 0, 6, tzinfo=UTC)),
        _with(actor_kind="inmate"),
        _with(actor="Clara clerk"),
        _with(verb="look"),
        _with(subject="letter:y"),
        _with(detail={"why": "é\udcff", "page": 2}),
        _with(detail={"why": "é\udcff", "page": "1"}),
        _with(detail={"why": "é\udcff"}),
        _with(detail={"why": "é\udcff", "page": 1, "more": None}),
    ],
)
def test_whatever_is_changed_changes_the_leaf(other: dict[str, Any]) -> None:
    assert leaf_of(other, _SALT) != leaf_of(_ROW, _SALT)


@given(st.binary(min_size=16, max_size=16))
def test_another_salt_gives_another_leaf(salt: bytes) -> None:
    assert (leaf_of(_ROW, salt) == leaf_of(_ROW, _SALT)) == (salt == _SALT)


def test_a_closed_part_cannot_be_guessed_from_the_open_ones() -> None:
    """The salt of a part tells nothing of another's: the same text has another hash in each."""
    one, other = (parts_of(_ROW, bytes([number]) * 16) for number in (1, 2))
    assert all(mine.digest != theirs.digest for mine, theirs in zip(one, other, strict=True))
    assert all(part.salt != bytes([1]) * 16 for part in one)


def test_salts_follow_from_the_keyed_hash() -> None:
    assert salt_of(_KEYS, 1, "a" * 64) == salt_of(_KEYS, 1, "a" * 64)
    assert len({salt_of(_KEYS, key, digest * 64) for key in (1, 2) for digest in "ab"}) == 4
    assert salt_of(_KEYS, None, "a" * 64) == salt_of(_KEYS, 1, "a" * 64)
    assert salt_of(_KEYS, 9, "a" * 64) == salt_of(_KEYS, 2, "a" * 64), "a key that was lost"


def test_roots_and_paths_over_the_log(facility: Facility) -> None:
    write(facility, 12)
    with reading(facility.engine) as tx:
        leaves = tx.execute(sa.select(event.c.leaf).order_by(event.c.seq)).scalars().all()
        roots = event_tree.roots_at(tx, [1, 5, 13, 99])
        assert set(roots) == {1, 5, 13}
        for size in (5, 13):
            paths = event_tree.paths_to_root(tx, size, [1, 4, 5])
            for seq, path in paths.items():
                assert climb()(leaves[seq - 1], seq - 1, size, path).hex() == roots[size]
    assert roots[1] == leaves[0].hex()


def test_an_event_without_a_leaf_stops_it(facility: Facility) -> None:
    write(facility, 3)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(event).where(event.c.seq == 3).values(leaf=None))
    with reading(facility.engine) as tx:
        assert set(event_tree.roots_at(tx, [2])) == {2}
        with pytest.raises(AuditError, match="Event 3 has no leaf"):
            event_tree.roots_at(tx, [4])
