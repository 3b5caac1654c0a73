"""The layouts that jails' systems are known to write, each as a small file of invented people."""

from __future__ import annotations

import json
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.errors import RosterError, UsageError
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people.roster_choices import choices_of
from digitizer.people.roster_file.layout import Choices, Column
from digitizer.people.roster_file.reading import RosterFile, read_file

IN, OUT, AWAY, OTHER = (
    CustodyStatus.IN_CUSTODY,
    CustodyStatus.RELEASED,
    CustodyStatus.TRANSFERRED,
    CustodyStatus.OTHER,
)
TODAY = date(2026, 11, 28)


def read(
    text: str | bytes, *columns: str, words: tuple[str, ...] = (), remembered: Choices | None = None
) -> RosterFile:
    raw = text if isinstance(text, bytes) else text.encode()
    said = choices_of(columns, words)
    return read_file(raw, "roster.csv", said, remembered or Choices(), TODAY)


def people(file: RosterFile) -> list[Inmate]:
    assert file.problems == ()
    return [row.inmate for row in file.rows]


def problems(file: RosterFile) -> list[str]:
    return [str(each) for each in file.problems]


def test_a_line_for_each_charge_and_bond() -> None:
    """Without names it is no roster; what it lacks is said."""
    file = read(
        '"Individual ID","Race","DOB","Booking Number","Booking Date","Custody Status","Holds",'
        '"Facility","Charge ID","BondID"\n'
        '"77","W ","1/2/1980","24-101","3/31/2026 12:00:00 AM","L. Pretrial Felons (PTF)",'
        '"","J","1","5"\n'
    )
    assert file.layout.missing == (Column.LAST_NAME, Column.FIRST_NAME, Column.HOUSING_UNIT)
    assert file.rows == ()
    assert "Missing: last_name, first_name, housing_unit" in problems(file)[0]


def test_lines_of_one_booking_are_one_person() -> None:
    text = (
        "Individual ID,Name,Booking Number,Custody Status,Housing,Charge ID\n"
        '77,"VALE, ANA",24-101,L. Pretrial Felons (PTF),A,1\n'
        '77,"VALE, ANA",24-101,L. Pretrial Felons (PTF),A,2\n'
    )
    refused = read(text)
    assert refused.unknown_words == ("L. Pretrial Felons (PTF)",)
    assert [each.line for each in refused.problems] == [2, 3]
    file = read(text, words=("L. Pretrial Felons (PTF)=in_custody",))
    assert people(file) == [Inmate("24-101", "VALE", "ANA", "A", IN)]
    assert (file.rows[0].lines, file.rows[0].more) == ((2, 3), {"person_id": "77"})


def test_what_a_person_reads_is_kept_for_print() -> None:
    text = (
        "Booking #,Last,First,Block,Status,Primary Language,Large Print\n"
        "1,VALE,ANA,A,In custody,Spanish,Y\n"
        "2,ORR,BO,A,In custody,,\n"
    )
    file = read(text)
    assert [row.more for row in file.rows] == [{"language": "Spanish", "large_print": "Y"}, {}]
    named = text.replace("Primary Language", "Tongue")
    assert "language" not in read(named).rows[0].more
    assert read(named, "language=Tongue").rows[0].more["language"] == "Spanish"
    two = text.replace("Large Print", "Preferred language")
    assert "language" not in read(two).rows[0].more  # nothing is guessed


def test_no_booking_number_at_all() -> None:
    """A case number is none."""
    file = read(
        "Last Name|First Name|Middle Name|Suffix|Sex|Race|Age|City|State|Case Number|Court Date\n"
        "A`ALI|NOA|(NMI)|2ND|F|W|99.0|X|MO|26CR-1|1/2/2027\n"
    )
    assert file.layout.missing == (Column.BOOKING_NUMBER, Column.HOUSING_UNIT, Column.STATUS)
    assert file.rows == ()


def test_marks_of_names_in_a_list_by_charges() -> None:
    file = read(
        "Last Name|First Name|Middle Name|Suffix|Jail ID|Charge Description\n"
        "A`ALI|NOA|(NMI)|2ND|9001|X\n"
        "DE LA VEGA|JO ANN|NMN||9002|X\n"
        "OAK-ASH|PAT|Q||9003|X\n",
        "status=-",
        "housing_unit=-",
    )
    assert [(each.last_name, each.first_name) for each in people(file)] == [
        ("A'ALI 2ND", "NOA"),
        ("DE LA VEGA", "JO ANN"),
        ("OAK-ASH", "PAT Q"),
    ]
    assert {each.status for each in people(file)} == {IN}
    assert not file.lists_housing


