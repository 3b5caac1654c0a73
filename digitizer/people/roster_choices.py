"""What people said about the columns and words of roster files: as they type it, and as it is
remembered, for every file that has these columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import UsageError
from digitizer.model.people import CustodyStatus
from digitizer.model.toml_file import did_you_mean
from digitizer.people.roster_file.layout import Choices, Column, plain_word
from digitizer.storage.tables import roster_choice
from digitizer.support.clock import now

_ONLY = 1  # the table's one row


def choices_of(columns: Iterable[str], words: Iterable[str]) -> Choices:
    """Of ``booking_number=ID No``, ``housing_unit=Unit+Pod``, ``status=-``, and of
    ``Pretrial=in_custody``. Raises UsageError for what is not written so."""
    named = dict(_pair(each.partition("="), "--map COLUMN=HEADING") for each in columns)
    meant = dict(_pair(each.rpartition("="), "--map-status WORD=STATUS") for each in words)
    return Choices(
        {_column(name): _headings(value) for name, value in named.items()},
        {plain_word(word): _status(value) for word, value in meant.items()},
    )


def _pair(parts: tuple[str, str, str], wanted: str) -> tuple[str, str]:
    name, _, value = parts
    if not name.strip() or not value.strip():
        raise UsageError(f"Write {wanted}, not {''.join(parts)!r}.")
    return name.strip(), value.strip()


def _headings(value: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split("+") if each.strip()) or (value,)


def _column(name: str) -> Column:
    try:
        return Column(name)
    except ValueError:
        hint = did_you_mean(name, list(Column)) or f"There are {', '.join(Column)}."
        raise UsageError(f"There is no column {name!r}. {hint}") from None


def _status(name: str) -> CustodyStatus:
    try:
        return CustodyStatus(name)
    except ValueError:
        raise UsageError(f"A word means one of {', '.join(CustodyStatus)}, not {name!r}.") from None


def remembered(tx: sa.Connection) -> Choices:
    """None said: none."""
    row = tx.execute(sa.select(roster_choice.c.choices)).first()
    return from_json(row.choices) if row else Choices()


def remember(tx: sa.Connection, choices: Choices) -> None:
    """In place of what was said before."""
    tx.execute(sa.delete(roster_choice))
    row = {"id": _ONLY, "choices": to_json(choices), "made": now()}
    tx.execute(sa.insert(roster_choice).values(**row))


def to_json(choices: Choices) -> dict[str, Any]:
    return {
        "columns": {str(column): list(found) for column, found in choices.columns.items()},
        "words": {word: str(status) for word, status in choices.words.items()},
    }


def from_json(kept: Mapping[str, Any]) -> Choices:
    return Choices(
        {Column(name): tuple(found) for name, found in kept.get("columns", {}).items()},
        {word: CustodyStatus(status) for word, status in kept.get("words", {}).items()},
    )
