"""Eight bits of a picture that has more, and its colours where transparency would hide them."""

from __future__ import annotations

from typing import Any

import numpy as np

from digitizer.engines.opening.page import Picture

_TOPS = tuple((1 << bits) - 1 for bits in (8, 10, 12, 14, 16))  # that scanners' converters have


def eight_bits(deep: np.ndarray[Any, Any], bits: int = 16) -> Picture:
    """``deep`` holds whole numbers of up to ``bits`` bits. Where they use only 12 (or 14, 10, 8)
    of 16, as scanners write them that do not shift them up, white is the top of those."""
    highest = int(deep.max(initial=0))
    top = next(each for each in (*_TOPS, highest) if each >= min(highest, (1 << bits) - 1))
    table = (np.arange(max(highest, 1) + 1) * 255 // top).clip(0, 255).astype(np.uint8)
    eight: Picture = table[deep]
    return eight


def without_alpha(samples: Picture, is_declared: bool) -> Picture | None:
    """Colours (grey HxW or RGB HxWx3) of ``samples``, whose last channel is alpha, where alpha is
    0 everywhere and so no alpha; None where it is one.

    ``is_declared``: the format states that it is alpha; then even colours below are left hidden.
    """
    if samples[..., -1].any():
        return None
    colours = samples[..., 0] if samples.shape[2] == 2 else samples[..., :3]
    if is_declared and not np.ptp(colours.reshape(-1, samples.shape[2] - 1), axis=0).any():
        return None
    return np.ascontiguousarray(colours)
