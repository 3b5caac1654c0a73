"""The corpus of real letters and odd files: in a folder beside a checkout, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
NEEDED = "DIGITIZER_NEEDS_CORPUS"
"""The environment variable that makes tests fail, and not skip, where the corpus is missing."""


def without_corpus(what: str) -> NoReturn:
    """Skips a test that needs this part of the corpus; fails it if ``NEEDED`` is set."""
    reason = f"{what} of the corpus are not beside this checkout"
    if os.environ.get(NEEDED, "") not in ("", "0"):
        pytest.fail(f"{NEEDED} is set, but {reason}.", pytrace=False)
    pytest.skip(reason)
