"""The same lines as other hands, pens, papers or scanners would have made them, many at once.

All is done where the network is trained: each pixel of the new pictures is looked up in the old
ones, through a slant, a stretch and a bend of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.lines import HEIGHT, MARGIN

_MARGIN = MARGIN / (1 + 2 * MARGIN) * HEIGHT  # pixels of a kept line, around what was found
_BEND_EVERY = 40  # pixels of a kept line
_NARROWEST = 32  # pixels
_WIDTHS = 64  # pixels; of batches, since a GPU plans for seconds for each width it has not seen


@dataclass(frozen=True, slots=True)
class Variety:
    """How lines are varied. ``stretch``: the least and most of a line's natural width. Standard
    deviations: ``lean`` of the slant (across over down), ``cut`` of the edges in margins. Shares
    of the lines: ``bent``, ``blurred``, these by a Gauss of up to ``most_blur`` pixels."""

    stretch: tuple[float, float]
    lean: float
    cut: float
    bent: float
    blurred: float
    most_blur: float


#: Of writing: hands slant, and are wide or narrow. Of print: all lines are squeezed when read.
OF_WRITING = Variety((0.72, 1.25), lean=0.18, cut=0.42, bent=0.3, blurred=0.25, most_blur=1.1)
OF_PRINT = Variety((0.42, 0.8), lean=0.03, cut=0.3, bent=0.15, blurred=0.45, most_blur=1.4)


def varied(
    lines: Sequence[Tensor], variety: Variety, height: int, frame: int, chance: np.random.Generator
) -> tuple[Tensor, NDArray[np.int64]]:
    """``lines`` (3 or 1 × 64 × width bytes, with margins, on one device) as an input of the
    network, (N, 3, height, W), and how many frames each one has."""
    device = lines[0].device
    count = len(lines)
    widths = np.array([line.shape[2] for line in lines], dtype=np.float64)
    shown = torch.zeros((count, 3, HEIGHT, int(widths.max())), device=device)
    for row, line in zip(shown, lines, strict=True):
        row[:, :, : line.shape[2]] = line
    turns, shifts, new_widths = _turns(widths, variety, height, chance)
    full = int(-(-new_widths.max() // _WIDTHS) * _WIDTHS)
    # Twice as fine, and averaged: so a smaller picture is as smooth as one made by areas.
    places = _places(turns, shifts, 2 * full, 2 * height, device)
    bend = chance.random(count) < variety.bent
    places += _bend(count, 2 * full, 2 * height, bend, chance, device)
    limits = torch.tensor(np.stack([widths - 1, np.full(count, HEIGHT - 1)], 1), device=device)
    places = torch.minimum(places.clamp(min=0), limits.float()[:, None, None, :])
    size = torch.tensor([shown.shape[3] - 1, HEIGHT - 1], device=device, dtype=torch.float32)
    looked_up = functional.grid_sample(
        shown, places / size * 2 - 1, padding_mode="border", align_corners=True
    )
    pictures = _inked(functional.avg_pool2d(looked_up, 2), variety, chance)
    columns = torch.arange(full, device=device)
    inside = columns < torch.tensor(new_widths, device=device)[:, None]
    answer = (pictures / 127.5 - 1).flip(1) * inside[:, None, None, :]
    return answer, -(-new_widths.astype(np.int64) // frame)


def _turns(
    widths: NDArray[np.float64], variety: Variety, height: int, chance: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of each line the matrix and shift from new pixels to old ones, and its new width. The lines
    of a batch, which are alike in width, stay so: one stretch for all, each a little off it."""
    count = len(widths)
    top, bottom, left, right = np.clip(
        chance.normal(1, variety.cut, (4, count)) * _MARGIN, 0, 2 * _MARGIN
    )
    scale = height / (HEIGHT - top - bottom)
    low, high = np.log(variety.stretch)
    stretch = np.exp(chance.uniform(low, high) + chance.uniform(-0.06, 0.06, count))
    new_widths = np.maximum(_NARROWEST, np.round((widths - left - right) * scale * stretch))
    turn = np.zeros((count, 2, 2))
    turn[:, 0, 0], turn[:, 1, 1] = stretch * scale, scale
    lean = np.zeros((count, 2, 2))
    lean[:, 0, 0] = lean[:, 1, 1] = 1
    lean[:, 0, 1] = chance.normal(0, variety.lean, count)
    lean[:, 1, 0] = chance.normal(0, 0.008, count)
    back: NDArray[np.float64] = np.linalg.inv(turn @ lean).astype(np.float64)
    old_middle = np.stack([(widths + left - right) / 2, (HEIGHT + top - bottom) / 2], 1)
    new_middle = np.stack([new_widths / 2, np.full(count, height / 2)], 1)
    shifts = old_middle - np.einsum("nij,nj->ni", back, new_middle)
    return back, shifts, new_widths


