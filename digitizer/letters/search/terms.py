"""The index's vocabulary in memory, to find the terms that are like a word someone typed.

A facility with much handwriting has millions of spellings. Nearly all are ruled out by which
letters they have once or twice, sixty-four bits at a time; the rest are compared all together, in a
millisecond.

Reading millions of rows takes seconds, too long for a new process. So the terms are also kept on
shelves: large rows of terms of one length, as they are in memory, written as mail is filed.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from digitizer.storage.tables import shelf, term

#: A shelf this full is left as it is when terms are added; smaller ones are cheap to make again.
_FULL = 65_536
# A term has a bit for each letter or digit that is in it (the bytes of other alphabets share
# those bits), and another bit, _TWICE further on, for each that is in it twice. So one edit changes
# at most one bit.
_TWICE = np.uint64(28)
_BITS = np.zeros(256, dtype=np.uint64)
_BITS[ord("a") : ord("z") + 1] = 1 << np.arange(26, dtype=np.uint64)
_BITS[ord("0") : ord("9") + 1] = 1 << np.arange(26, 36, dtype=np.uint64)
_BITS[128:] = 1 << np.arange(128, dtype=np.uint64) % 36


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Terms of one length in bytes: their ids, their UTF-8 bytes, and the letters of each."""

    length: int
    ids: NDArray[np.int32]
    texts: NDArray[np.bytes_]
    letters: NDArray[np.uint64]


class Alike(NamedTuple):
    """The ids of terms, and how much alike (0..1) each is; the most alike first, then by id."""

    ids: NDArray[np.int32]
    likeness: NDArray[np.float32]

    @staticmethod
    def of(ids: NDArray[np.int32], likeness: NDArray[np.float32]) -> Alike:
        order = np.lexsort((ids, -likeness))
        return Alike(ids[order], likeness[order])

    def where(self, kept: NDArray[np.bool_] | slice) -> Alike:
        return Alike(self.ids[kept], self.likeness[kept])


_NO_IDS = np.zeros(0, dtype=np.int32)


@dataclass(slots=True)
class Terms:
    """The terms of one database; ``refresh`` reads those that were added since."""

    _shelves: tuple[_Shelf, ...] = ()
    _newest: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, tx: sa.Connection) -> None:
        """Reads the new terms. Writers take turns, so no older term can still be added."""
        with self._lock:
            newest = tx.execute(_NEWEST).scalar() or 0
            if newest <= self._newest:
                return
            stored, known = _stored_shelves(tx) if not self._shelves else ((), self._newest)
            new = _shelves_of(tx.execute(_after(known)).tuples())
            self._shelves = _together((*self._shelves, *stored, *new))
            self._newest = newest

    def alike(self, word: str, cutoff: float, begun: float, most: int) -> Alike:
        """The ``most`` terms that are most like ``word``, by the normalised indel similarity of
        their UTF-8 bytes, if they are at least ``cutoff`` (0..1) alike. Also at most a third as
        many that begin with it, the shortest, which count as ``begun`` alike."""
        raw = word.encode()
        letters = _letters(np.array([raw]))[0]
        most_begun = most // 3
        near = _near(self._shelves, raw, letters, cutoff)
        in_common = _in_common(raw, near.columns)
        likeness = 2 * in_common / (len(raw) + near.lengths)
        begins = np.flatnonzero((in_common == len(raw)) & (near.lengths > len(raw)))
        begins = begins[_begin(raw, near.columns[:, begins])][:most_begun]
        likeness[begins] = np.maximum(likeness[begins], begun)
        kept = likeness >= cutoff
        longer = _longer(self._shelves, raw, letters, cutoff, most_begun - len(begins))
        return Alike.of(
            np.concatenate([near.ids[kept], longer]),
            np.concatenate([likeness[kept], np.full(len(longer), begun)]).astype(np.float32),
        ).where(slice(most + len(begins) + len(longer)))


class _Near(NamedTuple):
    """Terms to compare: their ids and lengths, and their bytes in columns: the first byte of each
    term, the second and so on, with zeros after the shorter terms. There are at least as many
    columns as the word that they are compared with has bytes."""

    ids: NDArray[np.int32]
    lengths: NDArray[np.intp]
    columns: NDArray[np.uint8]


