"""File names: which are wanted, in which order they stand, how they are shown to a person."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

NameOrder = tuple[tuple[str | int, ...], tuple[str | int, ...], str]


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a glob fits the name, case ignored; no patterns fit everything."""
    folded = name.casefold()
    return not patterns or any(fnmatchcase(folded, each.casefold()) for each in patterns)


def asked_for(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a glob names this very ending: ``*.dat`` does, ``*`` and ``*.*`` do not."""
    ending = "." + name.casefold().rpartition(".")[2]
    return any(each.casefold().endswith(ending) for each in patterns if matches(name, (each,)))


def natural_order(name: str) -> NameOrder:
    """A sort key in which page2 stands before page10, and scan.jpg before scan (1).jpg.

    The stem is compared before the suffix: a first file often carries no number at all. Names
    alike but for case or leading zeros keep one fixed order, by the name itself.
    """
    stem, _, suffix = name.rpartition(".") if "." in name else (name, "", "")
    return _numbers_apart(stem), _numbers_apart(suffix), name


def _numbers_apart(text: str) -> tuple[str | int, ...]:
    parts = re.split(r"([0-9]+)", text.casefold())
    return tuple(int(part) if odd % 2 else part for odd, part in enumerate(parts))


def printable(name: str) -> str:
    r"""A name that can be printed anywhere: bytes that are not UTF-8 and control signs as \x.."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")