def _places(
    turns: NDArray[np.float64],
    shifts: NDArray[np.float64],
    width: int,
    height: int,
    device: torch.device,
) -> Tensor:
    """(N, height, width, 2) places in the old lines, for pixels half as large as the new ones."""
    x = (torch.arange(width, device=device) + 0.5) / 2
    y = (torch.arange(height, device=device) + 0.5) / 2
    turn = torch.tensor(turns, device=device, dtype=torch.float32)
    shift = torch.tensor(shifts, device=device, dtype=torch.float32) - 0.5
    across = turn[:, None, None, :, 0] * x[None, None, :, None]
    down = turn[:, None, None, :, 1] * y[None, :, None, None]
    return across + down + shift[:, None, None, :]


def _bend(
    count: int,
    width: int,
    height: int,
    which: NDArray[np.bool_],
    chance: np.random.Generator,
    device: torch.device,
) -> Tensor:
    strength = chance.uniform(0.5, 3.0, (count, 2)) * which[:, None]
    size = (3, max(2, width // (2 * _BEND_EVERY)))
    coarse = torch.tensor(chance.uniform(-1, 1, (count, 2, *size)), device=device).float()
    smooth = functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
    by = torch.tensor(strength, device=device).float()[:, :, None, None]
    return (smooth * by).permute(0, 2, 3, 1)


def _inked(pictures: Tensor, variety: Variety, chance: np.random.Generator) -> Tensor:
    """Other contrast, brightness, colour, focus and grain; now and then a gap in the ink."""
    count, _, _, width = pictures.shape

    def each(values: NDArray[np.float64]) -> Tensor:
        return torch.tensor(values, device=pictures.device).float()[:, None, None, None]

    def some(share: float, values: NDArray[np.float64], otherwise: float) -> Tensor:
        return each(np.where(chance.random(count) < share, values, otherwise))

    grey = some(0.4, np.ones(count), 0.0)
    pictures = pictures * (1 - grey) + pictures.mean(1, keepdim=True) * grey
    sigma = some(variety.blurred, chance.uniform(0.3, variety.most_blur, count), 0.05)
    pictures = _blurred(pictures, sigma)
    contrast = each(chance.uniform(0.6, 1.5, count))
    pictures = (pictures - 128) * contrast + 128 + each(chance.uniform(-35, 35, count))
    gamma = some(0.25, chance.uniform(0.6, 1.6, count), 1.0)
    pictures = 255 * (pictures / 255).clamp(1e-4, 1) ** gamma
    black_and_white = some(0.08, np.ones(count), 0.0)
    middle = pictures.mean((1, 2, 3), keepdim=True) * each(chance.uniform(0.75, 0.95, count))
    hard = 255 * torch.sigmoid((pictures.mean(1, keepdim=True) - middle) / 6)
    pictures = pictures * (1 - black_and_white) + hard * black_and_white
    grain = some(0.35, chance.uniform(2, 14, count), 0.0)
    pictures = pictures + grain * torch.randn_like(pictures)
    start = each(chance.uniform(0, max(1, width - 20), count)).squeeze(1)
    length = some(0.15, chance.uniform(3, 14, count), 0.0).squeeze(1)
    columns = torch.arange(width, device=pictures.device)[None, None]
    gap = ((columns >= start) & (columns < start + length))[:, None].float()
    pictures = pictures * (1 - gap) + pictures.mean((2, 3), keepdim=True) * gap
    return pictures.clamp(0, 255)


def _blurred(pictures: Tensor, sigma: Tensor) -> Tensor:
    """Each picture under a Gauss of its own ``sigma`` in pixels, up to two pixels away."""
    weights = [torch.exp(-(step**2) / (2 * sigma**2)) for step in range(3)]
    total = weights[0] + 2 * weights[1] + 2 * weights[2]
    for axis in (2, 3):
        pads = (0, 0, 2, 2) if axis == 2 else (2, 2, 0, 0)
        wide = functional.pad(pictures, pads, mode="replicate")
        size = pictures.shape[axis]
        one, two, three, four, five = (wide.narrow(axis, at, size) for at in range(5))
        pictures = (
            weights[0] * three + weights[1] * (two + four) + weights[2] * (one + five)
        ) / total
    return pictures
