"""A TOML file that people write: read and checked, or refused with the line and the fix."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from digitizer.model.errors import SettingsError

_T = TypeVar("_T")

AsWritten = Annotated[_T, Field(strict=False)]
"""A tuple or an enumeration, for which TOML has a list or a string."""


class Keys(BaseModel):
    """The keys of a file or of one of its sections: these and no others, each of its own type.

    A validator's ValueError goes on from the key ("must be ..."). Other messages are made of the
    type, the bounds and the ``description`` of a field, and of its first example or its default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class TomlFile:
    """One file as written: its values are not yet checked."""

    path: Path
    text: str
    values: Mapping[str, Any]
    beneath: TomlFile | None = None

    def over(self, beneath: TomlFile) -> TomlFile:
        """This file, with what the other says where this says nothing. A list is one value."""
        return TomlFile(self.path, self.text, _merged(self.values, beneath.values), beneath)

    def has(self, keys: Sequence[str]) -> bool:
        """Whether there is this section, or this key in its sections."""
        return _depth(keys, self.values) == len(keys)

    def check(self, model: type[Keys]) -> None:
        """Raises SettingsError for the first line that does not fit ``model``. A key that the file
        leaves out is not wrong in it."""
        try:
            model.model_validate(self.values)
        except ValidationError as error:
            wrong = [each for each in error.errors() if not _left_out(each)]
            if wrong:
                first = min(wrong, key=lambda each: self.line_of(_keys(each)))
                raise self.problem(_keys(first), _message(first, model)) from None

    def problem(self, keys: Sequence[str], message: str) -> SettingsError:
        """The error for the key at the end of ``keys`` (sections first; none: the whole file), in
        the file that says what it is."""
        if self.beneath and self.beneath.has(keys) and not self._says(keys):
            return self.beneath.problem(keys, message)
        return SettingsError(f"{self.path}, line {self.line_of(keys)}: {message}")

    def _says(self, keys: Sequence[str]) -> bool:
        return _depth(keys, tomllib.loads(self.text)) == len(keys)

    def line_of(self, keys: Sequence[str]) -> int:
        """The line, from 1, on which a key begins, or else the innermost section around it."""
        found = [(_depth(keys, each), -line) for line, each in _statements(self.text)]
        depth, line = max(found, default=(0, -1))
        return -line if depth else 1


def read_toml(path: Path) -> TomlFile:
    """Raises SettingsError, with the line and the fix, for what is not TOML in UTF-8."""
    text = _text(path)
    try:
        return TomlFile(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_broken_toml(path, text, str(error))) from None


def did_you_mean(word: str, known: Iterable[str], quote: str = "'") -> str:
    """The question whether the nearest of the known words was meant, empty if none is near."""
    near = get_close_matches(word, list(known), 1)
    return f"Did you mean {quote}{near[0]}{quote}?" if near else ""


def _merged(upper: Mapping[str, Any], lower: Mapping[str, Any]) -> dict[str, Any]:
    """Section by section."""
    both = {
        name: _merged(upper[name], lower[name])
        for name in upper.keys() & lower.keys()
        if isinstance(upper[name], dict) and isinstance(lower[name], dict)
    }
    return {**lower, **upper, **both}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")  # some editors put a byte order mark first
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(
            f"{path}, line {line}: this is not UTF-8 text. Save the file as UTF-8."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}. Give the service the right to read it."
        ) from None


def _broken_toml(path: Path, text: str, error: str) -> str:
    """tomllib gives the line in words, or "at end of document"."""
    found = re.search(r"line (\d+)", error)
    lines = text.split("\n")
    line = int(found[1]) if found else len(lines)
    what = error.partition(" (at ")[0]
    fix = (
        "Write paths with / and not with \\."
        if "\\" in lines[line - 1]
        else 'Write key = value, one a line, words in "quotes", lists in [brackets].'
    )
    return f"{path}, line {line}: not valid TOML: {what}. {fix}"