def _near(shelves: Sequence[_Shelf], raw: bytes, letters: np.uint64, cutoff: float) -> _Near:
    """The terms whose letters do not rule out that they are alike."""
    places = [
        (one, np.flatnonzero(np.bitwise_count(one.letters ^ letters) <= edits))
        for one in shelves
        if (edits := _edits(len(raw), one.length, cutoff)) is not None
    ]
    ids = [one.ids[some] for one, some in places]
    lengths = np.repeat([one.length for one, _ in places], [len(some) for some in ids])
    longest = max([len(raw), *(one.length for one, _ in places)])
    columns = np.zeros((longest, len(lengths)), np.uint8)
    start = 0
    for one, some in places:
        columns[: one.length, start : start + len(some)] = _table(one.texts[some]).T
        start += len(some)
    return _Near(np.concatenate([_NO_IDS, *ids]), lengths, columns)


def _edits(length: int, other: int, cutoff: float) -> int | None:
    """How many letters can at most be added and removed between two alike terms of these lengths:
    as many as the lengths differ by, or an even number more. None if they cannot be alike."""
    most = int((1 - cutoff) * (length + other) + 1e-9)
    differ = abs(length - other)
    return most - (most - differ) % 2 if differ <= most else None


def _begin(raw: bytes, columns: NDArray[np.uint8]) -> NDArray[np.bool_]:
    first = columns[: len(raw)] == np.frombuffer(raw, np.uint8)[:, np.newaxis]
    return np.asarray(first.all(axis=0))


def _longer(
    shelves: Sequence[_Shelf], raw: bytes, letters: np.uint64, cutoff: float, most: int
) -> NDArray[np.int32]:
    """The ids of at most ``most`` terms that begin with ``raw`` and are too long to be alike."""
    found = [_NO_IDS]
    for one in shelves:
        if one.length > len(raw) and _edits(len(raw), one.length, cutoff) is None and most > 0:
            some = np.flatnonzero(one.letters & letters == letters)
            begun = some[np.char.startswith(one.texts[some], raw)][:most]
            found.append(one.ids[begun])
            most -= len(begun)
    return np.concatenate(found)


def _in_common(raw: bytes, columns: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The length of the longest common subsequence of each term and ``raw``, in bytes.

    Hyyrö's algorithm, for all terms at once: there is a bit for each byte of ``raw``, and one of
    them is cleared for each byte in common.
    """
    all_bits = (1 << len(raw)) - 1
    bits: NDArray[Any] = np.zeros(256, np.min_scalar_type(all_bits))
    for place, byte in enumerate(raw):
        bits[byte] |= 1 << place
    left = np.full(columns.shape[1], all_bits, bits.dtype)
    for column in bits.take(columns):
        met = left & column
        left = (left + met) | (left - met)
    missing: NDArray[Any] = np.bitwise_count(left & all_bits)
    return len(raw) - missing.astype(np.int64)


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
    """The same terms on fewer shelves, the shortest terms first: shelves of one length that are not
    full become one."""
    small: defaultdict[int, list[_Shelf]] = defaultdict(list)
    for one in shelves:
        if len(one.ids) < _FULL:
            small[one.length].append(one)
    full = (one for one in shelves if len(one.ids) >= _FULL)
    few = (*full, *(_joined(some) for some in small.values()))
    return tuple(sorted(few, key=lambda one: one.length))


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
    """The bits of each text's letters; all texts are as long as their type."""
    once = np.zeros(len(texts), dtype="<u8")
    twice = once.copy()
    for column in _table(texts).T:
        bits = _BITS[column]
        twice |= once & bits
        once |= bits
    return np.asarray(once | (twice << _TWICE))


def _table(texts: NDArray[np.bytes_]) -> NDArray[np.uint8]:
    """A row of bytes for each text."""
    return texts.view(np.uint8).reshape(len(texts), texts.itemsize)


def shelve_terms(tx: sa.Connection, most: int) -> None:
    """Shelves the oldest ``most`` terms that are not shelved yet. Filing mail does this, so that a
    search does not have to read each term."""
    last = tx.execute(_LAST_SHELVED).scalar() or 0
    rows = tx.execute(_after(last).limit(most)).tuples().all()
    if not rows:
        return
    last = rows[-1][0]
    tx.execute(
        sa.insert(shelf),
        [
            {
                "last_term": last,
                "length": one.length,
                "ids": one.ids.tobytes(),
                "texts": one.texts.tobytes(),
                "letters": one.letters.tobytes(),
            }
            for one in _shelves_of(rows)
        ],
    )


def _stored_shelves(tx: sa.Connection) -> tuple[tuple[_Shelf, ...], int]:
    """The shelves in the database, and the last term that is on one."""
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