def test_a_matching_tool_with_many_columns() -> None:
    head = (
        "internal_person_id,internal_event_id,inmate_number,full_name,prefix,first_name,"
        "middle_name,last_name,suffix,dob,booking_number,jail_entry_date,jail_exit_date,bed,cell,"
        "block,building,annex,floor,classification"
    )
    file = read(
        f"{head}\n"
        "P1,E1,I1,,,Ana,,Vale,Jr.,7/6/82 14:13,B-1,2026-08-14T16:52:17-05,,4,7,C,Main,,2,med\n"
        "P2,E2,I2,,,Bo,,Lowe,,20:44.3,B-2,2026-08-14T16:52:17-05,2026-09-01T01:00:00-05,,,,,,,\n"
        "P2,E3,I2,,,Bo,,Lowe,,,B-9,,,,,,,,,\n",
        "person_id=internal_person_id",
    )
    assert people(file) == [
        Inmate("B-1", "Vale Jr.", "Ana", "Main-2-C", IN),
        Inmate("B-2", "Lowe", "Bo", "", OUT),
        Inmate("B-9", "Lowe", "Bo", "", IN),
    ]


@pytest.mark.parametrize("delimiter", "|,\t;")
def test_two_numbers_in_a_cell(delimiter: str) -> None:
    text = 'booking_number,name,status,housing\n"137581, 6080898","Vale, Ana",active,A\n'
    text = delimiter.join(text.split(",")) if delimiter != "," else text
    assert problems(read(text))[0].startswith("line 2: booking number '137581")


def test_a_web_scrape_by_county() -> None:
    """The permanent number is the only one there is, and is taken for the booking's."""
    file = read(
        "county_name,timestamp,inmate_id,inmate_lastname,inmate_firstname,inmate_middlename,"
        "inmate_dob,release_timestamp,processing_numbers,facility,charges,current_status\n"
        "x,2026,00077,VALE,ANA MAY,,1980,,SO#1 B2 J3,F,y,In custody\n"
        "x,2026,00078,LOWE,BO,LEE,1980,2026-01-02 03:04:05,SO#1 B2 J3,F,y,Dropped Off Roster\n",
        "housing_unit=-",
    )
    assert people(file) == [
        Inmate("00077", "VALE", "ANA MAY", "", IN),
        Inmate("00078", "LOWE", "BO LEE", "", OTHER),
    ]


def test_thirty_four_columns_with_full_names() -> None:
    file = read(
        "Scrape_Timestamp,County,Booking_Number,Person_ID,Full_Name,DOB,Booking_Date,Status,"
        "Facility,Housing,Height,Case Number\n"
        '2026,Y,2026-00142857,P9,"SMITH, JOHN MICHAEL",1/1/1990,1/1/2026,IN CUSTODY,Main,D-2,'
        "5'11\",26-CF-1\n"
    )
    assert people(file) == [Inmate("2026-00142857", "SMITH", "JOHN MICHAEL", "D-2", IN)]


def test_an_envelope_of_json() -> None:
    envelope = {
        "captchaRequred": False,
        "succes": True,
        "Offenders": [
            {
                "arrestNo": "012345",
                "lastName": "Vale",
                "firstName": "Ana",
                "middleName": None,
                "originalBookDateTime": "6/28/2026T10:22:44",
                "finalReleaseDateTime": None,
                "dob": "12/12/0001",
                "charges": [{"n": 1}],
                "housing": "",
            },
            {
                "arrestNo": "012346",
                "lastName": "Lowe",
                "firstName": "Bo",
                "finalReleaseDateTime": "6/28/2026 10:22:44 AM",
                "housing": "B",
            },
        ],
    }
    assert people(read(json.dumps(envelope))) == [
        Inmate("012345", "Vale", "Ana", "", IN),
        Inmate("012346", "Lowe", "Bo", "B", OUT),
    ]


def test_a_portal_without_booking_numbers() -> None:
    portal = [
        {"name": "VALE, ANA", "cell_block": "C", "dob": "1/1/1990", "release_date": ""},
    ]
    assert read(json.dumps(portal)).layout.missing == (Column.BOOKING_NUMBER,)


def test_both_numbers_and_a_scheduled_release() -> None:
    """A scheduled release is none yet."""
    file = read(
        "booking_number,inmate_id,first_name,last_name,middle_name,n_charges,booking_date,"
        "scheduled_release,released,in_custody_as_of,location\n"
        "501,9,Ana,Vale,,1,2026-01-01,2026-02-01,,2026-03-01,A\n"
        "502,8,Bo,Lowe,,1,2026-01-01,2026-02-01,2026-02-01,2026-03-01,A\n"
    )
    assert people(file) == [
        Inmate("501", "Vale", "Ana", "A", IN),
        Inmate("502", "Lowe", "Bo", "A", OUT),
    ]
    assert file.rows[0].more == {"person_id": "9"}


