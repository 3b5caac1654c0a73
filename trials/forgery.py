"""A million attempts at a code that was never printed: none may be accepted.

    python -m trials.forgery [--tries 1000000] [--seed 1]

Every attempt is a text as a decoder would give it, put through the same ``verify`` as every
scanned page. It is tried against a ring of keys with a genuine cover of it in the forger's hand,
as an inmate or a family has one. Exit 1 if one is accepted.
"""

from __future__ import annotations

import argparse
import base64
import random
import string
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digitizer.engines.codes.cover_code import PREFIX, KeyRing, is_ours, payload, verify
from digitizer.model.paper import CodeKind, CoverCode
from tests.support.provenance import commit

_ALPHABET = string.ascii_uppercase + "234567"
_QR_ALPHABET = string.digits + string.ascii_uppercase + " $%*+-./:"
_COVERS_A_KEY = 500


@dataclass(frozen=True, slots=True)
class Genuine:
    """A cover that was printed, as the forger holds it."""

    code: CoverCode
    text: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Forger:
    """What forgers may have: covers of this facility, keys of their own, and all the time."""

    rng: random.Random
    ring: KeyRing
    genuine: tuple[Genuine, ...]

    def one(self) -> Genuine:
        return self.rng.choice(self.genuine)


Forgery = Callable[[Forger], str]


