"""A hash tree over a list that only grows: RFC 9162, section 2.1, with SHA-256.

One root stands for all leaves so far, and a short path proves of one leaf that it is among them,
where and unaltered, to somebody who has no other leaf. Leaves and inner nodes are hashed with
another first byte each, so that none can be taken for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[bytes, ...]
"""What a leaf is joined with on its way to the root, the nearest first."""


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(slots=True)
class _Part:
    """A whole subtree: how many leaves it has, its hash, and which of them are watched."""

    width: int
    hash: bytes
    watched: list[int]


class Tree:
    """The tree of the leaves that were added so far, in as much memory as it is high. The paths of
    the leaves ``watched``, counted from 0, are kept."""

    def __init__(self, watched: Iterable[int] = ()) -> None:
        self.size = 0
        self._parts: list[_Part] = []
        self._paths: dict[int, list[bytes]] = {each: [] for each in watched}

    def add(self, leaf: bytes) -> None:
        """The next leaf, as ``leaf_hash`` made it."""
        part = _Part(1, leaf, [self.size] if self.size in self._paths else [])
        while self._parts and self._parts[-1].width == part.width:
            part = _joined(self._parts.pop(), part, self._paths)
        self._parts.append(part)
        self.size += 1

    def root(self) -> bytes:
        return self._finished()[0]

    def paths(self) -> dict[int, Path]:
        """From each watched leaf to the root of now."""
        return self._finished()[1]

    def _finished(self) -> tuple[bytes, dict[int, Path]]:
        if not self._parts:
            return hashlib.sha256(b"").digest(), {}
        paths = {each: list(path) for each, path in self._paths.items() if each < self.size}
        *before, part = self._parts
        for each in reversed(before):
            part = _joined(each, part, paths)
        return part.hash, {each: tuple(path) for each, path in paths.items()}


def _joined(left: _Part, right: _Part, paths: dict[int, list[bytes]]) -> _Part:
    for each in left.watched:
        paths[each].append(right.hash)
    for each in right.watched:
        paths[each].append(left.hash)
    return _Part(
        left.width + right.width, _node_hash(left.hash, right.hash), left.watched + right.watched
    )
