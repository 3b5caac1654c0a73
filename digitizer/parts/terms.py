"""The index's vocabulary in memory, to find the terms that are like a word someone typed.

A house of handwriting has a million spellings. Comparing a word with each of them takes tenths
of a second; most are ruled out by their letters alone, sixty-four at a time, and what is left is
compared in a few milliseconds.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from digitizer.parts.tables import term

# A database may give out numbers in one order and show them in another; so many are read again.
_OVERLAP = 1000
_BITS = np.zeros(256, dtype=np.uint64)
_BITS[ord("a") : ord("z") + 1] = 1 << np.arange(26, dtype=np.uint64)
_BITS[ord("0") : ord("9") + 1] = 1 << np.arange(26, 36, dtype=np.uint64)
_BITS[128:] = 1 << (36 + np.arange(128, dtype=np.uint64) % 28)  # letters of other alphabets


@dataclass(frozen=True, slots=True)
class _Shelf:
    """All terms of one length in bytes: their ids, UTF-8 bytes, and the letters each has."""

    ids: NDArray[np.int64]
    texts: NDArray[np.bytes_]
    letters: NDArray[np.uint64]


@dataclass(slots=True)
class Terms:
    """The terms of one database; ``refresh`` reads what was added since."""

    _shelves: dict[int, _Shelf] = field(default_factory=dict)
    _newest: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, tx: sa.Connection) -> None:
        """Reads the terms that are new."""
        with self._lock:
            newest = tx.execute(sa.select(sa.func.max(term.c.id))).scalar_one() or 0
            if newest == self._newest:
                return
            rows = tx.execute(
                sa.select(term.c.id, term.c.text).where(term.c.id > self._newest - _OVERLAP)
            )
            by_length: dict[int, list[tuple[int, bytes]]] = {}
            for number, text in rows:
                raw = text.encode()
                by_length.setdefault(len(raw), []).append((number, raw))
            shelves = dict(self._shelves)
            for length, new in by_length.items():
                shelves[length] = _with(shelves.get(length), length, new)
            self._shelves, self._newest = shelves, newest

    def alike(self, word: str, cutoff: float, most: int) -> list[tuple[int, float]]:
        """The ids of at most ``most`` terms at least ``cutoff`` (0..1) like ``word``, by the
        normalised indel similarity of their UTF-8 bytes; the most alike first, then by id."""
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        raw = word.encode()
        letters = _letters(np.array([raw]), len(raw))[0]
        found: list[tuple[int, float]] = []
        for length, shelf in self._shelves.items():
            edits = (1 - cutoff) * (len(raw) + length)
            if abs(len(raw) - length) > edits:
                continue
            # Each letter that only one of two words has costs an insertion or a deletion.
            near = np.flatnonzero(np.bitwise_count(shelf.letters ^ letters) <= edits)
            if not near.size:
                continue
            scores = process.cdist(
                [raw], shelf.texts[near].tolist(), scorer=Indel.normalized_similarity,
                score_cutoff=cutoff, dtype=np.float32,
            )[0]  # fmt: skip
            kept = np.flatnonzero(scores)
            found.extend(zip(shelf.ids[near[kept]].tolist(), scores[kept].tolist(), strict=True))
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return found[:most]

    def beginning(self, word: str, most: int) -> list[int]:
        """The ids of at most ``most`` terms that begin with ``word`` and go on, shortest first."""
        raw = word.encode()
        letters = _letters(np.array([raw]), len(raw))[0]
        found: list[int] = []
        for length in sorted(self._shelves):
            if length <= len(raw) or len(found) >= most:
                continue
            shelf = self._shelves[length]
            near = np.flatnonzero(shelf.letters & letters == letters)
            begins = np.char.startswith(shelf.texts[near], raw)
            found.extend(shelf.ids[near[begins]].tolist())
        return found[:most]


def _with(shelf: _Shelf | None, length: int, new: list[tuple[int, bytes]]) -> _Shelf:
    ids = np.array([number for number, _ in new], dtype=np.int64)
    texts = np.array([raw for _, raw in new], dtype=f"S{max(1, length)}")
    if shelf is not None:
        fresh = ~np.isin(ids, shelf.ids)
        ids, texts = ids[fresh], texts[fresh]
    letters = _letters(texts, length)
    if shelf is None:
        return _Shelf(ids, texts, letters)
    return _Shelf(
        np.concatenate([shelf.ids, ids]),
        np.concatenate([shelf.texts, texts]),
        np.concatenate([shelf.letters, letters]),
    )


def _letters(texts: NDArray[np.bytes_], length: int) -> NDArray[np.uint64]:
    """One bit for each letter that occurs in a text."""
    if not length or not len(texts):
        return np.zeros(len(texts), dtype=np.uint64)
    table = texts.astype(f"S{length}").view(np.uint8).reshape(len(texts), length)
    return np.asarray(np.bitwise_or.reduce(_BITS[table], axis=1), dtype=np.uint64)


_KNOWN: WeakKeyDictionary[sa.Engine, Terms] = WeakKeyDictionary()
_KNOWN_LOCK = threading.Lock()


def terms_of(tx: sa.Connection) -> Terms:
    """The vocabulary of this connection's database, up to date."""
    with _KNOWN_LOCK:
        terms = _KNOWN.setdefault(tx.engine, Terms())
    terms.refresh(tx)
    return terms
