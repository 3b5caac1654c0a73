"""Stretches: the sheets between two places where a letter begins, or may begin.

Every sheet that may be a boundary cuts, established or not, so nothing in a stretch can be behind
a boundary that was missed; doubts then decide which stretches may be delivered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digitizer.capture.splitting.sheets import Sheet, is_content
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SplitLetter,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A first sheet that is or may be a boundary, and the sheets ``behind`` it up to the next."""

    first: Sheet
    behind: tuple[Sheet, ...]

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return (self.first, *self.behind)

    @property
    def code(self) -> CoverCode | None:
        return self.first.code

    @property
    def established(self) -> bool:
        return self.first.begins

    @property
    def separated(self) -> bool:
        """Begins with an established separator."""
        return self.first.separates

    @property
    def headless(self) -> bool:
        """Begins with plain content: only in a stack that names nobody, and only as its first."""
        return self.first.loose

    @property
    def blank(self) -> bool:
        """Only blank sheets, of a simplex scan: each of them may be a cover face down."""
        return all(sheet.blank for sheet in self.sheets)

    @property
    def nothing_sure(self) -> bool:
        """Only sheets that are or may be blank: each may be a cover face down, or too faint."""
        return all(sheet.blank or sheet.unsure for sheet in self.sheets)

    @property
    def empty(self) -> bool:
        """A cover, or what may be one, with no page after it; a reply sheet needs none."""
        if self.established and self.code and self.code.kind is CodeKind.REPLY:
            return False
        return not (self.headless or self.pages_behind or self._only_a_reply)

    @property
    def _only_a_reply(self) -> bool:
        """A worn reply sheet, or a page onto which its code was put: either way not a cover."""
        kinds = {
            kind
            for page in self.first.pages
            for kind in (*page.kinds, *(code.kind for code in page.codes))
        }
        reasons = {doubt.reason for doubt in self.first.doubts}
        return kinds == {CodeKind.REPLY} and reasons == {DoubtReason.REPLY_NOT_AS_PRINTED}

    @property
    def pages_behind(self) -> bool:
        """Whether anything but blanks follows its first sheet."""
        return any(sheet.has_content for sheet in self.behind)

    @property
    def loose(self) -> tuple[Sheet, ...]:
        """The sheets behind the first without its code: only their place makes them its own."""
        return tuple(sheet for sheet in self.behind if not sheet.begins)

    @property
    def loose_pages(self) -> bool:
        """Whether anything but blanks is among its loose sheets."""
        return any(sheet.has_content for sheet in self.loose)

    @property
    def written_on(self) -> bool:
        """Begins with a sheet that is content itself: a reply sheet, or a cover with ink."""
        return self.established and self.first.has_content

    @property
    def may_be_whole(self) -> bool:
        """The same, and no count promises sheets behind it, which ink on it could not replace."""
        return self.written_on and not self.counted

    @property
    def may_be_written_on(self) -> bool:
        """The same, or it may be so: its other side may have something faint on it."""
        return self.established and self.first.may_have_content

    @property
    def counted(self) -> int:
        """How many sheets its cover promised behind it; 0 where it promised none."""
        return self.code.sheets if self.established and self.code else 0

    @property
    def low(self) -> int:
        return min(page.number for sheet in self.sheets for page in sheet.pages)

    @property
    def high(self) -> int:
        return max(page.number for sheet in self.sheets for page in sheet.pages)


def is_proven(stretches: Sequence[Stretch], i: int) -> bool:
    """Exactly as many sheets as its cover promised are between two established boundaries."""
    stretch = stretches[i]
    closed = i + 1 == len(stretches) or stretches[i + 1].established
    return closed and stretch.counted > 0 and stretch.counted == len(stretch.behind)


def is_copy(stretches: Sequence[Stretch], i: int) -> bool:
    """Beside a letter with the same cover: printed twice, or a copy that the family enclosed.

    Separators with one code are sheets of one printing; the letters behind them are several.
    """
    if stretches[i].separated:
        return False
    beside = (*stretches[max(i - 1, 0) : i], *stretches[i + 1 : i + 2])
    return any(other.established and other.code == stretches[i].code for other in beside)


def cut(sheets: Sequence[Sheet]) -> list[Stretch]:
    """The stretches of a stack whose first sheet is a boundary, in order."""
    runs: list[list[Sheet]] = []
    for sheet in sheets:
        if runs and not _cuts(sheet, runs[-1]):
            runs[-1].append(sheet)
        else:
            runs.append([sheet])
    return [Stretch(run[0], tuple(run[1:])) for run in runs]


def _cuts(sheet: Sheet, run: Sequence[Sheet]) -> bool:
    if sheet.begins:
        return not _continues_reply(sheet, run[-1])
    if sheet.blank:
        # Neighbouring blanks are one doubt; a run that began blank and ends so is all blank.
        return bool(sheet.doubts) and not (run[0].blank and run[-1].blank)
    return bool(sheet.doubts)


def _continues_reply(sheet: Sheet, before: Sheet) -> bool:
    """Each sheet of one reply carries its code; a cover's second copy begins a new letter."""
    is_reply = sheet.code is not None and sheet.code.kind is CodeKind.REPLY
    return is_reply and before.begins and before.code == sheet.code


def form_letters(
    stretches: Sequence[Stretch], doubts: Sequence[Iterable[Doubt]]
) -> tuple[SplitLetter, ...]:
    """One letter a stretch, with its doubts; blanks on their own go to the letter before.

    There is none behind a separator that no sheet follows.
    """
    letters: list[SplitLetter] = []
    for i, stretch in enumerate(stretches):
        if stretch.blank:
            continue
        trailing = (
            stretches[i + 1].sheets if i + 1 < len(stretches) and stretches[i + 1].blank else ()
        )
        if stretch.separated and not stretch.behind and not trailing:
            continue
        letters.append(_form(stretch, trailing, tuple(dict.fromkeys(doubts[i]))))
    return tuple(letters)


def separators(stretches: Sequence[Stretch]) -> tuple[int, ...]:
    """The sides of all established separators: they are no part of a letter."""
    return tuple(page.number for each in stretches if each.separated for page in each.first.pages)


def _form(stretch: Stretch, trailing: tuple[Sheet, ...], doubts: tuple[Doubt, ...]) -> SplitLetter:
    covers, content, hidden = [], [], []
    own = stretch.behind if stretch.separated else stretch.sheets
    names = stretch.code is not None and stretch.code.kind is not CodeKind.SEPARATOR
    for sheet in (*own, *trailing):
        for page in sheet.pages:
            if is_content(page, sheet.code):
                content.append(page.number)
            elif sheet.code is not None and page.codes:
                covers.append(page.number)
            else:
                hidden.append(page.number)
    return SplitLetter(
        cover=stretch.code if names else None,
        covers=tuple(sorted(covers)),
        pages=tuple(sorted(content)),
        hidden=tuple(sorted(hidden)),
        doubts=doubts,
    )
