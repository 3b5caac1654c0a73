"""A sealed scan on the staff's pages: one look and one key, and two people to destroy it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.model.events import Subject
from digitizer.model.paper import Scan
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.people import staff
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from digitizer.support.clock import now
from tests.support.made_mail import scan_row, with_web_settings
from tests.support.sealed_mail import PICTURE, marker, sealed, seen, stack
from tests.support.staff_logins import enter
from tests.support.web_kit import PASSWORD, Mail, Visitor


@pytest.fixture
def doubtful(mail: Mail, tmp_path: Path) -> Scan:
    return sealed(mail.facility, tmp_path / "w")


@pytest.fixture
def sure(mail: Mail, tmp_path: Path) -> Scan:
    return sealed(
        mail.facility, tmp_path / "w", stack(4, 180), what=seen(marked=marker(mail.facility))
    )


def _post(ruth: Visitor, of: Scan, what: str, **data: str) -> tuple[int, str, str]:
    here = f"/staff/held/{of.id}"
    answer = ruth.post_form(f"{here}/seal/{what}", data, seen_on=here)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def _verbs(mail: Mail, of: Scan) -> list[str]:
    with reading(mail.facility.engine) as tx:
        return [each.verb for each in audit.events_of(tx, Subject.scan(of.id))]


def test_one_look_and_one_key(ruth: Visitor, mail: Mail, doubtful: Scan) -> None:
    """The picture is on the page, the reason is written, and Enter presses the focused button."""
    html = ruth.get(f"/staff/held/{doubtful.id}").text
    assert "Perhaps legal mail" in html
    assert "anyone can draw" in html
    assert html.index("seal/2/picture") < html.index("nothing is lost"), "it is seen first"
    assert f'src="/staff/held/{doubtful.id}/seal/2/picture"' in html
    assert 'value="Looked at it: no legal marker, ordinary mail"' in html
    assert html.count("autofocus") == 1
    assert "seal/lift" in html[: html.index("autofocus")].rpartition("<button")[2]
    picture = ruth.get(f"/staff/held/{doubtful.id}/seal/2/picture")
    assert picture.content == PICTURE % 2
    status, to, _ = _post(ruth, doubtful, "lift", reason="Looked at it: no legal marker")
    assert (status, to.endswith(f"?decided={doubtful.id}")) == (303, True)
    assert scan_row(mail.facility, doubtful.id).state == "waiting"
    assert "lift seal" in ruth.get(to).text
    looked = [verb for verb in _verbs(mail, doubtful) if verb.startswith("look")]
    assert "look at sealed page" in looked


def test_a_key_pressed_twice_does_not_lift_the_next_one(
    ruth: Visitor, mail: Mail, doubtful: Scan, tmp_path: Path
) -> None:
    other = sealed(mail.facility, tmp_path / "w", stack(4, 150))
    status, _, _ = _post(ruth, doubtful, "lift", reason="Looked at it")
    assert status == 303
    html = ruth.get(f"/staff/held/{other.id}?decided={doubtful.id}").text
    assert "Done:" in html
    assert "autofocus" not in html


def test_sure_legal_mail_is_not_unsealed_by_accident(ruth: Visitor, sure: Scan) -> None:
    html = ruth.get(f"/staff/held/{sure.id}").text
    assert "<strong>Legal mail:</strong>" in html
    assert "autofocus" not in html
    assert 'Looked at it: no legal marker, ordinary mail" list' not in html
    assert _post(ruth, sure, "lift")[0] == 409, "no reason was given"


def test_no_other_page_is_shown(ruth: Visitor, doubtful: Scan) -> None:
    here = f"/staff/held/{doubtful.id}"
    for number in (1, 3, 4, 9):
        assert ruth.get(f"{here}/seal/{number}/picture").status_code == 404
        assert ruth.get(f"{here}/page/{number}/picture").status_code == 404
    assert ruth.get(f"{here}/page/2/picture").status_code == 404


@pytest.mark.parametrize("who", ["ana", "ivo"])
def test_others_see_that_it_is_sealed_and_nothing_more(
    request: pytest.FixtureRequest, mail: Mail, doubtful: Scan, who: str
) -> None:
    browser: Visitor = request.getfixturevalue(who)
    here = f"/staff/held/{doubtful.id}"
    html = browser.get(here).text
    assert "Sealed" in html
    assert "/seal/" not in html
    assert browser.get(f"{here}/seal/2/picture").status_code == 403
    for what, data in (("lift", {}), ("cut", {"pages": "1"}), ("destroy", {"confirm": "DESTROY"})):
        answer = browser.post_form(f"{here}/seal/{what}", {"reason": "r", **data}, seen_on=here)
        assert answer.status_code in (403, 409)
    assert scan_row(mail.facility, doubtful.id).sealed


def test_destroying_is_asked_twice(ruth: Visitor, mail: Mail, doubtful: Scan) -> None:
    assert _post(ruth, doubtful, "destroy")[0] == 409
    status, _, html = _post(ruth, doubtful, "destroy", reason="Given to the addressee")
    assert status == 200
    assert "cannot be undone" in html
    assert "Pages 1-4 of" in html
    assert "not certain that it is legal mail" in html
    again = _post(ruth, doubtful, "destroy", reason="Given to the addressee", confirm="yes")
    assert (again[0], "Nothing was destroyed" in again[2]) == (409, True)
    assert scan_row(mail.facility, doubtful.id).seal_key_id is not None
    done = _post(ruth, doubtful, "destroy", reason="Given to the addressee", confirm="DESTROY")
    assert done[0] == 303
    assert scan_row(mail.facility, doubtful.id).seal_key_id is None


def test_pages_are_cut_out_and_the_rest_stays(ruth: Visitor, mail: Mail, doubtful: Scan) -> None:
    for bad in ("", "x", "9", "3-1", "1-99999999"):
        assert _post(ruth, doubtful, "cut", reason="other letter", pages=bad)[0] == 409
    status, to, _ = _post(ruth, doubtful, "cut", reason="other letter", pages="3-4")
    assert (status, to) == (303, f"/staff/held/{doubtful.id}?decided={doubtful.id}")
    html = ruth.get(to).text
    assert html.count("cut out as scan") == 2
    assert scan_row(mail.facility, doubtful.id).sealed
    _, _, asked = _post(ruth, doubtful, "destroy", reason="handed over")
    assert "Pages 1-2 of" in asked
    assert "Pages 3-4 were cut out and are kept" in asked


@pytest.mark.parametrize("number", ["0", "-1", "9" * 19, "9" * 30, "x"])
def test_a_page_that_no_scan_has_is_not_there(ruth: Visitor, doubtful: Scan, number: str) -> None:
    assert ruth.get(f"/staff/held/{doubtful.id}/seal/{number}/picture").status_code == 404


def test_a_form_of_another_session_does_nothing(ruth: Visitor, mail: Mail, doubtful: Scan) -> None:
    for what in ("lift", "cut", "destroy"):
        answer = ruth.post(
            f"/staff/held/{doubtful.id}/seal/{what}",
            data={"csrf": "forged", "reason": "r", "confirm": "DESTROY", "pages": "1"},
        )
        assert answer.status_code == 403
    assert scan_row(mail.facility, doubtful.id).sealed


def _destroy(visitor: Visitor, of: Scan, reason: str, *, asked_by: str | None = None) -> Any:
    """As the page says it that explains what will happen, or as one said that showed ``asked_by``
    as who asked."""
    here = f"/staff/held/{of.id}"
    page = visitor.post_form(f"{here}/seal/destroy", {"reason": reason}, seen_on=here).text
    shown = re.search('name="asked_by" value="([^"]*)"', page)
    who = asked_by if asked_by is not None else shown[1] if shown else ""
    data = {"reason": reason, "confirm": "DESTROY", "asked_by": who}
    return visitor.post_form(f"{here}/seal/destroy", data, seen_on=here)


def test_neither_of_two_destroys_a_key_alone(mail: Mail, doubtful: Scan, ada: Visitor) -> None:
    mail.facility = with_web_settings(mail.facility, second_person_for=("destroy",))
    ruth = enter(mail, "Ruth Harrow", PASSWORD)
    other = enter(mail, "Ada", ada.headers["x-password"])
    here = f"/staff/held/{doubtful.id}"
    assert _destroy(ruth, doubtful, "handed over").headers["location"].startswith(here)
    assert scan_row(mail.facility, doubtful.id).seal_key_id is not None
    again = _destroy(enter(mail, "Ruth Harrow", PASSWORD), doubtful, "handed over")
    assert (again.status_code, "Another supervisor" in again.text) == (409, True)
    assert scan_row(mail.facility, doubtful.id).seal_key_id is not None
    shown = other.get(here).text
    assert "Ruth Harrow asked on" in shown
    assert "handed over" in shown
    assert _destroy(other, doubtful, "agreed").status_code == 303
    assert scan_row(mail.facility, doubtful.id).seal_key_id is None
    with reading(mail.facility.engine) as tx:
        row = tx.execute(sa.select(event).where(event.c.verb == "destroy seal")).one()
    assert (row.actor, row.detail["asked_by"]) == ("Ada", "Ruth Harrow")
    assert (row.detail["why"], row.detail["asked_why"]) == ("agreed", "handed over")


def test_two_who_ask_at_once_do_not_destroy_it_unawares(
    mail: Mail, doubtful: Scan, ada: Visitor
) -> None:
    """The second one's page said that nothing would be destroyed, and showed no reason."""
    mail.facility = with_web_settings(mail.facility, second_person_for=("destroy",))
    ruth = enter(mail, "Ruth Harrow", PASSWORD)
    other = enter(mail, "Ada", ada.headers["x-password"])
    _destroy(ruth, doubtful, "handed over")
    answer = _destroy(other, doubtful, "handed over", asked_by="")
    assert (answer.status_code, "asked for this while you did" in answer.text) == (409, True)
    assert scan_row(mail.facility, doubtful.id).seal_key_id is not None
    assert _destroy(other, doubtful, "agreed").status_code == 303
    assert scan_row(mail.facility, doubtful.id).seal_key_id is None


