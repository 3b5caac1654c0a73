"""What the back of a letter has on it without anybody having put it there.

``TUNED`` are the kinds that the imaging was developed on; ``HELD_OUT`` were written before it
was, and are only measured.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from trials.backs.fronts import Front, bitmap_of_a_photograph, printed, written
from trials.backs.side import Alpha, Side
from trials.backs.strokes import blob, size_of, soft

Wear = Callable[[Side], None]


def nothing(_side: Side) -> None:
    """Paper, its grain, the scanner's noise."""


def punch_holes(side: Side) -> None:
    """Two, three or four, with the lid seen through them: dark, or white with a shadow."""
    across, down = side.size
    count, apart = ((2, 80), (2, 70), (3, 108), (4, 80))[int(side.rng.integers(4))]
    x = side.between(9, 14)
    x = x if side.rng.random() < 0.6 else across - x
    first = down / 2 - apart * (count - 1) / 2 + side.between(-6, 6)
    radius, dark = side.between(2.7, 3.7), side.rng.random() < 0.6
    tone = side.between(60, 230) if dark else side.between(15, 70)
    for number in range(count):
        hole(side, x + side.between(-0.3, 0.3), first + number * apart, radius, tone, dark)


def hole(side: Side, x: float, y: float, radius: float, tone: float, dark: bool) -> None:
    layer = side.canvas(2 * radius + 2, 2 * radius + 2)
    middle = layer.shape[0] // 2
    cv2.circle(layer, (middle, middle), side.px(radius), 1.0, -1, cv2.LINE_AA)
    if not dark:  # a crescent: the shadow of the hole's rim on a white lid
        moved = np.roll(layer, (side.px(0.35), side.px(0.25)), (0, 1))
        layer = soft(side, np.clip(layer - moved, 0, 1), 0.12)
    side.lay(layer, x - radius - 1, y - radius - 1, tone)


def dust(side: Side) -> None:
    across, down = side.size
    for _ in range(int(side.rng.integers(5, 160))):
        radius = float(min(0.38, 0.1 + side.rng.exponential(0.07)))
        speck(side, side.between(0, across), side.between(0, down), radius, side.between(30, 190))


def speck(side: Side, x: float, y: float, radius: float, tone: float) -> None:
    layer = side.canvas(2 * radius + 0.5, 2 * radius + 0.5)
    middle = layer.shape[0] / 2 - 0.5
    rows, columns = np.mgrid[0 : layer.shape[0], 0 : layer.shape[1]]
    long = side.between(0.7, 1.3)
    away = np.hypot((rows - middle) * long, (columns - middle) / long) * 25.4 / side.dpi
    part = np.clip((radius - away) * side.dpi / 25.4 + 0.5, 0, 1).astype(np.float32)
    side.lay(part, x - radius, y - radius, tone)


def edge_shadow(side: Side) -> None:
    """A soft shadow along one or two edges."""
    for quarter in side.rng.permutation(4)[: int(side.rng.integers(1, 3))]:
        _shade_edge(side, int(quarter), side.between(2, 9), side.between(12, 80))


def _shade_edge(side: Side, quarter: int, deep: float, tone: float) -> None:
    height, width = side.image.shape[:2]
    across = (height, width)[quarter % 2 == 0]
    fall = np.exp(-np.arange(side.px(3 * deep)) / side.px(deep)).astype(np.float32)
    strength = 1 + 0.2 * np.sin(np.arange(across) / across * side.between(1, 6))
    layer = np.ascontiguousarray(
        np.rot90(fall[:, None] * strength[None].astype(np.float32), -quarter)
    )
    wide, tall = size_of(side, layer)
    left = side.size[0] - wide if quarter == 1 else 0.0
    top = side.size[1] - tall if quarter == 2 else 0.0
    side.lay(layer, left, top, tone)


def lid_border(side: Side) -> None:
    """The sheet lies askew on a dark lid or feeder: wedges along its edges."""
    height, width = side.image.shape[:2]
    angle = side.between(-2.2, 2.2)
    shift = side.between(-3, 3) * side.dpi / 25.4, side.between(-3, 3) * side.dpi / 25.4
    move = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    move[:, 2] += np.array(shift)
    tone = int(side.between(5, 90))
    lid = cv2.warpAffine(
        side.image, move, (width, height), flags=cv2.INTER_LINEAR, borderValue=(tone,) * 3
    )
    side.image[:] = np.asarray(lid, np.uint8).reshape(side.image.shape)
    if side.front is not None:  # the same sheet lies as askew under the other lamp
        mirrored = np.ascontiguousarray(side.front[:, ::-1])
        moved = np.asarray(cv2.warpAffine(mirrored, move, (width, height)), np.float32)
        side.front = np.ascontiguousarray(moved[:, ::-1])


