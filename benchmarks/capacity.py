"""A day of mail in a jail, a state, the whole country: how many cores file it in time?

    python -m benchmarks.capacity [--seed 1] [--costs 0.46 0.97 0.21 3.7]

A simulation. Each facility's mail comes at ten by its own clock and is scanned, stack by stack,
until three; a worker takes one stack at a time, small ones first. What a page costs was measured
(``benchmarks.costs``). Prints how long a stack waits from the scanner to the mailbox, with as many
cores as it needs and with fewer, and what a dead machine or database does to that. Dollars are
what a reader may put in (``--core-hour``, ``--gigabyte-month``).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

import simpy

_HOUR = 3600.0
#: Cores that one worker keeps busy: a stack's pages are read side by side.
_CORES_A_WORKER = 2
#: Workers of one machine: they die together.
_WORKERS_A_MACHINE = 8
#: What its two cores get done together, of twice what one does.
_TOGETHER = 0.9
#: Of a dead machine a stack is taken up by another after this long.
_BACK_AFTER = 60.0
#: A larger one waits for all smaller ones.
_SMALL = 100
#: Stacks have 30 pages at the median; one in a hundred has more than 120.
_MEDIAN, _SPREAD, _MOST = 30.0, 0.6, 2000
#: Hours behind the first clock, and the share of people who live by it: east to west.
_ZONES = ((0, 0.47), (1, 0.29), (2, 0.07), (3, 0.17))


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor seconds of a page of each kind, and of a scan by itself."""

    typed: float = 0.46
    handwritten: float = 0.97
    blank: float = 0.21
    scan: float = 3.7


@dataclass(frozen=True, slots=True)
class Place:
    """``pages`` a day, blank backs not counted; ``backs`` of them are scanned with one."""

    name: str
    facilities: int
    pages: int
    zones: bool = False
    handwritten: float = 0.7
    backs: float = 0.5


@dataclass(frozen=True, slots=True)
class Fault:
    """From ``hour`` on, for so many seconds: ``machines`` of them are dead, or with none nothing
    can be filed, since the database or the store is away."""

    name: str
    hour: float
    seconds: float
    machines: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Stack:
    """Comes at ``at`` seconds after midnight by the first clock. Ordered as workers take them."""

    large: bool
    at: float
    number: int
    pages: int = field(compare=False)
    work: float = field(compare=False)  # processor seconds


@dataclass(frozen=True, slots=True)
class Day:
    """``waits`` are in seconds, one a stack; ``last`` is when the last was filed, in hours after
    midnight; ``busy`` the share of the cores' time between first scan and last filing."""

    cores: int
    waits: tuple[float, ...]
    last: float
    busy: float
    done_again: int

    def share(self, of: float) -> float:
        """The wait, in seconds, that so large a share of the stacks does not exceed."""
        return sorted(self.waits)[min(int(of * len(self.waits)), len(self.waits) - 1)]


def stacks_of(place: Place, costs: Costs, rng: random.Random) -> list[Stack]:
    """A day's. Large facilities get more: their sizes differ as those of jails do."""
    weights = [rng.lognormvariate(0, 0.8) for _ in range(place.facilities)]
    found: list[Stack] = []
    for weight in weights:
        behind = _zone(rng) if place.zones else 0.0
        left = round(place.pages * weight / sum(weights))
        while left > 0:
            pages = min(left, _MOST, max(1, round(rng.lognormvariate(0, _SPREAD) * _MEDIAN)))
            left -= pages
            at = rng.triangular(10, 15, 11) * _HOUR + behind
            work = costs.scan + sum(_page(place, costs, rng) for _ in range(pages))
            found.append(Stack(pages > _SMALL, at, len(found), pages, work))
    return sorted(found, key=lambda each: each.at)


def _zone(rng: random.Random) -> float:
    hours, shares = zip(*_ZONES, strict=True)
    (behind,) = rng.choices(hours, shares)
    return behind * _HOUR


def _page(place: Place, costs: Costs, rng: random.Random) -> float:
    front = costs.handwritten if rng.random() < place.handwritten else costs.typed
    return front + (costs.blank if rng.random() < place.backs else 0.0)


