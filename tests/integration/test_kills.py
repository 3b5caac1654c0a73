"""kill -9 at a few moments of the real service; ``python -m trials.kills`` does hundreds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import digitizer
from digitizer.support.failpoints import POINTS, SUPERVISORS_POINTS, arm
from trials.kills import Plan, lost_now, run

_SOURCES = Path(digitizer.__file__).parent

_PLANS = (
    Plan("serve", None),
    Plan("watch", "blobs.renamed"),
    Plan("watch", "intake.audited"),
    Plan("watch", "intake.unlinking"),
    Plan("worker", "filing.letter_written"),
    Plan("worker", "recover.given_back"),
    Plan("worker", "work.committed"),
    Plan("worker", "stop.given_back"),
)


def test_nothing_is_lost_doubled_or_altered(tmp_path: Path) -> None:
    tally, verdict = run(tmp_path, _PLANS, seed=1, minutes=1, say=False)
    assert verdict.arrived > 0
    assert (tally.lost, verdict.lost, verdict.doubled, verdict.altered) == (0, 0, 0, 0)
    assert (verdict.misplaced, verdict.unbalanced, verdict.audit_problem) == ((), 0, None)
    assert lost_now(tmp_path / "home") == set()


def test_every_point_is_in_the_code_once() -> None:
    code = "".join(path.read_text("utf-8") for path in _SOURCES.rglob("*.py"))
    stages = {
        "work.opening",
        "work.reading",
        "work.asking",
    }  # named by the pipeline as it reports progress
    assert {name for name in POINTS if code.count(f'failpoint("{name}")') != 1} == stages
    assert len(POINTS) >= 30
    assert [name for name in SUPERVISORS_POINTS if code.count(f'failpoint("{name}")') != 1] == []


def test_an_unknown_point_is_refused() -> None:
    with pytest.raises(ValueError, match="no point"):
        arm("somewhere")


def test_the_nth_time_kills() -> None:
    code = (
        "from digitizer.support.failpoints import failpoint\nfor n in range(3):\n"
        "    print(n, flush=True); failpoint('work.claimed')"
    )
    environment = {"DIGITIZER_TEST_KILL": "work.claimed:2", "PYTHONPATH": str(_SOURCES.parent)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert (done.returncode, done.stdout.split()) == (-9, [b"0", b"1"])