def show_through(side: Side) -> None:
    """The writing or print of the front, mirrored, softened by the paper."""
    front = written(side) if side.rng.random() < 0.6 else printed(side)
    shine(side, front)


def shine(side: Side, front: Front, most: float = 42) -> None:
    """The sheet has this front, and it shines through by up to so many levels."""
    side.front = front
    mirrored = np.ascontiguousarray(front[:, ::-1])
    side.lay(soft(side, mirrored, side.between(0.3, 0.7)), 0, 0, side.between(8, most))


def folds(side: Side) -> None:
    """One to three folds across or along: a line of shadow, often with light beside it."""
    across, down = side.size
    flat = side.rng.random() < 0.75
    count = int(side.rng.integers(1, 4))
    for number in range(count):
        at = (down if flat else across) * (number + 1) / (count + 1) + side.between(-4, 4)
        _fold(side, at, flat, side.between(4, 26), side.between(-0.6, 0.6))


def _fold(side: Side, at: float, flat: bool, tone: float, slope: float) -> None:
    height, width = side.image.shape[:2]
    long = width if flat else height
    layer = np.zeros((side.px(8), long), np.float32)
    middle, rise = layer.shape[0] / 2, np.tan(np.radians(slope)) * long / 2
    ends = (0, int(middle - rise)), (long - 1, int(middle + rise))
    cv2.line(layer, ends[0], ends[1], 1.0, side.px(side.between(0.2, 0.7)), cv2.LINE_AA)
    layer = soft(side, layer, side.between(0.1, 0.5))
    if side.rng.random() < 0.6:
        layer -= 0.7 * np.roll(layer, side.px(0.6), 0)
    strength = 0.6 + 0.4 * np.sin(np.linspace(0, side.between(2, 9), long))
    layer = layer * strength[None].astype(np.float32)
    if flat:
        side.lay(layer, 0, at - 4, tone)
    else:
        side.lay(np.ascontiguousarray(layer.T), at - 4, 0, tone)


def staple_marks(side: Side) -> None:
    """A staple's two holes near a corner, or the staple's dull line."""
    across, down = side.size
    x = side.between(5, 16) if side.rng.random() < 0.7 else across - side.between(5, 16)
    y = side.between(5, 16) if side.rng.random() < 0.8 else down - side.between(5, 16)
    angle = float(side.rng.choice((0.0, 45.0, 90.0, 135.0))) + side.between(-6, 6)
    dx, dy = np.cos(np.radians(angle)) * 5.8, np.sin(np.radians(angle)) * 5.8
    tone = side.between(40, 150)
    for sign in (-1, 1):
        speck(side, x + sign * dx, y + sign * dy, side.between(0.2, 0.4), tone)
    if side.rng.random() < 0.4:
        layer = side.canvas(16, 16)
        middle = layer.shape[0] // 2
        reach = np.array((dx, dy)) * side.dpi / 25.4
        ends = (
            (int(middle - reach[0]), int(middle - reach[1])),
            (
                int(middle + reach[0]),
                int(middle + reach[1]),
            ),
        )
        cv2.line(layer, ends[0], ends[1], 1.0, side.px(0.5), cv2.LINE_AA)
        side.lay(layer, x - 8, y - 8, tone)


def roller_marks(side: Side) -> None:
    """Broad, faint tracks in the direction of the feed, or a smudge at each turn of a roller."""
    across, down = side.size
    for x in side.rng.uniform(20, across - 20, int(side.rng.integers(1, 4))):
        tone, wide = side.between(2.5, 8), side.between(4, 14)
        layer = soft(side, np.pad(side.canvas(wide, down) + 1, ((0, 0), (40, 40))), 0.8)
        if side.rng.random() < 0.4:
            turn = side.between(35, 70)
            pulse = np.arange(layer.shape[0]) * 25.4 / side.dpi % turn < turn * 0.25
            layer = soft(side, layer * pulse[:, None].astype(np.float32), 1.0)
        side.lay(layer, float(x), 0, tone)


def many_wears(side: Side) -> None:
    chosen = side.rng.permutation(np.arange(len(_MILD)))[:3]
    for number in chosen:
        _MILD[int(number)](side)


_MILD: tuple[Wear, ...] = (punch_holes, dust, edge_shadow, show_through, folds, staple_marks)


