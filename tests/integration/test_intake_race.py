"""Several take in one inbox while others clean up and some die; a trial does it with more."""

from __future__ import annotations

from pathlib import Path

from trials.intake_race import run


def test_each_file_is_one_scan_whoever_cleans_up_or_dies(tmp_path: Path) -> None:
    verdict = run(tmp_path, files=120, takers=3, cleaners=1, kills=3, seed=1)
    assert verdict.good, verdict
    assert verdict.killed > 0
