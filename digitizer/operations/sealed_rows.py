"""What the tables of a backup say of mail, encrypted under the keys of its owners.

In the copy of the database such rows are taken out, or their content is emptied as retention would
empty it; each is kept beside, in a table of its own, encrypted. A restore puts back those whose
owner still has its key. The search index is left out: a restore makes it anew from the transcripts.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.operations.owners import DRAFT
from digitizer.storage.encryption import decrypt, encrypt
from digitizer.storage.key_book import Owner, owner_of

TABLE = "sealed_row"
_AT_ONCE = 500
#: Left out of the copy: what the index has, and what a restore ends anyway.
LEFT_OUT = ("posting", "term", "shelf", "joint_request", "api_answer")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table whose rows have owners. ``owner`` is SQL that says whose the row ``t`` is: the kind
    and the name, as ``owner_of`` takes them, or nothing. ``empty`` is what the columns with content
    are in the copy; without it the whole row is taken out."""

    table: str
    owner: str
    empty: Mapping[str, Any] | None = None


_OF_PAGE = "(SELECT 'P' || p.scan_id || '/' || p.number FROM page p WHERE p.id = t.page_id)"
_OF_LETTER = (
    "coalesce((SELECT 'P' || p.scan_id || '/' || p.number FROM page p WHERE p.letter_id = t.{0} "
    "ORDER BY p.place LIMIT 1), 'T' || t.{0})"
)
_OF_CAUSE = (
    "CASE WHEN t.cause LIKE 'letter:%' OR t.cause LIKE 'message:%' OR t.cause LIKE 'scan:%' "
    "THEN 'T' || substr(t.cause, instr(t.cause, ':') + 1) END"
)

SEALED = (
    Sealed("transcript", _OF_PAGE),
    Sealed("correction", _OF_PAGE),
    Sealed("withheld_page", _OF_PAGE),
    Sealed("withheld_part", _OF_PAGE),
    Sealed("watch_mark", _OF_LETTER.format("letter_id")),
    Sealed("first_look", _OF_LETTER.format("letter_id")),
    Sealed("blind_check", _OF_LETTER.format("letter_id")),
    Sealed("letter_sender", _OF_LETTER.format("letter_id")),
    Sealed("reply_seen", _OF_LETTER.format("letter_id")),
    Sealed("refused_photo", "'T' || t.message_id"),
    Sealed("message_draft", f"'{DRAFT}' || t.id || '/' || t.saved"),
    Sealed(
        "letter",
        _OF_LETTER.format("id"),
        {"sender": None, "subject": None, "reason": None, "doubts": "[]"},
    ),
    Sealed(
        "message",
        "'T' || t.id",
        {
            "correspondent": "",
            "address": None,
            "subject": "",
            "body": "",
            "photos": "[]",
            "correspondent_id": None,
            "refused": None,
        },
    ),
    Sealed("cover", "'T' || t.message_id", {"sender": None}),
    Sealed(
        "print_job",
        "'T' || coalesce(t.copied, t.message_id)",
        {"title": "", "reason": "", "pdf": None},
    ),
    Sealed(
        "outbox",
        _OF_CAUSE,
        {"recipient": "", "subject": "", "body": "", "problem": None, "leave": None},
    ),
    Sealed(
        "appeal",
        "(SELECT 'T' || r.item FROM rejection r WHERE r.id = t.rejection_id)",
        {"words": "", "why": ""},
    ),
    # Last: other rows ask it whose they are.
    Sealed(
        "page",
        "'P' || t.scan_id || '/' || t.number",
        {"picture": None, "ink": 0, "quality": "[]", "stripes": "[]", "paper": "[]"},
    ),
)