def test_the_feed_of_a_telephone_vendor() -> None:
    """Its booking number is 0 where there is none, and its PIN is never read."""
    head = (
        "InmateID,PIN,first,last,Mid,DOB,PhoneBalance,bookingNo,status,facilityName,Unit,Pod,"
        "Cell,Bed"
    )
    rows = (
        "77,0412,Ana,Vale,,1/1/90,3.10,0,Active,F,2,C,7,L\n78,0512,Bo,Lowe,,1/1/90,0,,A,F,2,C,7,L\n"
    )
    assert problems(read(f"{head}\n{rows}")) == [
        "line 2: it has no booking number",
        "line 3: it has no booking number",
    ]
    file = read(f"{head}\n{rows}", "booking_number=InmateID", words=("A=in_custody",))
    assert people(file) == [
        Inmate("77", "Vale", "Ana", "2-C", IN),
        Inmate("78", "Lowe", "Bo", "2-C", IN),
    ]
    assert [row.more for row in file.rows] == [{}, {}]


def test_a_list_without_housing() -> None:
    text = (
        "booking_number,last_name,first_name,middle_name,date_of_birth,sex,custody_status,"
        "book_date_time\n"
        "B7,Vale,Ana,,1/1/1990,F,Transferred,1/1/2026\n"
    )
    assert read(text).layout.missing == (Column.HOUSING_UNIT,)
    assert people(read(text, "housing_unit=-")) == [Inmate("B7", "Vale", "Ana", "", AWAY)]


def test_numbers_with_spaces_and_names_apart() -> None:
    rows = [
        {
            "Book_Number": number,
            "Name_First_MI": "ANA M",
            "Name_Last": "VALE",
            "Name_Suffix": "III",
            "ReleaseDate": "NULL",
            "Housing": "A",
        }
        for number in ("4\u00a0511", "4512   ", " 4513\u00a0")
    ]
    file = read(json.dumps(rows))
    assert problems(file) == [
        "line 1: booking number '4 511' may be several numbers, or has spaces"
    ]
    assert [row.inmate.booking_number for row in file.rows] == ["4512", "4513"]
    assert file.rows[0].inmate == Inmate("4512", "VALE III", "ANA M", "A", IN)


def test_a_booking_number_that_counts_bookings() -> None:
    """It is two people's, so nothing is imported."""
    file = read(
        "Booking #,Inmate Name,Housing,Status\n"
        '2,"VALE, ANA",A,Active\n'
        '2,"LOWE, BO",A,Active\n'
        '1,"BIRCH, CY",A,Active\n'
    )
    assert problems(file) == [
        "line 3: 2 is BO LOWE, A, in custody here, but ANA VALE, A, in custody in line 2"
    ]


def test_composite_housing_and_words_in_place_of_a_cell() -> None:
    file = read(
        "BookingId\tInmateId\tName\tReleaseDate\tHousing Location\n"
        "2014-0117015\tJ1\tVALE, ANA\t\t02-D2-T-3-T\n"
        "2014-0117016\tJ2\tLOWE, BO\t\tESCAPED\n"
        "2014-0117017\tJ3\tBIRCH, CY\t12:00:00 AM\tWEEKENDER OUT\n"
        "2014-0117018\tJ4\tTERN, DI\t\tIN-HOUSE ARREST\n"
        "2014-0117019\tJ5\tDUNN, ED\t1/1/2030\tA\n"
    )
    assert [each.status for each in people(file)] == [IN, OTHER, OTHER, OTHER, IN]
    assert people(file)[0].housing_unit == "02-D2-T-3-T"


def test_columns_that_may_be_two_things_are_asked_about() -> None:
    text = 'Booking Number,Booking ID,Name,Status,Housing\n1,2,"VALE, ANA",Active,A\n'
    file = read(text)
    assert "booking_number may be Booking Number or Booking ID" in problems(file)[0]
    assert people(read(text, "booking_number=Booking ID"))[0].booking_number == "2"


def test_what_a_person_said_is_remembered_where_it_fits() -> None:
    said = choices_of(["booking_number=ID No", "housing_unit=Where"], ["Pretrial=in_custody"])
    text = 'Name,ID No,Where,Custody,Status\n"VALE, ANA",7,A,x,Pretrial\n'
    assert people(read(text, remembered=said)) == [Inmate("7", "VALE", "ANA", "A", IN)]
    other = "Name,Booking No,Housing,Status\n"
    assert (
        read(f"{other}Suharto,8,A,Active\n", remembered=said).rows[0].inmate.last_name == "Suharto"
    )


