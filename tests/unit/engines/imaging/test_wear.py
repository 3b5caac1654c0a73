"""Lids, folds and shadows are no writing."""

from __future__ import annotations

import cv2
import numpy as np

from tests.support.made_backs import HEIGHT, WIDTH, at, look, paper


def test_a_lid_that_a_fold_runs_into_is_no_writing() -> None:
    page = paper()
    page[:, : at(1.6)] = 15
    page[at(139) : at(139.8), at(1.6) :] -= 25
    assert look(page).blank


def test_three_slanting_folds_are_no_ruled_lines() -> None:
    page = paper(noise=1)
    for row in (70, 140, 210):
        fold = np.zeros((HEIGHT, WIDTH), np.float32)
        cv2.line(fold, (0, at(row)), (WIDTH, at(row + 4)), 1.0, at(0.4))
        page -= 14 * fold
    assert look(page).blank
