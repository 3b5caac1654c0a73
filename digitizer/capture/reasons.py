"""The reason a clerk reads for what is held: each cause once, the gravest first, then what to do.

Several doubts may touch one letter, and the same doubt in more ways than one. Each of them is
recorded; a person wants to know at a glance what is wrong and what to do now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from digitizer.model.paper import Doubt
from digitizer.model.paper import DoubtReason as R

#: Worst first: what a person took back, a file about which nothing is known, privileged mail, whole
#: stacks, what may be forged, places where letters part, counts, and last whose a letter is: nobody
#: can ask that before its pages are known.
WEIGHTS: tuple[R, ...] = (
    R.RECALLED,
    R.APPEAL_GRANTED,
    R.RESCAN_WANTED,
    R.WITHHELD_BEFORE,
    R.UNOPENABLE,
    R.WORKER_FAILED,
    R.LEGAL,
    R.LEGAL_DOUBT,
    R.LEGAL_CLEARED,
    R.NOTHING_INSIDE,
    R.UNEVEN_SIDES,
    R.UNEVEN_HALVES,
    R.BATCH_HEADER_MISSING,
    R.BATCH_HEADER_MISPLACED,
    R.REPLY_NOT_AS_PRINTED,
    R.BOTH_WAYS,
    R.COVER_FROM_INSIDE,
    R.REPLY_FROM_OUTSIDE,
    R.NO_COVER_FIRST,
    R.COVER_LAST,
    R.LETTER_COUNT,
    R.CODE_NOT_OURS,
    R.KEY_RETIRED,
    R.CODES_DISAGREE,
    R.COVER_UNREADABLE,
    R.READS_LIKE_COVER,
    R.COVER_ON_BACK,
    R.UNSEEN,
    R.DECODER_FAILED,
    R.BLANK_MAY_BE_COVER,
    R.COVER_WITHOUT_PAGES,
    R.SHEET_COUNT,
    R.FORM_SHEETS,
    R.REPLY_USED,
    R.COVER_UNKNOWN,
    R.COVER_REVOKED,
    R.COVER_EXPIRED,
    R.COVER_SPENT,
    R.NOT_IN_CUSTODY,
    R.MAIL_SUSPENDED,
    R.SENDER_BLOCKED,
    R.COVER_USED_OFTEN,
    R.SEPARATED,
    R.LABELLED,
)

_MOST_NAMED = 3
"""How many causes are named; the rest are only counted: whoever looks at the pages sees them."""


def reason_of(doubts: Sequence[Doubt]) -> str | None:
    """Why something is held, for a clerk; None without a doubt."""
    if not doubts:
        return None
    ranked = sorted(doubts, key=lambda doubt: WEIGHTS.index(doubt.reason))
    causes = list(dict.fromkeys(doubt.message.strip() for doubt in ranked))
    named = [*causes[:_MOST_NAMED], *_count_of(len(causes) - _MOST_NAMED)]
    return " ".join([*named, *_advice(ranked)])


def _count_of(more: int) -> list[str]:
    if more <= 0:
        return []
    return ["One more thing is in doubt." if more == 1 else f"{more} more things are in doubt."]


def _advice(ranked: Sequence[Doubt]) -> list[str]:
    """The gravest doubt's advice, for all pages that any of the doubts touches."""
    advice = next((doubt.advice for doubt in ranked if doubt.advice), "")
    looks = [doubt.look for doubt in ranked if doubt.look]
    if not advice and looks:
        advice = "Look at {pages} and assign each letter."
    return [advice.replace("{pages}", _pages(looks))] if advice else []


def _pages(looks: Iterable[tuple[int, int]]) -> str:
    ends = [end for look in looks for end in look]
    if not ends:
        return "its pages"
    low, high = min(ends), max(ends)
    return f"page {low}" if low == high else f"pages {low} to {high}"
