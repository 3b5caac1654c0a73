"""The commands of the roster: previews, columns that are named, releases that are confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from digitizer.entrances.cli.main import app
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError
from digitizer.people import actions as people
from tests.support.made_mail import OPERATOR, ORSON, PETRA
from tests.support.whole_facility import cheap_hashes

HEAD = "booking_number,last_name,first_name,housing_unit,status"


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap_hashes():
        yield


def run(facility: Facility, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["--home", str(facility.home), *map(str, arguments)])


def error_of(result: Result) -> str:
    assert isinstance(result.exception, DigitizerError)
    return str(result.exception)


def roster(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text("\n".join((head, *rows)))
    return path


def test_a_preview_says_what_would_be_done_and_does_nothing(
    facility: Facility, tmp_path: Path
) -> None:
    file = roster(
        tmp_path,
        f"{ORSON},Testvale,Orson,D-9,in_custody",
        f"{PETRA},Winslow,Max,B,in_custody",
        "N-1,Newcome,Nat,B,in_custody",
    )
    before = people.inmates(facility, OPERATOR)
    shown = run(facility, "roster", "import", file, "--preview")
    assert shown.exit_code == 0
    for words in ("1 new, 1 moved, 1 held", "held: A-200 Max Winslow", "B-1 to D-9"):
        assert words in shown.output
    shown = run(facility, "roster", "import", file, "--preview", "--json")
    record = json.loads(shown.output)
    assert (record["counts"]["held"], record["counts"]["new"]) == (1, 1)
    assert [each["fate"] for each in record["people"]] == ["moved", "held", "new"]
    assert people.inmates(facility, OPERATOR) == before


def test_a_preview_of_what_is_not_understood_names_its_lines(
    facility: Facility, tmp_path: Path
) -> None:
    file = roster(tmp_path, "X,Vale,Ana,B,free")
    shown = run(facility, "roster", "import", file, "--preview", "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.output)["refused"][0]["line"] == 2
    assert run(facility, "roster", "import", file).exit_code == 1


def test_columns_are_named_once(facility: Facility, tmp_path: Path) -> None:
    head = "ID Tag,Last,First,Where,Custody Status"
    first = roster(tmp_path, "X,Vale,Ana,B,Pretrial", head=head)
    assert "Missing: booking_number, housing_unit" in error_of(
        run(facility, "roster", "import", first)
    )
    named = ("--map", "booking_number=ID Tag", "--map", "housing_unit=Where")
    explained = error_of(run(facility, "roster", "import", first, *named))
    assert '--map-status "Pretrial=in_custody"' in explained
    words = ("--map-status", "Pretrial=in_custody")
    assert run(facility, "roster", "import", first, *named, *words).exit_code == 0
    again = roster(tmp_path, "X,Vale,Ana,C,Pretrial", head=head)
    assert run(facility, "roster", "import", again).exit_code == 0
    assert people.find_inmate(facility, "X", OPERATOR).housing_unit == "C"
    assert run(facility, "roster", "import", again, "--map", "nonsense").exit_code != 0


def test_many_releases_are_confirmed_with_their_number(facility: Facility, tmp_path: Path) -> None:
    crowd = [f"C{n},Crowd,Ann,A,in_custody" for n in range(9)]
    run(facility, "roster", "import", roster(tmp_path, *crowd))
    part = roster(tmp_path, *crowd[:3])
    refused = error_of(run(facility, "roster", "import", part, "--full"))
    assert "--confirm-release 8" in refused
    assert run(facility, "roster", "import", part, "--full", "--confirm-release", 7).exit_code == 1
    done = run(facility, "roster", "import", part, "--full", "--confirm-release", 8)
    assert "8 departed" in done.output


def test_many_listed_as_gone_are_confirmed_too_where_it_is_not_the_whole_roster(
    facility: Facility, tmp_path: Path
) -> None:
    crowd = [f"C{n},Crowd,Ann,A,in_custody" for n in range(9)]
    run(facility, "roster", "import", roster(tmp_path, *crowd))
    gone = roster(tmp_path, *(line.replace("in_custody", "released") for line in crowd))
    assert "--confirm-release 9" in error_of(run(facility, "roster", "import", gone))
    assert people.find_inmate(facility, "C1", OPERATOR).status == "in_custody"
    assert run(facility, "roster", "import", gone, "--confirm-release", 9).exit_code == 0
    assert people.find_inmate(facility, "C1", OPERATOR).status == "released"


def test_a_number_changes_and_two_records_become_one(facility: Facility, tmp_path: Path) -> None:
    signed = ("--by", "Ruth Harrow", "--reason", "booked again")
    password = run(facility, "staff", "add", "Ruth Harrow", "--role", "supervisor").output
    done = run(facility, "roster", "renumber", ORSON, "A-900", *signed)
    assert "has A-900 now" in done.output
    file = tmp_path / "password"
    file.write_text(password)
    file.chmod(0o600)
    proven = (*signed, "--password-file", file)
    merging = ("roster", "merge", "A-900", "--into", PETRA, *proven)
    assert "say that their names differ" in error_of(run(facility, *merging))
    merged = run(facility, *merging, "--names-differ", "--json")
    assert json.loads(merged.output) == {
        "booking_number": PETRA,
        "merged": "A-900",
        "letters": 0,
        "covers": 0,
        "messages": 0,
    }
