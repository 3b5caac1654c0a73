"""No other room names the tables of the protected line, so none can list or count who wrote."""

from __future__ import annotations

import ast
from pathlib import Path

import digitizer

#: The room itself, what makes and moves every table, and what gives one inmate's belongings to
#: another record.
_MAY_NAME = ("protected_line/", "storage/", "people/belongings.py")


def test_no_other_room_names_its_tables() -> None:
    root = Path(digitizer.__file__).parent
    naming = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "digitizer.storage.tables_protected"
    }
    assert naming
    assert {each for each in naming if not each.startswith(_MAY_NAME)} == set()
