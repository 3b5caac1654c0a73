"""An old proof is asked for again before a grave act."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.access import second_step
from digitizer.model.paper import Scan
from digitizer.storage.database import reading
from digitizer.storage.tables import event
from tests.support.made_mail import scan_row
from tests.support.staff_logins import AT, age_proofs, code_at, fields_of, set_up
from tests.support.web_kit import PASSWORD, Mail, Visitor


@pytest.fixture(autouse=True)
def _still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_step, "now", lambda: AT)


def _verbs(mail: Mail) -> list[str]:
    with reading(mail.facility.engine) as tx:
        return list(tx.execute(sa.select(event.c.verb).order_by(event.c.seq)).scalars())


def test_an_old_proof_is_asked_for_again_and_nothing_is_lost(
    ruth: Visitor, mail: Mail, doubtful: Scan
) -> None:
    """The page that asks carries the form; a wrong password does nothing, the right one does it."""
    age_proofs(mail)
    here = f"/staff/held/{doubtful.id}"
    why = 'it is "ordinary" <mail> & more'
    asked = ruth.post_form(f"{here}/seal/lift", {"reason": why}, seen_on=here)
    assert asked.status_code == 403
    fields = fields_of(asked.text)
    assert fields["reason"] == why
    assert f'action="{here}/seal/lift"' in asked.text
    before = _verbs(mail)
    wrong = ruth.post(f"{here}/seal/lift", data={**fields, "proof_password": "wrong"})
    assert (wrong.status_code, "That did not work" in wrong.text) == (403, True)
    assert _verbs(mail) == [*before, "login failed"]
    assert scan_row(mail.facility, doubtful.id).sealed
    right = {**fields_of(wrong.text), "proof_password": PASSWORD}
    done = ruth.post(f"{here}/seal/lift", data=right, follow_redirects=False)
    assert done.status_code == 303
    assert not scan_row(mail.facility, doubtful.id).sealed
    assert _verbs(mail)[len(before) + 1 :] == ["prove identity", "lift seal"]  # looked before
    with reading(mail.facility.engine) as tx:
        details = tx.execute(sa.select(event.c.detail).where(event.c.verb == "lift seal"))
        assert details.scalar_one()["why"] == why


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/staff/held/{seal}/seal/lift", {"reason": "why"}),
        ("/staff/held/{seal}/seal/cut", {"reason": "why", "pages": "3"}),
        ("/staff/held/{seal}/seal/destroy", {"reason": "why", "confirm": "DESTROY"}),
        ("/staff/people", {"name": "New", "role": "administrator"}),
        ("/staff/people/1/role", {"role": "administrator"}),
        ("/staff/people/1/deactivate", {}),
        ("/staff/people/1/reactivate", {}),
        ("/staff/people/1/reset", {}),
        ("/staff/people/1/sessions/all/end", {}),
        ("/staff/roster/file/x/apply", {"seen": "x", "confirm_release": "3"}),
        ("/staff/roster/merge", {"number": "a", "new": "b", "reason": "why"}),
        ("/staff/second-step", {}),
        ("/staff/second-step/finish", {"code": "123456"}),
        ("/staff/second-step/codes", {}),
        ("/staff/second-step/remove", {}),
    ],
)
def test_no_grave_act_is_done_at_a_screen_left_open(
    ada: Visitor, mail: Mail, doubtful: Scan, path: str, data: dict[str, str]
) -> None:
    age_proofs(mail)
    before = _verbs(mail)
    answer = ada.post_form(path.format(seal=doubtful.id), data, seen_on="/staff")
    assert (answer.status_code, "Is it still you?" in answer.text) == (403, True)
    assert _verbs(mail) == before
    assert {name: fields_of(answer.text)[name] for name in data} == data


def test_a_proof_needs_the_code_too_where_there_is_one(ana: Visitor, mail: Mail) -> None:
    secret, _ = set_up(ana)
    age_proofs(mail)
    asked = ana.post_form("/staff/second-step/codes", {}, "/staff/me")
    assert 'name="proof_code"' in asked.text
    fields = {**fields_of(asked.text), "proof_password": PASSWORD}
    assert ana.post("/staff/second-step/codes", data=fields).status_code == 403
    fields["proof_code"] = code_at(secret, 0)
    assert ana.post("/staff/second-step/codes", data=fields).status_code == 200
