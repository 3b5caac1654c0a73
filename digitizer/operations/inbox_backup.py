"""The inbox in a backup: files at rest, never one that a scanner had only half written.

A half of a stack, restored and then taken in, would pass for the whole. So a copy stays only if
its file lay there unchanged till the end, or if its very bytes were taken in meanwhile.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path

from digitizer.storage.blobs import BlobStore
from digitizer.storage.copying import copy_tree

#: Where a file was, how long and since when (size in bytes, time in ns) before it was copied.
Marks = Mapping[Path, tuple[int, int]]
#: A file that changed so few seconds ago may go on growing.
_AT_REST = 5.0


def copy_inbox(inbox: Path, target: Path) -> Marks:
    marks = {path.relative_to(inbox): _mark(path) for path in inbox.rglob("*") if path.is_file()}
    copy_tree(inbox, target)
    return {path: mark for path, mark in marks.items() if mark is not None}


def drop_unfinished(inbox: Path, target: Path, marks: Marks, originals: BlobStore) -> int:
    """Takes the copies of unfinished files away again; returns how many. Raises OSError.

    ``originals``: what was taken in, whose bytes are whole whatever became of the file.
    """
    dropped = 0
    for copy in [path for path in target.rglob("*") if path.is_file()]:
        name = copy.relative_to(target)
        if not _is_at_rest(inbox / name, marks.get(name)) and not _taken_in(originals, copy):
            copy.unlink()
            dropped += 1
    return dropped


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def _is_at_rest(path: Path, before: tuple[int, int] | None) -> bool:
    """A clock that is ahead tells nothing; then only that nothing changed counts."""
    now = _mark(path)
    if now is None or now != before:
        return False
    return not 0 <= time.time() - now[1] / 1e9 < _AT_REST


def _taken_in(originals: BlobStore, copy: Path) -> bool:
    with copy.open("rb") as stream:
        return originals.exists(hashlib.file_digest(stream, "sha256").hexdigest())
