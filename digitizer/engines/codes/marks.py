"""The cover's marks: seeing them, and from them the sheet's kind, turn and place (OpenCV ArUco).

The marks are AprilTags of the family 36h11, of which any two differ in 11 cells or more. They
survive what no barcode survives, because each holds only its number: a sheet whose codes are all
gone is still known to be a sheet of ours, of which kind, which way up and where on the scan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import COVER_MARKS, Paper, mark_bits
from digitizer.model.paper import CodeKind

__all__ = [
    "COVER_MARKS",
    "Mark",
    "Picture",
    "Registration",
    "enlarged",
    "find_marks",
    "grey_scaled",
    "ink_outside_print",
    "kinds",
    "mark_bits",
    "orientation",
    "register",
]

Picture = NDArray[np.uint8]
Points = NDArray[np.float32]

_WORKING_DPI = 100
_LONGEST_SIDE = 1700
_CLOSE_MM = 4.0
_MM_AN_INCH = 25.4

# For ink outside the print; sizes are of the printed sheet.
_CELLS = 4.0
"""Pixels a millimetre: about 100 dpi, where a ballpoint's stroke is two pixels wide."""

_RIM_MM = 6.0
_SPECK_MM = 1.5
_LINE_MM = 8.0
_PEN_SQUARE_MM = 5.0
_DARKER_THAN_PAPER = 35


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of ours as seen: its id, and its corners in pixels of the image it was sought in.

    The corners are (x, y) of the printed mark's own top left, top right, bottom right, bottom left.
    """

    id: int
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """How a scan lies on the printed sheet.

    ``to_sheet`` (3 by 3) takes pixels of the scan to millimetres of ``cover_layout`` on ``paper``
    printed at its true size. ``error`` is how far, in mm, the marks' corners lie from where it
    puts them (root mean square).
    """

    kind: CodeKind
    paper: Paper
    to_sheet: NDArray[np.float64]
    error: float

    def to_scan(self, area: layout.Area) -> tuple[tuple[float, float], ...]:
        """The four corners of an area of the sheet, in pixels of the scan."""
        corners = np.array([_corners(area)], dtype=np.float64)
        placed = cv2.perspectiveTransform(corners, np.linalg.inv(self.to_sheet))[0]
        return tuple((float(x), float(y)) for x, y in placed)


def find_marks(image: Picture, dpi: int) -> tuple[Mark, ...]:
    """Every mark of ours on a page, (H, W) grey or (H, W, 3) RGB, by id; any turn, any place.

    Sought at about 100 dpi, where a mark's cell is six pixels wide; pages of less are taken as
    they are. The same mark may be found twice where two sheets lie on one picture.
    """
    scale = min(1.0, _WORKING_DPI / max(dpi, 1), _LONGEST_SIDE / max(image.shape))
    corners, ids, _ = _detector().detectMarkers(grey_scaled(image, scale))
    if ids is None:
        return ()
    found = (
        Mark(int(each), _as_corners((quad[0] + 0.5) / scale - 0.5))
        for each, quad in zip(ids.ravel(), corners, strict=True)
    )
    return tuple(sorted((mark for mark in found if mark.id in COVER_MARKS), key=lambda m: m.id))


def enlarged(mark: Mark, scale: float) -> Mark:
    """A mark found on a picture that was smaller by ``scale``, in the pixels of the whole one."""
    corners = tuple(((x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5) for x, y in mark.corners)
    return replace(mark, corners=corners)


def kinds(marks: Iterable[int]) -> tuple[CodeKind, ...]:
    """The kinds of sheet that carry these mark ids, the most frequent first."""
    counted = Counter(layout.kind_of_mark(mark) for mark in marks)
    return tuple(kind for kind, _ in counted.most_common())


def orientation(marks: Sequence[Mark]) -> int | None:
    """Degrees clockwise (0, 90, 180, 270) by which the sheet lies turned on the picture.

    ``numpy.rot90(image, degrees // 90)`` sets it upright. It is what most marks say; None without
    marks, and where as many say otherwise.
    """
    votes = Counter(_turn(mark) for mark in marks).most_common(2)
    if not votes or (len(votes) == 2 and votes[0][1] == votes[1][1]):
        return None
    return votes[0][0]


def register(marks: Sequence[Mark]) -> Registration | None:
    """Where the sheet lies, on the paper that fits best; None where no paper fits.

    One or two marks give turn, size and place; three or more also the slant of a feeder that
    stretches, and four or more the perspective of a photograph. A copy of a mark that lies
    elsewhere (a second sheet on the picture) makes it fail: it must be within 4 mm.
    """
    seen = kinds(mark.id for mark in marks)
    if len(seen) != 1:
        return None
    tries = (_register_on(marks, seen[0], paper) for paper in layout.PAPERS)
    good = [found for found in tries if found is not None and found.error <= _CLOSE_MM]
    return min(good, key=lambda found: found.error, default=None)


def ink_outside_print(image: Picture, dpi: int, marks: Sequence[Mark]) -> bool:
    """Whether a pen was at this cover: ink where an inmate's cover prints nothing.

    ``image`` is (H, W) grey or (H, W, 3) RGB, ``marks`` were found on it. Specks under 1.5 mm,
    straight lines (folds, staples, scratches, feeder streaks) and the outer 6 mm of the paper
    are no writing. Where it cannot be known it is True, which only means that the cover is shown
    with its letter: so on a cover that its marks do not place, and on a reply sheet, which is
    made for a pen. Batch headers, legal markers and separators carry only the staff's pen: False.
    """
    seen = set(kinds(mark.id for mark in marks))
    if seen and seen <= {CodeKind.BATCH, CodeKind.LEGAL, CodeKind.SEPARATOR}:
        return False
    placed = register(marks)
    if placed is None or placed.kind is not CodeKind.INMATE:
        return True
    ink = _ink(_flattened(image, dpi, placed))
    ink[_printed(placed.paper, placed.error)] = 0
    return _handwriting(ink) >= _PEN_SQUARE_MM


def _flattened(image: Picture, dpi: int, placed: Registration) -> Picture:
    """The scan laid on the printed sheet, in grey, ``_CELLS`` pixels a millimetre; white around."""
    scale = min(1.0, 1.3 * _CELLS * _MM_AN_INCH / max(dpi, 1))
    grey = grey_scaled(image, scale)
    to_sheet = np.diag([_CELLS, _CELLS, 1.0]) @ placed.to_sheet @ np.diag([1 / scale, 1 / scale, 1])
    width, height = layout.PAPERS[placed.paper]
    size = (round(width * _CELLS), round(height * _CELLS))
    flat = cv2.warpPerspective(grey, to_sheet, size, flags=cv2.INTER_LINEAR, borderValue=(255,))
    return flat.astype(np.uint8)


def grey_scaled(image: Picture, scale: float = 1.0) -> Picture:
    """A page in grey, smaller by ``scale``: halved as often as that allows, then interpolated.

    Halving averages two by two and costs a twentieth of averaging over any other ratio; greying
    after the first halving spares colour scans the rest.
    """
    while scale <= 0.5 and min(image.shape[:2]) > 1:
        halved = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        image, scale = _in_grey(np.asarray(halved, np.uint8)), scale * 2
    image = _in_grey(image)
    if scale < 1 and min(image.shape) > 1:
        rest = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        image = np.asarray(rest, np.uint8)
    return np.ascontiguousarray(image)


def _in_grey(image: Picture) -> Picture:
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def _ink(flat: Picture) -> Picture:
    """255 where a pixel is clearly darker than the paper around it (within 6 mm)."""
    half = cv2.resize(flat, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(half, round(12 * _CELLS / 2) | 1)
    paper = cv2.resize(paper, flat.shape[::-1], interpolation=cv2.INTER_LINEAR)
    darker = cv2.subtract(paper, flat)
    return np.where(darker > _DARKER_THAN_PAPER, 255, 0).astype(np.uint8)


def _printed(paper: Paper, error: float) -> NDArray[np.bool_]:
    """Where a cover may hold print, with room for what registration is off, and the rim."""
    width, height = layout.PAPERS[paper]
    shape = (round(height * _CELLS), round(width * _CELLS))
    mask = np.ones(shape, dtype=np.bool_)
    rim = round(_RIM_MM * _CELLS)
    mask[rim:-rim, rim:-rim] = False
    for area in layout.printed_areas(width, height):
        spread = area.grown(1.2 + error)
        top, bottom = (round(y * _CELLS) for y in (spread.top, spread.bottom))
        left, right = (round(x * _CELLS) for x in (spread.left, spread.right))
        mask[max(0, top) : bottom, max(0, left) : right] = True
    return mask


def _handwriting(ink: Picture) -> float:
    """How many square millimetres of ink are strokes of a pen rather than dirt or lines."""
    outlines, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    strokes = np.zeros_like(ink)
    cv2.drawContours(strokes, [each for each in outlines if _may_be_pen(each)], -1, 255, cv2.FILLED)
    return float(np.count_nonzero(strokes & ink)) / _CELLS**2


def _may_be_pen(outline: cv2.typing.MatLike) -> bool:
    long, short = sorted((each + 1) / _CELLS for each in cv2.minAreaRect(outline)[1])[::-1]
    return long >= _SPECK_MM and not (long >= _LINE_MM and short <= long / 8)


def _register_on(marks: Sequence[Mark], kind: CodeKind, paper: Paper) -> Registration | None:
    places = dict(zip(layout.mark_ids(kind), layout.mark_areas(*layout.PAPERS[paper]), strict=True))
    scan = np.array([mark.corners for mark in marks], dtype=np.float64).reshape(-1, 2)
    sheet = np.array([_corners(places[mark.id]) for mark in marks]).reshape(-1, 2)
    matrix = _fitted(scan, sheet, len({mark.id for mark in marks}))
    if matrix is None:
        return None
    placed = cv2.perspectiveTransform(scan[None], matrix)[0]
    error = float(np.sqrt(np.mean(np.sum((placed - sheet) ** 2, axis=1))))
    return Registration(kind, paper, matrix, error)


def _fitted(
    scan: NDArray[np.float64], sheet: NDArray[np.float64], marks: int
) -> NDArray[np.float64] | None:
    if marks >= 4:
        homography, _ = cv2.findHomography(scan, sheet, 0)
        return None if homography is None else np.asarray(homography, dtype=np.float64)
    fit = cv2.estimateAffine2D if marks == 3 else cv2.estimateAffinePartial2D
    affine, _ = fit(scan, sheet, method=cv2.LMEDS)
    return None if affine is None else np.vstack([affine, [0.0, 0.0, 1.0]])


def _corners(area: layout.Area) -> list[tuple[float, float]]:
    return [
        (area.left, area.top),
        (area.right, area.top),
        (area.right, area.bottom),
        (area.left, area.bottom),
    ]


def _as_corners(quad: Points) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in quad)


def _turn(mark: Mark) -> int:
    """Degrees by which the mark's top edge, left to right, points away from the right."""
    (x0, y0), (x1, y1) = mark.corners[0], mark.corners[1]
    degrees = np.degrees(np.arctan2(y1 - y0, x1 - x0))
    return round(float(degrees) / 90) % 4 * 90


@cache
def _detector() -> cv2.aruco.ArucoDetector:
    """Tuned for marks of 13 mm on pages of letter size, whose outline is 0.19 of the page's length.

    A smaller outline than 0.1 would take in the corners of QR codes, which cost the most time;
    0.5 is a sheet that was pictured in three. One threshold window, as wide as half a mark. Of
    each cell only the middle is looked at: toner and ink spread, and eat a white cell's edges.
    """
    wanted = cv2.aruco.DetectorParameters()
    wanted.adaptiveThreshWinSizeMin = 25
    wanted.adaptiveThreshWinSizeMax = 25
    wanted.minMarkerPerimeterRate = 0.1
    wanted.maxMarkerPerimeterRate = 0.5
    wanted.perspectiveRemovePixelPerCell = 8
    wanted.perspectiveRemoveIgnoredMarginPerCell = 0.3
    wanted.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    return cv2.aruco.ArucoDetector(family, wanted)
