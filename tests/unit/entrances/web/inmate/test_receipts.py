"""The inmate's page of what was found in their mail."""

from __future__ import annotations

from digitizer.logbook import actions as logbook
from digitizer.model.logbook import ItemKind, NewItem, Went
from digitizer.model.people import Actor, ActorKind, StaffRole
from tests.support.web_kit import Mail, Visitor

ANA = Actor(ActorKind.STAFF, "Ana Brookwater", StaffRole.CLERK)
RUTH = Actor(ActorKind.STAFF, "Ruth Harrow", StaffRole.SUPERVISOR)


def _item(booking: str, amount: str) -> NewItem:
    return NewItem(booking, "", ItemKind.CASH, Went.ACCOUNT, ANA.name, amount=amount)


def test_own_receipts_and_nobody_elses(tobias: Visitor, mail: Mail) -> None:
    assert "/mail/receipts" not in tobias.get("/mail").text
    assert "Nothing but letters" in tobias.get("/mail/receipts").text
    mine = logbook.record_item(mail.facility, _item("2026-00117", "20"), ANA)
    logbook.record_item(mail.facility, _item("2026-00118", "77.77"), ANA)
    assert "Found in your mail (1)" in " ".join(tobias.get("/mail").text.split())
    html = tobias.get("/mail/receipts").text
    assert "$20.00" in html
    assert f"Receipt {mine}" in html
    assert "77.77" not in html
    assert ANA.name not in html
    spanish = tobias.get("/mail/receipts?lang=es").text
    assert "Está en su cuenta." in spanish
    logbook.strike_item(mail.facility, mine, RUTH, "twice")
    assert "/mail/receipts" not in tobias.get("/mail").text
