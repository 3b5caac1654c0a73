"""Refuses, before anything is watched, folders in which paper could be lost or worked twice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

from inbox_watch.errors import UnsafeFolders
from inbox_watch.folder import WatchedFolder


def refuse_overlaps(
    folders: Sequence[WatchedFolder], home: Path, own_inbox: Path | None = None
) -> None:
    """Raises UnsafeFolders, a line a problem, unless every folder can safely be watched.

    A folder must exist and be readable and writable (what is taken is removed from it), and
    must not be, contain or lie inside another watched folder or ``home``; only inside the
    home's ``own_inbox`` may folders lie.
    """
    problems = [problem for folder in folders if (problem := _unusable(folder))]
    problems += [problem for folder in folders if (problem := _in_home(folder, home, own_inbox))]
    problems += _overlaps(folders)
    if problems:
        raise UnsafeFolders("\n".join(problems))


def refuse_shared(folders: Sequence[WatchedFolder]) -> None:
    """Raises UnsafeFolders where two of these are, contain or lie inside one another."""
    problems = _overlaps(folders)
    if problems:
        raise UnsafeFolders("\n".join(problems))


def _unusable(folder: WatchedFolder) -> str | None:
    who = f"{folder.path} (profile {folder.name})"
    if not folder.path.is_absolute():
        return f"{who} is not an absolute path. Write it from the root: /srv/scans/…"
    if not folder.path.exists():
        return f"{who} does not exist. Mount its share, or make it: mkdir -p '{folder.path}'"
    if not folder.path.is_dir():
        return f"{who} is not a folder. Give the folder that the scanner writes to."
    if not os.access(folder.path, os.R_OK | os.W_OK | os.X_OK):
        return (
            f"{who} may not be read and emptied by this service. "
            f"Give its user the right to: chown or chmod u+rwx '{folder.path}', "
            "or mount the share writable."
        )
    return None


def _in_home(folder: WatchedFolder, home: Path, own_inbox: Path | None) -> str | None:
    if own_inbox is not None and _inside(folder.path, own_inbox):
        return None
    if _inside(folder.path, home) or _inside(home, folder.path):
        return (
            f"{folder.path} (profile {folder.name}) overlaps with the home {home}, whose files "
            "are not scans. Give the scanner a folder of its own outside the home, "
            f"or one inside {own_inbox or 'its inbox'}."
        )
    return None


def _overlaps(folders: Iterable[WatchedFolder]) -> list[str]:
    return [
        f"{one.path} (profile {one.name}) and {two.path} (profile {two.name}) overlap: a file "
        "would be taken in by both. Give each scanner a folder beside the other's, not inside."
        for one, two in combinations(folders, 2)
        if _inside(one.path, two.path) or _inside(two.path, one.path)
    ]


def _inside(path: Path, other: Path) -> bool:
    """Whether ``path`` is ``other`` or lies in it, through links and bind mounts as well."""
    here = path.resolve()
    return any(_same(each, other.resolve()) for each in (here, *here.parents))


def _same(one: Path, two: Path) -> bool:
    try:
        return one == two or one.samefile(two)
    except OSError:
        return False
