"""No module of tables is forgotten where every table is meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from digitizer import storage

_ALONE = "from digitizer.storage.every_table import metadata; print(*sorted(metadata.tables))"
_BESIDE = """
import importlib, pathlib
for path in pathlib.Path({folder!r}).glob("tables*.py"):
    importlib.import_module(f"digitizer.storage.{{path.stem}}")
from digitizer.storage.tables import metadata
print(*sorted(metadata.tables))
"""


def _printed(program: str) -> str:
    run = [sys.executable, "-c", program]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout


def test_the_tables_of_every_module_are_there() -> None:
    folder = str(Path(storage.__path__[0]))
    assert _printed(_ALONE) == _printed(_BESIDE.format(folder=folder))