def bits_flipped(forger: Forger) -> str:
    """One to eight bits of the 20 bytes."""
    raw = bytearray(forger.one().raw)
    for bit in forger.rng.sample(range(8 * len(raw)), forger.rng.randint(1, 8)):
        raw[bit // 8] ^= 1 << bit % 8
    return _spelled(bytes(raw))


def characters_changed(forger: Forger) -> str:
    """One to four characters, of all that a QR code may hold, the prefix included."""
    text = list(forger.one().text)
    for at in forger.rng.sample(range(len(text)), forger.rng.randint(1, 4)):
        text[at] = forger.rng.choice(_QR_ALPHABET.replace(text[at], ""))
    return "".join(text)


def characters_swapped(forger: Forger) -> str:
    text = list(forger.one().text)
    one, other = forger.rng.sample(range(len(text)), 2)
    text[one], text[other] = text[other], text[one]
    return "".join(text)


def otherwise_spelled(forger: Forger) -> str:
    """The same bytes in another spelling: case, padding, spaces, line ends, look-alikes."""
    text = forger.one().text
    at = forger.rng.randrange(len(text) + 1)
    letter = forger.rng.choice([i for i, each in enumerate(text) if each.isalpha()])
    ways = (
        text.lower(),
        text[:letter] + text[letter].lower() + text[letter + 1 :],
        text + "=" * forger.rng.randint(1, 8),
        text[:at] + forger.rng.choice(" \n\r\t\0\u00a0\u200b-=") + text[at:],
        text[:letter] + chr(ord(text[letter]) + 0xFEE0) + text[letter + 1 :],
        text.translate(str.maketrans("2567OIBS", "OIBS2567")),
    )
    return forger.rng.choice(ways)


def truncated(forger: Forger) -> str:
    text = forger.one().text
    cut = forger.rng.randint(1, len(text))
    return text[cut:] if forger.rng.random() < 0.3 else text[:-cut]


def extended(forger: Forger) -> str:
    more = "".join(forger.rng.choices(_ALPHABET, k=forger.rng.randint(1, 16)))
    text = forger.one().text
    return forger.rng.choice((text + more, more + text, PREFIX + text, text[:3] + more + text[3:]))


def other_meaning(forger: Forger) -> str:
    """A genuine MAC under another kind, key id or number of sheets."""
    genuine, rng = forger.one(), forger.rng
    raw = bytearray(genuine.raw)
    at = rng.randrange(3)
    raw[at] ^= rng.choice((0x10, 0x20, 0x30, 0x01)) if at == 0 else rng.randint(1, 255)
    return _spelled(bytes(raw))


def grafted(forger: Forger) -> str:
    """The body of one genuine cover with the MAC of another."""
    one, other = forger.rng.sample(forger.genuine, 2)
    return _spelled(one.raw[:12] + other.raw[12:])


def signed_with_another_key(forger: Forger) -> str:
    """Made by our own code, under the same key id, with a key that is not ours."""
    key = {forger.ring.current: forger.rng.randbytes(32)}
    kind = forger.rng.choice(list(CodeKind))
    name = forger.rng.choice((forger.one().code.cover_id, forger.rng.randbytes(9).hex()))
    sheets = forger.rng.randint(0, 255)
    code = CoverCode(kind, forger.ring.current, name, sheets)
    return payload(code, KeyRing(key, forger.ring.current))


def weak_key(forger: Forger) -> str:
    """Signed with what a careless home might have used."""
    zeros, ones = bytes(32), b"\xff" * 32
    key = forger.rng.choice((b"", b"\0", zeros, ones, PREFIX.encode(), b"secret", bytes(range(32))))
    code = forger.one().code
    return payload(code, KeyRing({code.key_id: key}, code.key_id))


def other_version(forger: Forger) -> str:
    text = forger.one().text
    return forger.rng.choice(("MD0", "MD2", "MD9", "md1", "MD", "1DM", "")) + text[3:]


def random_bytes(forger: Forger) -> str:
    return _spelled(forger.rng.randbytes(20))


def random_behind_a_good_head(forger: Forger) -> str:
    """Our kind and key id, all else by chance: what guessing comes to."""
    head = bytes([forger.rng.choice((0x10, 0x20, 0x30, 0x40)), forger.ring.current, 0])
    return _spelled(head + forger.rng.randbytes(17))


FORGERIES: tuple[Forgery, ...] = (
    bits_flipped,
    characters_changed,
    characters_swapped,
    otherwise_spelled,
    truncated,
    extended,
    other_meaning,
    grafted,
    signed_with_another_key,
    weak_key,
    other_version,
    random_bytes,
    random_behind_a_good_head,
)


def _spelled(raw: bytes) -> str:
    return PREFIX + base64.b32encode(raw).decode("ascii")


def forger(seed: int) -> Forger:
    rng = random.Random(seed)
    ring = KeyRing({number: rng.randbytes(32) for number in (1, 2, 7)}, current=7)
    covers = [
        CoverCode(rng.choice(list(CodeKind)), key, rng.randbytes(9).hex(), rng.choice((0, 0, 3, 9)))
        for key in ring.keys
        for _ in range(_COVERS_A_KEY)
    ]
    texts = [payload(code, ring) for code in covers]
    raws = [base64.b32decode(text[len(PREFIX) :]) for text in texts]
    genuine = (Genuine(*each) for each in zip(covers, texts, raws, strict=True))
    return Forger(rng, ring, tuple(genuine))


@dataclass(frozen=True, slots=True)
class Count:
    """Of one way of forging: tries, accepted, and how many claimed to be ours (and so cast a
    doubt on their page). ``genuine`` tries turned out to be a printed code and are not counted."""

    tries: int
    accepted: int
    claimed: int
    genuine: int


def attempts(tries: int, seed: int) -> Iterator[tuple[str, Count]]:
    """Each way of forging with its share of the tries."""
    mind = forger(seed)
    printed = {each.text for each in mind.genuine}
    if any(verify(each.text, mind.ring) != each.code for each in mind.genuine):
        raise AssertionError("a genuine cover was refused: this run proves nothing")
    for number, way in enumerate(FORGERIES):
        share = tries // len(FORGERIES) + (number < tries % len(FORGERIES))
        yield way.__name__, _count(way, share, mind, printed)


def _count(way: Forgery, share: int, mind: Forger, printed: set[str]) -> Count:
    counted = Counter[str]()
    while counted["tries"] < share:
        text = way(mind)
        if text in printed:
            counted["genuine"] += 1
            continue
        counted["tries"] += 1
        counted["accepted"] += verify(text, mind.ring) is not None
        counted["claimed"] += is_ours(text)
    return Count(share, counted["accepted"], counted["claimed"], counted["genuine"])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tries", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    measured, started = commit(), time.monotonic()
    counts = dict(attempts(asked.tries, asked.seed))
    print(f"Commit {measured}, seed {asked.seed}, {time.monotonic() - started:.0f} s.\n")
    print("| forgery | tries | accepted | held as a doubtful code of ours |")
    print("|---|---:|---:|---:|")
    for name, count in counts.items():
        cells = (name.replace("_", " "), f"{count.tries:,}", str(count.accepted))
        print(f"| {' | '.join(cells)} | {count.claimed / max(count.tries, 1):.1%} |")
    accepted = sum(count.accepted for count in counts.values())
    print(f"| **all** | {sum(c.tries for c in counts.values()):,} | **{accepted}** | |")
    return int(accepted > 0)


if __name__ == "__main__":
    raise SystemExit(main())
