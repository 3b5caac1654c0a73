"""What the log contains of the settings: which of them changed, never what they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer.audit import events_of
from digitizer.model.events import SETTINGS
from digitizer.model.settings import Settings
from digitizer.model.settings_file import settings_bytes
from digitizer.storage.audit_keys import AuditKeys, keys_of

_PRINT_DIGITS = 16


def changes(tx: sa.Connection, home: Path, settings: Settings) -> dict[str, Any] | None:
    """The details of the event to record; None where the files are as they were noted last.

    ``changed`` are the names of the settings whose values differ from then; None where nothing
    was noted before, or the key of that time is not known here. ``prints`` are keyed hashes of the
    values, by which the next change is noticed.
    """
    digest = hashlib.sha256(settings_bytes(home)).hexdigest()
    noted = [each.detail for each in events_of(tx, SETTINGS)]
    if noted and noted[-1].get("sha256") == digest:
        return None
    keys = keys_of(tx)
    values = dict(_flat(settings.model_dump(mode="json")))
    return {
        "sha256": digest,
        "changed": _changed(keys, values, noted[-1]) if noted else None,
        "prints": _prints(keys, keys.newest, values),
        "print_key": keys.newest,
    }


def _changed(
    keys: AuditKeys, values: Mapping[str, Any], noted: Mapping[str, Any]
) -> list[str] | None:
    key, before = noted.get("print_key"), noted.get("prints")
    if not isinstance(key, int) or key not in keys.by_number or not isinstance(before, dict):
        return None
    now = _prints(keys, key, values)
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def _prints(keys: AuditKeys, key: int, values: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: keys.mac(key, f"setting {name} {json.dumps(value)}")[:_PRINT_DIGITS]
        for name, value in values.items()
    }


def _flat(sections: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in sections.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{within}{name}.")
        else:
            yield within + name, value
