"""systemd itself finds nothing wrong with the units, once the program is where they say."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.mailroom_kit import DIGITIZER, ROOT

UNITS = sorted((ROOT / "scripts" / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_valid(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed (apt-get install systemd)")
    installed = tmp_path / unit.name
    installed.write_text(unit.read_text().replace("/opt/digitizer/.venv/bin/digitizer", DIGITIZER))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(installed)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
