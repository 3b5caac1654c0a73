"""The built wheel, in a fresh environment, prints a cover: its data folders are inside it."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.acceptance


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_wheel_works_by_itself(tmp_path: Path) -> None:
    run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
        cwd=tmp_path,
    )
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "fresh", with_pip=True)
    pip = (str(tmp_path / "fresh" / "bin" / "python"), "-m", "pip")
    constraints = str(ROOT / "constraints.txt")
    run(*pip, "install", "--quiet", "-c", constraints, str(wheel), cwd=tmp_path)
    digitizer = (str(tmp_path / "fresh" / "bin" / "digitizer"), "--home", str(tmp_path / "home"))
    run(*digitizer, "init", cwd=tmp_path)
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "booking_number,last_name,first_name,housing_unit,status\nW1,Sample,Pat,A,in_custody\n"
    )
    run(*digitizer, "roster", "import", str(roster), cwd=tmp_path)
    cover = tmp_path / "cover.pdf"
    run(*digitizer, "cover", "print", "W1", "--out", str(cover), cwd=tmp_path)
    assert cover.read_bytes().startswith(b"%PDF-")
    decoded = run(*digitizer, "decode", str(cover), "--json", cwd=tmp_path)
    assert '"trusted": true' in decoded
    package = next((tmp_path / "fresh" / "lib").glob("python*/site-packages/digitizer"))
    assert (package / "_data" / "templates" / "web").is_dir()
    assert (package / "_data" / "scanner_profiles" / "default.toml").is_file()
