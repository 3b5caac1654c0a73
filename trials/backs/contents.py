"""Faint and marginal things that people put on the back of a letter. None may be hidden.

``TUNED`` are the kinds that the imaging was developed on; ``HELD_OUT`` were written before it
was, and are only measured. ``DARK`` kinds survive a black-and-white scan.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from trials.backs.side import Levels, Side
from trials.backs.strokes import (
    blob,
    clouds,
    curve,
    pencil_grain,
    size_of,
    soft,
    some_word,
    word,
)

Drawing = Callable[[Side], None]


def writing_at_an_edge(side: Side) -> None:
    """A word within 5 mm of an edge, or running over it."""
    layer = word(side, some_word(side), side.between(2.5, 5), side.between(0.3, 0.6))
    quarter = int(side.rng.integers(4))
    layer = np.ascontiguousarray(np.rot90(layer, int(side.rng.choice((0, 0, 1, 3)))))
    width, height = size_of(side, layer)
    across, down = side.size
    gap = side.between(-0.35, 0.35) * min(width, height)
    left, top = side.place(width, height, 3)
    left = {0: gap, 1: across - width - gap}.get(quarter, left)
    top = {2: gap, 3: down - height - gap}.get(quarter, top)
    side.lay(layer, left, top, side.between(35, 190))


def sticker(side: Side) -> None:
    """A sticker near an edge or over it: another tone, sometimes a rim, sometimes a word on it."""
    width, height = side.between(8, 40), side.between(8, 25)
    layer = side.canvas(width, height)
    tall, wide = layer.shape
    if side.rng.random() < 0.4:
        cv2.ellipse(
            layer, (wide // 2, tall // 2), (wide // 2 - 2, tall // 2 - 2), 0, 0, 360, 1.0, -1
        )
    else:
        layer[:] = 1.0
    across, down = side.size
    left, top = side.place(width, height, 1)
    gap = side.between(-3, 4)
    if side.rng.random() < 0.5:
        left = gap if side.rng.random() < 0.5 else across - width - gap
    else:
        top = gap if side.rng.random() < 0.5 else down - height - gap
    tone = side.between(8, 70)
    tint = side.rng.uniform(0.4, 1.0, 3)
    side.lay(layer, left, top, (tone * tint[0], tone * tint[1], tone * tint[2]))
    if side.rng.random() < 0.4:
        side.lay(word(side, "love", 4, 0.4), left + 2, top + 2, side.between(40, 150))


def pale_wash(side: Side) -> None:
    """Watercolour, thin."""
    width, height = side.between(25, 120), side.between(25, 100)
    layer = blob(side, width, height, side.between(0.3, 4))
    layer *= 0.6 + 0.4 * clouds(side, width, height, 12)[: layer.shape[0], : layer.shape[1]]
    tone = side.between(9, 26)
    tint = side.rng.permutation([1.0, side.between(0.2, 0.8), side.between(0.1, 0.6)])
    left, top = side.place(width, height, 5)
    side.lay(layer, left, top, (tone * tint[0], tone * tint[1], tone * tint[2]))


def pencil_shading(side: Side) -> None:
    """A soft pencil's shading, hatched or rubbed."""
    width, height = side.between(20, 70), side.between(20, 70)
    layer = blob(side, width, height, 1.5)
    if side.rng.random() < 0.5:
        hatch = np.zeros_like(layer)
        step = side.px(side.between(1.2, 2.5))
        for start in range(-layer.shape[0], layer.shape[1], step):
            begin, end = (start, layer.shape[0]), (start + layer.shape[0], 0)
            cv2.line(hatch, begin, end, 1.0, side.px(0.7), cv2.LINE_AA)
        layer = layer * soft(side, hatch, 0.2)
    layer = pencil_grain(side, layer)
    left, top = side.place(width, height, 8)
    side.lay(layer, left, top, side.between(14, 34))


def pale_photograph(side: Side) -> None:
    """A picture over the whole side, with little ink left."""
    width, height = side.size
    broad, fine = clouds(side, width, height, 60), clouds(side, width, height, 14)
    layer = 0.7 * broad[: side.image.shape[0], : side.image.shape[1]]
    layer = layer + 0.3 * fine[: layer.shape[0], : layer.shape[1]]
    side.lay(layer.astype(np.float32), 0, 0, side.between(22, 60))


