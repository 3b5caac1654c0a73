"""Pages that are no covers, through the same path: none may be taken for one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from digitizer.model.errors import UnopenableFile
from tests.support.provenance import CORPUS
from trials.covers.glass import File
from trials.covers.trial import looked_at


@dataclass(frozen=True, slots=True)
class Stranger:
    """A page of the corpus; ``taken`` says what it was taken for, "" where for nothing."""

    name: str
    letter: bool
    taken: str


def look(every: int = 1) -> list[Stranger]:
    """Letters and foreign barcodes, each or every so many; nothing where there is no corpus."""
    letters = sorted((CORPUS / "letters").glob("*/*.jpg"))[::every]
    barcodes = _pictures(CORPUS / "foreign-barcodes")[::every]
    return [_stranger(path, True) for path in letters] + [
        _stranger(path, False) for path in barcodes
    ]


def _pictures(folder: Path) -> list[Path]:
    listed = (folder / "truth.tsv").read_text("utf-8").splitlines() if folder.is_dir() else []
    return [folder / line.split("\t")[0] for line in listed[1:] if line and line[0] != "#"]


def _stranger(path: Path, letter: bool) -> Stranger:
    name = f"{path.parent.name}/{path.name}"
    try:
        page, seen = looked_at(File(path.read_bytes(), path.suffix))
    except UnopenableFile:  # held, which takes it for nothing
        return Stranger(name, letter, "")
    taken = [doubt.reason.value for doubt in seen.doubts] + [code.kind for code in seen.codes]
    taken += [f"mark {mark}" for mark in page.sightings.marks]
    return Stranger(name, letter, ", ".join(taken))
