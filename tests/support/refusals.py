"""What opening refuses."""

from __future__ import annotations

from collections.abc import Callable

from digitizer.model.errors import UnopenableFile


def is_refused(check: Callable[[], object]) -> bool:
    try:
        check()
    except UnopenableFile:
        return True
    return False
