"""Whether a page begins a letter: it greets somebody near its top, as first pages do.

A later page hardly ever does, so a second greeting is a sign that another letter begins. It is read
by a machine, and not every letter greets: the sign only asks for a look.
"""

from __future__ import annotations

from itertools import islice

from digitizer.engines.words import index_words

_GREETINGS = frozenset(
    {"dear", "dearest", "greetings", "hello", "hey", "hi"}
    | {"querido", "querida", "queridos", "queridas", "hola"}
    | {"estimado", "estimada", "estimados", "estimadas", "apreciado", "apreciada"}
)
_BEFORE = frozenset({"my", "mi", "mis"})
#: Lines under a letterhead, a date and an address.
_LINES = 10


def greets(text: str) -> bool:
    """Whether one of the first lines of a page's text begins with a greeting."""
    lines = (index_words(line) for line in text.splitlines())
    return any(map(_is_greeting, islice(filter(None, lines), _LINES)))


def _is_greeting(words: list[str]) -> bool:
    first = words[1:2] if words[0] in _BEFORE else words[:1]
    return not _GREETINGS.isdisjoint(first)
