"""A small hostile stream through the real service; ``python -m trials.hostile`` is larger."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.model.settings import Work
from trials.hostile import MOST_SECONDS, report, run


@pytest.mark.timeout(4 * 3600)  # it ends by itself, even where nothing gets done any more
def test_no_sheet_is_lost_and_no_file_stops_the_line(tmp_path: Path) -> None:
    verdict = run(tmp_path, short=True, seed=1)
    # How long each took by the clock is the bench's to judge: it is also the machine's other work.
    broken = [each for each in verdict.broken if " took " not in each or each.endswith("None s")]
    assert broken == [], report(verdict, seed=1)
    assert sum(row.files for row in verdict.rows.values()) >= 30
    assert len(verdict.seen.sandboxes) > 2, "no sandbox died: the hook was not met"


def test_all_tries_at_a_file_that_hangs_end_within_a_minute() -> None:
    work = Work()
    tries = [work.after_tries(tried) for tried in range(work.tries)]
    assert sum(each.survey_seconds for each in tries) < MOST_SECONDS * 2 / 3
    reading = sum(each.read_seconds for each in tries)
    assert reading < MOST_SECONDS * 3 / 4  # three looks, and three sandboxes' starts, are beside it
