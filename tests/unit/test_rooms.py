"""The rooms hold: imports run only downward, no door opens on another, the sandbox has no keys."""

from __future__ import annotations

import logging
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]


def test_imports_run_only_downward() -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    logging.getLogger("digitizer").disabled = False  # it silences every logger there is
    assert status == EXIT_STATUS_SUCCESS
