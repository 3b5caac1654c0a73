"""Stacks whose truth is known, and what is done to them: wear of one sheet, or a trick.

A stack is drafted as letters, each its cover (or reply sheet) and the pages behind it. Whose a
page is stands on it: ``to:3`` is the inmate numbered 3, ``from:3`` the family they write to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.model.paper import CoverCode
from trials.paper import sheets
from trials.paper.sheets import Picture, Printed, px
from trials.paper.wears import WEARS

Chance = np.random.Generator


@dataclass(slots=True)
class Paper:
    """A sheet in a stack; ``owner`` is who may get it, None for what is nobody's to read."""

    picture: Picture
    owner: str | None = None


@dataclass(slots=True)
class Letter:
    """``owner`` is where all of it belongs; ``papers`` its sheets, cover first."""

    owner: str
    code: CoverCode
    papers: list[Paper]


@dataclass(slots=True)
class Draft:
    """A stack being laid. ``touched`` are the letters that what was done could touch (all of
    them with ``spoilt``), ``spent`` the ids of codes that an earlier scan used up. ``sealable``:
    a legal marker, or what looks like one, lies in it.
    """

    letters: list[Letter]
    inside: bool
    mixed: bool = False
    duplex: bool = False
    done: str = "nothing"
    touched: set[int] = field(default_factory=set)
    spoilt: bool = False
    sealable: bool = False
    spent: set[str] = field(default_factory=set)

    @property
    def papers(self) -> list[Paper]:
        return [paper for letter in self.letters for paper in letter.papers]

    def touch(self, at: int) -> None:
        """What may be a boundary touches its letter and both neighbours."""
        self.touched |= {at - 1, at, at + 1}


def from_outside(rng: Chance) -> Draft:
    """Two to five letters under standing covers, of one to three pages."""
    people = rng.permutation(40)[: int(rng.integers(2, 6))]
    return Draft([_letter(int(each), rng) for each in people], inside=False)


def from_inside(rng: Chance) -> Draft:
    """Two to five answered reply sheets, one in three with a page of its own behind it."""
    people = rng.permutation(40)[: int(rng.integers(2, 6))]
    return Draft([_reply(int(each), rng) for each in people], inside=True)


def _letter(inmate: int, rng: Chance) -> Letter:
    cover, owner = sheets.cover_of(inmate), f"to:{inmate}"
    pages = [Paper(sheets.content(rng), owner) for _ in range(int(rng.integers(1, 4)))]
    return Letter(owner, cover.code, [Paper(cover.picture), *pages])


def _reply(inmate: int, rng: Chance) -> Letter:
    reply, owner = sheets.reply_of(inmate), f"from:{inmate}"
    papers = [Paper(sheets.answered(reply.picture, rng), owner)]
    if rng.random() < 0.33:
        papers.append(Paper(sheets.written(rng), owner))
    return Letter(owner, reply.code, papers)


# ---- wear of one sheet


def worn_first_sheet(draft: Draft, rng: Chance) -> None:
    """The sheet on which a letter begins."""
    at = int(rng.integers(len(draft.letters)))
    _wear(draft, at, 0, rng)


def worn_page(draft: Draft, rng: Chance) -> None:
    """A page of a letter: what cannot be seen may be a cover, what can is a page."""
    at = int(rng.integers(len(draft.letters)))
    _wear(draft, at, len(draft.letters[at].papers) - 1, rng)


def _wear(draft: Draft, at: int, sheet: int, rng: Chance) -> None:
    names = list(WEARS)
    name = names[int(rng.integers(len(names)))]
    paper = draft.letters[at].papers[sheet]
    paper.picture = WEARS[name](paper.picture, rng)
    draft.done = f"{'first sheet' if sheet == 0 else 'page'}: {name}"
    draft.touch(at)


# ---- tricks with paper


def talk_through_the_mailroom(draft: Draft, rng: Chance) -> None:
    """A reply sheet, and behind it a copied cover of somebody else and a note."""
    writer, reader = (int(each) for each in 40 + rng.permutation(20)[:2])
    cover = sheets.cover_of(reader)
    papers = [Paper(cover.picture), Paper(sheets.written(rng), "nobody")]
    note = Letter("nobody", cover.code, papers)
    draft.letters += [_reply(writer, rng), note] if not draft.inside else [note]
    draft.mixed = True
    draft.done, draft.spoilt = "cover among reply sheets", True


def stray_reply(draft: Draft, rng: Chance) -> None:
    """A reply sheet among letters from outside."""
    draft.letters.append(_reply(77, rng))
    draft.mixed = True
    draft.done, draft.spoilt = "reply sheet among covers", True