@pytest.mark.parametrize("change", ["left", "clerk", "old"])
def test_a_request_counts_only_while_its_author_may_still_make_it(
    mail: Mail, doubtful: Scan, ada: Visitor, change: str
) -> None:
    mail.facility = with_web_settings(mail.facility, second_person_for=("destroy",))
    ruth, other = (
        enter(mail, "Ruth Harrow", PASSWORD),
        enter(mail, "Ada", ada.headers["x-password"]),
    )
    _destroy(ruth, doubtful, "handed over")
    by = Actor(ActorKind.STAFF, "Ada", StaffRole.ADMINISTRATOR, proven=True)
    who = staff.find_staff(mail.facility, "Ruth Harrow", by).id
    if change == "left":
        staff.deactivate(mail.facility, who, by)
    elif change == "clerk":
        staff.change_role(mail.facility, who, StaffRole.CLERK, by)
    else:
        with writing(mail.facility.engine) as tx:
            tx.execute(sa.text("UPDATE joint_request SET made = '2020-01-01 00:00:00'"))
    _destroy(other, doubtful, "agreed")
    assert scan_row(mail.facility, doubtful.id).seal_key_id is not None


@pytest.mark.parametrize("asks", ["Ruth Harrow", "Ada"])
def test_one_person_with_two_logins_is_not_two(
    mail: Mail, doubtful: Scan, ada: Visitor, asks: str
) -> None:
    """An administrator can reset a login and be that person: whichever of the two asks first."""
    mail.facility = with_web_settings(mail.facility, second_person_for=("destroy",))
    by = Actor(ActorKind.STAFF, "Ada", StaffRole.ADMINISTRATOR, proven=True)
    who = staff.find_staff(mail.facility, "Ruth Harrow", by).id
    code = staff.reset(mail.facility, who, by).code
    puppet, new = enter(mail, "Ruth Harrow", code), "lanterns over quiet water"
    puppet.post_form(
        "/staff/login/password", {"password": new, "again": new}, "/staff/login/password"
    )
    both = {
        "Ruth Harrow": enter(mail, "Ruth Harrow", new),
        "Ada": enter(mail, "Ada", ada.headers["x-password"]),
    }
    assert _destroy(both.pop(asks), doubtful, "handed over").status_code == 303
    (other,) = both.values()
    refused = _destroy(other, doubtful, "agreed")
    assert (refused.status_code, "Somebody else must" in refused.text) == (409, True)
    assert scan_row(mail.facility, doubtful.id).seal_key_id is not None
    with writing(mail.facility.engine) as tx:
        gave = sa.update(event).where(event.c.verb == "reset login")
        tx.execute(gave.values(at=now() - timedelta(days=8)))
    assert _destroy(other, doubtful, "agreed").status_code == 303
    assert scan_row(mail.facility, doubtful.id).seal_key_id is None