def finger_print(side: Side) -> None:
    """Ridges, broken into dots."""
    layer = side.canvas(17, 22)
    tall, wide = layer.shape
    y, x = np.mgrid[0:tall, 0:wide].astype(np.float32)
    x, y = (x - wide / 2) / wide, (y - tall / 2) / tall
    radius = np.hypot(x * 1.2, y + 0.1) + 0.02 * np.sin(9 * x)
    ridges = np.sin(radius * 2 * np.pi * 22 / side.between(0.45, 0.6))
    spots = soft(side, side.rng.random(layer.shape).astype(np.float32), 0.15)
    spots = (spots - spots.mean()) / spots.std()
    layer = np.where((ridges > 0.3) & (spots > side.between(-0.2, 0.8)) & (radius < 0.5), 1, 0)
    left, top = side.place(17, 22, 4)
    side.lay(soft(side, layer.astype(np.float32), 0.06), left, top, side.between(28, 140))


def faint_pencil(side: Side) -> None:
    layer = word(side, some_word(side), side.between(3.5, 7), side.between(0.4, 0.6))
    left, top = side.place(*size_of(side, layer))
    side.lay(pencil_grain(side, layer, 0.8), left, top, side.between(16, 32))


def yellow_highlighter(side: Side) -> None:
    width, height = side.between(15, 80), side.between(3, 5)
    left, top = side.place(width, height)
    layer = soft(side, np.pad(side.canvas(width, height) + 1, 8), 0.1)
    side.lay(layer, left, top, (2.0, side.between(0, 6), side.between(45, 120)))


def embossed(side: Side) -> None:
    """A mark pressed into the paper without ink: one flank in shadow, the other in light."""
    if side.rng.random() < 0.5:
        layer = word(side, some_word(side), side.between(5, 9), side.between(0.5, 0.8))
    else:
        layer = side.canvas(40, 40)
        middle = layer.shape[0] // 2
        for radius in (0.95, 0.7):
            cv2.circle(
                layer, (middle, middle), int(middle * radius), 1.0, side.px(0.7), cv2.LINE_AA
            )
    layer = np.pad(soft(side, layer, 0.15), side.px(1))
    flanks = layer - np.roll(layer, (side.px(0.35), side.px(0.25)), (0, 1))
    left, top = side.place(*size_of(side, layer))
    side.lay(flanks, left, top, side.between(18, 40))


def pale_stamp(side: Side) -> None:
    layer = side.canvas(26, 26)
    middle = layer.shape[0] // 2
    cv2.circle(layer, (middle, middle), middle - side.px(1), 1.0, side.px(0.5), cv2.LINE_AA)
    text = word(side, "PAID", 5, 0.6)
    top, left = middle - text.shape[0] // 2, max(0, middle - text.shape[1] // 2)
    part = layer[top : top + text.shape[0], left : left + text.shape[1]]
    part[:] = np.maximum(part, text[: part.shape[0], : part.shape[1]])
    tint: Levels = ((0.3, 1, 0.9), (1, 0.9, 0.2), (1, 1, 1))[int(side.rng.integers(3))]
    tone = side.between(22, 70)
    x, y = side.place(26, 26, 3)
    side.lay(layer, x, y, (tone * tint[0], tone * tint[1], tone * tint[2]))


def short_word(side: Side) -> None:
    text = str(side.rng.choice(("Hi", "Mom", "ok", "no", "2", "J.")))
    layer = word(side, text, side.between(2, 4), side.between(0.25, 0.5))
    left, top = side.place(*size_of(side, layer))
    side.lay(layer, left, top, side.between(60, 190))


def code_dots(side: Side) -> None:
    """Single dots of a pen, in rows."""
    rows, columns = int(side.rng.integers(1, 5)), int(side.rng.integers(5, 14))
    step = side.between(3, 9)
    x, y = side.place(columns * step, rows * step)
    radius = side.between(0.22, 0.4)
    tone = side.between(70, 190)
    for row in range(rows):
        for column in range(columns):
            if side.rng.random() < 0.75 or (row == 0 and column < 5):
                _dot(side, x + column * step, y + row * step, radius, tone)