def _statements(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each section's heading and each key of valid TOML, within its section, and its line.

    A statement ends where it can be parsed by itself: a list or a text of several lines cannot
    before its last.
    """
    section: tuple[str, ...] = ()
    lines = text.split("\n")
    start = 0
    for end in range(1, len(lines) + 1):
        try:
            parsed = tomllib.loads("\n".join(lines[start:end]))
        except tomllib.TOMLDecodeError:
            continue
        if lines[start].lstrip().startswith("["):
            section = tuple(_headings(parsed))
            yield start + 1, parsed
        elif parsed:
            for name in reversed(section):
                parsed = {name: parsed}
            yield start + 1, parsed
        start = end


def _headings(parsed: Mapping[str, Any]) -> Iterator[str]:
    for name, inner in parsed.items():
        yield name
        yield from _headings(inner[0] if isinstance(inner, list) else inner)


def _depth(keys: Sequence[str], values: object) -> int:
    """How many of ``keys``, one within the other, are in ``values``."""
    if not keys or not isinstance(values, dict) or keys[0] not in values:
        return 0
    return 1 + _depth(keys[1:], values[keys[0]])


def _keys(error: ErrorDetails) -> tuple[str, ...]:
    """Sections and key, without the place in a list."""
    return tuple(takewhile(lambda each: isinstance(each, str), error["loc"]))  # type: ignore[arg-type]


def _left_out(error: ErrorDetails) -> bool:
    return error["type"] == "missing" and len(error["loc"]) == 1


def _message(error: ErrorDetails, model: type[Keys]) -> str:
    *sections, key = keys = _keys(error)
    schema = model.model_json_schema()
    known: Mapping[str, Any] = schema["properties"]
    named: Mapping[str, Any] | None = None  # of a section whose keys people make up
    for section in sections:
        inside = _resolved(known[section], schema)
        named = inside.get("additionalProperties") or None
        known = inside.get("properties", {})
    if key not in known and named is not None:
        known = {key: named}
    if key not in known:
        remove = f"Remove the line; the keys are {', '.join(known)}."
        return f"there is no key {key!r}. {did_you_mean(key, known) or remove}"
    wanted = _resolved(known[key], schema)
    where = _where(error, keys, wanted)
    if error["type"] == "value_error":
        return f"{where} {error['ctx']['error']}"
    if where != ".".join(keys):  # within a list of tables, where pydantic's own words must do
        return f"{where}: {error['msg']}."
    choices = wanted.get("enum") or wanted.get("items", {}).get("enum", [])
    hint = did_you_mean(str(error["input"]).casefold(), choices, '"')
    return f"{'.'.join(keys)} must be {_wanted(key, wanted)}{_example(key, wanted)}. {hint}".strip()


def _where(error: ErrorDetails, keys: Sequence[str], field: Mapping[str, Any]) -> str:
    """The key; within a list of tables with the way down to it, items counted from 1."""
    listed, inner = ".".join(keys), error["loc"][len(keys) :]
    if not any(isinstance(each, str) for each in inner) or "$ref" not in field.get("items", {}):
        return listed
    steps = (f" {each + 1}" if isinstance(each, int) else f", {each}" for each in inner)
    return listed + "".join(steps)


def _resolved(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A section or an enumeration stands among the definitions, under its class's name."""
    reference = field.get("$ref")
    return schema["$defs"][reference.rpartition("/")[2]] if reference else field


def _wanted(key: str, field: Mapping[str, Any]) -> str:
    """What a value must be, to go on from "must be"."""
    if "enum" in field:
        return "one of " + ", ".join(f'"{each}"' for each in field["enum"])
    match field.get("type"):
        case "object":
            return f"a section under a heading of its own, [{key}]"
        case _ if "description" in field:
            return str(field["description"])
        case "array":
            return f"a list in [brackets], and each item must be {_wanted(key, field['items'])}"
        case "boolean":
            return "true or false, in small letters and without quotes"
        case "integer":
            return f"a whole number{_bounds(field)}, without quotes"
        case "number":
            return f"a number{_bounds(field)}, without quotes"
        case _:
            return "words in quotes"


def _bounds(field: Mapping[str, Any]) -> str:
    if "maximum" in field:
        return f" from {field['minimum']:g} to {field['maximum']:g}"
    if "minimum" in field:
        return f" of {field['minimum']:g} or more"
    return f" greater than {field['exclusiveMinimum']:g}" if "exclusiveMinimum" in field else ""


def _example(key: str, field: Mapping[str, Any]) -> str:
    example = [*field.get("examples", []), field.get("default")][0]
    if not example or "enum" in field or field.get("type") in ("object", "boolean"):
        return ""
    return f", as in {key} = {json.dumps(example, ensure_ascii=False)}"
