"""Which code a measurement is of: what every printed result starts with."""

from __future__ import annotations

import subprocess
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]

CORPUS = _ROOT.parent / "shared" / "corpus"
"""Letters and barcodes that others made, if they are in a folder beside the project."""


def commit() -> str:
    """The short name of the commit, with ``+`` if files differ from it; ``unknown`` without git."""
    try:
        name = _git("rev-parse", "--short", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=_ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
