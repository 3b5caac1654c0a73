"""A print system that is a script: ``lp`` as CUPS has it, as far as we use it."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from digitizer.facility import Facility
from digitizer.model.settings import Settings


def _blank_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(out)
    return out.getvalue()


#: One page with nothing on it.
BLANK_PDF = _blank_pdf()

_LP = """#!/bin/sh
# lp -d QUEUE -t TITLE, with the PDF on the standard input
case "$2" in
  nosuch) echo "lp: The printer does not exist." >&2; exit 1 ;;
  dies) kill -9 $$ ;;
  hangs) exec sleep 600 ;;
esac
cat > "{got}/$2.pdf"
echo "request id is $2-7 (1 file(s))"
"""


def fake_lp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts the script first on the PATH; returns the folder where it leaves what it was given."""
    got = folder / "printed"
    got.mkdir()
    write_lp(folder / "bin", got)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return got


def write_lp(folder: Path, got: Path) -> None:
    folder.mkdir()
    script = folder / "lp"
    script.write_text(_LP.replace("{got}", str(got)))
    script.chmod(0o755)


def with_printers(facility: Facility, **where: str) -> Facility:
    """The facility with these printers in its settings, also for other processes."""
    lines = "".join(f'{name} = "{each}"\n' for name, each in where.items())
    config = facility.home / "config.toml"
    config.write_text(f"{config.read_text('utf-8')}\n[printers]\n{lines}", "utf-8")
    values = facility.settings.model_dump() | {"printers": where}
    return replace(facility, settings=Settings.model_validate(values))
