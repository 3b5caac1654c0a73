"""Roster files to import."""

from __future__ import annotations

from pathlib import Path

HEAD = "booking_number,last_name,first_name,housing_unit,status"


def roster_file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