def test_the_agreed_file_is_read_freely_only_where_a_person_says_so() -> None:
    text = "booking_number,last_name,first_name,housing_unit,status\nX1,Vale,Ana,B,Active\n"
    assert "status 'Active' is not one of" in problems(read(text))[0]
    assert people(read(text, words=("x=other",)))[0].status is IN


def test_a_choice_of_what_is_not_there() -> None:
    with pytest.raises(UsageError, match="There is no column 'ID' for booking_number"):
        read("Name,Number\nx,1\n", "booking_number=ID")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<!DOCTYPE html><p>500", "web page"),
        ('<?xml version="1.0"?><a/>', "XML"),
        (b"PK\x03\x04zip", "spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        ('{"error": "busy"}', "not a list of people"),
        ('[{"a": 1', "neither CSV nor whole JSON"),
        ('{"AgencyId": 1, "Message": "<xml/>"}', "not a list of people"),
        (",,,\n,,\n", "empty"),
        ("Booking #,Name,Status,Housing\n", "lists no inmate"),
        ("Name,Booking #,Name,Status,Housing\nx,1,x,Active,A\n", "names a column twice"),
    ],
)
def test_what_is_no_roster(content: str | bytes, message: str) -> None:
    with pytest.raises(RosterError, match=message):
        read(content)


@pytest.mark.parametrize(
    ("total", "problem"),
    [
        ("Total: 2", None),
        ("(2 rows affected)", None),
        ("Total Inmates,2,,", None),
        ("Total: 3", "it says that there are 3 lines, but there are 2"),
        ("Sum of all", "it has fewer fields than the first line has columns"),
    ],
)
def test_a_last_line_that_counts(total: str, problem: str | None) -> None:
    """Where it counts more, the file was cut."""
    file = read(f'Name,Booking #,Status,Housing\n"A, B",1,Active,A\n"C, D",2,Active,A\n\n{total}\n')
    assert problems(file) == ([] if problem is None else [f"line 5: {problem}"])


_AGREED = "booking_number,last_name,first_name,housing_unit,status\n"
_BEGINNINGS = ("", "Booking #,Name,Status,Housing\n", _AGREED, "[{", '{"a": [{"name": ')


@given(st.binary(max_size=300), st.sampled_from(_BEGINNINGS))
def test_whatever_the_bytes_are_they_are_a_roster_or_are_refused(raw: bytes, head: str) -> None:
    refusal = _refusal(head.encode() + raw)
    assert refusal is None or refusal.startswith("roster.csv")


def _refusal(raw: bytes) -> str | None:
    try:
        read(raw)
    except RosterError as error:
        return str(error)
    return None


_cells = st.sampled_from(["1", "2", "", "0", "1,234.00", "1.2E+5", "7 8"])
_lines = st.lists(
    st.tuples(
        _cells,
        st.sampled_from(["VALE, ANA", "VALE, BO", "ANA VALE", ""]),
        st.sampled_from(["Active", "Released", "Pretrial", ""]),
        st.sampled_from(["A", "B"]),
    ),
    min_size=1,
    max_size=12,
)


@given(_lines)
def test_no_line_is_lost(lines: list[tuple[str, ...]]) -> None:
    """Each is a person's, or is refused, and never both."""
    rows = ["|".join(f'"{cell}"' for cell in line) for line in lines]
    file = read("\n".join(("Booking #|Name|Status|Housing", *rows)))
    found = [line for row in file.rows for line in row.lines]
    found += [line for each in file.problems for line in (each.line, *each.also)]
    assert sorted(found) == list(range(2, len(lines) + 2))


@given(_lines, st.randoms())
def test_the_order_of_lines_changes_nobody(lines: list[tuple[str, ...]], chance: Random) -> None:
    head = "Booking #|Name|Status|Housing"
    shuffled = list(lines)
    chance.shuffle(shuffled)
    one, other = (
        read("\n".join((head, *("|".join(f'"{cell}"' for cell in line) for line in each))))
        for each in (lines, shuffled)
    )
    assert {row.inmate for row in one.rows} == {row.inmate for row in other.rows}
    assert len(one.problems) == len(other.problems)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    rows = (("Booking #", "Last", "First", "Unit", "Status"), ("7", "Núñez", "Zoë", "A", "Active"))
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert people(read(text.encode(encoding))) == [Inmate("7", "Núñez", "Zoë", "A", IN)]
