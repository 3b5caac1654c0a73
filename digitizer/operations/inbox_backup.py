"""The inbox in a backup: files at rest, never one that a scanner had only half written.

Half of a stack, restored and then taken in, would pass for the whole. So a copy is kept only if
its file stayed there unchanged to the end, or if exactly its bytes were taken in meanwhile.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path

from digitizer.storage.blobs import BlobStore
from digitizer.storage.copying import copy_tree

#: The files before they were copied: size in bytes, and time of writing in ns.
FileStates = Mapping[Path, tuple[int, int]]
#: A file that changed within so many seconds may still be growing.
_AT_REST = 5.0


def copy_inbox(inbox: Path, target: Path) -> FileStates:
    files = [path for path in inbox.rglob("*") if path.is_file()]
    states = {path.relative_to(inbox): _state(path) for path in files}
    copy_tree(inbox, target)
    return {path: state for path, state in states.items() if state is not None}


def drop_unfinished(inbox: Path, target: Path, before: FileStates, originals: BlobStore) -> int:
    """Deletes the copies of unfinished files; returns how many. Raises OSError.

    ``originals`` are what was taken in: those bytes are whole whatever became of the file.
    """
    dropped = 0
    for copy in [path for path in target.rglob("*") if path.is_file()]:
        name = copy.relative_to(target)
        if not _is_at_rest(inbox / name, before.get(name)) and not _taken_in(originals, copy):
            copy.unlink()
            dropped += 1
    return dropped


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def _is_at_rest(path: Path, before: tuple[int, int] | None) -> bool:
    """If the clock of the writer is ahead, only that nothing changed counts."""
    now = _state(path)
    if now is None or now != before:
        return False
    return not 0 <= time.time() - now[1] / 1e9 < _AT_REST


def _taken_in(originals: BlobStore, copy: Path) -> bool:
    with copy.open("rb") as stream:
        return originals.exists(hashlib.file_digest(stream, "sha256").hexdigest())
