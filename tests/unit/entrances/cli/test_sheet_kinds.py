"""Which options go with which kind of sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from digitizer.entrances.cli.sheet_kinds import (
    BatchHeader,
    InmateCover,
    LegalMarker,
    Options,
    ReplySheet,
    Separator,
    sheet_of,
)
from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind

NOTHING = Options(
    booking=None,
    letters=None,
    once=False,
    sheets=None,
    valid_days=None,
    uses=None,
    until=None,
    sender=None,
    paper=None,
)
GIVEN: dict[str, Any] = {
    "letters": 2,
    "once": True,
    "sheets": 3,
    "valid_days": 4,
    "uses": 5,
    "until": date(2999, 1, 1),
}
FITTING = {
    CodeKind.INMATE: {"once", "sheets", "valid_days", "uses", "until"},
    CodeKind.REPLY: {"sheets"},
    CodeKind.BATCH: {"letters"},
    CodeKind.LEGAL: {"valid_days"},
    CodeKind.SEPARATOR: set(),
}


def _options(kind: CodeKind, **given: Any) -> Options:
    booking = "B-1" if kind in (CodeKind.INMATE, CodeKind.REPLY) else None
    return replace(NOTHING, **{"booking": booking, **given})


@pytest.mark.parametrize("kind", CodeKind)
@pytest.mark.parametrize("option", GIVEN)
def test_an_option_is_taken_by_the_kinds_it_fits_and_named_to_all_others(
    kind: CodeKind, option: str
) -> None:
    given = _options(kind, **{option: GIVEN[option]})
    if option in FITTING[kind]:
        assert getattr(sheet_of(kind, given), option) == GIVEN[option]
        return
    with pytest.raises(UsageError, match=f"--{option.replace('_', '-')} goes with|, --{option}"):
        sheet_of(kind, given)


@pytest.mark.parametrize("kind", CodeKind)
def test_a_sheet_is_for_an_inmate_or_for_nobody(kind: CodeKind) -> None:
    known = _options(kind)
    with pytest.raises(UsageError):
        sheet_of(kind, replace(known, booking=None if known.booking else "B-1"))


def test_without_options_every_kind_is_as_open_as_it_can_be() -> None:
    assert [sheet_of(kind, _options(kind)) for kind in CodeKind] == [
        InmateCover("B-1", 0, None, False, None, None, None, None),
        ReplySheet("B-1", 0, None, None),
        BatchHeader(None, None),
        LegalMarker(None, None),
        Separator(None),
    ]


@pytest.mark.parametrize("kind", CodeKind)
def test_sender_and_paper_are_refused_by_no_kind(kind: CodeKind) -> None:
    assert sheet_of(kind, _options(kind, sender="Aunt Ida", paper="a4")).paper == "a4"  # type: ignore[attr-defined]
