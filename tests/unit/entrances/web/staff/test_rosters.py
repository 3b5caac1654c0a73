"""Importing a roster on the page: what is applied is what was shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from digitizer.access.password_hashing import hash_secret
from digitizer.entrances.framing import LARGEST_ROSTER
from digitizer.entrances.web.app import make_app
from digitizer.model.people import Actor, ActorKind
from digitizer.people import actions as people
from digitizer.people import rosters
from digitizer.storage.database import writing
from digitizer.storage.tables import staff
from tests.support.web_kit import PASSWORD, Mail, Visitor

OPERATOR = Actor(ActorKind.MACHINE, "command line")
HEAD = "booking_number,last_name,first_name,housing_unit,status"
MOVED = f"{HEAD}\n2026-00117,Quillfeather,Tobias,D-9,in_custody\n"


@pytest.fixture
def ada(mail: Mail) -> Iterator[Visitor]:
    """An administrator."""
    row = {"name": "Ada F.", "role": "administrator", "password_hash": hash_secret(PASSWORD)}
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.insert(staff).values(**row, active=True))
    with Visitor(make_app(mail.facility), base_url="http://mail.example") as client:
        client.post("/staff/login", data={"name": "Ada F.", "password": PASSWORD})
        yield client


def upload(visitor: Visitor, content: str, **fields: str) -> str:
    """The address of the plan, or the page where there is none."""
    csrf = visitor.get("/staff/roster").text.split('name="csrf" value="')[1].split('"')[0]
    answer = visitor.post(
        "/staff/roster",
        data={"csrf": csrf, **fields},
        files={"file": ("nightly.csv", content.encode())},
        follow_redirects=False,
    )
    return str(answer.headers.get("location", answer.text))


def unit(mail: Mail) -> str:
    return people.find_inmate(mail.facility, "2026-00117", OPERATOR).housing_unit


def test_upload_look_apply(ada: Visitor, mail: Mail) -> None:
    address = upload(ada, MOVED)
    html = ada.get(address).text
    assert "Move to another housing unit" in html
    assert "D-9" in html
    assert unit(mail) == "B-2"
    done = ada.post_form(f"{address}/apply", {}, seen_on=address)
    assert done.headers["location"] == (
        "/staff/roster?done=true&added=0&changed=1&departed=0&held=0"
    )
    assert unit(mail) == "D-9"
    assert "1</strong> changed" in ada.get(done.headers["location"]).text
    assert ada.get(address).status_code == 404


def test_a_plan_that_changed_is_shown_again(ada: Visitor, mail: Mail) -> None:
    address = upload(ada, MOVED)
    old = ada.get(address).text.split('name="seen" value="')[1].split('"')[0]
    other = upload(ada, MOVED.replace("D-9", "E-1"))
    ada.post_form(f"{other}/apply", {}, seen_on=other)
    answer = ada.post_form(f"{address}/apply", {"seen": old}, seen_on=address)
    assert answer.status_code == 409
    assert "The roster changed since you looked" in answer.text
    assert unit(mail) == "E-1"
    assert ada.post_form(f"{address}/apply", {}, seen_on=address).status_code == 303


def test_columns_and_words_are_chosen_from_selects(ada: Visitor, mail: Mail) -> None:
    text = 'ID Tag|Inmate|Block|Tank|Custody Status\nX1|"VALE, ANA"|A|2|Pretrial\n'
    address = upload(ada, text)
    html = ada.get(address).text
    assert "Missing: booking_number" in html
    assert "Apply just this" not in html
    chosen = {"booking_number": "ID Tag", "full_name": "Inmate", "status": "Custody Status"}
    parts = {"housing_unit 0": "Block", "housing_unit 1": "Tank"}
    ada.post_form(f"{address}/columns", chosen | parts, seen_on=address)
    assert "The word “Pretrial” means" in ada.get(address).text
    words = {"word Pretrial": "in_custody"}
    ada.post_form(f"{address}/columns", chosen | parts | words, seen_on=address)
    assert "VALE, ANA" in ada.get(address).text
    ada.post_form(f"{address}/apply", {}, seen_on=address)
    assert people.find_inmate(mail.facility, "X1", OPERATOR).housing_unit == "A-2"


def test_a_heading_that_is_not_there_is_refused(ada: Visitor) -> None:
    address = upload(ada, MOVED)
    answer = ada.post_form(f"{address}/columns", {"booking_number": "Nothing"}, seen_on=address)
    assert answer.status_code == 409
    assert "There is no column" in answer.text


def test_many_releases_need_their_number(ada: Visitor, mail: Mail) -> None:
    crowd = "".join(f"C{n},Crowd,Ann,A,in_custody\n" for n in range(9))
    first = upload(ada, f"{HEAD}\n{crowd}")
    ada.post_form(f"{first}/apply", {}, seen_on=first)
    address = upload(ada, MOVED, full="true")
    assert "type how many leave custody" in ada.get(address).text
    refused = ada.post_form(f"{address}/apply", {"confirm_release": "3"}, seen_on=address)
    assert refused.status_code == 409
    done = ada.post_form(f"{address}/apply", {"confirm_release": "11"}, seen_on=address)
    assert "departed=11" in done.headers["location"]


@pytest.mark.parametrize(
    ("content", "says"), [("<html>", "web page"), ("", "empty"), ("PK\x03\x04", "spreadsheet")]
)
def test_what_is_no_roster_is_said_at_once(ada: Visitor, content: str, says: str) -> None:
    assert says in upload(ada, content)


def test_no_file_and_too_long_a_file(ada: Visitor) -> None:
    answer = ada.post_form("/staff/roster", {}, seen_on="/staff/roster")
    assert (answer.status_code, "Choose a file" in answer.text) == (409, True)
    length = {"content-length": str(LARGEST_ROSTER + 1)}
    assert ada.post("/staff/roster", headers=length).status_code == 413
    assert ada.post("/staff/held", headers={"content-length": "65537"}).status_code == 413


def test_who_may_not_import_is_refused_before_the_file_is_read(ruth: Visitor, mail: Mail) -> None:
    assert "Import a file" not in ruth.get("/staff/roster").text
    answer = ruth.post("/staff/roster", files={"file": ("r.csv", b"x" * 100_000)})
    assert answer.status_code == 403


def test_a_roster_that_was_set_aside_is_on_today(
    ada: Visitor, mail: Mail, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("jms") / "nightly <b>.csv"
    file.write_text(f"{HEAD}\nX1,Vale,Ana,B,lost\n")
    taken = rosters.import_from_folder(mail.facility, file, OPERATOR)
    html = ada.get("/staff").text
    assert "not imported and set aside" in html
    assert "nightly &lt;b&gt;.csv" in html
    assert "status &#39;lost&#39;" in ada.get("/staff/roster").text
    address = f"/staff/roster/file/{taken.sha256}"
    ada.post_form(f"{address}/dismiss", {}, seen_on=address)
    assert "not imported and set aside" not in ada.get("/staff").text


def test_held_names_are_confirmed_on_the_page(ana: Visitor, mail: Mail, ada: Visitor) -> None:
    address = upload(ada, MOVED.replace("Quillfeather,Tobias", "Winslow,Max"))
    ada.post_form(f"{address}/apply", {}, seen_on=address)
    assert "Max Winslow" in ana.get("/staff/roster").text
    held = "/staff/roster/held/2026-00117"
    assert ana.post_form(held, {"reason": ""}, seen_on="/staff/roster").status_code == 409
    ana.post_form(held, {"reason": "married"}, seen_on="/staff/roster")
    assert people.find_inmate(mail.facility, "2026-00117", OPERATOR).last_name == "Winslow"


def test_a_number_changes_on_the_page(ruth: Visitor, mail: Mail) -> None:
    seen = "/staff/roster/numbers?number=2026-00117&new=2026-00999"
    assert "Give Tobias Quillfeather the number 2026-00999" in ruth.get(seen).text
    fields = {"number": "2026-00117", "new": "2026-00999", "reason": "booked again"}
    ruth.post_form("/staff/roster/renumber", fields, seen_on=seen)
    assert people.find_inmate(mail.facility, "2026-00999", OPERATOR).first_name == "Tobias"
    assert ruth.get(seen).status_code == 409


def test_merging_asks_for_the_password_and_then_does_it(ruth: Visitor, mail: Mail) -> None:
    seen = "/staff/roster/numbers?number=2026-00204&new=2026-00117"
    assert "Merge 2026-00204 into 2026-00117" in ruth.get(seen).text
    fields = {
        "number": "2026-00204",
        "new": "2026-00117",
        "reason": "fingerprints",
        "proof_password": PASSWORD,
    }
    refused = ruth.post_form("/staff/roster/merge", fields, seen_on=seen)
    assert "If they are one person all the same" in refused.text
    ruth.post_form("/staff/roster/merge", fields | {"names_differ": "true"}, seen_on=seen)
    numbers = {each.booking_number for each in people.inmates(mail.facility, OPERATOR)}
    assert "2026-00204" not in numbers


def test_an_upload_is_never_written_to_a_temporary_file(
    ada: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an encrypted home it would be the one plain copy."""

    def roll(*_: object) -> None:
        raise AssertionError("it was written to /tmp")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", roll)
    people_in_it = "".join(f"N-{number},Name,First,A-1,in_custody\n" for number in range(60_000))
    assert len(people_in_it) > 2 * 1024 * 1024 - 400_000
    assert "/staff/roster/file/" in upload(ada, f"{HEAD}\n{people_in_it}")
