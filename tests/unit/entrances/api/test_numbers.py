"""The balance of pages, and whether the service is well."""

from __future__ import annotations

import pytest

from digitizer.model.errors import StorageError
from digitizer.operations import actions as operations
from digitizer.operations import health
from digitizer.operations.health import Check
from tests.support.api_kit import Program
from tests.support.made_mail import SUPERVISOR
from tests.support.web_kit import Mail, add_scan


@pytest.mark.parametrize("limit", ["1", "2", "500"])
def test_the_balance_is_that_of_reconcile(mail: Mail, program: Program, limit: str) -> None:
    found, after = [], None
    while True:
        query = {"limit": limit} | ({"after": after} if after else {})
        part = program.get("/balance", params=query).json()
        found += part["items"]
        after = part["next"]
        if after is None:
            break
    wanted = operations.reconcile(mail.facility, SUPERVISOR)
    assert [each["scan"] for each in found] == [each.scan for each in wanted]
    for one, other in zip(found, wanted, strict=True):
        shown = {name: getattr(other, name) for name in one}
        if other.scan == mail.ids["sealed"]:  # its name is not for a program
            shown["source"] = None
        assert one == shown


def test_a_scan_that_comes_in_meanwhile_is_at_the_end(mail: Mail, program: Program) -> None:
    first = program.get("/balance", params={"limit": "1"}).json()
    new = add_scan(mail, "later.pdf")
    rest = program.get("/balance", params={"after": first["next"]}).json()["items"]
    assert rest[-1]["scan"] == new
    assert first["items"][0]["scan"] not in [each["scan"] for each in rest]


def test_a_well_service_says_so(program: Program) -> None:
    answer = program.get("/health").json()
    assert answer["ready"] is True
    assert {each["name"] for each in answer["checks"]} == {"database", "disk", "keys"}


def test_a_service_that_is_not_well_says_why(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Check("disk", False, str(StorageError("only 3 MiB are free")))
    monkeypatch.setattr(health, "_checks", lambda *_: iter([full]))
    answer = program.get("/health").json()
    assert (answer["ready"], answer["checks"][0]["message"]) == (False, "only 3 MiB are free")
