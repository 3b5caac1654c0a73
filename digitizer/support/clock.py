"""Ids and moments, made in one place."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: none is easily mistaken for another


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """An id that cannot be guessed: 16 characters, 80 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))
