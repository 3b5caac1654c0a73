"""What a process, with all that it has started, takes of the machine, as the kernel reports it."""

from __future__ import annotations

import os
from dataclasses import dataclass

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_BEHIND_THE_NAME = 3  # proc(5) counts from 1; the name, field 2, may hold blanks and brackets
_STATE, _TIMES = 3 - _BEHIND_THE_NAME, slice(14 - _BEHIND_THE_NAME, 18 - _BEHIND_THE_NAME)


@dataclass(frozen=True, slots=True)
class Usage:
    """``resident`` bytes; ``processor`` seconds used so far, by children that ended too;
    ``runs``: one of the processes computes, or would if it were given a core."""

    resident: int = 0
    processor: float = 0.0
    runs: bool = False


def usage(pid: int) -> Usage:
    """All that the process and its children have now; nothing for one that is gone."""
    try:
        own = _own_usage(pid)
        children = [usage(int(child)) for child in _read(f"/proc/{pid}/task/{pid}/children")]
    except (OSError, IndexError, ValueError):
        return Usage()
    family = [own, *children]
    return Usage(
        sum(each.resident for each in family),
        sum(each.processor for each in family),
        any(each.runs for each in family),
    )


def _own_usage(pid: int) -> Usage:
    resident = int(_read(f"/proc/{pid}/statm")[1]) * _PAGE_BYTES
    fields = _read(f"/proc/{pid}/stat", behind=b")")
    ticks = sum(map(int, fields[_TIMES]))
    return Usage(resident, ticks / _TICKS_A_SECOND, fields[_STATE] == b"R")


def _read(path: str, behind: bytes = b"") -> list[bytes]:
    with open(path, "rb") as file:  # noqa: PTH123 (asked 30 times a second)
        text = file.read()
    return (text.rpartition(behind)[2] if behind else text).split()
