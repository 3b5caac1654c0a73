"""Whether what lies between two separators may be more than one letter: a person must see it all.

A lost separator leaves no sign of its own. What it leaves are the things that change where one
letter ends: an envelope, another size of paper. None of them decides; each only asks for a look at
every page.
"""

from __future__ import annotations

from collections.abc import Sequence

from digitizer.model.mail import PageRole
from digitizer.screening.exception_queue import ScanPage

#: An envelope is at most so much of the height of the letter's tallest page.
_ENVELOPE = 0.7
#: Sides of one letter's paper differ by less than this, as scanners crop them.
_SAME_PAPER = 0.05


def may_be_two(pages: Sequence[ScanPage]) -> bool:
    """``pages`` are one letter's, in the order of the scanner. An envelope may come first."""
    content = [page for page in pages if page.role is PageRole.CONTENT]
    if len(content) < 2:
        return False
    tallest = max(page.inches[1] for page in content)
    envelopes = [page.inches[1] <= _ENVELOPE * tallest for page in content]
    letters = [page for page, small in zip(content, envelopes, strict=True) if not small]
    return any(envelopes[1:]) or any(not _same_paper(page, letters[0]) for page in letters[1:])


def _same_paper(one: ScanPage, other: ScanPage) -> bool:
    sides = zip(one.inches, other.inches, strict=True)
    return all(abs(a - b) <= _SAME_PAPER * max(a, b) for a, b in sides)