def _dot(side: Side, x: float, y: float, radius: float, tone: float) -> None:
    reach = radius + 0.3
    layer = side.canvas(2 * reach, 2 * reach)
    centre = layer.shape[1] / 2 - 0.5
    rows, columns = np.mgrid[0 : layer.shape[0], 0 : layer.shape[1]]
    away = np.hypot(rows - centre, columns - centre) * 25.4 / side.dpi
    side.lay(
        np.clip((radius - away) * side.dpi / 25.4 + 0.5, 0, 1).astype(np.float32),
        x - reach,
        y - reach,
        tone,
    )


def blue_ruled_form(side: Side) -> None:
    across, down = side.size
    step, tone = side.between(6, 10), side.between(14, 45)
    line = np.ones((side.px(side.between(0.15, 0.35)), side.px(across - 30)), np.float32)
    for top in np.arange(side.between(20, 60), down - side.between(20, 120), step):
        side.lay(line, 15, float(top), (tone, 0.55 * tone, 0.15 * tone))


def tone_on_tone(side: Side) -> None:
    """Ink of the coloured paper's own hue."""
    tint = np.broadcast_to(np.median(side.image[::40, ::40], axis=(0, 1)), 3)
    layer = word(side, some_word(side), side.between(4, 8), side.between(0.4, 0.8))
    left, top = side.place(*size_of(side, layer))
    share = side.between(0.07, 0.16)
    side.lay(layer, left, top, tuple(float(each) * share for each in tint))  # type: ignore[arg-type]


def initials_in_a_corner(side: Side) -> None:
    layer = word(side, "R.T.", side.between(2.5, 4), 0.35)
    width, height = size_of(side, layer)
    across, down = side.size
    gap = side.between(1, 4)
    left = gap if side.rng.random() < 0.5 else across - width - gap
    top = gap if side.rng.random() < 0.5 else down - height - gap
    side.lay(layer, left, top, side.between(40, 150))


def childs_drawing(side: Side) -> None:
    width, height = side.between(40, 120), side.between(30, 80)
    left, top = side.place(width, height, 8)
    tone = side.between(16, 40)
    for _ in range(int(side.rng.integers(1, 4))):
        layer = pencil_grain(side, curve(side, width, height, side.between(0.4, 0.9)), 0.8)
        side.lay(layer, left, top, tone)


def kiss(side: Side) -> None:
    """Two lips' pale pink."""
    tone, (left, top) = side.between(12, 40), side.place(50, 30, 5)
    for lower in (0, 11):
        layer = blob(side, 45, 12, 0.8) * clouds(side, 45, 12, 2.5)[: side.px(12), : side.px(45)]
        side.lay(layer, left, top + lower, (0.2 * tone, tone, 0.7 * tone))


def stamp_over_an_edge(side: Side) -> None:
    layer = word(side, "JUN 14 2026", side.between(4, 6), 0.6)
    layer = np.pad(layer, side.px(3))
    layer[: side.px(0.5)] = layer[-side.px(0.5) :] = 1
    width, height = size_of(side, layer)
    across, down = side.size
    left, top = side.place(width, height, 2)
    if side.rng.random() < 0.5:
        left = -0.5 * width if side.rng.random() < 0.5 else across - 0.5 * width
    else:
        top = -0.5 * height if side.rng.random() < 0.5 else down - 0.5 * height
    side.lay(layer, left, top, side.between(35, 120))


def postmark_waves(side: Side) -> None:
    layer = side.canvas(60, 20)
    tall, wide = layer.shape
    x = np.arange(wide)
    for number in range(5):
        y = tall * (0.15 + 0.17 * number) + 0.05 * tall * np.sin(x / wide * 6 * np.pi)
        points = np.stack([x, y], axis=1).astype(np.int32)
        cv2.polylines(layer, [points], False, 1.0, side.px(0.5), cv2.LINE_AA)
    left, top = side.place(60, 20, 3)
    side.lay(layer, left, top, side.between(18, 60))


