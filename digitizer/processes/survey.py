"""Looking at a stranger's file: these functions run in isolated processes, never in ours.

They have no keys and no database. What comes back is raw: pictures in a work folder, symbols
as the decoders saw them, words as an engine read them. The caller, who has the keys, verifies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from digitizer.parts.imaging import PreparedPage, encode, grey, load, prepare, turn
from digitizer.parts.marks import find_marks, ink_outside_print, orientation
from digitizer.parts.opening import OpeningLimits, PageFault, count_pages, open_page, open_pages
from digitizer.parts.reading import read_page
from digitizer.parts.symbols import find_all_symbols, find_our_symbols
from digitizer.vocabulary.errors import UnopenableFile
from digitizer.vocabulary.paper import Sightings, SurveyedPage, Symbol, Transcript


@dataclass(frozen=True, slots=True)
class SurveyOrder:
    """Which pages of which file to look at, and how.

    ``numbers`` count in the file, ``first`` is what page 1 of the file is called in the scan.
    ``folder`` is where pictures go; ``dpi`` is used where the file does not say (0: unknown).
    """

    path: str
    numbers: tuple[int, ...]
    first: int
    folder: str
    limits: OpeningLimits
    dpi: int
    blank_ink: float
    code_region: tuple[float, float, float, float]


def count(path: str, limits: OpeningLimits) -> int:
    """How many pages the file has. Raises UnopenableFile."""
    return count_pages(Path(path), limits)


def survey(order: SurveyOrder) -> tuple[SurveyedPage, ...]:
    """Opens the pages, turns them upright, looks for symbols, writes their pictures."""
    return tuple(_survey(order))


def _survey(order: SurveyOrder) -> Iterator[SurveyedPage]:
    for opened in open_pages(Path(order.path), order.numbers, order.limits, order.dpi):
        if isinstance(opened, PageFault):
            raise UnopenableFile(f"Page {order.first + opened.number - 1}: {opened.reason}")
        prepared = prepare(opened, order.blank_ink)
        number = order.first + opened.number - 1
        yield _look(replace(prepared, number=number), order)


def _look(prepared: PreparedPage, order: SurveyOrder) -> SurveyedPage:
    upright, sightings, inked = _sight(prepared, order.code_region)
    height, width = upright.image.shape[:2]
    name = f"page-{upright.number:05d}"
    (Path(order.folder) / name).write_bytes(encode(upright.image))
    return SurveyedPage(
        number=upright.number,
        image=name,
        width=width,
        height=height,
        dpi=upright.dpi,
        blank=upright.blank and not sightings.symbols and not sightings.marks,
        ink=upright.ink,
        turned=upright.turned,
        skew=upright.skew,
        colour=upright.colour,
        ink_outside_print=inked,
        sightings=sightings,
        quality=upright.quality,
    )


def _sight(
    prepared: PreparedPage, region: tuple[float, float, float, float]
) -> tuple[PreparedPage, Sightings, bool]:
    """What is on the page, and the page turned as a cover's marks say it stands."""
    marks = find_marks(grey(prepared.image), prepared.dpi)
    degrees = orientation(marks)
    if degrees:
        upright = turn(prepared.image, -degrees // 90)
        prepared = replace(prepared, image=upright, turned=(prepared.turned - degrees) % 360)
        marks = find_marks(grey(upright), prepared.dpi)
    sightings = find_our_symbols(prepared.image, prepared.dpi, region, marks)
    inked = bool(marks) and ink_outside_print(prepared.image, prepared.dpi, marks)
    return prepared, sightings, inked


def all_symbols(path: str, number: int, limits: OpeningLimits) -> tuple[Symbol, ...]:
    """Every barcode of any format on one page as it stands in the file."""
    return find_all_symbols(open_page(Path(path), number, limits, 0).image)


def read_picture(path: str, dpi: int, languages: tuple[str, ...]) -> Transcript:
    """Reads one prepared picture of the work folder. Raises EngineError."""
    return read_page(load(Path(path).read_bytes()), dpi, languages)
