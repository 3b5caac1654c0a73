"""What of ours is on a page: codes and marks, and where there are none the look of a cover.

    marks -> upright -> codes -> (none) the whole look -> (a cover's) gaps filled, codes and marks
                                 (none, no plain paper) the look, codes and marks of the print alone

Each step is taken only where the one before did not decide: a letter on plain paper costs marks,
codes and the look, and only what looks like a cover, or is printed on a picture, costs more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from digitizer.engines.codes.barcodes import find_our_symbols
from digitizer.engines.codes.cover_code import is_ours
from digitizer.engines.codes.cover_look import CoverLook, find_cover_look
from digitizer.engines.codes.decoders import moved
from digitizer.engines.codes.marks import (
    Mark,
    Picture,
    enlarged,
    find_marks,
    orientation,
)
from digitizer.engines.codes.unclogged import unclogged
from digitizer.engines.codes.unpatterned import unpatterned
from digitizer.engines.imaging import PreparedPage, turn
from digitizer.model.paper import Sightings

Region = tuple[float, float, float, float]
Versions = Iterator[tuple[Picture, float]]
"""Pictures of one page, each with the factor by which it was made smaller."""

_A_CODE = 100  # more than all the marks of a sheet


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found; ``look`` only where neither a code nor a mark of ours was."""

    sightings: Sightings
    marks: tuple[Mark, ...] = ()
    look: CoverLook | None = None

    @property
    def anything(self) -> bool:
        """Whether any code, a stranger's too, or a mark of ours was seen."""
        return bool(self.sightings.symbols or self.marks)

    @property
    def ours(self) -> int:
        """How much of ours was seen: any code counts more than all marks."""
        coded = any(is_ours(each.text) for each in self.sightings.symbols)
        return _A_CODE * coded + len(self.marks)


def sight(prepared: PreparedPage, region: Region) -> tuple[PreparedPage, Seen]:
    """What is on the page, and the page turned upright by a cover's marks."""
    prepared, seen = _set_upright(prepared, region)
    if seen.ours >= _A_CODE:
        return prepared, seen
    look = None if seen.marks else find_cover_look(prepared.image, prepared.dpi)
    if prepared.patterned and look is None and not seen.marks:
        look = _look_of_print(prepared)
    if look is None and not seen.marks:
        return prepared, seen
    versions = unclogged(prepared.image, prepared.dpi)
    if prepared.patterned:
        versions = chain(versions, unpatterned(prepared.image, prepared.dpi))
    prepared, seen = _look_again(prepared, region, seen, versions)
    return prepared, seen if seen.ours else replace(seen, look=look)


def _look_of_print(prepared: PreparedPage) -> CoverLook | None:
    """The look of a cover on the two most likely pictures of what may be print."""
    versions = islice(unpatterned(prepared.image, prepared.dpi), 2)
    looks = (find_cover_look(page, round(prepared.dpi * scale)) for page, scale in versions)
    return next((look for look in looks if look is not None), None)


def _set_upright(prepared: PreparedPage, region: Region) -> tuple[PreparedPage, Seen]:
    marks = find_marks(prepared.image, prepared.dpi)
    if degrees := orientation(marks):
        prepared = _turned(prepared, degrees)
        marks = find_marks(prepared.image, prepared.dpi)
    return prepared, _seen(prepared, region, marks)


def _turned(prepared: PreparedPage, degrees: int) -> PreparedPage:
    upright = turn(prepared.image, -degrees // 90)
    return replace(prepared, image=upright, turned=(prepared.turned + degrees) % 360)


def _seen(prepared: PreparedPage, region: Region, marks: tuple[Mark, ...]) -> Seen:
    return Seen(find_our_symbols(prepared.image, prepared.dpi, region, marks), marks)


def _look_again(
    prepared: PreparedPage, region: Region, first: Seen, versions: Versions
) -> tuple[PreparedPage, Seen]:
    """The most that is seen on any of the versions; a decoder that failed at first is still
    reported."""
    best, upright_page = first, prepared
    for page, scale in versions:
        fixed = replace(prepared, image=page, dpi=round(prepared.dpi * scale))
        upright, again = _set_upright(fixed, region)
        if again.ours <= best.ours:
            continue
        degrees = (upright.turned - prepared.turned) % 360
        upright_page = _turned(prepared, degrees) if degrees else prepared
        best = _in_full_size(again, scale)
        if best.ours >= _A_CODE:
            break
    trouble = first.sightings.trouble or best.sightings.trouble
    return upright_page, replace(best, sightings=replace(best.sightings, trouble=trouble))


def _in_full_size(seen: Seen, scale: float) -> Seen:
    symbols = tuple(
        replace(each, box=moved(each.box, 1 / scale)) for each in seen.sightings.symbols
    )
    marks = tuple(enlarged(mark, scale) for mark in seen.marks)
    return Seen(replace(seen.sightings, symbols=symbols), marks)
