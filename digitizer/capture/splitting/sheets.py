"""From pages to sheets: which sides belong to one leaf, and what that leaf is for the stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digitizer.model.paper import (
    LOOK_AT_PAPER,
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SeenPage,
)
from digitizer.model.scanner_profile import Sides
from digitizer.support.wording import counted

#: What only a sheet of ours can show: surely a cover, though not whose.
_ONLY_A_COVER = frozenset(
    {DoubtReason.COVER_UNREADABLE, DoubtReason.CODE_NOT_OURS, DoubtReason.KEY_RETIRED}
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One leaf as it was in the stack, with what is known about it as a boundary.

    ``code`` is the one verified code on it, None where there is none or it cannot be relied
    on. With ``doubts`` the sheet may be a boundary that could not be established.
    """

    pages: tuple[SeenPage, ...]
    code: CoverCode | None
    doubts: tuple[Doubt, ...]

    @property
    def blank(self) -> bool:
        """Nothing on any side, and no doubt beyond its blankness."""
        return all(is_empty(page) for page in self.pages)

    @property
    def unsure(self) -> bool:
        """Blank as far as anyone can see, though not surely so on every side."""
        return not self.blank and all(is_perhaps_empty(page) for page in self.pages)

    @property
    def seems_blank(self) -> bool:
        """Blank as far as anyone can see, surely or not, and whatever that may hide."""
        return all(page.blank or page.perhaps_blank for page in self.pages)

    @property
    def begins(self) -> bool:
        """An established cover, reply sheet or separator."""
        return self.code is not None and not self.doubts

    @property
    def separates(self) -> bool:
        """An established separator: a letter begins behind it, and it does not say whose."""
        return self.begins and self.code is not None and self.code.kind is CodeKind.SEPARATOR

    @property
    def kinds(self) -> frozenset[CodeKind]:
        """The kinds of all codes, marks and looks on its sides, reliable or not."""
        codes = (code.kind for page in self.pages for code in page.codes)
        return frozenset((*codes, *(kind for page in self.pages for kind in page.kinds)))

    @property
    def surely_a_cover(self) -> bool:
        """Whatever becomes of its doubts, a letter was put behind this sheet. That is not so of a
        page onto which somebody pasted a code."""
        reasons = {doubt.reason for doubt in self.doubts}
        pasted = DoubtReason.REPLY_NOT_AS_PRINTED in reasons
        verified = any(page.codes for page in self.pages) and not pasted
        return verified or (bool(reasons) and reasons <= _ONLY_A_COVER)

    @property
    def loose(self) -> bool:
        """Content and nothing else: no code, and no reason to take it for a cover."""
        return not self.blank and not self.doubts and not any(page.codes for page in self.pages)

    @property
    def face_down(self) -> bool:
        """Whether its code is on its second side only."""
        return not self.pages[0].codes and any(page.codes for page in self.pages)

    @property
    def has_written_back(self) -> bool:
        """Whether its second side, where it has one, is a page with something on it, or may be:
        a faint back too may have been paired with the wrong front."""
        return len(self.pages) > 1 and not self.pages[1].blank

    @property
    def has_content(self) -> bool:
        """Whether any side surely is one of a letter's pages.

        One that is perhaps blank is shown with them, but does not prove that there is a page: if it
        is blank, its cover may be one without pages.
        """
        return any(
            is_content(page, self.code) and not is_perhaps_empty(page) for page in self.pages
        )

    @property
    def may_have_content(self) -> bool:
        """Whether any side is or may be one of a letter's pages."""
        return any(is_content(page, self.code) for page in self.pages)

    @property
    def number(self) -> int:
        """Its lowest page number, so that a clerk can find it."""
        return min(page.number for page in self.pages)


def is_empty(page: SeenPage) -> bool:
    return page.blank and not page.codes and not page.doubts


def is_perhaps_empty(page: SeenPage) -> bool:
    return (page.blank or page.perhaps_blank) and not page.codes and not page.doubts


def _is_surely_empty(page: SeenPage) -> bool:
    """Empty, and any print on it would be visible: in black and white, faint print is gone."""
    return is_empty(page) and not page.two_toned


def is_content(page: SeenPage, code: CoverCode | None) -> bool:
    """Whether this side is one of a letter's pages; ``code`` is its sheet's.

    What staff write on a separator is not; and what is faint on its back is wear.
    """
    if code is not None and code.kind is CodeKind.SEPARATOR:
        return not page.codes and not is_perhaps_empty(page)
    if code is not None and page.codes:
        return code.kind is CodeKind.REPLY or page.inked
    return not page.blank


def uneven(pages: Sequence[SeenPage], sides: Sides) -> Doubt | None:
    """Why the pages cannot be paired to sheets, or None where they can."""
    if sides is Sides.SIMPLEX or len(pages) % 2 == 0:
        return None
    if sides is Sides.DUPLEX:
        return Doubt(
            DoubtReason.UNEVEN_SIDES,
            f"The scan has {counted(len(pages), 'page')}, an odd number: one side of a sheet is "
            "missing, so fronts and backs cannot be told apart.",
            "Scan the stack again.",
        )
    return Doubt(
        DoubtReason.UNEVEN_HALVES,
        f"The scan has {counted(len(pages), 'page')}, so it does not have as many backs as "
        "fronts: a sheet is missing from one of the two runs.",
        "Scan both sides of the stack again.",
    )