def tally_marks(side: Side) -> None:
    left, top = side.place(20, 6)
    for number in range(int(side.rng.integers(2, 6))):
        layer = side.canvas(0.4, side.between(3, 5)) + 1
        side.lay(layer, left + number * 2.5, top + side.between(-0.4, 0.4), side.between(50, 170))


def pale_gel_pen(side: Side) -> None:
    layer = word(side, some_word(side), side.between(4, 8), side.between(0.6, 0.9))
    left, top = side.place(*size_of(side, layer))
    tone = side.between(45, 110)
    tint: Levels = ((0.05, 0.12, 1), (0.6, 0.05, 0.2), (0.1, 0.5, 0.1))[int(side.rng.integers(3))]
    side.lay(layer, left, top, (tone * tint[0], tone * tint[1], tone * tint[2]))


def pasted_scrap(side: Side) -> None:
    """A piece of other paper, glued on: another tone, and a shadow at its rim."""
    width, height = side.between(30, 90), side.between(20, 70)
    layer = np.pad(side.canvas(width, height) + 1, side.px(1))
    left, top = side.place(width, height, 6)
    tone = side.between(5, 14)
    side.lay(layer, left, top, (0.6 * tone, 0.8 * tone, 1.2 * tone))
    rim = soft(side, np.pad(np.zeros_like(layer), side.px(1)), 0.1)
    cv2.rectangle(rim, (3, 3), (rim.shape[1] - 4, rim.shape[0] - 4), 1.0, side.px(0.25))
    side.lay(soft(side, rim, 0.15), left, top, side.between(8, 25))


def pricked_word(side: Side) -> None:
    """A word in needle pricks."""
    outline = word(side, str(side.rng.choice(("HELP", "YES", "SUNDAY"))), side.between(6, 10), 0.3)
    left, top = side.place(*size_of(side, outline))
    step = side.px(side.between(1.0, 1.6))
    tone = side.between(45, 150)
    for row in range(0, outline.shape[0], step):
        for column in range(0, outline.shape[1], step):
            cell = outline[row : row + step, column : column + step]
            if cell.size and cell.max() > 0.6:
                y, x = np.unravel_index(int(cell.argmax()), cell.shape)
                mm = 25.4 / side.dpi
                _dot(side, left + (column + x) * mm, top + (row + y) * mm, 0.2, tone)


def lemon_juice(side: Side) -> None:
    """Broad, brownish, faint strokes."""
    layer = soft(
        side, word(side, some_word(side), side.between(9, 16), side.between(1.5, 2.5)), 0.3
    )
    left, top = side.place(*size_of(side, layer))
    tone = side.between(12, 26)
    side.lay(layer, left, top, (0.4 * tone, 0.7 * tone, 1.2 * tone))


def erased_pencil(side: Side) -> None:
    layer = word(side, some_word(side), side.between(5, 9), side.between(0.5, 0.8))
    left, top = side.place(*size_of(side, layer))
    side.lay(pencil_grain(side, layer, 0.9), left, top, side.between(11, 18))


TUNED: tuple[Drawing, ...] = (
    writing_at_an_edge,
    sticker,
    pale_wash,
    pencil_shading,
    pale_photograph,
    finger_print,
    faint_pencil,
    yellow_highlighter,
    embossed,
    pale_stamp,
    short_word,
    code_dots,
    blue_ruled_form,
    tone_on_tone,
)
HELD_OUT: tuple[Drawing, ...] = (
    initials_in_a_corner,
    childs_drawing,
    kiss,
    stamp_over_an_edge,
    postmark_waves,
    tally_marks,
    pale_gel_pen,
    pasted_scrap,
    pricked_word,
    lemon_juice,
    erased_pencil,
)
#: Of these so much is left at one threshold that a person sees it.
DARK: frozenset[Drawing] = frozenset(
    (writing_at_an_edge, short_word, code_dots, initials_in_a_corner, tally_marks)
)
#: Only colour shows these: a grey scan has hardly anything of them.
COLOURED: frozenset[Drawing] = frozenset((yellow_highlighter, pale_gel_pen, kiss, pale_wash))
