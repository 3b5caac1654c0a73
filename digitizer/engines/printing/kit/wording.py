"""The words of printed paper, and what of them a facility may change: ``templates/print``.

A facility's own files lie in ``templates/print`` of its home and hold only what differs from the
shipped ones. What a machine knows a cover by (marks, codes, frames, titles and sentences) is in
none of their keys, so that no template makes a facility's own covers unknown.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from digitizer.support.paths import PRINT_TEMPLATES

LANGUAGES = ("en", "es")

Wording = dict[str, Any]
Fold = Literal["thirds", "half"]

_MOST_BYTES = 64 * 1024
#: Letters of a text that flows, as on notices; so many fit on one page with all its others.
_LONGEST_FLOWING = 600
_FLOWING = re.compile(
    "appeal_(inmate|sender|last_day)|other_official|denied_(again|last)"
    "|(returned|kept|held|contraband|evidence|granted)_(inmate|sender)"
)
#: Of an inmate's cover, its labels. No key of another kind of cover can be changed: batch headers,
#: separators and legal markers are the mail room's own.
_COVER_LABELS = frozenset({"for", "booking", "housing", "sheets", "mail_to", "sender", "number"})
#: Never changed: a reply sheet without its title is not known as one.
_FIXED = {"reply": frozenset({"title"})}


@dataclass(frozen=True, slots=True)
class PrintWords:
    """The words of letters, notices, reply sheets, and of covers by their kind: of each file a
    table for each of LANGUAGES. ``layout`` is what was chosen for letters and reply sheets."""

    letter: Wording
    notices: Wording
    reply: Wording
    cover: Wording
    layout: Layout

    def for_reader(self, language: str) -> PrintWords:
        """With the reader's language first, where it is one of ours; both are on all paper."""
        if language not in LANGUAGES:
            return self
        return replace(
            self,
            letter=_first(self.letter, language),
            notices=_first(self.notices, language),
            reply=_first(self.reply, language),
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """``text_size``: points of a letter's text. ``fold``: in thirds for DL and #10, or once in the
    middle for C5 (paper A4). ``line_step``: millimetres between a reply sheet's lines; 0: none."""

    text_size: float = 10.5
    fold: Fold = "thirds"
    line_step: float = 9.0


@dataclass(frozen=True, slots=True)
class BadTemplate:
    """Why a facility's file is not used. ``line`` counts from 1; 0: of the whole file."""

    file: Path
    line: int
    problem: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else f"{self.file}"
        return f"{where}: {self.problem}"


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What is printed: the shipped words with the facility's own over them. Of a file in ``bad``
    nothing was taken over."""

    words: PrintWords
    bad: tuple[BadTemplate, ...] = ()


@cache
def shipped_words() -> PrintWords:
    """The words that come with the program."""
    files = {name: _toml((PRINT_TEMPLATES / f"{name}.toml").read_bytes()) for name in _FILES}
    return PrintWords(**files, layout=Layout())


def own_words(folder: Path) -> OwnWords:
    """The shipped words, with those of the files in ``folder`` over them, if it is there.

    A file with a fault is left out as a whole: paper must go out, every shipped text is complete by
    itself, and half of a change may say the opposite of what was meant.
    """
    words, bad = shipped_words(), list[BadTemplate]()
    try:
        files = _files_in(folder)
    except OSError as error:
        problem = f"it cannot be read ({error.strerror})"
        return OwnWords(words, (BadTemplate(folder, 0, problem),))
    for file in files:
        try:
            words = _with(words, file)
        except _Fault as fault:
            bad.append(BadTemplate(file, fault.line, fault.problem))
    return OwnWords(words, tuple(bad))


def _first(wording: Wording, language: str) -> Wording:
    return {language: wording[language], **wording}


def in_order(wording: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages of a table, the reader's first."""
    return tuple(each for each in wording if each in LANGUAGES)


def both(wording: Mapping[str, Any], key: str, **values: object) -> str:
    """A label in both languages: "From · De"; one that is empty in either is left out."""
    texts = dict.fromkeys(wording[language][key].format(**values) for language in in_order(wording))
    return " · ".join(filter(None, texts))


_FILES = ("cover", "letter", "notices", "reply")


class _Fault(Exception):
    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


def _files_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def _with(words: PrintWords, file: Path) -> PrintWords:
    """Raises _Fault."""
    if file.stem not in _FILES:
        known = ", ".join(f"{name}.toml" for name in _FILES)
        raise _Fault(f"there is no such template. There are: {known}")
    lines, own = _read(file)
    if file.stem == "cover":
        extra = set(own) - {"inmate"}
        if extra:
            key = min(extra)
            raise _Fault(_not_changed(key, {"inmate"}), _line(lines, (key,)))
        inmate = own.get("inmate", {})
        _need_table(inmate, "inmate", lines)
        merged = _merged(words.cover["inmate"], inmate, "cover", lines, ("inmate",))
        return replace(words, cover={**words.cover, "inmate": merged})
    layout = _layout(words.layout, file.stem, own.pop("layout", {}), lines)
    changed = {file.stem: _merged(getattr(words, file.stem), own, file.stem, lines, ())}
    return replace(words, **changed, layout=layout)


def _read(file: Path) -> tuple[list[str], Wording]:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise _Fault(f"it cannot be read ({error.strerror})") from None
    if len(data) > _MOST_BYTES:
        raise _Fault(f"it is larger than {_MOST_BYTES // 1024} KiB")
    try:
        return data.decode("utf-8").splitlines(), _toml(data)
    except UnicodeDecodeError as error:
        raise _Fault("it is not UTF-8", data[: error.start].count(b"\n") + 1) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(found[1]) if found else data.count(b"\n") + 1
        raise _Fault(f"it is no TOML: {str(error).split(' (at ')[0]}", line) from None
    except (ValueError, RecursionError):  # a number of 5,000 digits, or brackets without an end
        raise _Fault("it is no TOML that can be read") from None


def _toml(data: bytes) -> Wording:
    return tomllib.loads(data.decode("utf-8"))


def _merged(
    shipped: Wording, own: Wording, name: str, lines: list[str], above: tuple[str, ...]
) -> Wording:
    """The shipped tables of both languages with the facility's words over them."""
    merged = {language: dict(shipped[language]) for language in LANGUAGES}
    for language, texts in own.items():
        at = (*above, language)
        if language not in LANGUAGES:
            raise _Fault(_not_changed(language, set(LANGUAGES)), _line(lines, at))
        _need_table(texts, language, lines)
        for key, text in texts.items():
            line = _line(lines, at, key)
            _check_key(name, key, merged[language], line)
            _check_text(key, text, shipped[language][key], line)
            merged[language][key] = text
    return merged


def _check_key(name: str, key: str, shipped: Wording, line: int) -> None:
    allowed = _allowed(name, shipped)
    if key not in allowed:
        raise _Fault(_not_changed(key, allowed), line)


def _check_text(key: str, text: object, shipped: str, line: int) -> None:
    if not isinstance(text, str):
        raise _Fault(f"{key} must be a text in quotation marks", line)
    if any(not character.isprintable() for character in text):
        raise _Fault(f"{key} must be one line, without control characters", line)
    most = _LONGEST_FLOWING if _FLOWING.fullmatch(key) else 2 * len(shipped) + 20
    if len(text) > most:
        raise _Fault(f"{key} has {len(text)} letters; no more than {most} fit", line)
    wanted = _fields(shipped, key, line)
    if _fields(text, key, line) != wanted:
        names = ", ".join(f"{{{each}}}" for each in wanted) or "none"
        raise _Fault(f"{key} must have the same words in braces as the shipped text: {names}", line)
    from digitizer.engines.printing.kit.missing import missing_in  # reportlab is slow

    missing = missing_in((text,))
    if missing:
        raise _Fault(f"{key} has letters that no installed font can print: {missing}", line)


def _fields(text: str, key: str, line: int) -> list[str]:
    """Names in braces, sorted; each must be plain, for a format or an attribute could do more."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise _Fault(f"{key} has a brace that does not fit: {error}", line) from None
    found = [part for part in parts if part[1] is not None]
    if any(form or conversion for _, _, form, conversion in found):
        raise _Fault(f"{key} may have only plain names in braces", line)
    return sorted(name or "" for _, name, _, _ in found)


def _layout(layout: Layout, name: str, own: Any, lines: list[str]) -> Layout:
    _need_table(own, "layout", lines)
    for key, value in own.items():
        line = _line(lines, ("layout",), key)
        if key not in _CHOICES.get(name, {}):
            raise _Fault(_not_changed(key, set(_CHOICES.get(name, {}))), line)
        choice = _CHOICES[name][key]
        if not choice.allows(value):
            raise _Fault(f"{key} must be {choice}", line)
        layout = replace(layout, **{key: value})
    return layout


@dataclass(frozen=True, slots=True)
class _Words:
    words: tuple[str, ...]

    def allows(self, value: object) -> bool:
        return value in self.words

    def __str__(self) -> str:
        return " or ".join(f'"{each}"' for each in self.words)


@dataclass(frozen=True, slots=True)
class _Number:
    least: float
    most: float
    none: bool = False

    def allows(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return self.least <= value <= self.most or (self.none and value == 0)

    def __str__(self) -> str:
        rest = ", or 0 for none" if self.none else ""
        return f"a number from {self.least:g} to {self.most:g}{rest}"


_CHOICES: dict[str, dict[str, _Words | _Number]] = {
    "letter": {"text_size": _Number(9, 16), "fold": _Words(("thirds", "half"))},
    "reply": {"line_step": _Number(7, 16, none=True)},
}


def _need_table(value: object, key: str, lines: list[str]) -> None:
    if not isinstance(value, dict):
        raise _Fault(f"{key} must be a table: [{key}]", _line(lines, (), key))


def _not_changed(key: str, allowed: set[str]) -> str:
    may = ", ".join(sorted(allowed)) or "nothing"
    return f'"{key}" cannot be changed here. What can be: {may}'


def _line(lines: list[str], table: tuple[str, ...], key: str | None = None) -> int:
    """Where a table, or a key of it, is written; 0 if it is written in another way than usual."""
    within = not table
    for number, line in enumerate(lines, start=1):
        head = re.match(r"\s*\[([^\[\]]+)\]", line)
        if head:
            parts = tuple(part.strip(" \"'") for part in head[1].split("."))
            within = parts == table
            if key is None and table and parts[: len(table)] == table:
                return number
        elif within and key is not None and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return 0


def changeable() -> Iterator[tuple[str, str, str]]:
    """Every text that a facility may change: its file, its language and its key."""
    words = shipped_words()
    for name in _FILES:
        tables = words.cover["inmate"] if name == "cover" else getattr(words, name)
        for language in LANGUAGES:
            for key in sorted(_allowed(name, tables[language])):
                yield name, language, key


def _allowed(name: str, shipped: Wording) -> set[str]:
    return set(_COVER_LABELS) if name == "cover" else set(shipped) - _FIXED.get(name, set())
