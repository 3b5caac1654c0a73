"""The line of the settings that says where the database is: the one that programs change."""

from __future__ import annotations

import json
import re
import tomllib

from digitizer.model.errors import SettingsError

_SECTION = re.compile(r"^\s*\[\s*store\s*\]\s*(#.*)?$")
_ANY_SECTION = re.compile(r"^\s*\[")
_KEY = re.compile(r"^\s*database_url\s*=")


def with_database(settings: str, url: str) -> str:
    """The same settings, but for ``store.database_url``. Raises SettingsError where the file is
    written in a way that this cannot change line by line."""
    lines = _without_key(settings.splitlines())
    named = f"database_url = {json.dumps(url)}"
    at = next((n for n, line in enumerate(lines) if _SECTION.match(line)), None)
    if at is None:
        lines += ["", "[store]", named]
    else:
        lines.insert(at + 1, named)
    return _checked(settings, "\n".join(lines) + "\n", url)


def names_database(settings: str) -> bool:
    """Whether the database is not in the home; False for what is no TOML."""
    try:
        return bool(tomllib.loads(settings).get("store", {}).get("database_url"))
    except tomllib.TOMLDecodeError:
        return False


def without_database(settings: str) -> str:
    """The same settings, with the database in the home. Raises SettingsError, as above."""
    return _checked(settings, "\n".join(_without_key(settings.splitlines())) + "\n", None)


def _without_key(lines: list[str]) -> list[str]:
    kept, inside = [], False
    for line in lines:
        if _ANY_SECTION.match(line):
            inside = bool(_SECTION.match(line))
        if not (inside and _KEY.match(line)):
            kept.append(line)
    return kept


def _checked(old: str, new: str, url: str | None) -> str:
    """Raises SettingsError unless just this changed."""
    try:
        before, after = tomllib.loads(old), tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        before, after = {}, {"nothing": True}
    found = after.get("store", {}).pop("database_url", None)
    before.get("store", {}).pop("database_url", None)
    if found != url or _filled(before) != _filled(after):
        raise SettingsError(
            "config.toml names the database in a way that cannot be changed by itself. Write "
            + (f"database_url = {json.dumps(url)}" if url else "no database_url")
            + " under [store] by hand."
        )
    return new


def _filled(settings: dict[str, object]) -> dict[str, object]:
    """Without an empty section of the store: it says nothing."""
    return {name: each for name, each in settings.items() if name != "store" or each}
