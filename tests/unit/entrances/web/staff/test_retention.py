"""The pages of retention: what is due, legal holds, and two people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.entrances.web.app import make_app
from digitizer.facility import Facility
from digitizer.model.mail import LetterState
from digitizer.model.people import MACHINE
from digitizer.model.upkeep_settings import OwnBackups
from digitizer.operations import backup_runs
from digitizer.retention import actions
from digitizer.storage.database import writing
from digitizer.storage.home_key import HomeKey
from digitizer.storage.tables import staff
from digitizer.storage.tables_retention import retention_run
from digitizer.storage.tables_upkeep import backup_run
from digitizer.support.clock import now
from tests.support.kept_mail import old_stack, with_schedules
from tests.support.made_mail import stored_letter
from tests.support.web_kit import PASSWORD, Mail, Visitor

HERE = "/staff/retention"
ORSON = "2026-00117"


@pytest.fixture
def pair(mail: Mail) -> Iterator[tuple[Visitor, Visitor]]:
    """A supervisor and an administrator, in a facility with schedules."""
    facility = with_schedules(mail.facility)
    with writing(facility.engine) as tx:
        hashed = tx.execute(sa.select(staff.c.password_hash)).scalars().first()
        row = {"name": "Ada Fenwright", "role": "administrator", "active": True}
        tx.execute(sa.insert(staff).values(**row, password_hash=hashed))
    made = make_app(facility)
    with (
        Visitor(made, base_url="http://mail.example") as ruth,
        Visitor(made, base_url="http://mail.example") as ada,
    ):
        ruth.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
        ada.post("/staff/login", data={"name": "Ada Fenwright", "password": PASSWORD})
        yield ruth, ada


def test_two_people_destroy_on_two_logins(mail: Mail, pair: tuple[Visitor, Visitor]) -> None:
    ruth, ada = pair
    facility = with_schedules(mail.facility)
    (mine,) = old_stack(facility, [ORSON], 0)
    month = actions.overview(facility, MACHINE).months[0].month.isoformat()[:7]
    html = ruth.get(HERE).text
    assert "Utah GRS-2269" in html
    assert f"{HERE}/due/letters?month={month}" in html
    listed = f"{HERE}/due/letters?month={month}"
    assert mine.id in ruth.get(listed).text
    form = {"kind": "letters", "month": month, "reason": "yearly"}
    place = ruth.post_form(f"{HERE}/propose", form, seen_on=listed).headers["location"]
    shown = ruth.get(place).text
    assert "You proposed this" in shown
    assert "Destroy it for good" not in shown
    sure = {"reason": "looked", "word": "DESTROY"}
    assert ruth.post_form(f"{place}/confirm", sure, seen_on=place).status_code == 409
    wrong = ada.post_form(f"{place}/confirm", {**sure, "word": "yes"}, seen_on=place)
    assert "That was not the word" in wrong.text
    assert actions.carry_out(facility, MACHINE) == 0
    assert ada.post_form(f"{place}/confirm", sure, seen_on=place).status_code == 303
    assert "is being destroyed" in ada.get(place).text
    assert actions.carry_out(facility, MACHINE) == 1
    assert "nothing of it is left in the home" in ada.get(place).text
    assert stored_letter(facility, mine.id).state is LetterState.DESTROYED
    record = ada.get(f"/staff/mail/{mine.id}").text
    assert "destroyed" in record
    assert "Open its pages" not in record
    assert "Ruth Harrow" in ada.get(HERE).text


def test_a_hold_is_set_and_lifted(pair: tuple[Visitor, Visitor]) -> None:
    ruth, _ = pair
    assert "There is no legal hold." in ruth.get(HERE).text
    hold = {"on": "inmate", "of": ORSON, "reason": "a <claim>", "case": "26-1"}
    missing = ruth.post_form(f"{HERE}/holds", {**hold, "of": "none"}, seen_on=HERE)
    assert missing.status_code == 409
    assert "26-1" in missing.text, "what was typed is kept"
    assert ruth.post_form(f"{HERE}/holds", hold, seen_on=HERE).status_code == 303
    assert "a &lt;claim&gt;" in ruth.get(f"{HERE}?done=held").text
    no_reason = ruth.post_form(f"{HERE}/holds/1/lift", {}, seen_on=HERE)
    assert no_reason.status_code == 409
    lift = ruth.post_form(f"{HERE}/holds/1/lift", {"reason": "settled"}, seen_on=HERE)
    assert lift.status_code == 303
    assert "lifted by Ruth Harrow" in ruth.get(HERE).text


def test_the_page_says_what_older_backups_hold(mail: Mail, tmp_path: Path) -> None:
    facility = with_schedules(mail.facility)
    with writing(facility.engine) as tx:
        backup_runs.begin(tx, tmp_path / "older", False)
        tx.execute(sa.update(backup_run).values(good=True))
        row = {"kind": "letters", "state": "done", "proposed": now(), "finished": now()}
        people = {"proposed_by": "Ruth Harrow", "confirmed_by": "Ada Fenwright", "reason": "yearly"}
        tx.execute(sa.insert(retention_run).values(**row, **people))
    by_key = facility.settings.model_copy(update={"backup": OwnBackups(key_folder="/media/keys")})
    encrypted = replace(facility, home_key=HomeKey(bytes(32), finished=True))
    (tmp_path / "older").mkdir()

    def shown(one: Facility) -> tuple[bool, bool, bool]:
        with Visitor(make_app(one), base_url="http://mail.example") as ruth:
            ruth.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
            html = ruth.get(HERE).text
        return (
            "1 older backup may still hold" in html,
            "With a key folder" in html,
            "cannot be read any more from backups" in html,
        )

    assert shown(facility) == (True, False, False)
    assert shown(encrypted) == (True, True, False)
    assert shown(replace(encrypted, settings=by_key)) == (True, False, True)
    (tmp_path / "older" / "key-book.json").write_text("{}")
    assert shown(replace(encrypted, settings=by_key)) == (False, False, True)
    assert shown(encrypted) == (True, True, False)
