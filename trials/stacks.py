"""Stacks of paper whose truth is known, and what may happen to them before they are split."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from digitizer.model.paper import CodeKind, CoverCode, Doubt, DoubtReason
from digitizer.model.scanner_profile import Origin, Sides

NOW = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of paper. ``owner`` is whose words are on it; None where there are none."""

    owner: int | None = None
    blank: bool = True
    codes: tuple[CoverCode, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    inked: bool = False
    perhaps_blank: bool = False


BLANK = Side()
Leaf = tuple[Side, Side]


@dataclass(slots=True)
class Letter:
    """A letter as it was put into the stack, cover first, and whether a fault happened to it."""

    inmate: int
    code: CoverCode
    leaves: list[Leaf]
    faulty: bool = False


@dataclass(slots=True)
class Batch:
    """A stack on its way. ``spoilt``: the whole stack is wrong, and no letter of it is good."""

    letters: list[Letter]
    sides: Sides
    header: CoverCode | None
    registered: dict[str, dict[str, object]] = field(default_factory=dict)
    origin: Origin = Origin.BOTH
    spoilt: bool = False
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def way(self) -> Origin:
        """Which way its paper goes."""
        inside = self.letters[0].code.kind is CodeKind.REPLY
        return Origin.INSIDE if inside else Origin.OUTSIDE


@dataclass(frozen=True, slots=True)
class Counts:
    """What is printed that shows a vanished cover. ``sheets`` is a share of the covers."""

    title: str
    sheets: float
    header: bool


NO_COUNTS = Counts("no counts", 0.0, False)
SHEETS = Counts("sheet counts on all covers", 1.0, False)
HEADER = Counts("batch header", 0.0, True)
BOTH = Counts("sheet counts and batch header", 1.0, True)
SOME = Counts("sheet counts on half of the covers", 0.5, False)
ALL_COUNTS = (NO_COUNTS, SOME, SHEETS, HEADER, BOTH)


# --- a batch without faults


def make_batch(rng: random.Random, counts: Counts, sides: Sides, replies: float = 0.0) -> Batch:
    """``replies``: the share of batches that are of reply sheets."""
    reply = rng.random() < replies
    letters = [make_letter(rng, i, counts, sides, reply) for i in range(rng.randint(5, 40))]
    header = None
    if counts.header:
        header = CoverCode(CodeKind.BATCH, 1, "header", len(letters))
    return Batch(letters, sides, header)


def make_letter(
    rng: random.Random, number: int, counts: Counts, sides: Sides, reply: bool
) -> Letter:
    """A cover and 1 to 6 sheets, or a reply sheet on its own or with more: mail from inside and
    mail from outside share no stack."""
    behind = rng.choice((0, 0, 0, 0, 1)) if reply else rng.randint(1, 6)
    kind = CodeKind.REPLY if reply else CodeKind.INMATE
    code = CoverCode(kind, 1, f"{number}", behind if rng.random() < counts.sheets else 0)
    two_sided = rng.random() < 0.4 and sides is not Sides.SIMPLEX
    inked = rng.random() < 0.05
    front = Side(number, blank=False, codes=(code,), inked=inked)
    back = written(number) if two_sided and rng.random() < 0.05 else BLANK
    content = [(written(number), written(number) if two_sided else BLANK) for _ in range(behind)]
    return Letter(number, code, [(front, back), *content])


def own_blank(rng: random.Random, letter: Letter) -> None:
    """The letter has a blank sheet more, anywhere among its sheets; its cover counts it."""
    letter.leaves.insert(rng.randint(1, len(letter.leaves)), (BLANK, BLANK))
    if letter.code.sheets:
        letter.code = replace(letter.code, sheets=letter.code.sheets + 1)
        change_cover(letter, codes=(letter.code,))


def written(owner: int | None) -> Side:
    return Side(owner, blank=False)


# --- faults of one letter: each does its harm and says it did


LetterFault = Callable[[random.Random, Batch, Letter], None]


def unreadable(reason: DoubtReason) -> LetterFault:
    def spoil(rng: random.Random, batch: Batch, letter: Letter) -> None:
        change_cover(letter, codes=(), doubts=(Doubt(reason, "spoilt cover"),))

    return spoil


def decoder_failed(rng: random.Random, batch: Batch, letter: Letter) -> None:
    at = rng.randrange(len(letter.leaves))
    front, back = letter.leaves[at]
    doubts = (Doubt(DoubtReason.DECODER_FAILED, "decoder failed"),)
    letter.leaves[at] = (replace(front, codes=(), doubts=doubts), back)


def two_codes(rng: random.Random, batch: Batch, letter: Letter) -> None:
    other = rng.choice(batch.letters).code
    change_cover(letter, codes=(letter.code, replace(other, cover_id=f"x{other.cover_id}")))


def face_down(rng: random.Random, batch: Batch, letter: Letter) -> None:
    front, back = letter.leaves[0]
    letter.leaves[0] = (back, front)


def all_face_down(rng: random.Random, batch: Batch, letter: Letter) -> None:
    letter.leaves[:] = [(back, front) for front, back in letter.leaves]


def doubled(rng: random.Random, batch: Batch, letter: Letter) -> None:
    letter.leaves.insert(0, letter.leaves[0])


def emptied(rng: random.Random, batch: Batch, letter: Letter) -> None:
    del letter.leaves[1:]


def back_to_front(rng: random.Random, batch: Batch, letter: Letter) -> None:
    letter.leaves.reverse()


def reply_back_to_front(letter: Letter) -> None:
    """A reply sheet put in behind its further pages: needs no page after it, so shows nothing."""
    if letter.code.kind is CodeKind.REPLY and len(letter.leaves) > 1:
        letter.leaves.reverse()
        letter.faulty = True


def sheet_lost(rng: random.Random, batch: Batch, letter: Letter) -> None:
    del letter.leaves[rng.randrange(1, len(letter.leaves))]


def stray_blank(rng: random.Random, batch: Batch, letter: Letter) -> None:
    letter.leaves.insert(rng.randint(1, len(letter.leaves)), (BLANK, BLANK))


def written_back_up(rng: random.Random, batch: Batch, letter: Letter) -> None:
    letter.leaves[0] = (written(letter.inmate), letter.leaves[0][0])


def register_has(**facts: object) -> LetterFault:
    """A fault that only the register knows: see ``standing_of`` for the facts."""

    def spoil(rng: random.Random, batch: Batch, letter: Letter) -> None:
        batch.registered[letter.code.cover_id] = facts

    return spoil


def miscounted(rng: random.Random, batch: Batch, letter: Letter) -> None:
    """The family, not the scanner: the count printed on the cover was never right."""
    letter.code = replace(letter.code, sheets=letter.code.sheets + rng.choice((1, 2)))
    change_cover(letter, codes=(letter.code,))


def change_cover(letter: Letter, **changes: Any) -> None:
    front, back = letter.leaves[0]
    letter.leaves[0] = (replace(front, **changes), back)


LETTER_FAULTS: dict[str, LetterFault] = {
    "cover unreadable": unreadable(DoubtReason.COVER_UNREADABLE),
    "bad MAC": unreadable(DoubtReason.CODE_NOT_OURS),
    "decoder failed on a page": decoder_failed,
    "two codes on a cover": two_codes,
    "cover face down": face_down,
    "letter face down": all_face_down,
    "cover doubled": doubled,
    "letter lost behind its cover": emptied,
    "letter back to front": back_to_front,
    "sheet lost": sheet_lost,
    "stray blank sheet": stray_blank,
    "cover's written back up": written_back_up,
    "cover revoked": register_has(revoked=NOW),
    "cover stale": register_has(expires=NOW),
    "single-use cover reused": register_has(once=True, used_elsewhere=True),
    "cover of another facility": register_has(inmate=None),
    "sheets miscounted by the sender": miscounted,
}


# --- sheets of which nothing can be seen, and paper that lies


NOBODY = -1
"""Whose a forged page is: it is wrong wherever it is delivered."""


def faint_cover(rng: random.Random, batch: Batch, letter: Letter) -> None:
    """So faint that it may be a blank sheet: shown, and marked so."""
    change_cover(letter, codes=(), perhaps_blank=True)


def unseen_page(rng: random.Random, batch: Batch, letter: Letter) -> None:
    at = rng.randrange(len(letter.leaves))
    front, back = letter.leaves[at]
    unseen = (Doubt(DoubtReason.UNSEEN, "nothing can be made out"),)
    letter.leaves[at] = (replace(front, codes=(), doubts=unseen), back)


def pasted_code(rng: random.Random, batch: Batch, letter: Letter) -> None:
    """A reply sheet's code, cut from a copy and pasted on a page of one's own."""
    code = CoverCode(CodeKind.REPLY, 1, "victim")
    doubts = (Doubt(DoubtReason.REPLY_NOT_AS_PRINTED, "only its code"),)
    page = Side(NOBODY, blank=False, codes=(code,), doubts=doubts)
    letter.leaves.append((page, BLANK))
    _mix(batch, CodeKind.REPLY)


def other_way(rng: random.Random, batch: Batch, letter: Letter) -> None:
    """Paper from inside among letters from outside, or a copied cover and a note among replies."""
    kind = CodeKind.INMATE if letter.code.kind is CodeKind.REPLY else CodeKind.REPLY
    code = CoverCode(kind, 1, "other way")
    letter.leaves += [
        (Side(NOBODY, blank=False, codes=(code,)), BLANK),
        (written(NOBODY), BLANK),
    ]
    _mix(batch, kind)


def _mix(batch: Batch, kind: CodeKind) -> None:
    """Where the scanner's profile says nothing, both kinds in one stack hold all of it."""
    own = batch.letters[0].code.kind
    batch.spoilt |= batch.origin is Origin.BOTH and own is not kind


def may_be_legal(rng: random.Random, batch: Batch, letter: Letter) -> None:
    """A public tag on a page, or a marker copied, revoked or another facility's: all is sealed."""
    at = rng.randrange(len(letter.leaves))
    front, back = letter.leaves[at]
    doubts = (*front.doubts, Doubt(DoubtReason.LEGAL, "a mark, no code"))
    letter.leaves[at] = (replace(front, doubts=doubts), back)
    batch.spoilt = True


PAPER_FAULTS: dict[str, LetterFault] = {
    "nothing of a cover can be seen": unreadable(DoubtReason.UNSEEN),
    "cover known by its look alone": unreadable(DoubtReason.COVER_UNREADABLE),
    "cover so faint that it may be blank": faint_cover,
    "nothing of a page can be seen": unseen_page,
    "a reply sheet's code pasted on a page": pasted_code,
    "paper of the other way": other_way,
    "may be a legal marker": may_be_legal,
    "reply sheet or cover used up": register_has(once=True, used_elsewhere=True),
}


def may_happen(batch: Batch, letter: Letter) -> list[str]:
    """The faults that make sense for this letter.

    In simplex a cover whose written back is up never shows its code: a vanished cover, see
    there. A reply sheet behind its further pages has a table of its own.
    """
    absent = set()
    if batch.sides is Sides.SIMPLEX:
        absent.add("cover's written back up")
    if not letter.code.sheets:
        absent.add("sheets miscounted by the sender")
    if letter.code.kind is CodeKind.REPLY:
        absent |= {"letter back to front", "letter lost behind its cover"}
    if len(letter.leaves) < 2:
        absent.add("sheet lost")
    return [name for name in LETTER_FAULTS if name not in absent]


def vanished(letter: Letter) -> None:
    """A double feed: the cover never reached the glass."""
    letter.leaves.pop(0)


# --- faults of the whole stack, after those of its letters


StackFault = Callable[[random.Random, list[Leaf]], list[Leaf]]


def reversed_stack(rng: random.Random, leaves: list[Leaf]) -> list[Leaf]:
    return leaves[::-1]


def upside_down_stack(rng: random.Random, leaves: list[Leaf]) -> list[Leaf]:
    return [(back, front) for front, back in reversed(leaves)]


def first_cover_missing(rng: random.Random, leaves: list[Leaf]) -> list[Leaf]:
    return leaves[1:]


def cover_behind(rng: random.Random, leaves: list[Leaf]) -> list[Leaf]:
    stale = CoverCode(CodeKind.INMATE, 1, "stale")
    return [*leaves, (Side(None, blank=False, codes=(stale,)), BLANK)]


STACK_FAULTS: dict[str, StackFault] = {
    "stack reversed": reversed_stack,
    "stack turned over": upside_down_stack,
    "first cover missing": first_cover_missing,
    "a cover at the end": cover_behind,
}


def reverse_handful(rng: random.Random, batch: Batch) -> None:
    """A few neighbouring letters put in back to front, as one hand grips them."""
    first = rng.randrange(len(batch.letters) - 1)
    last = min(first + rng.randint(2, 8), len(batch.letters))
    handful = batch.letters[first:last]
    for letter in handful:
        letter.leaves.reverse()
        letter.faulty = True
    batch.letters[first:last] = handful[::-1]
    batch.faults["handful reversed"] += 1


def scan(
    batch: Batch, leaves: Sequence[Leaf], rng: random.Random, rate: float, uneven_runs: float = 0.0
) -> list[Side]:
    """The sides in the order in which the scanner writes them; in two-sided scans one may lack.

    ``uneven_runs``: the share of two-run stacks whose runs each lost a sheet, not the same.
    """
    fronts, backs = [front for front, _ in leaves], [back for _, back in leaves]
    if uneven_runs and batch.sides is Sides.ODD_EVEN and rng.random() < uneven_runs:
        uncoded = [i for i, front in enumerate(fronts) if not front.codes]
        if uncoded:  # a stack may be reply sheets and nothing else
            del fronts[rng.choice(uncoded)]
            del backs[rng.randrange(len(backs))]
            batch.faults["each run lost a sheet"] += 1
    if batch.sides is Sides.SIMPLEX:
        return fronts
    if batch.sides is Sides.DUPLEX:
        sides = [side for leaf in leaves for side in leaf]
    else:
        sides = fronts + backs[::-1]
    if rng.random() < rate / 4:
        del sides[rng.randrange(len(sides))]
        batch.spoilt = True
        batch.faults["one side lost"] += 1
    return sides
