"""The trial of labels: a label is stuck on whole, and each kind of wear leaves a label."""

from __future__ import annotations

import random

import numpy as np
import pytest

from trials.labels import Made, Tally, report, stuck_on, worn_label


def _label() -> np.ndarray:
    label = np.full((300, 200), 255, np.uint8)
    label[40:140, 40:140] = 0
    return label


@pytest.mark.parametrize("seed", range(20))
def test_the_whole_label_is_on_the_sheet(seed: int) -> None:
    sheet = np.full((900, 700, 3), 180, np.uint8)
    page = stuck_on(sheet, _label(), random.Random(seed), 10)
    dark = int(np.count_nonzero(page[:, :, 0] < 90))
    assert dark == pytest.approx(100 * 100, rel=0.05)
    assert page.shape == sheet.shape


def test_wear_leaves_a_label_of_the_same_size_and_says_what_it_did() -> None:
    chance = random.Random(1)
    worn = [worn_label(_label(), 300, chance) for _ in range(60)]
    assert len({kind for _, kind in worn}) == 7
    for picture, _ in worn:
        assert picture.shape == (300, 200)
        assert picture[40:140, 40:140].mean() < picture[160:, :].mean() - 30


def test_the_report_names_what_went_astray(capsys: pytest.CaptureFixture[str]) -> None:
    made = Made("P1001", (1, 2), "slip", "faint", "label")
    tally = Tally(astray=["stack-1.pdf: [1] to P1002"])
    tally.made[made.paper] += 1
    report(tally, 3)
    said = capsys.readouterr().out
    assert "Seed 3: 1 labelled letters, 0 wait for one key." in said
    assert "To the wrong inmate: 1." in said
    assert "- stack-1.pdf: [1] to P1002" in said
