"""Evidence packs as an expert takes them: the attached files in a folder, and the script alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitizer.support.paths import EVIDENCE_TEMPLATES

SCRIPT = EVIDENCE_TEMPLATES / "verify.py"


@dataclass(frozen=True, slots=True)
class Verdict:
    code: int
    said: str


def unpacked(pdf: bytes, folder: Path) -> Path:
    """The attached files, saved with a program that knows nothing of us."""
    folder.mkdir()
    file = folder.parent / f"{folder.name}.pdf"
    file.write_bytes(pdf)
    subprocess.run(["pdfdetach", "-saveall", "-o", folder, file], check=True, capture_output=True)
    return folder


def verified(folder: Path, *typed: str) -> Verdict:
    """By a bare Python: without our packages, in another process."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *typed],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    return Verdict(done.returncode, done.stdout + done.stderr)


def trail_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "trail.json").read_text())
    return found


def write_trail(folder: Path, trail: dict[str, Any]) -> None:
    (folder / "trail.json").write_text(json.dumps(trail))


def shown(event: dict[str, Any]) -> dict[str, Any]:
    """What an event of the trail says, as far as it is open."""
    return dict(json.loads(text) for salt, text in event["parts"] if salt)


def climb() -> Callable[[bytes, int, int, Sequence[bytes]], bytes]:
    """The script's own way from a leaf to the root."""
    functions, _, _ = SCRIPT.read_text().partition("\nfound = ")
    known: dict[str, Any] = {}
    exec(functions, known)
    found: Callable[[bytes, int, int, Sequence[bytes]], bytes] = known["climb"]
    return found
