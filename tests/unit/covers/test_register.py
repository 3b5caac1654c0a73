"""The register of printed sheets."""

from __future__ import annotations

import pytest

from digitizer.covers import register
from digitizer.engines.codes import cover_code
from digitizer.facility import Facility
from digitizer.model.paper import CodeKind
from digitizer.storage.database import writing


def test_two_sheets_never_share_a_short_id(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter(["aa" * 9, "aa" * 5 + "bb" * 4, "cc" * 9])
    made = cover_code.new_cover_code

    def predictable(kind: CodeKind, ring: object, sheets: int = 0, **_more: object) -> object:
        code = made(kind, facility.keys, sheets)
        return type(code)(code.kind, code.key_id, next(ids), code.sheets)

    monkeypatch.setattr(register, "new_cover_code", predictable)
    with writing(facility.engine) as tx:
        first = register.fresh_code(tx, CodeKind.LEGAL, facility.keys)
        register.enrol(tx, first)
        second = register.fresh_code(tx, CodeKind.LEGAL, facility.keys)
    assert second.cover_id == "cc" * 9