# ---- held out


def crumpled(side: Side) -> None:
    """Crushed in a pocket and smoothed out."""
    across, down = side.size
    for _ in range(int(side.rng.integers(3, 9))):
        width, height = side.between(40, 150), side.between(40, 150)
        layer = side.canvas(width, height)
        ends = side.rng.uniform(0, 1, (2, 2)) * (layer.shape[1], layer.shape[0])
        cv2.line(layer, tuple(ends[0].astype(int)), tuple(ends[1].astype(int)), 1.0, side.px(0.5))
        layer = soft(side, layer, side.between(0.3, 0.8))
        layer -= 0.8 * np.roll(layer, (side.px(0.7), side.px(0.5)), (0, 1))
        left, top = side.between(-20, across - 60), side.between(-20, down - 60)
        side.lay(layer, left, top, side.between(4, 14))


def dog_ear(side: Side) -> None:
    """A corner turned down or torn off, the lid seen in its place."""
    leg = side.px(side.between(6, 22))
    layer = np.tri(leg, leg, dtype=np.float32)[::-1]
    quarter = int(side.rng.integers(4))
    layer = np.ascontiguousarray(np.rot90(layer, -quarter))
    mm = leg * 25.4 / side.dpi
    left = side.size[0] - mm if quarter in (1, 2) else 0.0
    top = side.size[1] - mm if quarter in (2, 3) else 0.0
    side.lay(layer, left, top, side.between(20, 220))


def recycled_paper(side: Side) -> None:
    """Flecks of fibre all over."""
    across, down = side.size
    for _ in range(int(side.rng.integers(150, 600))):
        size = side.between(0.08, 0.22)
        speck(side, side.between(0, across), side.between(0, down), size, side.between(8, 45))


def feeder_streaks(side: Side) -> None:
    """Dust on a feeder's glass: thin lines from top to bottom."""
    for x in side.rng.uniform(8, side.size[0] - 8, int(side.rng.integers(1, 4))):
        line = np.ones((side.image.shape[0], side.px(side.between(0.08, 0.25))), np.float32)
        side.lay(line, float(x), 0, side.between(8, 60))


def aged_edges(side: Side) -> None:
    """Browned from the edges inwards."""
    for quarter in range(4):
        height, width = side.image.shape[:2]
        across = (height, width)[quarter % 2 == 0]
        fall = np.exp(-np.arange(side.px(40)) / side.px(side.between(6, 14))).astype(np.float32)
        layer = np.ascontiguousarray(np.rot90(np.repeat(fall[:, None], across, axis=1), -quarter))
        wide, tall = size_of(side, layer)
        left = side.size[0] - wide if quarter == 1 else 0.0
        top = side.size[1] - tall if quarter == 2 else 0.0
        tone = side.between(5, 25)
        side.lay(layer, left, top, (0.4 * tone, 0.7 * tone, 1.3 * tone))


def shorter_sheet(side: Side) -> None:
    """The scanner's grey roller is seen below a sheet shorter than its window."""
    height = side.px(side.between(4, 40))
    grey = float(np.median(side.image[-height:])) - side.between(20, 110)
    roller = side.image[-height:].mean(axis=2, keepdims=True)  # with the grain, without the tint
    roller += grey - float(roller.mean())
    side.image[-height:] = np.clip(roller, 0, 255).astype(np.uint8)


def photograph_shows_through(side: Side) -> None:
    shine(side, bitmap_of_a_photograph(side))


def thick_marker_shows_through(side: Side) -> None:
    shine(side, written(side, pen=1.6, height=9))


def folded_holed_and_shown_through(side: Side) -> None:
    for wear in (folds, punch_holes, show_through, lid_border):
        wear(side)


def smudge_of_a_thumb(side: Side) -> None:
    """Grease, hardly to be seen, at an edge."""
    layer: Alpha = blob(side, 16, 20, 3)
    side.lay(layer, side.between(-8, -2), side.between(30, 200), side.between(2, 4))


TUNED: tuple[Wear, ...] = (
    nothing,
    punch_holes,
    dust,
    edge_shadow,
    lid_border,
    show_through,
    folds,
    staple_marks,
    roller_marks,
    many_wears,
)
HELD_OUT: tuple[Wear, ...] = (
    crumpled,
    dog_ear,
    recycled_paper,
    feeder_streaks,
    aged_edges,
    shorter_sheet,
    photograph_shows_through,
    thick_marker_shows_through,
    folded_holed_and_shown_through,
    smudge_of_a_thumb,
)
