"""Long lists come in parts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.letters import mailboxes
from digitizer.model.mail import LetterKind
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate, letter, scan
from digitizer.support.clock import now
from tests.support.web_kit import Mail, Visitor, add_scan

LETTERS = 10_000


@pytest.fixture
def much_mail(mail: Mail) -> Mail:
    """10,000 letters in one mailbox, and as many that are held."""
    source = add_scan(mail, "much.pdf")
    with writing(mail.facility.engine) as tx:
        tobias = tx.execute(
            sa.select(inmate.c.id).where(inmate.c.booking_number == "2026-00117")
        ).scalar_one()
        rows: list[dict[str, Any]] = [
            {
                "id": f"much{state}{number}",
                "scan_id": source,
                "kind": str(LetterKind.LETTER),
                "state": state,
                "inmate_id": tobias if state == "delivered" else None,
                "received": now() - timedelta(days=30, minutes=number),
                "doubts": [],
            }
            for state in ("delivered", "held")
            for number in range(LETTERS)
        ]
        tx.execute(sa.insert(letter), rows)
        tx.execute(sa.update(scan).values(finished=None))
    return mail


def test_a_long_mailbox_comes_in_parts(much_mail: Mail, tobias: Visitor) -> None:
    first = tobias.get("/mail").text
    assert (first.count('<li><a href="/mail/'), len(first) < 60_000) == (50, True)
    seen, page = set[str](), 1
    for page in (1, 2, 200, 201):
        html = tobias.get(f"/mail?page={page}").text
        new = {part.partition("/")[0] for part in html.split('<li><a href="/mail/')[1:]}
        assert new
        assert not new & seen
        assert ('rel="prev"' in html, 'rel="next"' in html) == (page > 1, page < 201)
        seen |= new
    assert tobias.get("/mail?page=202").status_code == 200


def test_a_search_does_not_load_the_mailbox(
    much_mail: Mail, tobias: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[int] = []
    list_mailbox = mailboxes.list_mailbox

    def counting(*args: Any, **limits: Any) -> Any:
        found = list_mailbox(*args, **limits)
        loaded.append(len(found))
        return found

    monkeypatch.setattr(mailboxes, "list_mailbox", counting)
    assert "tomatoes" in tobias.get("/mail?q=tomatoes").text
    assert loaded == [1]


def test_long_lists_of_staff_come_in_parts(much_mail: Mail, ana: Visitor) -> None:
    page = ana.get("/staff/held").text
    assert (page.count('<li><a href="/staff/held/'), len(page) < 60_000) == (50, True)
    assert 'rel="next"' in page
    second = ana.get("/staff/held?page=2").text
    assert second.count('<li><a href="/staff/held/') == 50
    assert 'rel="prev"' in second
