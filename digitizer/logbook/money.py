"""Amounts as people type them."""

from __future__ import annotations

import re

from digitizer.model.errors import UsageError

#: 1234, 1,234 or 1,234.50: a comma parts thousands, a dot the hundredths. Anything else may mean
#: one amount to whoever typed it and another to whoever reads it.
_AMOUNT = re.compile(r"(\d{1,7}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d{2}))?")
MOST = 9_999_999_99
"""Hundredths."""


def read_amount(text: str, currency: str) -> int:
    """Hundredths of the currency, which may stand before the number. Raises UsageError."""
    typed = text.strip().removeprefix(currency).strip()
    found = _AMOUNT.fullmatch(typed) if typed.isascii() else None
    if found is None:
        raise UsageError("Write the amount as 20.00 or 1,234.50.")
    whole, hundredths = found.groups()
    amount = int(whole.replace(",", "")) * 100 + int(hundredths or 0)
    if not 0 < amount <= MOST:
        raise UsageError("An amount is more than nothing, and less than ten million.")
    return amount
