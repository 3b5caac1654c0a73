"""Roster files as jails export them, good and bad; a bad one imports nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import House
from digitizer.model.errors import NotAllowed, NotFound, RosterError
from digitizer.model.people import CustodyStatus
from digitizer.people.actions import find_inmate, import_roster, inmates
from digitizer.people.roster import read_roster
from digitizer.storage.tables import inmate, reading
from tests.support.made_mail import CLERK, GONE, OPERATOR, ORSON, PETRA, events

HEAD = "booking_number,last_name,first_name,housing_unit,status"


def _file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _names(path: Path) -> list[str]:
    return [row.inmate.last_name for row in read_roster(path)]


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\nX1,Núñez,Ana,B,in_custody\n",
        f"\ufeff{HEAD}\nX1,Núñez,Ana,B,in_custody\n",
        f"{HEAD}\r\nX1,Núñez,Ana,B,in_custody",
        f"{HEAD}\nX1,Núñez,Ana,B,in_custody\n".encode("cp1252"),
        f"{HEAD}\nX1,Núñez,Ana,B,in_custody\n".encode("utf-16"),
        f"{HEAD}\nX1,Núñez,Ana,B,in_custody\n".replace(",", ";"),
        f"{HEAD}\nX1,Núñez,Ana,B,in_custody\n".replace(",", "\t"),
        f'{HEAD}\nX1," Núñez ","Ana, María",B,in_custody\n',
        "Booking Number,LAST-NAME,First Name,housing unit,Status\nX1,Núñez,Ana,B,in_custody\n",
        "status,first_name,extra,last_name,housing_unit,booking_number\n"
        "in_custody,Ana,,Núñez,B,X1\n",
        f"{HEAD}\n\nX1,Núñez,Ana,B,in_custody\n,,,,\n   \n",
    ],
    ids=["plain", "bom", "crlf", "cp1252", "utf16", "semicolons", "tabs", "quoted", "headings",
         "order", "empty lines"],
)  # fmt: skip
def test_what_is_understood(tmp_path: Path, content: str | bytes) -> None:
    assert _names(_file(tmp_path, content)) == ["Núñez"]


def test_a_quoted_line_break_is_a_space(tmp_path: Path) -> None:
    assert _names(_file(tmp_path, f'{HEAD}\nX1,"Vale\r\nJunior",Ana,B,in_custody\n')) == [
        "Vale Junior"
    ]


def test_more_columns_are_kept(tmp_path: Path) -> None:
    (row,) = read_roster(_file(tmp_path, f"{HEAD},Race Code\nX1,Vale,Ana,B,released,7\n"))
    assert row.more == {"race_code": "7"}


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("in_custody", CustodyStatus.IN_CUSTODY),
        ("In Custody", CustodyStatus.IN_CUSTODY),
        ("IN-CUSTODY", CustodyStatus.IN_CUSTODY),
        ("incustody", CustodyStatus.IN_CUSTODY),
        (" in\u00a0custody ", CustodyStatus.IN_CUSTODY),
        ("Released", CustodyStatus.RELEASED),
        ("TRANS-FERRED", CustodyStatus.TRANSFERRED),
        ("other", CustodyStatus.OTHER),
    ],
)
def test_spellings_of_a_status(tmp_path: Path, spelled: str, meant: CustodyStatus) -> None:
    (row,) = read_roster(_file(tmp_path, f"{HEAD}\nX1,Vale,Ana,B,{spelled}\n"))
    assert row.inmate.status is meant


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        (f"{HEAD}\n", "names nobody"),
        ("name,number\nVale,1\n", "missing: booking_number"),
        (f"{HEAD},status\nX1,Vale,Ana,B,released,in_custody\n", "twice: status"),
        (f"{HEAD}\nX1,Vale,Ana,B\n", "line 2: it has fewer fields"),
        (f"{HEAD}\nX1,Vale,Ana,B,released,x\n", "line 2: it has more fields"),
        (f"{HEAD}\nX1,Vale,Ana,B,free\n", "line 2: status 'free' is none of"),
        (f"{HEAD}\nX1,Vale,Ana,B,\n", "line 2: status ''"),
        (f"{HEAD}\n,Vale,Ana,B,released\n", "line 2: booking_number ''"),
        (f"{HEAD}\nX 1,Vale,Ana,B,released\n", "has spaces"),
        (f"{HEAD}\nX1,,,B,released\n", "line 2: it has no name"),
        (f"{HEAD}\nX1,Va\x07le,Ana,B,released\n", "control character"),
        (f"{HEAD}\nX1,Vale,Ana,B,released\nX1,Vale,Ana,B,released\n", "X1 stands in line 2 too"),
        (f'{HEAD}\nX1,"Vale,Ana,B,released\nX2,Low,Bo,B,released\n', "left open"),
        (f'{HEAD}\nX1,"Va"le,Ana,B,released\n', "left open"),
        (f"{HEAD}\nX1,Vale\x00,Ana,B,released\n", "line 2"),
        (f"{HEAD}\nX1,V\x81\xff,Ana,B,released\n".encode("latin-1"), "neither UTF-8"),
    ],
)
def test_what_is_not_understood(tmp_path: Path, content: str | bytes, told: str) -> None:
    with pytest.raises(RosterError) as caught:
        read_roster(_file(tmp_path, content))
    assert told in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="Cannot read"):
        read_roster(tmp_path / "none.csv")


def test_ten_faults_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    bad = "".join(f"X{n},Vale,Ana,B,lost\n" for n in range(13))
    with pytest.raises(RosterError, match="and 3 more"):
        read_roster(_file(tmp_path, f"{HEAD}\n{bad}"))


def test_one_bad_row_imports_nothing(house: House, tmp_path: Path) -> None:
    before, told = inmates(house, OPERATOR), events(house)
    rows = f"{HEAD}\nX1,Vale,Ana,B,released\n{ORSON},Changed,Orson,B,nonsense\n"
    with pytest.raises(RosterError):
        import_roster(house, _file(tmp_path, rows), True, OPERATOR)
    assert inmates(house, OPERATOR) == before
    assert events(house) == told


def test_import_adds_changes_and_leaves(house: House, tmp_path: Path) -> None:
    rows = f"{HEAD}\nX1,Vale,Ana,B,in_custody\n{ORSON},Testvale,Orson,D-9,transferred\n"
    file = _file(tmp_path, rows)
    change = import_roster(house, file, False, OPERATOR)
    assert (change.added, change.changed, change.unchanged, change.departed) == (1, 1, 0, 0)
    assert find_inmate(house, ORSON, OPERATOR).status is CustodyStatus.TRANSFERRED
    assert find_inmate(house, PETRA, OPERATOR).status is CustodyStatus.IN_CUSTODY
    again = import_roster(house, file, False, OPERATOR)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert [verb for verb, *_ in events(house)] == ["import roster", "import roster"]


def test_full_lets_depart_only_who_was_in_custody(house: House, tmp_path: Path) -> None:
    rows = f"{HEAD}\n{ORSON},Testvale,Orson,B-1,in_custody\n"
    change = import_roster(house, _file(tmp_path, rows), True, OPERATOR)
    assert change.departed == 1
    assert find_inmate(house, PETRA, OPERATOR).status is CustodyStatus.OTHER
    assert find_inmate(house, GONE, OPERATOR).status is CustodyStatus.RELEASED


def test_an_import_keeps_what_is_not_in_the_roster(house: House, tmp_path: Path) -> None:
    with reading(house.engine) as tx:
        before = tx.execute(sa.select(inmate).where(inmate.c.booking_number == ORSON)).one()
    rows = f"{HEAD}\n{ORSON},Testvale,Orson,Z,in_custody\n"
    import_roster(house, _file(tmp_path, rows), False, OPERATOR)
    with reading(house.engine) as tx:
        after = tx.execute(sa.select(inmate).where(inmate.c.booking_number == ORSON)).one()
    assert after.id == before.id
    assert after.housing_unit == "Z"


def test_who_may_import_and_who_is_unknown(house: House, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        import_roster(house, tmp_path / "r.csv", False, CLERK)
    with pytest.raises(NotFound, match="import a newer roster"):
        find_inmate(house, "nobody", OPERATOR)