class _Mailroom:
    """The workers, and the queue that they take stacks from."""

    def __init__(self, stacks: Sequence[Stack], cores: int, faults: Sequence[Fault]) -> None:
        self.world = simpy.Environment()
        self.queue = simpy.PriorityStore(self.world)
        self.away = [each for each in faults if not each.machines]
        self.filed: dict[int, float] = {}
        self.done_again = 0
        self.worked = 0.0
        self.workers = [
            self.world.process(self._work(number))
            for number in range(max(1, cores // _CORES_A_WORKER))
        ]
        self.dead_until = [0.0] * len(self.workers)
        self.world.process(self._come_in(stacks))
        for each in faults:
            if each.machines:
                self.world.process(self._die(each))

    def _come_in(self, stacks: Sequence[Stack]) -> Generator[simpy.Event, object, None]:
        for each in stacks:
            yield self.world.timeout(each.at - self.world.now)
            self.queue.put(each)

    def _work(self, number: int) -> Generator[simpy.Event, object, None]:
        while True:
            request = self.queue.get()
            stack: Stack | None = None
            try:
                stack = _stack((yield request))
                begun = self.world.now
                yield self.world.timeout(stack.work / (_CORES_A_WORKER * _TOGETHER))
                yield self.world.timeout(self._until_filing())
                self.worked += self.world.now - begun
                self.filed[stack.number] = self.world.now
            except simpy.Interrupt:
                if stack is None:
                    request.cancel()
                else:
                    self.world.process(self._give_back(stack))
                yield self.world.timeout(self.dead_until[number] - self.world.now)

    def _until_filing(self) -> float:
        """Reading goes on while the database is away; filing waits for it."""
        ends = [
            each.hour * _HOUR + each.seconds
            for each in self.away
            if 0 <= self.world.now - each.hour * _HOUR < each.seconds
        ]
        return max(ends, default=self.world.now) - self.world.now

    def _give_back(self, stack: Stack) -> Generator[simpy.Event, object, None]:
        self.done_again += 1
        yield self.world.timeout(_BACK_AFTER)
        self.queue.put(stack)

    def _die(self, fault: Fault) -> Generator[simpy.Event, object, None]:
        yield self.world.timeout(fault.hour * _HOUR)
        for number in range(min(fault.machines * _WORKERS_A_MACHINE, len(self.workers))):
            self.dead_until[number] = self.world.now + fault.seconds
            self.workers[number].interrupt()


def _stack(taken: object) -> Stack:
    assert isinstance(taken, Stack)
    return taken


def day_of(stacks: Sequence[Stack], cores: int, faults: Sequence[Fault] = ()) -> Day:
    """Until the last stack is filed. Faults must leave a worker alive, or come to an end."""
    room = _Mailroom(stacks, cores, faults)
    while len(room.filed) < len(stacks):
        room.world.step()
    first, last = stacks[0].at, max(room.filed.values())
    waits = tuple(room.filed[each.number] - each.at for each in stacks)
    span = (last - first) * len(room.workers)
    return Day(cores, waits, last / _HOUR, room.worked / span, room.done_again)


def cores_for(stacks: Sequence[Stack], wait: float) -> int:
    """The fewest cores with which 95 of 100 stacks are filed within ``wait`` seconds."""
    low, high = 0, _CORES_A_WORKER
    while day_of(stacks, high).share(0.95) > wait:
        low, high = high, high * 2
    while high - low > _CORES_A_WORKER:
        middle = (low + high) // 2 // _CORES_A_WORKER * _CORES_A_WORKER
        if day_of(stacks, middle).share(0.95) > wait:
            low = middle
        else:
            high = middle
    return high


_PLACES = (
    Place("a jail, 500 inmates", 1, 400),
    Place("a state, 100,000 inmates", 33, 200_000),
    Place("the country, 2 million inmates", 4_000, 1_040_000, zones=True),
)
_FAULTS = (
    Fault("a machine of 16 cores dead from 11:00 for an hour", 11, _HOUR, machines=1),
    Fault("the database away from 11:00 for 10 minutes", 11, 600),
    Fault("the database away from 11:00 for an hour", 11, _HOUR),
)


def _lines(stacks: Sequence[Stack]) -> Iterator[str]:
    yield "| cores | wait p50 | p95 | longest | last filed | busy |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    quick = cores_for(stacks, 15 * 60)
    slow = cores_for(stacks, 4 * _HOUR)
    for cores in sorted({quick, cores_for(stacks, _HOUR), slow}, reverse=True):
        yield _line(str(cores), day_of(stacks, cores))
    for fault in _FAULTS:
        name = f"{quick}, {fault.name}"
        yield (
            _line(name, day_of(stacks, quick, [fault]))
            if fault.machines < quick / 16
            else (f"| {name} | nothing is filed meanwhile | | | | |")
        )


def _line(name: str, day: Day) -> str:
    waits = [f"{day.share(each) / 60:.0f} min" for each in (0.5, 0.95, 1.0)]
    last = f"{int(day.last)}:{int(day.last % 1 * 60):02}"
    return f"| {name} | {' | '.join(waits)} | {last} | {day.busy:.0%} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--costs", type=float, nargs=4, metavar="SECONDS")
    options.add_argument("--core-hour", type=float, default=0.05, help="dollars")
    options.add_argument("--gigabyte-month", type=float, default=0.023, help="dollars")
    options.add_argument("--page-kilobytes", type=float, default=2400)
    chosen = options.parse_args()
    costs = Costs(*chosen.costs) if chosen.costs else Costs()
    for place in _PLACES:
        stacks = stacks_of(place, costs, random.Random(chosen.seed))
        work = sum(each.work for each in stacks) / _HOUR
        print(
            f"\n**{place.name}**: {place.pages:,} pages, {len(stacks):,} stacks, {work:,.1f} "
            f"core hours ({work * chosen.core_hour:,.0f} dollars), "
            f"{place.pages * chosen.page_kilobytes / 1e6:,.0f} GB a day, "
            f"{place.pages * 365 * chosen.page_kilobytes / 1e6 * chosen.gigabyte_month:,.0f} "
            "dollars a month for each year kept\n"
        )
        for line in _lines(stacks):
            print(line, flush=True)


if __name__ == "__main__":
    main()
