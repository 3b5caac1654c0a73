"""One made back through the imaging, and what it said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitizer.engines.imaging import prepare
from digitizer.engines.opening import OpenedPage
from trials.backs import blanks, contents, faint
from trials.backs.fronts import corpus_pages, of_the_corpus, printed, written
from trials.backs.side import (
    Mode,
    Pixels,
    Scanner,
    Side,
    empty_side,
    scanned,
    some_scanner,
)

BLANK_INK = 0.0002  # as the built-in profiles have it; 0.0001 for those in black and white
BLANK_INK_BILEVEL = 0.0001
_SEEN_IN_BILEVEL = 190.0  # levels: thin strokes lose half of it before the threshold


@dataclass(frozen=True, slots=True)
class Back:
    """A back to be made. ``empty``: nobody put anything on it. ``name`` is its kind."""

    seed: int
    number: int
    empty: bool
    held_out: bool
    name: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a back: ``answer`` is "blank", "perhaps blank" or "content"; ``alone`` the
    same where its front is not known."""

    back: Back
    answer: str
    alone: str
    scanner: str

    @property
    def is_wrong(self) -> bool:
        """Hidden though it carries something, or shown though it is empty."""
        return (self.answer == "blank") != self.back.empty


def backs(seed: int, filled: int, empty: int) -> list[Back]:
    """So many of each; every other one of a kind that the imaging was not developed on."""
    plan = []
    for is_empty, count in ((False, filled), (True, empty)):
        kinds = _kinds(is_empty, held_out=False), _kinds(is_empty, held_out=True)
        for number in range(count):
            group = kinds[number % 2]
            name = sorted(group)[number // 2 % len(group)]
            plan.append(Back(seed, number, is_empty, bool(number % 2), name))
    return plan


def _kinds(empty: bool, held_out: bool) -> dict[str, Callable[[Side], None]]:
    sources = (blanks,) if empty else (contents, faint)
    kinds = [each for one in sources for each in (one.HELD_OUT if held_out else one.TUNED)]
    named = {each.__name__.replace("_", " "): each for each in kinds}
    if empty and held_out and corpus_pages():
        named["a real page shows through"] = _real_show_through
    return named


def _real_show_through(side: Side) -> None:
    blanks.shine(side, of_the_corpus(side))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A back as scanned, the front if it shines through, their dpi, and the scanner in words."""

    back: Pixels
    front: Pixels | None
    dpi: int
    scanner: str


def sheet_of(back: Back) -> Sheet:
    rng = np.random.default_rng((back.seed, back.number, int(back.empty)))
    draw = _kinds(back.empty, back.held_out)[back.name]
    scanner = some_scanner(rng, _mode(back, draw, rng))
    tone_on_tone = draw is contents.tone_on_tone
    in_colour = scanner.mode is Mode.COLOUR
    grain = None
    if draw in faint.FAINT:
        scanner, grain = faint.some_faint_scanner(rng, scanner), faint.some_grain(rng)
    side = empty_side(rng, scanner.dpi, in_colour, True if tone_on_tone else None, grain)
    if not back.empty and scanner.mode is not Mode.BILEVEL and rng.random() < 0.3:
        blanks.shine(side, written(side) if rng.random() < 0.5 else printed(side), most=25)
    side.least = _SEEN_IN_BILEVEL if scanner.mode is Mode.BILEVEL and not back.empty else 0.0
    draw(side)
    side.least = 0.0
    if not back.empty and rng.random() < 0.4:
        blanks.dust(side)
    words = f"{scanner.mode} {scanner.dpi} dpi, {scanner.quality or 'lossless'}"
    return Sheet(scanned(side, scanner), _front(side, scanner), scanner.dpi, words)


def _front(side: Side, scanner: Scanner) -> Pixels | None:
    """The front as the same scanner saw it, a little shifted."""
    if side.front is None:
        return None
    rng = side.rng
    other = Side(np.full_like(side.image, int(rng.integers(235, 252))), side.dpi, rng)
    other.lay(side.front, side.between(-3, 3), side.between(-3, 3), side.between(120, 230))
    return scanned(other, scanner)


def _mode(back: Back, draw: Callable[[Side], None], rng: np.random.Generator) -> Mode | None:
    """What is faint is nothing at all in black and white, and pale colours little in grey."""
    if back.empty or draw in contents.DARK:
        return None
    if draw in contents.COLOURED:
        return Mode.COLOUR
    return Mode.COLOUR if rng.random() < 0.6 else Mode.GREY


def answer_to(sheet: Sheet, front_known: bool = True) -> str:
    bilevel = sheet.scanner.startswith(Mode.BILEVEL)
    blank_ink = BLANK_INK_BILEVEL if bilevel else BLANK_INK
    before = None
    if front_known and sheet.front is not None:
        before = prepare(OpenedPage(1, sheet.front, sheet.dpi), blank_ink)
    page = prepare(OpenedPage(2, sheet.back, sheet.dpi), blank_ink, before)
    if page.blank:
        return "blank"
    return "perhaps blank" if page.perhaps_blank else "content"


def measure(back: Back) -> Result:
    sheet = sheet_of(back)
    answer = answer_to(sheet)
    alone = answer if sheet.front is None else answer_to(sheet, front_known=False)
    return Result(back, answer, alone, sheet.scanner)
