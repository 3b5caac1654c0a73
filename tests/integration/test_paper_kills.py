"""kill -9 a few times while messages are written, printed and e-mailed; ``python -m
trials.paper_kills`` does hundreds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import postgres

_RUN = """
import pathlib, sys
from trials.paper_kills import run
print(run(pathlib.Path(sys.argv[1]), 5, 3, database=sys.argv[2]))
"""


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_printed_or_sent_twice(tmp_path: Path, database: str) -> None:
    """In a process of its own: it forks, and this one may have threads."""
    if database == "postgresql" and (reason := postgres.missing()):
        pytest.skip(reason)
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(tmp_path), database],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for found in ("lost=0", "doubled=0", "unprinted=()", "printed_twice=()", "mailed_twice=0"):
        assert found in done.stdout
    assert "unmailed=0" in done.stdout
    assert "audit_problem=None" in done.stdout
