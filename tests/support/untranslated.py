"""What a template says outside of its catalogue: text, attributes that people read, and texts that
an expression puts out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

from jinja2 import Environment, nodes

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_READ = ("aria-label", "alt", "placeholder", "title", "data-caption")
#: Commands and keys are the same in every language.
_SAME = ("code", "kbd", "script", "style")
#: Blocks that stand within a tag: a class, attributes.
_OF_A_TAG = ("kind", "body")
_HOLE = "\0"
_SAYING = ("_", "gettext", "ngettext", "pgettext", "npgettext")


def untranslated(source: str) -> list[str]:
    """Every text of a template that people would read in English whatever their language."""
    tree = _environment().parse(source)
    reader = _Reader()
    reader.feed("".join(_html(tree)))
    reader.close()
    said = [text for each in tree.find_all(nodes.Output) for text in _put_out(each)]
    return [text for text in (*reader.found, *said) if _LETTERS.search(text)]


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, extensions=["jinja2.ext.i18n"])


def _html(node: nodes.Node) -> Iterator[str]:
    """A template's own text, with a hole for what an expression puts out."""
    if isinstance(node, nodes.Block) and node.name in _OF_A_TAG:
        return
    if isinstance(node, nodes.Output):
        for each in node.nodes:
            yield each.data if isinstance(each, nodes.TemplateData) else _HOLE
    else:
        for child in node.iter_child_nodes():
            if not isinstance(child, nodes.Expr):
                yield from _html(child)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SAME:
            self._within.append(tag)
        self.found += [value for name, value in attrs if name in _READ and value]

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.found += [text for text in data.replace(_HOLE, "\n").split("\n") if text.strip()]


def _put_out(node: nodes.Node) -> Iterator[str]:
    """The texts that an expression may put out: not those that it compares, looks up or hands to a
    function, and not the names of classes, which have no capital letter and no space."""
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str) and re.search(r"[A-Z ]", node.value.strip()):
            yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _put_out(node.expr1)
        if node.expr2 is not None:
            yield from _put_out(node.expr2)
    elif isinstance(node, (nodes.Output, nodes.Concat, nodes.Or, nodes.Add)):
        for each in node.iter_child_nodes():
            yield from _put_out(each)
    elif isinstance(node, nodes.Filter) and node.node is not None:
        yield from _put_out(node.node)
    elif isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Dict):
        for pair in node.node.items:
            yield from _put_out(pair.value)
    elif isinstance(node, nodes.Call) and getattr(node.node, "name", "") not in _SAYING:
        for each in node.args:
            yield from _put_out(each)
