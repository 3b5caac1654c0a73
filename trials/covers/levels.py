"""How much is done to a cover: six levels, and covers whose codes are all destroyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from trials.covers import paper_wear as paper
from trials.covers.augraphy_wear import NAMES, augraphy_wear
from trials.covers.glass import Glass
from trials.covers.paper_wear import Wear


class Level(StrEnum):
    """ORDINARY is the class that must be read: 200 to 300 dpi, up to 5 degrees, one fold.

    WORN adds one named wear, plain or slight; BAD three; RUIN five, severe. DESTROYED is an
    ordinary scan of a cover without any code left: it must be known to be a cover. AUGRAPHY is an
    ordinary scan after two of augraphy's wears.
    """

    CLEAN = "0 clean"
    LIGHT = "1 light"
    ORDINARY = "2 ordinary"
    WORN = "3 worn"
    BAD = "4 bad"
    RUIN = "5 ruin"
    DESTROYED = "all codes destroyed"
    AUGRAPHY = "augraphy"


SHARES: dict[Level, float] = {
    Level.CLEAN: 0.03,
    Level.LIGHT: 0.07,
    Level.ORDINARY: 0.32,
    Level.WORN: 0.24,
    Level.BAD: 0.10,
    Level.RUIN: 0.06,
    Level.DESTROYED: 0.18,
}
"""Of all covers; most where a share must be known to a tenth of a per cent."""

Rng = np.random.Generator
GlassWear = Callable[[Glass, int, Rng], Glass]

ON_PAPER: dict[str, Wear] = {
    "photocopied": paper.photocopied,
    "folded": paper.folded,
    "coffee ring": paper.coffee_ring,
    "staple": paper.staple,
    "torn corner": paper.torn,
    "pen over codes": paper.pen,
    "low toner": paper.low_toner,
    "grey paper": paper.grey_paper,
    "spread ink": paper.spread_ink,
    "streaks": paper.streaked,
}


def _fax(glass: Glass, strength: int, rng: Rng) -> Glass:
    return replace(glass, fax=98 if strength == 3 else 196, blur=0.5)


def _telephone(glass: Glass, strength: int, rng: Rng) -> Glass:
    return replace(
        glass,
        dpi=int(rng.integers(180, 300)),
        tilt=0.015 + 0.015 * strength,
        quarters=0,
        shadow=0.15 * strength,
        blur=0.4 * strength,
        noise=4.0,
        quality=75,
        bilevel=False,
        fax=0,
    )


def _blurred(glass: Glass, strength: int, rng: Rng) -> Glass:
    return replace(glass, blur=0.6 + 0.9 * strength)


def _crushed(glass: Glass, strength: int, rng: Rng) -> Glass:
    return replace(glass, quality=(30, 18, 8)[strength - 1], bilevel=False)


def _turned(glass: Glass, strength: int, rng: Rng) -> Glass:
    return replace(glass, quarters=int(rng.integers(1, 4)))


def _scaled(glass: Glass, strength: int, rng: Rng) -> Glass:
    return replace(glass, scale=float(rng.choice([0.92, 1.04])))


def _noisy(glass: Glass, strength: int, rng: Rng) -> Glass:
    return replace(glass, noise=8.0 * strength)


ON_GLASS: dict[str, GlassWear] = {
    "fax": _fax,
    "telephone": _telephone,
    "blurred": _blurred,
    "crushed JPEG": _crushed,
    "turned": _turned,
    "scaled 92 or 104 %": _scaled,
    "noisy": _noisy,
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What will happen to one cover: wears of its paper with their strengths, then a glass.

    ``named`` are the wears by name, for the table. Chance within each comes later.
    """

    level: Level
    on_paper: tuple[tuple[Wear, int], ...]
    glass: Glass
    named: tuple[str, ...] = ()


def draw_level(rng: Rng) -> Level:
    """A level by chance, as often as SHARES says."""
    levels: list[Level] = list(SHARES)
    return levels[int(rng.choice(len(levels), p=list(SHARES.values())))]


def fate(level: Level, rng: Rng) -> Fate:
    """A fate of this level, drawn by chance."""
    if level is Level.CLEAN:
        return Fate(level, (), Glass(noise=0.0))
    if level is Level.LIGHT:
        glass = Glass(skew=rng.uniform(-1, 1), noise=3, blur=rng.uniform(0, 0.5), quality=85)
        return Fate(level, (), glass)
    ordinary = _ordinary_glass(rng)
    if level is Level.ORDINARY:
        return Fate(level, ((paper.folded, 2),), ordinary)
    if level is Level.AUGRAPHY:
        names = tuple(NAMES[int(each)] for each in rng.permutation(len(NAMES))[:2])
        return Fate(level, tuple((augraphy_wear(name), 2) for name in names), ordinary, names)
    if level is Level.DESTROYED:
        return Fate(level, ((paper.folded, 2), (paper.destroyed, 1)), ordinary)
    count, strengths = {
        Level.WORN: (1, (1, 2)),
        Level.BAD: (3, (2, 3)),
        Level.RUIN: (5, (3,)),
    }[level]
    return _worn(level, ordinary, count, strengths, rng)


def _ordinary_glass(rng: Rng) -> Glass:
    return Glass(
        dpi=int(rng.choice([200, 240, 300], p=[0.3, 0.1, 0.6])),
        skew=rng.uniform(-5, 5),
        scale=rng.uniform(0.94, 1.03),
        quarters=int(rng.choice([0, 1, 2, 3], p=[0.85, 0.03, 0.09, 0.03])),
        lid=int(rng.choice([255, 235, 20], p=[0.6, 0.2, 0.2])),
        blur=rng.uniform(0.2, 1.0),
        noise=rng.uniform(1, 6),
        quality=int(rng.integers(55, 90)),
        bilevel=bool(rng.random() < 0.3),
        colour=bool(rng.random() < 0.12),
    )


def _worn(level: Level, glass: Glass, count: int, strengths: tuple[int, ...], rng: Rng) -> Fate:
    names = [*ON_PAPER, *ON_GLASS]
    chosen = [names[int(each)] for each in rng.permutation(len(names))[:count]]
    wears: list[tuple[Wear, int]] = []
    for name in chosen:
        strength = int(rng.choice(strengths))
        if name in ON_PAPER:
            wears.append((ON_PAPER[name], strength))
        else:
            glass = ON_GLASS[name](glass, strength, rng)
    return Fate(level, tuple(wears), glass, tuple(chosen))