def pasted_code(draft: Draft, rng: Chance) -> None:
    """Codes cut from a copy of another's reply sheet, pasted on a page of one's own."""
    at = int(rng.integers(len(draft.letters)))
    victim = sheets.reply_of(88).picture
    page = sheets.written(rng)
    places = layout.code_areas(*layout.PAPERS["letter"])
    count = int(rng.integers(1, 5))
    for place in rng.permutation(4)[:count]:
        area = places[int(place)].grown(float(rng.uniform(1, 4)))
        cut = _cut(victim, area)
        _paste(page, cut, area, rng, rough=count > 1)
    forged = Letter("nobody", sheets.reply_of(88).code, [Paper(page, "nobody")])
    draft.letters.insert(at + 1, forged)
    draft.done = f"{count} codes of a reply sheet pasted on a page"
    draft.touched = {at, at + 1, at + 2}


def _cut(picture: Picture, area: layout.Area) -> Picture:
    top, left = max(0, round(area.top * px(10) / 10)), max(0, round(area.left * px(10) / 10))
    return picture[top : top + px(area.height), left : left + px(area.width)].copy()


def _paste(page: Picture, cut: Picture, area: layout.Area, rng: Chance, rough: bool) -> None:
    """Alone somewhere on the page; several roughly where they were."""
    height, width = cut.shape
    if rough:
        top = px(area.top) + int(rng.integers(-px(6), px(6)))
        left = px(area.left) + int(rng.integers(-px(6), px(6)))
    else:
        top = int(rng.integers(0, page.shape[0] - height))
        left = int(rng.integers(0, page.shape[1] - width))
    top = min(max(0, top), page.shape[0] - height)
    left = min(max(0, left), page.shape[1] - width)
    page[top : top + height, left : left + width] = cut


def reply_again(draft: Draft, rng: Chance) -> None:
    """A faithful copy of a reply sheet that came in before, written on again."""
    at = int(rng.integers(len(draft.letters)))
    draft.spent.add(draft.letters[at].code.cover_id)
    for paper in draft.letters[at].papers:
        paper.owner = "nobody"
    draft.letters[at].owner = "nobody"
    draft.done = "reply sheet used before"
    draft.touch(at)


def sticker(draft: Draft, rng: Chance) -> None:
    """One public tag, no secret, on a page: anyone can draw it."""
    at = int(rng.integers(len(draft.letters)))
    page = draft.letters[at].papers[-1].picture.copy()
    marker = sheets.legal_marker().picture
    area = layout.mark_areas(*layout.PAPERS["letter"])[int(rng.integers(6))].grown(2)
    _paste(page, _cut(marker, area), area, rng, rough=False)
    draft.letters[at].papers[-1].picture = page
    draft.done, draft.sealable, draft.spoilt = "a legal marker's tag on a page", True, True


def marker_used_again(draft: Draft, rng: Chance) -> None:
    """A copied, revoked or another facility's marker."""
    foreign = bool(rng.random() < 0.5)
    marker: Printed = sheets.legal_marker(int(rng.integers(4)), foreign)
    at = int(rng.integers(len(draft.letters) + 1))
    papers = [Paper(marker.picture), Paper(sheets.written(rng), "nobody")]
    letter = Letter("nobody", marker.code, papers)
    draft.letters.insert(at, letter)
    draft.spent.add(marker.code.cover_id)
    draft.done, draft.sealable, draft.spoilt = "a marker copied or not ours", True, True


def nothing(draft: Draft, rng: Chance) -> None:
    """An ordinary stack: all of it arrives."""


Change = Callable[[Draft, Chance], None]
OUTSIDE: tuple[tuple[Change, float], ...] = (
    (worn_first_sheet, 0.5),
    (worn_page, 0.2),
    (stray_reply, 0.06),
    (talk_through_the_mailroom, 0.06),
    (sticker, 0.05),
    (marker_used_again, 0.05),
    (nothing, 0.08),
)
INSIDE: tuple[tuple[Change, float], ...] = (
    (worn_first_sheet, 0.3),
    (pasted_code, 0.25),
    (reply_again, 0.15),
    (talk_through_the_mailroom, 0.15),
    (sticker, 0.05),
    (nothing, 0.1),
)


def draft_of(rng: Chance) -> Draft:
    """A stack, and the one thing that was done to it."""
    inside = bool(rng.random() < 0.35)
    draft = from_inside(rng) if inside else from_outside(rng)
    changes = INSIDE if inside else OUTSIDE
    weights = np.array([weight for _, weight in changes])
    action = changes[int(rng.choice(len(changes), p=weights / weights.sum()))][0]
    action(draft, rng)
    draft.duplex = bool(rng.random() < 0.25)
    return draft