def seal_rows(tx: sa.Connection, kept: Collection[Owner], keys: Mapping[Owner, bytes]) -> None:
    """Of a copy in SQLite. ``kept`` are the owners that were not destroyed when it was made: the
    others have nothing in it. One without a key was destroyed since; what it owned is left out."""
    tx.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    tx.exec_driver_sql(f"CREATE TABLE {TABLE} (owner BLOB NOT NULL, content BLOB NOT NULL)")
    for table in LEFT_OUT:
        tx.exec_driver_sql(f"DELETE FROM {table}")
    for each in SEALED:
        _seal_table(tx, each, kept, keys)


def _seal_table(
    tx: sa.Connection, sealed: Sealed, kept: Collection[Owner], keys: Mapping[Owner, bytes]
) -> None:
    table, taken = sealed.table, []
    asked = f"SELECT t.rowid AS its_row, {sealed.owner} AS owner, t.* FROM {table} t"
    found = tx.exec_driver_sql(asked, execution_options={"yield_per": _AT_ONCE})
    for some in found.mappings().partitions():
        records = []
        for row in some:
            owner = owner_of(row["owner"][0], row["owner"][1:]) if row["owner"] else None
            if owner is None or owner not in kept or _is_empty(sealed, row):
                continue
            taken.append(row["its_row"])
            if owner in keys:
                records.append((owner, encrypt(keys[owner], _packed(sealed, row))))
        if records:
            tx.exec_driver_sql(f"INSERT INTO {TABLE} VALUES (?, ?)", records)
    _empty(tx, sealed, taken)


def _is_empty(sealed: Sealed, row: sa.RowMapping) -> bool:
    if sealed.empty is None:
        return False
    return all(row[column] == value for column, value in sealed.empty.items())


def _packed(sealed: Sealed, row: sa.RowMapping) -> bytes:
    """What is put back: the whole row, or its content with the id by which it is found again."""
    names = (
        [name for name in row if name not in ("its_row", "owner")]
        if sealed.empty is None
        else ["id", *sealed.empty]
    )
    values = {name: row[name] for name in names}
    what = {"table": sealed.table, "whole": sealed.empty is None, "values": values}
    return zlib.compress(json.dumps(what).encode())


def _empty(tx: sa.Connection, sealed: Sealed, rows: list[int]) -> None:
    if not rows:
        return
    if sealed.empty is None:
        tx.exec_driver_sql(f"DELETE FROM {sealed.table} WHERE rowid = ?", [(row,) for row in rows])
        return
    sets = ", ".join(f"{column} = ?" for column in sealed.empty)
    values = tuple(sealed.empty.values())
    tx.exec_driver_sql(
        f"UPDATE {sealed.table} SET {sets} WHERE rowid = ?", [(*values, row) for row in rows]
    )


def unseal_rows(tx: sa.Connection, keys: Mapping[Owner, bytes]) -> None:
    """Puts back what has a key, by the names that the tables had when it was sealed. Raises
    StorageError for a row that was changed."""
    tx.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    asked = f"SELECT owner, content FROM {TABLE} ORDER BY rowid"
    found = tx.exec_driver_sql(asked, execution_options={"yield_per": _AT_ONCE})
    for some in found.partitions():
        statements: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for owner, content in some:
            if owner in keys:
                what = json.loads(zlib.decompress(decrypt(keys[owner], content)))
                statement, values = _put_back(what["table"], what["whole"], what["values"])
                statements[statement].append(values)
        for statement, rows in statements.items():
            tx.exec_driver_sql(statement, rows)
    tx.exec_driver_sql(f"DROP TABLE {TABLE}")


def _put_back(table: str, whole: bool, values: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    if whole:
        names = ", ".join(f'"{name}"' for name in values)
        places = ", ".join("?" * len(values))
        return f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(values.values())
    content = {name: value for name, value in values.items() if name != "id"}
    sets = ", ".join(f'"{name}" = ?' for name in content)
    return f"UPDATE {table} SET {sets} WHERE id = ?", (*content.values(), values["id"])


def has_sealed_rows(tx: sa.Connection) -> bool:
    return sa.inspect(tx).has_table(TABLE)
