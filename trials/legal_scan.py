"""Ten thousand envelopes at the mailroom's scanner: good, forged, used again, expired, revoked, of
another facility, mistyped, and each of some scanned by two people at the same moment.

    python -m trials.legal_scan                         # 10,000 scans, on SQLite
    python -m trials.legal_scan --database postgresql://…   # an empty database
    python -m trials.legal_scan --scans 300             # a short one

Every answer is compared with the one that is right. None may be wrong, and of two scans of one code
at once exactly one lets the envelope in.
"""

from __future__ import annotations

import argparse
import base64
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import sqlalchemy as sa

from digitizer.engines.codes.cover_code import PREFIX, KeyRing, new_cover_code, new_key, payload
from digitizer.engines.codes.item_code import item_payload, new_item_code
from digitizer.facility import Facility, make_home, open_facility
from digitizer.legal import actions, codes, registry
from digitizer.model.legal import Answer, NewSender, SenderKind
from digitizer.model.paper import CodeKind
from digitizer.model.people import Actor, ActorKind, CustodyStatus, Inmate, StaffRole
from digitizer.people import roster
from digitizer.people.roster_file.layout import AGREED, Column, Layout
from digitizer.people.roster_file.reading import RosterFile, RosterRow
from digitizer.people.roster_plan import plan
from digitizer.storage.database import writing
from digitizer.storage.tables_legal import legal_item
from digitizer.support.clock import now

