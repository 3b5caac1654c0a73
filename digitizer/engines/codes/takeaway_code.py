"""The code by which somebody who left takes their mailbox along: keyed from a slip of paper.

Ninety-five random bits in nineteen of Crockford's letters and digits, which are not taken for each
other, and a check character (``cover_code.short_id`` says which, and why): whoever mistypes one is
told so before a try is counted.
"""

from __future__ import annotations

import secrets

from digitizer.engines.codes.cover_code import check_fits, plain_characters, spelled_with_check

_RANDOM, _GROUP = 19, 4
#: Characters of a code, the check among them.
LENGTH = _RANDOM + 1


def new_takeaway_code() -> str:
    """Twenty characters; ``in_groups`` is how people see them."""
    return spelled_with_check([secrets.randbelow(32) for _ in range(_RANDOM)])


def in_groups(code: str) -> str:
    """Like ``K7QM-3XTR-D0AB-77ZK-W2CE``."""
    return "-".join(code[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))


def read_takeaway_code(typed: str) -> str | None:
    """What was keyed, in the form in which codes are compared; case, hyphens and O, I, L for 0, 1,
    1 are forgiven. None if it is no code, or its check character does not fit."""
    plain = plain_characters(typed, LENGTH)
    return plain if plain is not None and check_fits(plain) else None
