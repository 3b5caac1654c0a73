"""The bars stay on the terminal; results go where they were sent."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from digitizer.entrances.cli.progress import _Tally

_SHOWN = """
from digitizer.entrances.cli.progress import shown_progress
with shown_progress() as progress:
    progress("reading", 0, 2)
    print('{"line": 1}', flush=True)
    progress("reading", 2, 2)
"""


def test_results_sent_to_a_file_get_there_though_bars_are_watched() -> None:
    terminal, watched = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _SHOWN],
            stdout=subprocess.PIPE,
            stderr=watched,
            text=True,
            check=True,
            env={**os.environ, "TERM": "xterm"},
        )
        shown = os.read(terminal, 100_000).decode()
    finally:
        os.close(watched)
        os.close(terminal)
    assert done.stdout == '{"line": 1}\n'
    assert "reading" in shown
    assert "line" not in shown


def test_nobody_watches_and_nothing_is_shown() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SHOWN], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ('{"line": 1}\n', "")


def test_scans_that_are_worked_side_by_side_are_counted_together() -> None:
    tally = _Tally()
    assert tally.together(thread=1, done=2, total=4) == (2, 4)
    assert tally.together(thread=2, done=1, total=10) == (3, 14)
    assert tally.together(thread=1, done=4, total=4) == (5, 14)
    assert tally.together(thread=1, done=1, total=3) == (6, 17), "its second scan"
    assert tally.together(thread=2, done=10, total=10) == (15, 17)
