"""The hostile files are many, each its own, and the same again; the hook is for sandboxes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trials.deaths import Death, prepare
from trials.hostile_files import hostile_files

ROOT = Path(__file__).resolve().parents[3]
SHA256 = "ab" * 32


def test_they_are_many_and_each_is_its_own() -> None:
    files = hostile_files()
    assert len(files) >= 100
    assert len({each.content for each in files}) == len({each.name for each in files}) == len(files)


def _opens(folder: Path, *words: str) -> int:
    """The exit status of a Python process that opens the file, once, under the hook."""
    (folder / SHA256).touch()
    code = f"open({str(folder / SHA256)!r}).close()"
    path = os.pathsep.join((str(folder), str(ROOT)))
    return subprocess.run(
        [sys.executable, "-c", code, *words], env={**os.environ, "PYTHONPATH": path}
    ).returncode


@pytest.mark.parametrize(("way", "status"), [("segfault", -11), ("abort", -6), ("exit", 0)])
def test_a_sandbox_dies_over_its_file_at_the_time_given(
    tmp_path: Path, way: str, status: int
) -> None:
    prepare(tmp_path, [Death(SHA256, way, first=2, last=2)])
    assert _opens(tmp_path) == 0, "it is no sandbox"
    sandbox = "digitizer.engines.isolation.child"
    assert [_opens(tmp_path, sandbox) for _ in range(3)] == [0, status, 0]


@pytest.mark.parametrize(("last_opened", "deadly"), [(SHA256, True), ("cd" * 32, False)])
def test_only_the_pages_of_the_file_itself_hang(
    tmp_path: Path, last_opened: str, deadly: bool
) -> None:
    """Else the next scan that the same sandbox looks at hangs too, and is a good one."""
    prepare(tmp_path, [Death(SHA256, "hang-reading", first=1, last=9)])
    (tmp_path / "try").mkdir()
    code = "import sys\nfor name in sys.argv[2:]: open(name, 'a').close()"
    names = [str(tmp_path / name) for name in (SHA256, last_opened, "try/page-00001")]
    done = subprocess.run(
        [sys.executable, "-c", code, "digitizer.engines.isolation.child", *names],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))},
    )
    assert done.returncode == 0
    assert (tmp_path / "deadly-try").exists() is deadly
