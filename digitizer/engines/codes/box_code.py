"""The code of a box of paper: a short id with a check character, which a hand scanner types.

It is no code of a sheet: it bears no signature and does not begin like one, so a scan in which it
is seen is neither split nor sealed by it, and nothing is delivered.
"""

from __future__ import annotations

import secrets

from digitizer.engines.codes.cover_code import ID_BYTES, read_short_id, short_id_of
from digitizer.model.errors import UsageError

_PREFIX = "B-"
_LENGTH = 9


def new_box_code() -> str:
    """Like ``B-K7QM-3XTR-D``."""
    return _PREFIX + short_id_of(secrets.token_bytes(ID_BYTES))


def read_box_code(typed: str) -> str:
    """The normal form of a code that was keyed or scanned; case, hyphens and the B are forgiven.
    UsageError if it is none, or its check character does not fit."""
    plain = "".join(each for each in typed.upper() if each.isalnum())
    if len(plain) == _LENGTH + 1 and plain.startswith("B"):
        plain = plain[1:]
    try:
        return _PREFIX + read_short_id(plain)
    except UsageError:
        raise UsageError(
            "That is no code of a box, or it has a typing mistake in it: it looks like "
            "B-K7QM-3XTR-D. Scan or key it again from the label."
        ) from None
