"""Stacks of several letters: as they are before one goes, and how they were taken apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.model.mail import LetterState, PageRole
from digitizer.storage.tables import letter, original, page
from digitizer.storage.tables_retention import kept_page


@dataclass(frozen=True, slots=True)
class StackPage:
    """A page that is still kept. ``letter`` is None for what belongs to no letter: headers of
    batches, separators, blank sides."""

    id: int
    number: int
    place: int
    role: PageRole
    letter: str | None


@dataclass(frozen=True, slots=True)
class Stack:
    """A scan as it is before a letter of it goes. ``own`` are the pages that go with the letter,
    ``others`` those that stay, by their letter; ``files`` are its originals in order, ``kept``
    where each page is, if that is not one file's pages after another's."""

    scan: str
    own: tuple[StackPage, ...]
    others: Mapping[str | None, tuple[StackPage, ...]]
    files: tuple[tuple[int, str], ...]
    kept: Mapping[int, tuple[int, int]]

    @property
    def is_alone(self) -> bool:
        """Whether no other letter is in it: then all of it goes."""
        return not any(self.others)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A stored file with pages of one other letter, which are these, in their order in it."""

    sha256: str
    size: int
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parted:
    """How a stack was taken apart. ``gone`` are the rows of the originals that can go, ``new`` what
    was stored instead; ``places`` is where every page that stays in an old file is."""

    stack: Stack
    gone: tuple[int, ...]
    new: tuple[NewFile, ...]
    places: Mapping[int, tuple[int, int]]


def stack_of(tx: sa.Connection, letter_id: str) -> Stack:
    """Of a letter that is known to exist."""
    scan_id = tx.execute(sa.select(letter.c.scan_id).where(letter.c.id == letter_id)).scalar_one()
    rows = tx.execute(
        sa.select(page.c.id, page.c.number, page.c.place, page.c.role, page.c.letter_id)
        .outerjoin(letter, letter.c.id == page.c.letter_id)
        .where(
            page.c.scan_id == scan_id,
            sa.or_(letter.c.id.is_(None), letter.c.state != str(LetterState.DESTROYED)),
        )
        .order_by(page.c.place)
    )
    pages = [
        StackPage(row.id, row.number, row.place, PageRole(row.role), row.letter_id) for row in rows
    ]
    places = [each.place for each in pages if each.letter == letter_id]
    own, others = [], defaultdict(list)
    for each in pages:
        # A blank side amid its pages may be its own, with something faint on it.
        amid = each.letter is None and min(places) < each.place < max(places)
        if each.letter == letter_id or (amid and each.role is PageRole.BLANK):
            own.append(each)
        else:
            others[each.letter].append(each)
    files = tx.execute(
        sa.select(original.c.id, original.c.sha256)
        .where(original.c.scan_id == scan_id, original.c.destroyed.is_(None))
        .order_by(original.c.ordinal)
    )
    kept = tx.execute(
        sa.select(kept_page).where(kept_page.c.page_id.in_([each.id for each in pages]))
    )
    return Stack(
        scan=scan_id,
        own=tuple(own),
        others={whose: tuple(some) for whose, some in others.items()},
        files=tuple((row.id, row.sha256) for row in files),
        kept={row.page_id: (row.original_id, row.place) for row in kept},
    )
