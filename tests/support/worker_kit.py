"""Steps that stand in for the pipeline."""

from __future__ import annotations

from collections.abc import Callable

from digitizer.capture.pipeline import Bench, Worked
from digitizer.model.paper import Scan, Split
from tests.support.made_mail import LEGAL, pages

Step = Callable[[Scan, Bench], Worked]


def seals(taken: Scan, _bench: Bench) -> Worked:
    return Worked(taken, pages(2), Split(whole=(LEGAL,), sealed=True), {})