_KEEPER = Actor(ActorKind.STAFF, "Ruth Harrow", StaffRole.SUPERVISOR)
_CLERKS = [Actor(ActorKind.STAFF, name, StaffRole.CLERK) for name in ("Ana Brook", "Ben Hill")]
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_IN = frozenset({Answer.PASS, Answer.CHECK})
_PERSON = Inmate("2026-00117", "Quillfeather", "Tobias", "B-2", CustodyStatus.IN_CUSTODY)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a scanner or a person types, what it is, and which answers are right."""

    sort: str
    text: str
    right: frozenset[Answer]


@dataclass(frozen=True, slots=True)
class Verdict:
    """By sort of envelope, how many scans; each wrong answer as a sentence. ``pairs`` are codes
    that two people scanned at once, ``arrivals`` and ``drawn`` the envelopes that were let in."""

    scans: Counter[str]
    wrong: tuple[str, ...]
    pairs: int
    arrivals: int
    drawn: int


def run(facility: Facility, scans: int, seed: int) -> Verdict:
    """Makes senders and codes in this empty facility, and scans so many envelopes."""
    rng = random.Random(seed)
    envelopes = list(_envelopes(facility, scans, rng))
    pairs = [each for each in envelopes if each.sort == "two at once"]
    single = [each for each in envelopes if each.sort != "two at once"]
    order = _replayed_last(single, rng)
    counted: Counter[str] = Counter()
    wrong: list[str] = []
    found: Counter[Answer] = Counter()
    for each in order:
        answer = actions.scan_code(facility, each.text, rng.choice(_CLERKS)).answer
        counted[each.sort] += 1
        found[answer] += 1
        if answer not in each.right:
            wrong.append(f"{each.sort}: {each.text} was answered {answer}")
    with ThreadPoolExecutor(2) as both:
        for each in pairs:
            answers = _at_once(both, facility, each.text)
            counted[each.sort] += 2
            found.update(answers)
            let_in = [each for each in answers if each in _IN]
            if len(let_in) != 1 or Answer.DUPLICATE not in answers:
                wrong.append(f"{each.sort}: {each.text} was answered {answers}")
    arrivals = found[Answer.PASS] + found[Answer.CHECK]
    return Verdict(counted, tuple(wrong), len(pairs), arrivals, found[Answer.CHECK])


def _at_once(both: ThreadPoolExecutor, facility: Facility, text: str) -> list[Answer]:
    start = Barrier(2)

    def scan(by: Actor) -> Answer:
        start.wait()
        return actions.scan_code(facility, text, by).answer

    return list(both.map(scan, _CLERKS))


def _replayed_last(envelopes: Sequence[Envelope], rng: random.Random) -> list[Envelope]:
    """In any order, but what is used again comes after its first use."""
    first = [each for each in envelopes if each.sort != "used again"]
    rng.shuffle(first)
    return [*first, *(each for each in envelopes if each.sort == "used again")]


def _envelopes(facility: Facility, scans: int, rng: random.Random) -> Iterator[Envelope]:
    """About so many scans of all sorts, a pair counting as two."""
    a_part = max(1, scans // 20)
    senders = _senders(facility)
    good = _codes(facility, senders["good"], 6 * a_part)
    for number, made in enumerate(good):
        text = (made.text, made.text.lower(), made.item.short_id)[number % 3]
        yield Envelope("good", text, _IN)
    for made in good[: 2 * a_part]:
        yield Envelope("used again", made.text, frozenset({Answer.DUPLICATE}))
    for made in good[:a_part]:
        yield Envelope("used again", made.item.short_id, frozenset({Answer.DUPLICATE}))
    for made in _codes(facility, senders["good"], a_part):
        yield Envelope("two at once", made.text, _IN)
    yield from _over(facility, senders, a_part)
    yield from _revoked(facility, senders, a_part)
    for number in range(3 * a_part):
        yield Envelope(
            "forged", _FORGERIES[number % len(_FORGERIES)](facility, good, rng), _UNKNOWN
        )
    for _ in range(a_part):
        strange = KeyRing({facility.keys.current: new_key()}, facility.keys.current)
        text = item_payload(new_item_code(strange), strange)
        yield Envelope("of another facility", text, _UNKNOWN)
    for number in range(2 * a_part):
        text = _mistyped(good[number % len(good)].item.short_id, rng)
        yield Envelope("mistyped", text, frozenset({Answer.UNREADABLE}))


_UNKNOWN = frozenset({Answer.UNKNOWN})


def _senders(facility: Facility) -> dict[str, int]:
    with writing(facility.engine) as tx:
        layout = Layout({Column(name): (name,) for name in AGREED}, agreed=True)
        rows = (RosterRow(_PERSON, {}, (2,)),)
        listed = RosterFile(AGREED, layout, rows, (), lines=1)
        roster.apply_plan(tx, plan(roster.current(tx), listed, full=False))
    plain = NewSender(SenderKind.ATTORNEY, "Harold Finch", reference="WSBA 1")
    today = now().astimezone().date()
    return {
        "good": registry.add_sender(facility, plain, _KEEPER),
        "over": registry.add_sender(
            facility, replace(plain, reference="WSBA 2", expires=today), _KEEPER
        ),
        "revoked": registry.add_sender(facility, replace(plain, reference="WSBA 3"), _KEEPER),
    }


def _codes(facility: Facility, sender: int, count: int) -> list[codes.Made]:
    number = _PERSON.booking_number
    return [codes.make_code(facility, sender, number, _KEEPER) for _ in range(count)]


def _over(facility: Facility, senders: dict[str, int], count: int) -> Iterator[Envelope]:
    """Codes that are over, and codes of a sender whose registration is."""
    right = frozenset({Answer.EXPIRED})
    over, ended = _codes(facility, senders["good"], count), _codes(facility, senders["over"], count)
    with writing(facility.engine) as tx:
        old = legal_item.c.id.in_([each.item.id for each in over])
        tx.execute(sa.update(legal_item).where(old).values(expires=now() - timedelta(seconds=1)))
        longer = legal_item.c.id.in_([each.item.id for each in ended])
        tx.execute(sa.update(legal_item).where(longer).values(expires=now() + timedelta(days=9)))
    known = registry.find_sender(facility, senders["over"], _KEEPER)
    yesterday = now().astimezone().date() - timedelta(days=1)
    entry = NewSender(known.kind, known.name, reference=known.reference, expires=yesterday)
    registry.change_sender(facility, known.number, entry, _KEEPER)
    for each in over:
        yield Envelope("expired", each.text, right)
    for each in ended:
        yield Envelope("of a sender who is over", each.item.short_id, right)


def _revoked(facility: Facility, senders: dict[str, int], count: int) -> Iterator[Envelope]:
    right = frozenset({Answer.REVOKED})
    for each in _codes(facility, senders["good"], count):
        codes.revoke_code(facility, each.item.id, _KEEPER, "lost")
        yield Envelope("revoked", each.text, right)
    gone = _codes(facility, senders["revoked"], count)
    registry.revoke_sender(facility, senders["revoked"], _KEEPER, "disbarred")
    for each in gone:
        yield Envelope("of a revoked sender", each.text, right)


Forgery = Callable[[Facility, Sequence[codes.Made], random.Random], str]


def _changed_bit(facility: Facility, good: Sequence[codes.Made], rng: random.Random) -> str:
    raw = bytearray(base64.b32decode(rng.choice(good).text.removeprefix(PREFIX)))
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return PREFIX + base64.b32encode(bytes(raw)).decode()


def _invented(facility: Facility, good: Sequence[codes.Made], rng: random.Random) -> str:
    raw = bytes([0x60, facility.keys.current, 0]) + rng.randbytes(17)
    return PREFIX + base64.b32encode(raw).decode()


def _mixed(facility: Facility, good: Sequence[codes.Made], rng: random.Random) -> str:
    """The id of one code, the signature of another."""
    one, other = rng.sample(range(len(good)), 2)
    first, second = (
        base64.b32decode(good[each].text.removeprefix(PREFIX)) for each in (one, other)
    )
    return PREFIX + base64.b32encode(first[:12] + second[12:]).decode()


def _cover(facility: Facility, good: Sequence[codes.Made], rng: random.Random) -> str:
    """A sheet of ours, signed, of another kind."""
    kind = rng.choice(list(CodeKind))
    return payload(new_cover_code(kind, facility.keys), facility.keys)


def _never_made(facility: Facility, good: Sequence[codes.Made], rng: random.Random) -> str:
    """Signed with our key, but not in the register."""
    code = new_item_code(facility.keys)
    return rng.choice([item_payload(code, facility.keys), code.short_id])


def _parcel(facility: Facility, good: Sequence[codes.Made], rng: random.Random) -> str:
    return "94" + "".join(str(rng.randrange(10)) for _ in range(20))


_FORGERIES: tuple[Forgery, ...] = (
    _changed_bit,
    _invented,
    _mixed,
    _cover,
    _never_made,
    _parcel,
)


def _mistyped(short_id: str, rng: random.Random) -> str:
    """One wrong character, two neighbours swapped, or one left out."""
    plain = list(short_id.replace("-", ""))
    at = rng.randrange(len(plain) - 1)
    way = rng.randrange(3)
    if way == 1 and plain[at] != plain[at + 1]:
        plain[at], plain[at + 1] = plain[at + 1], plain[at]
    elif way == 2:
        del plain[at]
    else:
        plain[at] = rng.choice([each for each in _ALPHABET if each != plain[at]])
    return "".join(plain)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scans", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if asked.database:
            home.mkdir()
            (home / "config.toml").write_text(f'[store]\ndatabase_url = "{asked.database}"\n')
        make_home(home)
        facility = open_facility(home)
        found = run(facility, asked.scans, asked.seed)
        facility.engine.dispose()
    for sort, count in sorted(found.scans.items()):
        print(f"{sort}: {count}")
    print(f"{sum(found.scans.values())} scans, {found.pairs} codes scanned by two people at once")
    print(f"{found.arrivals} let in, {found.drawn} of them for a random check")
    print(f"{len(found.wrong)} wrong answers", *found.wrong[:20], sep="\n")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
