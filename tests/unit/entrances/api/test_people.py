"""The roster over the API: the rules of ``roster import``, and lists that stay right."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.people import CustodyStatus, Inmate, Scope
from digitizer.people import actions as people
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate, roster_file
from tests.support.api_kit import Program, problem
from tests.support.made_mail import OPERATOR, enter_people
from tests.support.web_kit import Mail

HEADER = "booking_number,last_name,first_name,housing_unit,status\n"
NEW = f"{HEADER}2026-00300,Newcome,Ada,B-1,in_custody\n"


def _numbers(program: Program, **query: str) -> list[str]:
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        part = program.get("/inmates", params={"limit": "2", **query, **after}).json()
        found += [each["booking_number"] for each in part["items"]]
        if part["next"] is None:
            return found
        after = {"after": part["next"]}


def _all(facility: Facility) -> list[str]:
    return [each.booking_number for each in people.inmates(facility, OPERATOR)]


def test_everyone_is_listed_once(mail: Mail, program: Program) -> None:
    assert sorted(_numbers(program)) == sorted(_all(mail.facility))
    assert "2025-00031" not in _numbers(program, status="in_custody")


def test_a_list_stays_right_while_people_come_in_and_are_renamed(
    mail: Mail, program: Program
) -> None:
    before = set(_all(mail.facility))
    first = program.get("/inmates", params={"limit": "2"}).json()
    with writing(mail.facility.engine) as tx:
        enter_people(
            tx,
            [Inmate(f"000{n}", "Aaron", "A", "", CustodyStatus.IN_CUSTODY) for n in range(3)],
        )
        tx.execute(sa.update(inmate).values(last_name="Zzz"))
    seen = [each["booking_number"] for each in first["items"]]
    after = first["next"]
    while after:
        part = program.get("/inmates", params={"limit": "2", "after": after}).json()
        seen += [each["booking_number"] for each in part["items"]]
        after = part["next"]
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_one_inmate(program: Program) -> None:
    assert program.get("/inmates/2026-00117").json() == {
        "booking_number": "2026-00117",
        "last_name": "Quillfeather",
        "first_name": "Tobias",
        "housing_unit": "B-2",
        "status": "in_custody",
    }


def test_a_preview_changes_nothing(mail: Mail, program: Program) -> None:
    before = _all(mail.facility)
    answer = program.post("/roster/preview", content=NEW)
    shown = answer.json()
    assert shown["counts"]["new"] == 1
    assert [each["booking_number"] for each in shown["people"]] == ["2026-00300"]
    assert shown["people"][0]["known_last_name"] is None
    assert _all(mail.facility) == before
    with reading(mail.facility.engine) as tx:
        assert tx.execute(sa.select(roster_file)).all() == []


def test_a_roster_is_imported_whole(mail: Mail, program: Program) -> None:
    key = program.new_key()
    answer = program.post("/roster", content=NEW, headers=key)
    assert answer.json() == {
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "departed": 0,
        "held": [],
        "notes": [],
    }
    assert "2026-00300" in _all(mail.facility)
    again = program.post("/roster", content=NEW, headers=key)
    assert again.json() == answer.json()  # and not "unchanged": 1
    anew = program.post("/roster", content=NEW, headers=program.new_key())
    assert anew.json()["unchanged"] == 1


def test_a_line_that_is_not_understood_refuses_all_of_it(mail: Mail, program: Program) -> None:
    bad = f"{NEW}2026-00301,Other,One,B-1,gone fishing\n"
    found = problem(program.post("/roster", content=bad, headers=program.new_key()), 422)
    assert "gone fishing" in found["detail"]
    assert "2026-00300" not in _all(mail.facility)
    shown = program.post("/roster/preview", content=bad).json()
    assert shown["refused"][0]["line"] == 3
    meant = {"map_status": "gone fishing=other"}
    taken = program.post("/roster", content=bad, params=meant, headers=program.new_key())
    assert taken.json()["added"] == 2


def test_columns_are_named_as_on_the_command_line(program: Program) -> None:
    file = "Nr,Last,First,Pod\n2026-00302,Mapper,Mia,C-9\n"
    query = {"map": ["booking_number=Nr", "housing_unit=Pod", "status=-"]}
    answer = program.post("/roster", content=file, params=query, headers=program.new_key())
    assert answer.json()["added"] == 1
    assert program.get("/inmates/2026-00302").json()["housing_unit"] == "C-9"
    wrong = {"map": "colour=Nr"}
    problem(program.post("/roster/preview", content=file, params=wrong), 422)
    problem(program.post("/roster/preview", content=file, params={"mpa": "x=y"}), 422)


def test_releasing_many_must_be_confirmed_by_their_number(mail: Mail, program: Program) -> None:
    with writing(mail.facility.engine) as tx:
        many = [
            Inmate(f"2026-1{n:04}", f"Name{n}", "A", "", CustodyStatus.IN_CUSTODY)
            for n in range(40)
        ]
        enter_people(tx, many)
    full = {"full": "true"}
    found = problem(
        program.post("/roster", content=NEW, params=full, headers=program.new_key()), 409
    )
    assert found["type"] == "urn:digitizer:problem:release-not-confirmed"
    assert found["in_custody"] == 43
    assert found["leaving"] == 43
    assert "2026-00300" not in _all(mail.facility)
    shown = program.post("/roster/preview", content=NEW, params=full).json()
    assert (shown["leaving"], shown["needs_confirmation"]) == (43, True)
    for number, status in ((42, 409), (43, 200)):
        confirmed = {**full, "confirm_release": str(number)}
        answer = program.post("/roster", content=NEW, params=confirmed, headers=program.new_key())
        assert answer.status_code == status
    assert answer.json()["departed"] == 43


def test_a_name_that_does_not_fit_is_held(program: Program) -> None:
    file = f"{HEADER}2026-00117,Someone,Else,B-2,in_custody\n"
    taken = program.post("/roster", content=file, headers=program.new_key()).json()
    (held,) = taken["held"]
    assert (held["known_last_name"], held["last_name"]) == ("Quillfeather", "Someone")


def test_whoever_only_reads_imports_nothing(mail: Mail) -> None:
    with Program(mail.facility, [Scope.ROSTER_READ]) as reader:
        problem(reader.post("/roster", content=NEW, headers=reader.new_key()), 403)
        problem(reader.post("/roster/preview", content=NEW), 403)
