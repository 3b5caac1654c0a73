"""Tasks for sandboxes, which import this module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from digitizer.engines.isolation import Pool
from digitizer.model.errors import SandboxFailed, SandboxProblem
from digitizer.model.paper import Box
from tests.support.patience import HUNG

LONG = HUNG  # seconds of work that a task may take which ends by itself


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    box: Box


def shape(name: str) -> Shape:
    return Shape(name, Box(1, 2, 3, 4))


def loop_for_ever() -> None:
    while True:
        pass


def failure_of(pool: Pool, function: Any, *arguments: Any, seconds: float = LONG) -> SandboxProblem:
    with pytest.raises(SandboxFailed) as caught:
        pool.submit(function, *arguments, seconds=seconds).result()
    return caught.value.kind
