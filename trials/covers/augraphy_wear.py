"""Wears of augraphy, a library made to spoil pictures of documents. Optional: not a dependency.

It asks for opencv-python, which breaks the headless build, so it lives in an environment of its
own that borrows this project's packages; docs/lab/reliability.md says how.
"""

from __future__ import annotations

import importlib
import random

import cv2
import numpy as np

from trials.covers.paper_wear import Picture, Sheet, Wear

NAMES = (
    "BadPhotoCopy",
    "BindingsAndFasteners",
    "BleedThrough",
    "DirtyDrum",
    "DirtyRollers",
    "Dithering",
    "Faxify",
    "Folding",
    "InkBleed",
    "InkMottling",
    "LightingGradient",
    "LowInkPeriodicLines",
    "LowInkRandomLines",
    "NoiseTexturize",
    "ShadowCast",
    "Stains",
    "SubtleNoise",
    "WaterMark",
)
"""Those that take seconds a page, not minutes, and that happen to paper."""


def augraphy_wear(name: str) -> Wear:
    """One of augraphy's wears, as it comes with the library. ImportError at use without it."""

    def wear(sheet: Sheet, strength: int) -> None:
        del strength
        library = importlib.import_module("augraphy")
        seed = int(sheet.rng.integers(2**31))
        random.seed(seed)  # the library draws from both global generators
        np.random.seed(seed)
        found = np.asarray(getattr(library, name)(p=1)(sheet.picture.copy()))
        sheet.picture[:] = _like(found, sheet.picture)

    return wear


def _like(found: Picture, page: Picture) -> Picture:
    """Grey, and of the page's size, which some of them change."""
    if found.ndim == 3:
        found = np.asarray(cv2.cvtColor(found[:, :, :3], cv2.COLOR_BGR2GRAY), np.uint8)
    if found.shape != page.shape:
        found = np.asarray(cv2.resize(found, page.shape[::-1]), np.uint8)
    return found