def reading_order(count: int, sides: Sides) -> tuple[int, ...]:
    """Page numbers 1..count in the order of the paper: sheet by sheet, front first.

    ODD_EVEN wants an even ``count``; the last of an odd one is left where it is.
    """
    if sides is not Sides.ODD_EVEN:
        return tuple(range(1, count + 1))
    half = count // 2
    paired = (number for front in range(1, half + 1) for number in (front, 2 * half + 1 - front))
    return (*paired, *range(2 * half + 1, count + 1))


def collate(pages: Sequence[SeenPage], sides: Sides) -> tuple[Sheet, ...]:
    """The stack's sheets, top first. Pages must be even in number unless SIMPLEX."""
    if sides is Sides.SIMPLEX:
        return tuple(read_sheet((page,)) for page in pages)
    ordered = [pages[number - 1] for number in reading_order(len(pages), sides)]
    return tuple(read_sheet(pair) for pair in zip(ordered[::2], ordered[1::2], strict=True))


def read_sheet(pages: tuple[SeenPage, ...]) -> Sheet:
    """What one sheet is, from what was seen on its one or two sides (front first)."""
    codes = tuple(dict.fromkeys(code for page in pages for code in page.codes))
    through = tuple(page for page in pages if _shows_through(page, codes))
    pages = tuple(_without_look(page) if page in through else page for page in pages)
    own = tuple(dict.fromkeys(doubt for page in pages for doubt in page.doubts))
    doubts = own + (() if through else _doubts_between(pages, codes))
    trusted = len(codes) == 1 and not own
    return Sheet(pages, codes[0] if trusted else None, doubts)


def _shows_through(page: SeenPage, codes: tuple[CoverCode, ...]) -> bool:
    """Whether a side is so pale that it may be blank, and looks like the cover whose code was read
    on the other side: it is that cover, seen through the paper."""
    looks = any(each.reason is DoubtReason.COVER_UNREADABLE for each in page.doubts)
    return page.perhaps_blank and looks and not page.codes and len(codes) == 1


def _without_look(page: SeenPage) -> SeenPage:
    left = tuple(each for each in page.doubts if each.reason is not DoubtReason.COVER_UNREADABLE)
    return replace(page, doubts=left)


def _doubts_between(pages: tuple[SeenPage, ...], codes: tuple[CoverCode, ...]) -> tuple[Doubt, ...]:
    """The doubts that the sides of a sheet raise together, besides those of each side."""
    if len(codes) > 1:
        return (_disagree(pages),)
    if len(pages) == 1 and is_empty(pages[0]):
        # A simplex scanner shows one side only: a blank one may be a cover's back.
        return (_face_down(pages[0]),)
    if all(map(is_perhaps_empty, pages)) and not all(map(_is_surely_empty, pages)):
        return (_faint(next(page for page in pages if not _is_surely_empty(page))),)
    if len(pages) == 1:
        return ()
    front, back = pages
    if written := _written_side_of_separator(pages, codes):
        return (written,)
    if back.codes and not front.codes and not front.blank:
        return (_on_back(front, back),)
    if is_perhaps_empty(front) and not _is_surely_empty(front) and not back.codes:
        return (_faint_front(front),)  # of a cover on whose back somebody wrote
    return ()


def _disagree(pages: tuple[SeenPage, ...]) -> Doubt:
    coded = [page.number for page in pages if page.codes]
    low, high = coded[0], coded[-1]
    sides = f"page {low}" if low == high else f"pages {low} and {high}"
    return Doubt(
        DoubtReason.CODES_DISAGREE,
        f"The sheet of {sides} carries two different codes, so there is no way to know whose cover "
        "sheet it is.",
    )


def _face_down(page: SeenPage) -> Doubt:
    return Doubt(
        DoubtReason.BLANK_MAY_BE_COVER,
        f"Page {page.number} is blank and may be a cover sheet that was fed face down.",
        "Look at both sides of the paper of {pages}, and assign each letter.",
    )


def _faint(page: SeenPage) -> Doubt:
    return Doubt(
        DoubtReason.BLANK_MAY_BE_COVER,
        f"Page {page.number} {_seems_blank(page)}, and nothing else can be seen on its sheet: it "
        "may be a cover sheet that is too faint to see.",
        LOOK_AT_PAPER,
    )


def _faint_front(page: SeenPage) -> Doubt:
    return Doubt(
        DoubtReason.BLANK_MAY_BE_COVER,
        f"Page {page.number}, the front of a sheet, {_seems_blank(page)}: it may be a cover sheet "
        "that is too faint to see, with writing on its back.",
        LOOK_AT_PAPER,
    )


def _seems_blank(page: SeenPage) -> str:
    return "is blank in black and white" if page.two_toned else "seems to be blank"


def _written_side_of_separator(
    pages: tuple[SeenPage, ...], codes: tuple[CoverCode, ...]
) -> Doubt | None:
    """A separator's other side is its own print or blank; else it is another sheet's."""
    if not codes or codes[0].kind is not CodeKind.SEPARATOR:
        return None
    other = next((page for page in pages if not page.codes and not is_perhaps_empty(page)), None)
    if other is None or other.doubts:
        return None
    coded = next(page for page in pages if page.codes)
    return Doubt(
        DoubtReason.COVER_ON_BACK,
        f"Page {coded.number} is a separator, and page {other.number}, the other side of its "
        "sheet, has writing on it: fronts and backs may be off by one.",
    )


def _on_back(front: SeenPage, back: SeenPage) -> Doubt:
    return Doubt(
        DoubtReason.COVER_ON_BACK,
        f"The cover sheet's code is on page {back.number}, the back of page {front.number}, which "
        "has writing on it: fronts and backs may be off by one.",
    )
