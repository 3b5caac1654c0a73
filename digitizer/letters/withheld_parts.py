"""Parts of a page that were withheld: of two photos on one sheet, the one that was refused.

The stored picture and what was read of it stay as they are. Whoever reads the letter gets the
picture with the part covered, and of the text what stands outside of it: nothing else is known to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import sqlalchemy as sa

from digitizer.model.paper import Box, Transcript
from digitizer.storage.blobs import BlobStore
from digitizer.storage.tables_screening import withheld_part


@dataclass(frozen=True, slots=True)
class WithheldPart:
    """``box`` is in pixels of the page's picture, ``reason`` why, as its inmate reads it."""

    box: Box
    reason: str


def parts_of(
    tx: sa.Connection, page_ids: Iterable[int]
) -> defaultdict[int, tuple[WithheldPart, ...]]:
    """What is withheld of these pages, by page id; of a page that is not among them, nothing."""
    rows = tx.execute(
        sa.select(withheld_part)
        .where(withheld_part.c.page_id.in_(list(page_ids)))
        .order_by(withheld_part.c.id)
    )
    found: defaultdict[int, tuple[WithheldPart, ...]] = defaultdict(tuple)
    for row in rows:
        box = Box(row.left, row.top, row.width, row.height)
        found[row.page_id] += (WithheldPart(box, row.reason),)
    return found


def keep_parts(tx: sa.Connection, page_id: int, parts: Sequence[WithheldPart]) -> None:
    """What is withheld of the page from now on, in place of what was."""
    tx.execute(sa.delete(withheld_part).where(withheld_part.c.page_id == page_id))
    for each in parts:
        tx.execute(
            sa.insert(withheld_part).values(
                page_id=page_id,
                left=each.box.left,
                top=each.box.top,
                width=each.box.width,
                height=each.box.height,
                reason=each.reason,
            )
        )


def text_outside(read: Transcript, parts: Sequence[WithheldPart]) -> Transcript:
    """What was read outside of the parts. A word that touches one is left out with all its
    spellings, and so is each of which nobody knows where it stands."""
    if not parts:
        return read
    words = tuple(
        word for word in read.words if not any(_touch(word.box, each.box) for each in parts)
    )
    lines = (" ".join(word.text for word in line) for _, line in groupby(words, lambda w: w.line))
    return replace(read, text="\n".join(lines), words=words)


def _touch(one: Box, other: Box) -> bool:
    across = one.left <= other.right and other.left <= one.right
    return across and one.top <= other.bottom and other.top <= one.bottom


def picture_outside(pictures: BlobStore, name: str, parts: Sequence[WithheldPart]) -> bytes:
    """The picture of a page as its readers see it: the parts covered, their reasons in them. As it
    is stored where nothing is withheld. Raises NotFound and StorageError."""
    picture = pictures.get(name)
    if not parts:
        return picture
    from digitizer.engines.imaging.covering import covered  # takes longer than most commands

    return covered(picture, [(each.box, each.reason) for each in parts])
