"""What a clerk is told of what is held: each cause once, the weightiest first, then what to do.

Several doubts may touch one letter, and the same doubt in more ways than one. Each of them counts
in the books; a person wants to know in a moment what is wrong and what to do now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from digitizer.model.paper import Doubt
from digitizer.model.paper import DoubtReason as R

#: Worst first: a file that nothing can be said of, privileged mail, stacks, what somebody may have
#: forged, places where letters part, counts, and last whose a letter is: that is asked once its
#: pages are known.
WEIGHTS: tuple[R, ...] = (
    R.UNOPENABLE, R.WORKER_FAILED,
    R.LEGAL, R.LEGAL_DOUBT, R.LEGAL_CLEARED,
    R.NOTHING_INSIDE, R.UNEVEN_SIDES, R.UNEVEN_HALVES,
    R.BATCH_HEADER_MISSING, R.BATCH_HEADER_MISPLACED,
    R.REPLY_NOT_AS_PRINTED, R.BOTH_WAYS, R.COVER_FROM_INSIDE, R.REPLY_FROM_OUTSIDE,
    R.NO_COVER_FIRST, R.COVER_LAST, R.LETTER_COUNT,
    R.CODE_NOT_OURS, R.CODES_DISAGREE, R.COVER_UNREADABLE, R.READS_LIKE_COVER, R.COVER_ON_BACK,
    R.UNSEEN, R.DECODER_FAILED, R.BLANK_MAY_BE_COVER, R.COVER_WITHOUT_PAGES, R.SHEET_COUNT,
    R.REPLY_USED, R.COVER_UNKNOWN, R.COVER_REVOKED, R.COVER_EXPIRED, R.COVER_SPENT,
    R.NOT_IN_CUSTODY, R.COVER_USED_OFTEN,
)  # fmt: skip

_TOLD = 3
"""So many causes are named; more are only counted: who looks at the pages sees them."""


def reason_of(doubts: Sequence[Doubt]) -> str | None:
    """Why something is held, for a clerk; None without a doubt."""
    if not doubts:
        return None
    ranked = sorted(doubts, key=lambda doubt: WEIGHTS.index(doubt.reason))
    causes = list(dict.fromkeys(doubt.says.strip() for doubt in ranked))
    told = [*causes[:_TOLD], *_count_of(len(causes) - _TOLD)]
    return " ".join([*told, *_advice(ranked)])


def _count_of(more: int) -> list[str]:
    if more <= 0:
        return []
    return ["One more thing is in doubt." if more == 1 else f"{more} more things are in doubt."]


def _advice(ranked: Sequence[Doubt]) -> list[str]:
    """The weightiest doubt's, of all pages that any of the doubts touches."""
    said = next((doubt.advice for doubt in ranked if doubt.advice), "")
    looks = [doubt.look for doubt in ranked if doubt.look]
    if not said and looks:
        said = "Look at {pages} and assign each letter."
    return [said.replace("{pages}", _pages(looks))] if said else []


def _pages(looks: Iterable[tuple[int, int]]) -> str:
    ends = [end for look in looks for end in look]
    if not ends:
        return "its pages"
    low, high = min(ends), max(ends)
    return f"page {low}" if low == high else f"pages {low} to {high}"
