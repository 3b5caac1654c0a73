"""Whether a page with a reply sheet's code is that sheet: each part of the print must be there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.capture.reply_evidence import doubt_reply
from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, new_key, payload
from digitizer.model.paper import CodeKind, CoverCode, DoubtReason, ReplyLook, SurveyedPage

_KEYS = KeyRing({1: new_key()}, 1)
_CODE = new_cover_code(CodeKind.REPLY, _KEYS)
_AS_PRINTED = ReplyLook(
    payload(_CODE, _KEYS), (1.0,) * 4, (1.0,) * 6, (1.0,) * 4, number=1.0, size=1.0
)


def _page(look: ReplyLook | None) -> SurveyedPage:
    return SurveyedPage(3, "page", 2550, 3300, 300, blank=False, ink=0.1, reply=look)


def _missing(look: ReplyLook | None, codes: tuple[CoverCode, ...] = (_CODE,)) -> str | None:
    doubt = doubt_reply(_page(look), codes, _KEYS)
    if doubt is None:
        return None
    assert (doubt.reason, doubt.look) == (DoubtReason.REPLY_NOT_AS_PRINTED, (3, 3))
    return doubt.message.partition("printed: ")[2].partition(" cannot be found")[0]


def test_a_sheet_as_it_was_printed_raises_no_doubt_nor_does_a_page_without_reply_code() -> None:
    assert _missing(_AS_PRINTED) is None
    assert _missing(None, ()) is None
    assert _missing(None, (new_cover_code(CodeKind.INMATE, _KEYS),)) is None


def test_what_wears_off_paper_is_no_doubt() -> None:
    worn = replace(
        _AS_PRINTED,
        codes=(0.9, 0.9, 0.1, 0.0),
        marks=(0.1, 0.75, 0.8, 0.8, 0.8, 0.8),
        frame=(0.1, 0.9, 0.9, 0.9),
        number=0.88,
        size=0.92,
    )
    assert _missing(worn) is None


@pytest.mark.parametrize(
    ("look", "missing"),
    [
        (replace(_AS_PRINTED, codes=(1.0, 0.8, 0.8, 0.8)), "the copies of its code"),
        (replace(_AS_PRINTED, beside=1), "the copies of its code"),
        (replace(_AS_PRINTED, marks=(1.0, 1.0, 1.0, 1.0, 0.6, 0.6)), "the marks at the sides"),
        (replace(_AS_PRINTED, frame=(1.0, 1.0, 0.8, 0.8)), "the frame"),
        (replace(_AS_PRINTED, number=0.54), "the printed sheet number"),
        (replace(_AS_PRINTED, size=0.7), "its original size"),
        (replace(_AS_PRINTED, size=1.2), "its original size"),
        (replace(_AS_PRINTED, text="another sheet"), "the sheet around it"),
        (None, "the sheet around it"),
    ],
)
def test_any_part_of_the_print_that_is_not_there_is_named(
    look: ReplyLook | None, missing: str
) -> None:
    found = _missing(look)
    assert found is not None
    assert found.startswith(missing)


def test_all_that_is_missing_is_listed() -> None:
    assert _missing(ReplyLook(_AS_PRINTED.text)) == (
        "the copies of its code in their places, the marks at the sides, the frame, "
        "the printed sheet number and its original size"
    )


def test_a_look_at_one_of_two_reply_codes_vouches_for_that_one() -> None:
    other = new_cover_code(CodeKind.REPLY, _KEYS)
    assert _missing(_AS_PRINTED, (other,)) == "the sheet around it"
