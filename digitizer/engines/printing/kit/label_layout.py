"""Where everything stands on a label: an inmate's cover that staff stick on a letter.

Millimetres from the label's top left corner, y downward. The marks are those of an inmate's cover,
in an order that no sheet has: so a label whose codes are gone is still known to be a cover of ours,
and is never taken for the whole sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

from digitizer.engines.printing.kit.cover_layout import Area, mark_ids
from digitizer.model.paper import CodeKind
from digitizer.model.prints import LabelPaper

_A, _B, _C, _D, _E, _F = mark_ids(CodeKind.INMATE)


@dataclass(frozen=True, slots=True)
class LabelLayout:
    """``codes`` are the copies of the code without their quiet zones, ``marks`` our marks by their
    number. ``title``, ``name`` and ``facts`` are for the words."""

    width: float
    height: float
    codes: tuple[Area, ...]
    marks: dict[int, Area]
    title: Area
    name: Area
    facts: Area
    order: Area


LABELS: dict[LabelPaper, LabelLayout] = {
    "label": LabelLayout(
        101.6,
        152.4,
        codes=(
            Area(7, 7, 26, 26),
            Area(68.6, 7, 26, 26),
            Area(7, 119.4, 26, 26),
            Area(68.6, 119.4, 26, 26),
        ),
        marks={
            _F: Area(44.3, 8, 13, 13),
            _A: Area(44.3, 131.4, 13, 13),
            _E: Area(7, 84, 13, 13),
            _B: Area(81.6, 84, 13, 13),
        },
        title=Area(7, 40, 87.6, 12),
        name=Area(7, 53, 87.6, 24),
        facts=Area(24, 80, 53.6, 24),
        order=Area(7, 104.5, 87.6, 10),
    ),
    "label-small": LabelLayout(
        62.0,
        100.0,
        codes=(Area(5, 5, 24, 24), Area(33, 71, 24, 24)),
        marks={
            _F: Area(45, 5, 12, 12),
            _A: Area(5, 83, 12, 12),
            _E: Area(45, 51.2, 12, 12),
        },
        title=Area(4, 33, 54, 5),
        name=Area(4, 39, 54, 10.5),
        facts=Area(4, 49.5, 38, 17),
        order=Area(4, 66.6, 25.6, 14.8),
    ),
}
