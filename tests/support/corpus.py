"""The corpus of real letters and odd files: it stands beside a checkout, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
NEEDED = "DIGITIZER_NEEDS_CORPUS"
"""The setting of the environment by which tests fail, not skip, where the corpus is missing."""


def without_corpus(what: str) -> NoReturn:
    """Skips the test for which this part of the corpus is not here; fails it where ``NEEDED``."""
    reason = f"{what} of the corpus are not beside this checkout"
    if os.environ.get(NEEDED, "") not in ("", "0"):
        pytest.fail(f"{NEEDED} is set, but {reason}.", pytrace=False)
    pytest.skip(reason)
