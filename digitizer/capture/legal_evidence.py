"""What on a page makes a scan legal mail, or may: as seen, not yet looked up in the register.

A page that a supervisor has cleared is a boundary in doubt like any other page with marks on it:
it holds what it touches, and it does not seal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from digitizer.engines.codes.cover_code import (
    KeyRing,
    claims_item,
    claims_legal,
    retired_key_of,
    verify,
)
from digitizer.engines.codes.item_code import verify_item
from digitizer.engines.codes.protected_code import verify_protected
from digitizer.engines.printing.kit.cover_layout import COVER_MARKS, kind_of_mark
from digitizer.model.paper import (
    CodeKind,
    Doubt,
    DoubtReason,
    SeenPage,
    SurveyedPage,
)


def legal_doubts(page: SurveyedPage, keys: KeyRing) -> Iterator[Doubt]:
    """Why a page may be a legal marker although it has no valid code of ours that makes it one."""
    claims = [each.text for each in page.sightings.symbols if claims_legal(each.text)]
    if has_protected_code(page, keys):
        yield protected_doubt(page.number)
    elif has_item_code(page, keys):
        yield item_doubt(page.number)
    elif any(verify(text, keys) for text in claims):
        return
    elif any(map(claims_item, claims)):
        yield Doubt(
            DoubtReason.LEGAL,
            f"Page {page.number} carries a code that claims to be on an item of legal mail but is "
            "not signed by this facility: it is damaged, another facility's, or forged.",
        )
    elif claims:
        yield Doubt(
            DoubtReason.LEGAL,
            f"Page {page.number} carries a code that claims to be a legal marker's but is not "
            "signed by this facility: it is damaged, another facility's, or forged.",
        )
    elif _has_marks(page):
        yield Doubt(
            DoubtReason.LEGAL,
            f"Page {page.number} has a mark that looks like a legal marker's, but no code of "
            "ours: anyone can draw it.",
        )
    elif page.looks_like is CodeKind.LEGAL and not _has_our_code(page, keys):
        yield Doubt(
            DoubtReason.LEGAL,
            f"Page {page.number} looks like a legal marker, but nothing on it can be read.",
        )
    elif page.looks_like and not page.perhaps_blank and not _has_our_code(page, keys):
        # Only its band makes a marker look different from other sheets. What is pale may be a
        # cover seen through its own back, of which there are many: it only holds.
        yield Doubt(
            DoubtReason.LEGAL,
            f"Page {page.number} looks like a cover sheet or a legal marker, but nothing on it can "
            "be read, so there is no way to know which.",
        )


def has_item_code(page: SurveyedPage, keys: KeyRing) -> bool:
    """Whether it carries a code of an item of legal mail that we signed."""
    return any(verify_item(each.text, keys) for each in page.sightings.symbols)


def has_protected_code(page: SurveyedPage, keys: KeyRing) -> bool:
    """Whether it is a sheet for the protected line, by a code that we signed."""
    return any(verify_protected(each.text, keys) for each in page.sightings.symbols)


def _has_our_code(page: SurveyedPage, keys: KeyRing) -> bool:
    """Also one whose key is retired: it can be read, and has a doubt of its own."""
    texts = [each.text for each in page.sightings.symbols]
    return any(verify(text, keys) or retired_key_of(text, keys) is not None for text in texts)


def _has_marks(page: SurveyedPage) -> bool:
    return any(
        kind_of_mark(mark) is CodeKind.LEGAL for mark in page.sightings.marks if mark in COVER_MARKS
    )


def item_doubt(number: int) -> Doubt:
    """The doubt of a page with a code, which we signed, of an item of legal mail."""
    return Doubt(
        DoubtReason.LEGAL,
        f"Page {number} carries the code of an item of legal mail, which this facility signed: it "
        "should not have been scanned.",
    )


def protected_doubt(number: int) -> Doubt:
    """The doubt of a page that is a sheet for the protected line."""
    return Doubt(
        DoubtReason.LEGAL,
        f"Page {number} is a sheet for the protected line, by its code, which this facility "
        "signed: it should not have been scanned. Nobody here may read it: seal the paper in an "
        "envelope, and send it on.",
    )


def reads_like_marker(number: int) -> Doubt:
    """The doubt of a page without code or mark whose words are those of a legal marker."""
    return Doubt(
        DoubtReason.LEGAL,
        f"Page {number} reads like a legal marker, but no code or mark was found on it.",
    )


def seals(page: SeenPage) -> bool:
    """Whether this page makes its scan legal mail, or may."""
    marked = any(code.kind is CodeKind.LEGAL for code in page.codes)
    return marked or any(doubt.reason is DoubtReason.LEGAL for doubt in page.doubts)


def clear(pages: Sequence[SeenPage], cleared: Collection[int]) -> list[SeenPage]:
    """The pages, those that a supervisor cleared being doubts that do not seal."""
    return [_cleared(page) if page.number in cleared and seals(page) else page for page in pages]


def _cleared(page: SeenPage) -> SeenPage:
    cleared = Doubt(
        DoubtReason.LEGAL_CLEARED,
        f"Page {page.number} is or carries what looks like a legal marker; a supervisor decided "
        "that it is not legal mail.",
    )
    left = (doubt for doubt in page.doubts if doubt.reason is not DoubtReason.LEGAL)
    codes = tuple(code for code in page.codes if code.kind is not CodeKind.LEGAL)
    doubts = tuple(dict.fromkeys((cleared, *left)))
    return replace(page, codes=codes, doubts=doubts, legal_item=False)
