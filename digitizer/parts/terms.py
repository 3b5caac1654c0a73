"""The index's vocabulary in memory, to find the terms that are like a word someone typed.

A house of handwriting has millions of spellings. Nearly all are ruled out by the letters they
have once or twice, sixty-four bits at a time; what is left is compared in a few milliseconds.

To read millions of rows takes seconds, which a new process has not. So the terms are kept on
shelves as well: large rows of terms of one length, as they lie in memory, filled with the mail.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel

from digitizer.parts.tables import shelf, term

#: A shelf this full is left as it is when terms are added: smaller ones are cheap to make anew.
_FULL = 65_536
# A term has a bit for each letter or digit that is in it (the bytes of other alphabets share
# those bits), and one _TWICE further where it is there twice. So one edit changes one bit at most.
_TWICE = np.uint64(28)
_BITS = np.zeros(256, dtype=np.uint64)
_BITS[ord("a") : ord("z") + 1] = 1 << np.arange(26, dtype=np.uint64)
_BITS[ord("0") : ord("9") + 1] = 1 << np.arange(26, 36, dtype=np.uint64)
_BITS[128:] = 1 << np.arange(128, dtype=np.uint64) % 36


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Terms of one length in bytes: their ids, UTF-8 bytes, and the letters each has."""

    length: int
    ids: NDArray[np.int32]
    texts: NDArray[np.bytes_]
    letters: NDArray[np.uint64]


class Alike(NamedTuple):
    """The ids of terms, and how alike (0..1) each is; the most alike first, then by id."""

    ids: NDArray[np.int32]
    likeness: NDArray[np.float32]

    @staticmethod
    def of(ids: NDArray[np.int32], likeness: NDArray[np.float32]) -> Alike:
        """Puts them in order; of a term that comes twice, the greater likeness."""
        order = np.lexsort((ids, -likeness))
        _, first = np.unique(ids[order], return_index=True)
        kept = order[np.sort(first)]
        return Alike(ids[kept], likeness[kept])

    def where(self, kept: NDArray[np.bool_] | slice) -> Alike:
        return Alike(self.ids[kept], self.likeness[kept])


_NONE = Alike(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


@dataclass(slots=True)
class Terms:
    """The terms of one database; ``refresh`` reads what was added since."""

    _shelves: tuple[_Shelf, ...] = ()
    _newest: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, tx: sa.Connection) -> None:
        """Reads the terms that are new. Writers take turns, so no older one is still to come."""
        with self._lock:
            newest = tx.execute(_NEWEST).scalar() or 0
            if newest <= self._newest:
                return
            stored, known = _stored_shelves(tx) if not self._shelves else ((), self._newest)
            new = _shelves_of(tx.execute(_after(known)).tuples())
            self._shelves = _together((*self._shelves, *stored, *new))
            self._newest = newest

    def alike(self, word: str, cutoff: float, most: int) -> Alike:
        """At most ``most`` terms at least ``cutoff`` (0..1) like ``word``, by the normalised
        indel similarity of their UTF-8 bytes."""
        raw = word.encode()
        letters = _letters(np.array([raw]))[0]
        found = [_alike(one, raw, letters, cutoff) for one in self._shelves]
        return Alike.of(
            np.concatenate([_NONE.ids, *(some.ids for some in found)]),
            np.concatenate([_NONE.likeness, *(some.likeness for some in found)]),
        ).where(slice(most))

    def beginning(self, word: str, most: int) -> NDArray[np.int32]:
        """The ids of at most ``most`` terms that begin with ``word`` and go on, shortest first."""
        raw = word.encode()
        letters = _letters(np.array([raw]))[0]
        found: list[int] = []
        for one in sorted(self._shelves, key=lambda one: one.length):
            if one.length <= len(raw) or len(found) >= most:
                continue
            near = np.flatnonzero(one.letters & letters == letters)
            found += one.ids[near[np.char.startswith(one.texts[near], raw)]].tolist()
        return np.array(found[:most], dtype=np.int32)


