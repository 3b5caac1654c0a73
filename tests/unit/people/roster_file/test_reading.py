"""Roster files in the agreed columns, good and bad."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from digitizer.model.errors import RosterError
from digitizer.model.people import CustodyStatus
from digitizer.people.roster_file.layout import Choices
from digitizer.people.roster_file.problems import listed
from digitizer.people.roster_file.reading import RosterRow, read_file
from digitizer.people.roster_import import read_upload

HEAD = "booking_number,last_name,first_name,housing_unit,status"
TODAY = date(2026, 11, 28)


def read_roster(path: Path) -> tuple[RosterRow, ...]:
    upload = read_upload(path, full=False, choices=Choices())
    file = read_file(upload.content, upload.name, Choices(), Choices(), TODAY)
    if file.problems:
        raise RosterError(listed(upload.name, file.problems))
    return file.rows


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
    ids=[
        "plain",
        "bom",
        "crlf",
        "cp1252",
        "utf16",
        "semicolons",
        "tabs",
        "quoted",
        "headings",
        "order",
        "empty lines",
    ],
)
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
    ("content", "problem"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        (f"{HEAD}\n", "lists no inmate"),
        ("name,number\nVale,1\n", "Missing: booking_number"),
        (f"{HEAD},status\nX1,Vale,Ana,B,released,in_custody\n", "twice: status"),
        (f"{HEAD}\nX1,Vale,Ana,B\n", "line 2: it has fewer fields"),
        (f"{HEAD}\nX1,Vale,Ana,B,released,x\n", "line 2: it has more fields"),
        (f"{HEAD}\nX1,Vale,Ana,B,free\n", "line 2: status 'free' is not one of"),
        (f"{HEAD}\nX1,Vale,Ana,B,\n", "line 2: status ''"),
        (f"{HEAD}\n,Vale,Ana,B,released\n", "line 2: booking_number ''"),
        (f"{HEAD}\nX 1,Vale,Ana,B,released\n", "has spaces"),
        (f"{HEAD}\nX1,,,B,released\n", "line 2: it has no name"),
        (f"{HEAD}\nX1,Va\x07le,Ana,B,released\n", "control character"),
        (f"{HEAD}\nX1,Vale,Ana,B,released\nX1,Vale,Ana,B,released\n", "X1 is in line 2 too"),
        (f'{HEAD}\nX1,"Vale,Ana,B,released\nX2,Low,Bo,B,released\n', "left open"),
        (f'{HEAD}\nX1,"Va"le,Ana,B,released\n', "left open"),
        (f"{HEAD}\nX1,Vale\x00,Ana,B,released\n", "line 2"),
        (f"{HEAD}\nX1,V\x81\xff,Ana,B,released\n".encode("latin-1"), "neither UTF-8"),
    ],
)
def test_what_is_not_understood(tmp_path: Path, content: str | bytes, problem: str) -> None:
    with pytest.raises(RosterError) as caught:
        read_roster(_file(tmp_path, content))
    assert problem in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="Cannot read"):
        read_roster(tmp_path / "none.csv")


def test_ten_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    bad = "".join(f"X{n},Vale,Ana,B,lost\n" for n in range(13))
    with pytest.raises(RosterError, match="and 3 more"):
        read_roster(_file(tmp_path, f"{HEAD}\n{bad}"))


@pytest.mark.parametrize(
    "content",
    ["a,b\nx,y\n", "Pod,Unit\n1,2\n", "[]", "[{}]", '{"people": []}', r'[{"\ud800": "x"}]'],
    ids=["no number", "housing alone", "no one", "nothing", "none within", "half a character"],
)
def test_what_names_no_person_is_refused_as_such(tmp_path: Path, content: str) -> None:
    """In the watched folder it is set aside then; another error would offer it again for ever."""
    with pytest.raises(RosterError):
        read_roster(_file(tmp_path, content))
