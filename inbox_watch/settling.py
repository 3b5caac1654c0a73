"""When has a file come to rest? Pure: snapshots and seconds go in, offers come out.

A file is at rest when its size, times and inode were the same at every look for ``settle_seconds``
of counted time. Time counts only between looks that came soon after one another: a clock that
jumps, or a long time without a look, starts the quiet time again. An empty file is a writer's
placeholder and rests far longer: many scanners make the name first and open it again to write.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from inbox_watch.names import natural_order

LONGEST_DELAY = 30.0


@dataclass(frozen=True, slots=True)
class FileState:
    """What distinguishes one state of a file from another: bytes, nanoseconds, inode number.

    ``mtime_ns`` may be anything: writers set it, to the future or back. ``changed_ns`` is when
    the system last saw a change, which they cannot set (0: not known).
    """

    size: int
    mtime_ns: int
    inode: int
    changed_ns: int = 0


Snapshot = Mapping[str, FileState]


@dataclass(frozen=True, slots=True)
class Rest:
    """A file's state and since when (seconds) every look has shown it."""

    state: FileState
    since: float


@dataclass(frozen=True, slots=True)
class Memory:
    """What the looks so far have shown of one folder.

    ``looked`` is the time of the last look (None before the first), ``stirred`` when anything
    in the folder last came, changed or went; both in seconds.
    """

    looked: float | None = None
    stirred: float = 0.0
    rests: Mapping[str, Rest] = field(default_factory=dict)

    def look(self, snapshot: Snapshot, now: float, longest_gap: float) -> Memory:
        """The memory after one more look. A gap over ``longest_gap`` seconds, or a clock that
        went back, starts every quiet time again."""
        if self.looked is None or not 0 <= now - self.looked <= longest_gap:
            return Memory(now, now, {name: Rest(state, now) for name, state in snapshot.items()})
        rests = {name: self._rest(name, state, now) for name, state in snapshot.items()}
        stirred = len(rests) != len(self.rests) or any(
            rest is not self.rests.get(name) for name, rest in rests.items()
        )
        return Memory(now, now if stirred else self.stirred, rests)

    def _rest(self, name: str, state: FileState, now: float) -> Rest:
        known = self.rests.get(name)
        return known if known is not None and known.state == state else Rest(state, now)

    def without(self, names: Collection[str]) -> Memory:
        """The memory as if ``names`` had never been seen."""
        rests = {name: rest for name, rest in self.rests.items() if name not in names}
        return Memory(self.looked, self.stirred, rests) if names else self

    def at_rest(self, name: str, seconds: float) -> bool:
        """Whether the last look showed ``name`` as it had been for ``seconds``."""
        rest = self.rests.get(name)
        return rest is not None and self.looked is not None and self.looked - rest.since >= seconds

    def all_at_rest(self, seconds: float) -> bool:
        """Whether nothing in the folder came, changed or went for ``seconds``."""
        return self.looked is not None and self.looked - self.stirred >= seconds


@dataclass(frozen=True, slots=True)
class Offer:
    """Files to hand over as one, in order. ``tries`` counts the hand-overs that failed,
    ``due`` is when (seconds) the next may be tried."""

    states: tuple[tuple[str, FileState], ...]
    tries: int = 0
    due: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.states)


class Settling:
    """One folder's offers: each state of a file, once at rest, is offered until it is taken.

    With ``together`` the whole folder must be quiet, and all that is at rest in it is one offer.
    Such a group, once tried, never grows: what arrives later is another stack of paper.
    ``restless`` says whether, at the last look, such files waited for the folder to be quiet.

    ``patience`` is how long (seconds) an empty file must rest, and how long an unfinished one
    is waited for by those that belong together with it; None: no longer than any other.
    """

    def __init__(
        self,
        settle_seconds: float,
        *,
        together: bool = False,
        longest_gap: float | None = None,
        patience: float | None = None,
    ) -> None:
        self._settle = settle_seconds
        self._patience = max(settle_seconds, patience or 0.0)
        self._together = together
        self._longest_gap = max(60.0, 10 * settle_seconds) if longest_gap is None else longest_gap
        self._memory = Memory()
        self._taken: dict[str, FileState] = {}
        self._removed: set[str] = set()  # by the taker; the name may be used again at once
        self._failed: tuple[Offer, ...] = ()
        self.restless = False

    def look(
        self,
        files: Snapshot,
        now: float,
        others: Snapshot | None = None,
        unfinished: Collection[str] = (),
    ) -> list[Offer]:
        """Takes a look at the folder's ``files`` and says what is due to be handed over now.

        ``others`` are never offered; while one of them changes, a folder whose files belong
        together is not quiet, nor is it while one of them is among the ``unfinished`` (a page
        under its temporary name).
        """
        before = self._memory.looked
        memory = self._memory.without(self._removed)
        self._removed = set()
        self._memory = memory.look({**(others or {}), **files}, now, self._longest_gap)
        self._taken = {n: state for n, state in self._taken.items() if files.get(n) == state}
        clock_back = before is not None and now < before
        self._failed = tuple(
            Offer(states, offer.tries, now if clock_back else offer.due)
            for offer in self._failed
            if (states := tuple(pair for pair in offer.states if files.get(pair[0]) == pair[1]))
        )
        new = self._new(files, unfinished)
        return [*new, *(offer for offer in self._failed if offer.due <= now)]

    def _new(self, files: Snapshot, unfinished: Collection[str]) -> list[Offer]:
        known = self._taken.keys() | {name for offer in self._failed for name in offer.names}
        unknown = {name: state for name, state in files.items() if name not in known}
        rested = [name for name, state in unknown.items() if self._is_at_rest(name, state)]
        self.restless = (
            self._together
            and bool(unknown)
            and not (
                self._memory.all_at_rest(self._settle)
                and len(rested) == len(unknown)
                and all(self._memory.at_rest(name, self._patience) for name in unfinished)
            )
        )
        if self.restless:
            return []
        pairs = tuple((name, files[name]) for name in sorted(rested, key=natural_order))
        if self._together:
            return [Offer(pairs)] if pairs else []
        return [Offer((pair,)) for pair in pairs]

    def _is_at_rest(self, name: str, state: FileState) -> bool:
        return self._memory.at_rest(name, self._settle if state.size else self._patience)

    def took(self, offer: Offer, still_there: Collection[str]) -> None:
        """The offer was taken. What the taker left in place is not offered until it changes."""
        self._failed = tuple(each for each in self._failed if each.states != offer.states)
        self._taken.update((n, state) for n, state in offer.states if n in still_there)
        self._removed.update(name for name in offer.names if name not in still_there)

    def failed(self, offer: Offer, now: float) -> Offer:
        """The offer could not be taken: it is due again after 1, 2, 4 … 30 seconds."""
        tries = offer.tries + 1
        again = Offer(offer.states, tries, now + min(2.0 ** min(offer.tries, 5), LONGEST_DELAY))
        others = tuple(each for each in self._failed if each.states != offer.states)
        self._failed = (*others, again)
        return again

    def rested(self, name: str, seconds: float) -> bool:
        """Whether ``name``, of the files or the others, lay unchanged for ``seconds``."""
        return self._memory.at_rest(name, seconds)
