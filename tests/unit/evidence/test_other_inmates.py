"""Whether a text names an inmate whose letter it is not."""

from __future__ import annotations

from typing import Any

import pytest

from digitizer.evidence.other_inmates import OtherInmates
from digitizer.facility import Facility
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people import renumbering
from digitizer.storage.database import reading, writing
from tests.support.made_mail import ORSON, PETRA, SUPERVISOR, enter_people

_COUSIN = Inmate("A-400", "Testvale", "Olga", "C-1", CustodyStatus.IN_CUSTODY)
_TWO_NAMES = Inmate("77", "de la Orilla", "Pia", "C-1", CustodyStatus.IN_CUSTODY)


@pytest.fixture
def facility(facility: Facility) -> Facility:
    with writing(facility.engine) as tx:
        enter_people(tx, [_COUSIN, _TWO_NAMES])
    return facility


def _names_another(facility: Facility, value: Any, own: str | None = ORSON) -> bool:
    with reading(facility.engine) as tx:
        return OtherInmates(tx, own).are_named_in(value)


@pytest.mark.parametrize(
    "value",
    [
        "it is Samplewood's",
        "for SAMPLEWOOD, not for Testvale",
        "booking A-200",
        "booking a-200.",
        "number 77",
        "De La Orilla asked for it",
        ["nothing", {"to": "A-200"}],
        {"A-200": 1},
        {"Samplewood": 1},
        "samplewood_A200.pdf",
        "samplewood",
        "for de la orilla",
    ],
)
def test_another_is_named(facility: Facility, value: Any) -> None:
    assert _names_another(facility, value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "it is Testvale's, Orson's own",
        "A-100",
        "A-2000 and A-20",
        {"samplewood": "a word of the program's own"},
        "La Orilla",
        77,
        [1, 77, None, True, 2.5],
        {"pages": [77]},
    ],
)
def test_nobody_else_is_named(facility: Facility, value: Any) -> None:
    assert not _names_another(facility, value)


def test_where_nobody_knows_whose_it_is_everybody_is_another(facility: Facility) -> None:
    assert _names_another(facility, "Testvale", own=None)
    assert _names_another(facility, ORSON, own=None)


def test_an_earlier_number_is_its_persons(facility: Facility) -> None:
    renumbering.renumber(facility, PETRA, "A-201", SUPERVISOR, "the jail's own number")
    assert _names_another(facility, PETRA)
    assert not _names_another(facility, PETRA, own="A-201")
    with reading(facility.engine) as tx:
        mine, theirs = OtherInmates(tx, "A-201"), OtherInmates(tx, ORSON)
    assert (mine.has_number(PETRA), theirs.has_number(PETRA)) == (False, True)
