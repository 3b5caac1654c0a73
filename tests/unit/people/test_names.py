"""Which names may be one person's: a wrong yes opens one person's mail to another."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people.names import may_be_same


def _person(name: str) -> Inmate:
    """From "last, first"."""
    last, _, first = name.partition(", ")
    return Inmate("A-100", last, first, "B-1", CustodyStatus.IN_CUSTODY)


_WRITTEN_IN_TWO_WAYS = [
    ("Testvale, Orson", "TESTVALE, ORSON"),
    ("Testvale, Orson", "Testvale, Orson Lee"),
    ("Testvale, Orson L.", "Testvale, Orson Ray"),
    ("Testvale, Orson", "Testvale Jr., Orson"),
    ("Testvale, Orson", "Testvale, Orson Jr"),
    ("Testvale III, Orson", "Testvale, Orson"),
    ("Testvale, Orson", "Testvale, Orson Lee III"),
    ("Núñez, José", "NUNEZ, JOSE"),
    ("Müller, Jörg", "Mueller, Joerg"),
    ("Müller, Jörg", "Muller, Jorg"),
    ("Strauß, Ida", "STRAUSS, IDA"),
    ("Øster, Åse", "Oester, Aase"),
    ("Łuk, Đana", "Luk, Dana"),
    ("O'Brien, Ana", "O’BRIEN, Ana"),
    ("O'Brien, Ana", "OBrien, Ana"),
    ("Smith-Jones, Ana", "Smith Jones, Ana"),
    ("De La Cruz, Ana", "Delacruz, Ana"),
    ("Mc Donald, Ana", "McDonald, Ana"),
    ("Vale, Mary Ann", "Vale, Maryann"),
    ("Vale, Jean-Luc", "Vale, Jean Luc"),
    ("Vale, ", "VALE, "),
    ("Иванов, Иван", "ИВАНОВ, ИВАН"),
    ("李, 小龙", "李, 小龙"),
]

_PERHAPS_TWO_PEOPLE = [
    ("Testvale, Orson", "Samplewood, Petra"),
    ("Testvale, Orson", "Testvale, Petra"),
    ("Testvale, Orson", "Testvale, Oscar"),
    ("Smith, Ana", "Jones, Ana"),  # a married name
    ("Smith, Ana", "Smith-Jones, Ana"),
    ("García López, Ana", "García, Ana"),
    ("James, Thomas", "Thomas, James"),  # swapped
    ("Min, Kim", "Kim, Min"),
    ("Testvale, Orson Lee", "Testvale, Lee Orson"),
    ("Testvale, Orson Lee", "Testvale, Lee"),
    ("Testvale, O.", "Testvale, Orson"),
    ("Testvale, ", "Testvale, Orson"),
    ("Vale, Jean-Luc", "Vale, Jean-Paul"),
    ("Vale, Mohammed", "Vale, Muhammad"),  # two transliterations, or two people
    ("Иванов, Иван", "Ivanov, Ivan"),
    ("Muller, Ida", "Mueller, Ida"),
    ("Testvale, Orson", "Теstvale, Orson"),  # its first two letters are Cyrillic
    ("Jr, Orson", "Sr, Orson"),
    ("Li, Wei", "Lu, Wei"),
    ("..., Orson", "---, Orson"),
    ("李, 小龙", "李, 小明"),
    ("Vale, Roberto", "Vale, Roberta"),
]


@pytest.mark.parametrize(("known", "listed"), _WRITTEN_IN_TWO_WAYS)
def test_one_name_written_in_two_ways(known: str, listed: str) -> None:
    assert may_be_same(_person(known), _person(listed))
    assert may_be_same(_person(listed), _person(known))


@pytest.mark.parametrize(("known", "listed"), _PERHAPS_TWO_PEOPLE)
def test_two_people_or_a_persons_decision(known: str, listed: str) -> None:
    assert not may_be_same(_person(known), _person(listed))
    assert not may_be_same(_person(listed), _person(known))


_names = st.text(st.characters(categories=["L"], max_codepoint=0x24F), min_size=2, max_size=12)
_people = st.builds(lambda last, first: _person(f"{last}, {first}"), _names, _names)


@given(_people, st.sampled_from(["NFC", "NFD"]), st.sampled_from(["", " Jr.", " III"]), _names)
def test_a_name_is_itself_however_it_is_written(
    known: Inmate, form: str, suffix: str, middle: str
) -> None:
    last = unicodedata.normalize(form, known.last_name.upper()) + suffix  # type: ignore[arg-type]
    assert may_be_same(known, _person(f"{last}, {known.first_name} {middle}"))


@given(_people, _people)
def test_it_does_not_matter_which_came_first(one: Inmate, other: Inmate) -> None:
    assert may_be_same(one, other) == may_be_same(other, one)


@given(_people, _names)
def test_another_first_letter_is_another_person(known: Inmate, tail: str) -> None:
    assert not may_be_same(known, _person(f"9{tail}, {known.first_name}"))
