"""The connected parts of a mask, measured on their own pixels alone: most of a page is paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

_MOST_SHORT = 65_000  # labels of 16 bits are found in half the time


@dataclass(frozen=True, slots=True)
class Components:
    """``labels`` is HxW, 0 the ground. ``places`` are the mask's pixels, counted through the flat
    picture, ``which`` the component of each. The rest is of each component, in pixels; the ground
    has none."""

    labels: Any
    places: Any
    which: Any
    left: Any
    top: Any
    width: Any
    height: Any
    area: Any

    @property
    def count(self) -> int:
        return len(self.area)

    def most(self, levels: Any) -> Any:
        """The greatest of these levels, one of each of ``places``, in each component."""
        found = np.zeros(self.count, np.float32)
        np.maximum.at(found, self.which, levels.astype(np.float32))
        return found

    def mask(self, chosen: Any) -> Any:
        """The pixels of the components that are chosen (a truth for each)."""
        found = np.zeros(self.labels.shape, dtype=np.bool_)
        found.ravel()[self.places[chosen[self.which]]] = True
        return found


def components(mask: Any) -> Components:
    places = np.flatnonzero(mask)
    if len(places):
        kind = cv2.CV_16U if len(places) < _MOST_SHORT else cv2.CV_32S
        count, labels = cv2.connectedComponents(mask.view(np.uint8), ltype=kind)
    else:
        count, labels = 1, np.zeros(mask.shape, np.uint16)
    which = labels.ravel()[places]
    down, across = np.divmod(places.astype(np.int32), np.int32(mask.shape[1]))
    (left, width), (top, height) = (_extent(each, which, count) for each in (across, down))
    area = np.bincount(which, minlength=count)
    return Components(labels, places, which, left, top, width, height, area)


def _extent(along: Any, which: Any, count: int) -> tuple[Any, Any]:
    """Each component's first pixel along an axis, and how many it reaches over."""
    least = np.full(count, np.iinfo(np.int32).max, np.int32)
    most = np.full(count, -1, np.int32)
    np.minimum.at(least, which, along)
    np.maximum.at(most, which, along)
    least[0] = most[0] = 0
    size = most - least + 1
    size[0] = 0
    return least, size
