"""Varied lines are the lines they were, otherwise written: no less, and within their widths."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="only training needs torch")

from training.lines import HEIGHT, MARGIN  # noqa: E402 - after the skip above
from training.varied import OF_PRINT, OF_WRITING, Variety, varied  # noqa: E402

PLAIN = Variety((1.0, 1.0), lean=0.0, cut=0.0, bent=0.0, blurred=0.0, most_blur=1.0)


def a_line(width: int) -> np.ndarray:
    coarse = np.random.default_rng(width).uniform(60, 200, (8, width // 8, 3)).astype(np.float32)
    smooth = cv2.resize(coarse, (width, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth, 0, 255).astype(np.uint8)


def planes(line: np.ndarray) -> Any:
    return torch.from_numpy(line.transpose(2, 0, 1).copy())


@pytest.mark.parametrize(("height", "frame"), [(48, 8), (32, 4)])
def test_without_variety_a_line_is_cut_and_sized(height: int, frame: int) -> None:
    line = a_line(600)
    margin = MARGIN / (1 + 2 * MARGIN) * HEIGHT
    inner = line[round(margin) : -round(margin), round(margin) : -round(margin)]
    width = (600 - 2 * margin) * height / (HEIGHT - 2 * margin)
    alike = []
    for seed in range(9):
        chance = np.random.default_rng(seed)
        (picture,), (frames,) = varied([planes(line)], PLAIN, height, frame, chance)
        assert frames * frame == pytest.approx(width, rel=0.08)  # a batch's lines differ a little
        full = int((picture != 0).any(0).any(0).sum())
        plain = cv2.resize(inner, (full, height), interpolation=cv2.INTER_AREA)
        shown = picture.flip(0).permute(1, 2, 0).numpy()[:, :full]
        alike.append(np.corrcoef(shown.ravel(), plain.ravel())[0, 1])
    assert np.median(alike) > 0.9  # contrast, colour and grain are still varied


@pytest.mark.parametrize("variety", [OF_WRITING, OF_PRINT])
def test_lines_stay_within_their_widths(variety: Variety) -> None:
    lines = [planes(a_line(width)) for width in (400, 408, 424, 440)]
    lines.append(lines[0][:1])  # a grey one
    pictures, frames = varied(lines, variety, 32, 4, np.random.default_rng(2))
    assert pictures.shape[:3] == (5, 3, 32)
    assert pictures.abs().max() <= 1
    assert pictures.shape[3] % 64 == 0
    for picture, count in zip(pictures, frames, strict=True):
        assert not picture[:, :, 4 * count :].any()
        assert picture[:, :, : 4 * count - 4].std() > 0


def test_the_same_chance_makes_the_same_lines() -> None:
    lines = [planes(a_line(300))]
    torch.manual_seed(3)
    one, _ = varied(lines, OF_WRITING, 48, 8, np.random.default_rng(4))
    torch.manual_seed(3)
    other, _ = varied(lines, OF_WRITING, 48, 8, np.random.default_rng(4))
    assert torch.equal(one, other)
