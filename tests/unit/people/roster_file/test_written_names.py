"""Names in one column or in several."""

from __future__ import annotations

import pytest

from digitizer.people.roster_file.written_names import names_of, split_name


@pytest.mark.parametrize(
    ("whole", "last", "first"),
    [
        ("SMITH, JOHN MICHAEL", "SMITH", "JOHN MICHAEL"),
        ("SMITH, JOHN MICHAEL JR", "SMITH JR", "JOHN MICHAEL"),
        ("SMITH JR., JOHN", "SMITH JR.", "JOHN"),
        ("SMITH, JR, JOHN", "SMITH JR", "JOHN"),
        ("SMITH, JOHN, III", "SMITH III", "JOHN"),
        ("DE LA CRUZ, ANA", "DE LA CRUZ", "ANA"),
        ("O`NEIL,SEAN (NMI)", "O'NEIL", "SEAN"),
        ("O’NEIL, SEAN NMN", "O'NEIL", "SEAN"),
        ("Suharto", "Suharto", ""),
        ("LEE, V", "LEE", "V"),
        ("LEE, DAVID V", "LEE", "DAVID V"),
    ],
)
def test_one_column(whole: str, last: str, first: str) -> None:
    assert split_name(whole) == (last, first)


@pytest.mark.parametrize(
    ("whole", "problem"),
    [
        ("", "no name"),
        (" , ", "no name"),
        ("JOHN SMITH", "no comma"),
        ("SMITH, JOHN, MICHAEL", "more parts"),
        ("SMITH, JR, JOHN, III", "more parts"),
    ],
)
def test_what_does_not_show_the_last_name(whole: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        split_name(whole)


def test_several_columns() -> None:
    assert names_of("Vale", "Ana", "(NMI)", "2ND") == ("Vale 2ND", "Ana")
    assert names_of("", "Cher", "", "") == ("", "Cher")
    with pytest.raises(ValueError, match="no name"):
        names_of("", "", "NMN", "")
