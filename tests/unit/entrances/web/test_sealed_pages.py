"""A sealed scan on the staff's pages: one look and one key for a supervisor, nothing for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer import audit
from digitizer.model.events import Subject
from digitizer.model.paper import Scan
from digitizer.storage.tables import reading
from tests.support.made_mail import scan_row
from tests.support.sealed_mail import PICTURE, marker, sealed, seen, stack
from tests.unit.entrances.web.web_kit import Mail, Visitor


@pytest.fixture
def doubtful(mail: Mail, tmp_path: Path) -> Scan:
    return sealed(mail.house, tmp_path / "w")


@pytest.fixture
def sure(mail: Mail, tmp_path: Path) -> Scan:
    return sealed(mail.house, tmp_path / "w", stack(4, 180), what=seen(marked=marker(mail.house)))


def _post(ruth: Visitor, of: Scan, what: str, **data: str) -> tuple[int, str, str]:
    here = f"/staff/held/{of.id}"
    answer = ruth.post_form(f"{here}/seal/{what}", data, seen_on=here)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def _verbs(mail: Mail, of: Scan) -> list[str]:
    with reading(mail.house.engine) as tx:
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
    assert (status, to.endswith(f"?settled={doubtful.id}")) == (303, True)
    assert scan_row(mail.house, doubtful.id).state == "waiting"
    assert "lift seal" in ruth.get(to).text
    looked = [verb for verb in _verbs(mail, doubtful) if verb.startswith("look")]
    assert "look at sealed page" in looked


def test_a_key_pressed_twice_does_not_lift_the_next_one(
    ruth: Visitor, mail: Mail, doubtful: Scan, tmp_path: Path
) -> None:
    other = sealed(mail.house, tmp_path / "w", stack(4, 150))
    status, _, _ = _post(ruth, doubtful, "lift", reason="Looked at it")
    assert status == 303
    html = ruth.get(f"/staff/held/{other.id}?settled={doubtful.id}").text
    assert "Done:" in html
    assert "autofocus" not in html


def test_sure_legal_mail_is_not_lifted_by_a_slip(ruth: Visitor, sure: Scan) -> None:
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
    assert scan_row(mail.house, doubtful.id).sealed


def test_destroying_is_asked_twice(ruth: Visitor, mail: Mail, doubtful: Scan) -> None:
    assert _post(ruth, doubtful, "destroy")[0] == 409
    status, _, html = _post(ruth, doubtful, "destroy", reason="Given to the addressee")
    assert status == 200
    assert "cannot be taken back" in html
    assert "Pages 1-4 of" in html
    assert "only may be legal mail" in html
    again = _post(ruth, doubtful, "destroy", reason="Given to the addressee", confirm="yes")
    assert (again[0], "Nothing was destroyed" in again[2]) == (409, True)
    assert scan_row(mail.house, doubtful.id).seal_key is not None
    done = _post(ruth, doubtful, "destroy", reason="Given to the addressee", confirm="DESTROY")
    assert done[0] == 303
    assert scan_row(mail.house, doubtful.id).seal_key is None


def test_pages_are_cut_out_and_the_rest_stays(ruth: Visitor, mail: Mail, doubtful: Scan) -> None:
    for bad in ("", "x", "9", "3-1", "1-99999999"):
        assert _post(ruth, doubtful, "cut", reason="other letter", pages=bad)[0] == 409
    status, to, _ = _post(ruth, doubtful, "cut", reason="other letter", pages="3-4")
    assert (status, to) == (303, f"/staff/held/{doubtful.id}?settled={doubtful.id}")
    html = ruth.get(to).text
    assert html.count("cut out as scan") == 2
    assert scan_row(mail.house, doubtful.id).sealed
    _, _, asked = _post(ruth, doubtful, "destroy", reason="handed over")
    assert "Pages 1-2 of" in asked
    assert "Pages 3-4 were cut out and stay" in asked


def test_a_form_of_another_session_does_nothing(ruth: Visitor, mail: Mail, doubtful: Scan) -> None:
    for what in ("lift", "cut", "destroy"):
        answer = ruth.post(
            f"/staff/held/{doubtful.id}/seal/{what}",
            data={"csrf": "forged", "reason": "r", "confirm": "DESTROY", "pages": "1"},
        )
        assert answer.status_code == 403
    assert scan_row(mail.house, doubtful.id).sealed
