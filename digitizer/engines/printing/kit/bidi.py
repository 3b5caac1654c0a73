"""The order of a line in which some words run to the left, some to the right.

The Unicode Bidirectional Algorithm (UAX #9) without explicit embeddings, which ``plain_text``
removes. Lines are broken between its two halves, the levels and their order, which the libraries
at hand do not give apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

_RIGHT = frozenset({"R", "AL"})
_STRONG = frozenset({"L", "R", "AL"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "BN", "ES", "ET", "CS"})

_PAIRS = dict(zip("([{⟨（［「『《〈【", ")]}⟩）］」』》〉】", strict=True))
_DEEPEST = 63


def reads_right_to_left(paragraph: str) -> bool:
    """Whether its first letter with a direction runs to the left (rules P2 and P3)."""
    directions = map(unicodedata.bidirectional, paragraph)
    return next((way in _RIGHT for way in directions if way in _STRONG), False)


def has_right_to_left(text: str) -> bool:
    if text.isascii():
        return False
    return any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)


def levels(text: str, rtl: bool) -> list[int]:
    """The embedding level of each character of a paragraph: odd ones run to the left."""
    outside = "R" if rtl else "L"
    ways = _weak([unicodedata.bidirectional(c) or "L" for c in text], outside)
    ways = _neutrals(_brackets(text, ways, outside), outside)
    if rtl:
        return [1 if way == "R" else 2 for way in ways]
    return [{"L": 0, "R": 1}.get(way, 2) for way in ways]


def _weak(ways: list[str], outside: str) -> list[str]:
    """Rules W1 to W7: marks, numbers and what stands between numbers."""
    ways, strong = list(ways), outside
    for at, way in enumerate(ways):
        if way == "NSM":
            ways[at] = ways[at - 1] if at else outside
        strong = way if way in _STRONG else strong
        if ways[at] == "EN" and strong == "AL":
            ways[at] = "AN"
    ways = ["R" if way == "AL" else way for way in ways]
    _separators(ways)
    _terminators(ways)
    return _numbers(ways, outside)


def _separators(ways: list[str]) -> None:
    for at in range(1, len(ways) - 1):
        before, way, after = ways[at - 1 : at + 2]
        if before == after and (way, before) in {("ES", "EN"), ("CS", "EN"), ("CS", "AN")}:
            ways[at] = before


def _terminators(ways: list[str]) -> None:
    start = 0
    for way, group in groupby(list(ways)):
        end = start + len(list(group))
        if way == "ET" and ("EN" in ways[max(start - 1, 0) : start] or "EN" in ways[end : end + 1]):
            ways[start:end] = ["EN"] * (end - start)
        start = end


def _numbers(ways: list[str], outside: str) -> list[str]:
    strong, done = outside, []
    for way in ways:
        strong = way if way in ("L", "R") else strong
        done.append("L" if way == "EN" and strong == "L" else way)
    return done


def _brackets(text: str, ways: list[str], outside: str) -> list[str]:
    """Rule N0: both brackets of a pair go the same way, that of what they hold."""
    ways = list(ways)
    for opening, closing in sorted(_pairs(text, ways)):
        inside = {_side(way) for way in ways[opening + 1 : closing] if way not in _NEUTRAL}
        if outside in inside:
            ways[opening] = ways[closing] = outside
        elif inside:
            before = (ways[at] for at in range(opening - 1, -1, -1))
            way = next((_side(way) for way in before if way not in _NEUTRAL), outside)
            ways[opening] = ways[closing] = way
    return ways


def _pairs(text: str, ways: list[str]) -> list[tuple[int, int]]:
    """The places of brackets that belong together (definition BD16)."""
    pairs: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for at, character in enumerate(text):
        if ways[at] != "ON":
            continue
        if character in _PAIRS and len(stack) == _DEEPEST:
            break
        if character in _PAIRS:
            stack.append((_PAIRS[character], at))
        elif any(closing == character for closing, _ in stack):
            while stack:
                closing, opening = stack.pop()
                if closing == character:
                    pairs.append((opening, at))
                    break
    return pairs


def _neutrals(ways: list[str], outside: str) -> list[str]:
    """Rules N1 and N2: what has no direction takes that of both sides, or the paragraph's."""
    done: list[str] = []
    start = 0
    for neutral, group in groupby(ways, key=_NEUTRAL.__contains__):
        stretch = list(group)
        if neutral:
            before = _side(done[-1]) if done else outside
            end = start + len(stretch)
            after = _side(ways[end]) if end < len(ways) else outside
            stretch = [before if before == after else outside] * len(stretch)
        done += stretch
        start += len(stretch)
    return done


def _side(way: str) -> str:
    return "L" if way == "L" else "R"


def visual_order(line_levels: Sequence[int]) -> list[int]:
    """The places of a line's characters from left to right (rule L2)."""
    order = list(range(len(line_levels)))
    odd = [level for level in line_levels if level % 2]
    for level in range(max(line_levels, default=0), min(odd, default=1) - 1, -1):
        start = 0
        reversed_here = [line_levels[at] >= level for at in order]
        for high, group in groupby(reversed_here):
            end = start + len(list(group))
            if high:
                order[start:end] = reversed(order[start:end])
            start = end
    return order
