"""What ``scripts/install`` leaves: an environment that runs the product and can install nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: A project that is installed without asking any registry.
_PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "tiny"
version = "1"
"""
_BACKEND = """\
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    info = "tiny-1.dist-info/"
    with zipfile.ZipFile(folder + "/tiny-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr(
            info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        )
        wheel.writestr(info + "RECORD", "")
    return "tiny-1-py3-none-any.whl"
"""
#: Every module of ours is imported where neither of these can be.
_IMPORT_ALL = """\
import importlib, pkgutil, sys
sys.modules["setuptools"] = sys.modules["pkg_resources"] = sys.modules["pip"] = None
import digitizer, inbox_watch
count = 0
for package in (digitizer, inbox_watch):
    for each in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".migrations" not in each.name:
            importlib.import_module(each.name)
            count += 1
for slow in ("alembic.command", "rapidocr", "onnxruntime", "cv2", "pikepdf", "tesserocr"):
    try:
        importlib.import_module(slow)
    except ModuleNotFoundError as error:
        assert error.name == slow, error
print(count)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "install", tmp_path / "scripts")
    (tmp_path / "pyproject.toml").write_text(_PYPROJECT)
    (tmp_path / "backend.py").write_text(_BACKEND)
    (tmp_path / "constraints.txt").write_text("")
    return tmp_path


def _install(project: Path) -> list[str]:
    """The names in the environment's site-packages."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run([project / "scripts" / "install"], check=True, env=clean)
    (packages,) = (project / ".venv" / "lib").glob("python3*/site-packages")
    return sorted(each.name for each in packages.iterdir() if each.name != "__pycache__")


def test_nothing_is_left_that_could_install_more(project: Path) -> None:
    assert _install(project) == ["tiny-1.dist-info", "tiny.py"]
    (project / "constraints.txt").write_text("# a change: it is done again\n")
    assert _install(project) == ["tiny-1.dist-info", "tiny.py"]


def test_the_product_runs_without_setuptools_and_pip() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert int(done.stdout) > 300