def _alike(shelf: _Shelf, raw: bytes, letters: np.uint64, cutoff: float) -> Alike:
    edits = int((1 - cutoff) * (len(raw) + shelf.length) + 1e-9)
    if abs(len(raw) - shelf.length) > edits:
        return _NONE
    near = np.flatnonzero(np.bitwise_count(shelf.letters ^ letters) <= edits)
    likeness = process.cdist(
        [raw], shelf.texts[near].tolist(), scorer=Indel.normalized_similarity,
        score_cutoff=cutoff, dtype=np.float32,
    )[0]  # fmt: skip
    kept = np.flatnonzero(likeness)
    return Alike(shelf.ids[near[kept]], likeness[kept])


# ---- shelves -------------------------------------------------------------------------------

_NEWEST = sa.select(sa.func.max(term.c.id))
_LAST_SHELVED = sa.select(sa.func.max(shelf.c.last_term))


def _after(known: int) -> sa.Select[tuple[int, str]]:
    return sa.select(term.c.id, term.c.text).where(term.c.id > known).order_by(term.c.id)


def _shelves_of(rows: Iterable[tuple[int, str]]) -> tuple[_Shelf, ...]:
    by_length: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
    for number, text in rows:
        raw = text.encode()
        by_length[len(raw)].append((number, raw))
    return tuple(_shelf_of(length, terms) for length, terms in by_length.items())


def _shelf_of(length: int, terms: Sequence[tuple[int, bytes]]) -> _Shelf:
    ids = np.array([number for number, _ in terms], dtype="<i4")
    texts = np.array([raw for _, raw in terms], dtype=f"S{length}")
    return _Shelf(length, ids, texts, _letters(texts))


def _together(shelves: Sequence[_Shelf]) -> tuple[_Shelf, ...]:
    """The same terms on few shelves: those of one length that are not full become one."""
    small: defaultdict[int, list[_Shelf]] = defaultdict(list)
    for one in shelves:
        if len(one.ids) < _FULL:
            small[one.length].append(one)
    full = (one for one in shelves if len(one.ids) >= _FULL)
    return (*full, *(_joined(some) for some in small.values()))


def _joined(shelves: Sequence[_Shelf]) -> _Shelf:
    if len(shelves) == 1:
        return shelves[0]
    return _Shelf(
        shelves[0].length,
        np.concatenate([one.ids for one in shelves]),
        np.concatenate([one.texts for one in shelves]),
        np.concatenate([one.letters for one in shelves]),
    )


def _letters(texts: NDArray[np.bytes_]) -> NDArray[np.uint64]:
    """The bits of each text's letters; all are as long as their type says."""
    table = texts.view(np.uint8).reshape(len(texts), texts.itemsize)
    once = np.zeros(len(texts), dtype="<u8")
    twice = once.copy()
    for column in table.T:
        bits = _BITS[column]
        twice |= once & bits
        once |= bits
    return np.asarray(once | (twice << _TWICE))


def shelve_terms(tx: sa.Connection, most: int) -> None:
    """Shelves the oldest ``most`` terms that are not yet. Those who file mail do it, so that
    those who search it need not read each term."""
    last = tx.execute(_LAST_SHELVED).scalar() or 0
    rows = tx.execute(_after(last).limit(most)).tuples().all()
    if not rows:
        return
    last = rows[-1][0]
    tx.execute(
        sa.insert(shelf),
        [
            {"last_term": last, "length": one.length, "ids": one.ids.tobytes(),
             "texts": one.texts.tobytes(), "letters": one.letters.tobytes()}
            for one in _shelves_of(rows)
        ],
    )  # fmt: skip


def _stored_shelves(tx: sa.Connection) -> tuple[tuple[_Shelf, ...], int]:
    """What stands on shelves, and the last term that does."""
    shelves = tuple(
        _Shelf(
            row.length,
            np.frombuffer(row.ids, dtype="<i4"),
            np.frombuffer(row.texts, dtype=f"S{row.length}"),
            np.frombuffer(row.letters, dtype="<u8"),
        )
        for row in tx.execute(sa.select(shelf))
    )
    return shelves, tx.execute(_LAST_SHELVED).scalar() or 0


_KNOWN: WeakKeyDictionary[sa.Engine, Terms] = WeakKeyDictionary()
_KNOWN_LOCK = threading.Lock()


def terms_of(tx: sa.Connection) -> Terms:
    """The vocabulary of this connection's database, up to date."""
    with _KNOWN_LOCK:
        terms = _KNOWN.setdefault(tx.engine, Terms())
    terms.refresh(tx)
    return terms
