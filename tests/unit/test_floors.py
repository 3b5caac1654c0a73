"""The floors hold: imports run only downward, and the watcher knows nothing of mail."""

from __future__ import annotations

import logging

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from digitizer.vocabulary.places import MIGRATIONS


def test_imports_run_only_downward() -> None:
    project = MIGRATIONS.parent.parent
    status = lint_imports(config_filename=str(project / "pyproject.toml"), no_cache=True)
    logging.getLogger("digitizer").disabled = False  # it silences every logger there is
    assert status == EXIT_STATUS_SUCCESS
