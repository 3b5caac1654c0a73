"""A plan says what an import does: everyone in one list, whatever the order, and nothing twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from digitizer.facility import Facility
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.people.roster_file.layout import Column, Layout
from digitizer.people.roster_file.problems import RowProblem
from digitizer.people.roster_file.reading import RosterFile, RosterRow
from digitizer.people.roster_plan import Current, Fate, Known, RosterPlan, plan
from digitizer.storage.database import reading, writing
from tests.support.made_mail import roster_file

IN, OUT = CustodyStatus.IN_CUSTODY, CustodyStatus.RELEASED
ANA = Inmate("0012", "Vale", "Ana", "A", IN)

_names = st.sampled_from(["Vale", "Vale Jr", "Lowe", "Birch"])
_inmates = st.builds(
    Inmate,
    booking_number=st.sampled_from([f"{n:03}" for n in range(12)] + ["7", "11"]),
    last_name=_names,
    first_name=st.sampled_from(["Ana", "Bo"]),
    housing_unit=st.sampled_from(["A", "B", ""]),
    status=st.sampled_from(CustodyStatus),
)
_people = st.lists(_inmates, max_size=14, unique_by=lambda each: each.booking_number)


def current(*people: Inmate, earlier: dict[str, str] | None = None) -> Current:
    known = {each.booking_number: Known(n, each, {}) for n, each in enumerate(people, 1)}
    return Current(known, earlier or {})


def free(file: RosterFile) -> RosterFile:
    """As of another layout than the agreed one."""
    return replace(file, layout=Layout(file.layout.columns))


def fates(made: RosterPlan) -> dict[str, str]:
    return {each.row.inmate.booking_number: str(each.fate) for each in made.steps}


def after(now: Current, made: RosterPlan) -> Current:
    """The roster once the plan is applied, as a model of ``roster.apply_plan``."""
    if made.refused:
        return now
    people = dict(now.people)
    for step in made.steps:
        number = step.row.inmate.booking_number
        if step.before is None:
            people[number] = Known(len(people) + 1, step.row.inmate, step.row.more)
        elif step.is_written:
            people[number] = replace(step.before, inmate=step.row.inmate, more=step.row.more)
        if step.fate is Fate.HELD:
            people[number] = replace(people[number], is_held=True)
    for each in made.missing:
        gone = replace(each.inmate, status=CustodyStatus.OTHER)
        people[gone.booking_number] = replace(each, inmate=gone)
    return Current(people, now.earlier)


@given(_people, _people, st.booleans(), st.booleans())
def test_every_line_is_in_exactly_one_list(
    known: list[Inmate], listed: list[Inmate], full: bool, agreed: bool
) -> None:
    file = roster_file(listed)
    made = plan(current(*known), file if agreed else free(file), full)
    lines = [line for step in made.steps for line in step.row.lines]
    lines += [line for each in made.refused for line in (each.line, *each.also)]
    assert sorted(lines) == sorted(line for row in file.rows for line in row.lines)
    assert sum(made.counts.values()) == len(made.steps) + len(made.missing) + len(made.refused)


@given(_people, _people, st.booleans(), st.randoms())
def test_the_order_of_lines_does_not_matter(
    known: list[Inmate], listed: list[Inmate], full: bool, chance: object
) -> None:
    shuffled = list(listed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one = plan(current(*known), free(roster_file(listed)), full)
    other = plan(current(*known), free(roster_file(shuffled)), full)
    assert fates(one) == fates(other)
    assert (one.missing, one.counts, one.notes) == (other.missing, other.counts, other.notes)


@given(_people, _people, st.booleans())
def test_applying_a_plan_again_does_nothing(
    known: list[Inmate], listed: list[Inmate], full: bool
) -> None:
    now = current(*known)
    first = plan(now, roster_file(listed), full)
    then = after(now, first)
    again = plan(then, roster_file(listed), full)
    assert not again.missing
    assert not any(step.is_written for step in again.steps)
    assert {step.fate for step in again.steps} <= {Fate.UNCHANGED, Fate.HELD}
    assert after(then, again).people == then.people


def test_the_tables_do_what_the_plan_says(facility: Facility) -> None:
    listed = [
        Inmate("A-100", "Testvale", "Orson", "Z", IN),
        Inmate("A-200", "Mockingham", "Lou", "B/1", IN),
        Inmate("A-300", "Mockford", "Gwen", "C-2", IN),
        Inmate("A-400", "Vale", "Ana", "A", IN),
    ]
    with writing(facility.engine) as tx:
        before = roster.current(tx)
        made = plan(before, roster_file(listed), full=True)
        change = roster.apply_plan(tx, made)
    assert fates(made) == {
        "A-100": "moved",
        "A-200": "held",
        "A-300": "returned",
        "A-400": "new",
    }
    assert (change.added, change.changed, change.unchanged, change.departed) == (1, 2, 0, 0)
    with reading(facility.engine) as tx:
        now = roster.current(tx)
    expected = after(before, made).people
    assert {n: each.inmate for n, each in now.people.items()} == {
        n: each.inmate for n, each in expected.items()
    }
    assert {n: each.is_held for n, each in now.people.items()} == {
        n: each.is_held for n, each in expected.items()
    }


@pytest.mark.parametrize(
    ("listed", "fate"),
    [
        (ANA, Fate.UNCHANGED),
        (replace(ANA, housing_unit="B"), Fate.MOVED),
        (replace(ANA, last_name="VALE"), Fate.CHANGED),
        (replace(ANA, last_name="VALE", housing_unit="B"), Fate.CHANGED),
        (replace(ANA, status=OUT), Fate.RELEASED),
        (replace(ANA, status=CustodyStatus.OTHER, housing_unit="B"), Fate.RELEASED),
        (replace(ANA, last_name="Lowe"), Fate.HELD),
        (replace(ANA, booking_number="0013"), Fate.NEW),
    ],
)
def test_what_becomes_of_someone_in_custody(listed: Inmate, fate: Fate) -> None:
    (step,) = plan(current(ANA), roster_file([listed]), full=False).steps
    assert step.fate is fate


def test_who_was_gone_returns_or_changes() -> None:
    gone = replace(ANA, status=OUT)
    (step,) = plan(current(gone), roster_file([ANA]), full=False).steps
    assert step.fate is Fate.RETURNED
    moved = replace(gone, status=CustodyStatus.TRANSFERRED)
    (step,) = plan(current(gone), roster_file([moved]), full=False).steps
    assert step.fate is Fate.CHANGED


def test_zeros_that_were_lost_are_asked_about() -> None:
    listed = roster_file([replace(ANA, booking_number="12")])
    made = plan(current(ANA), free(listed), full=True)
    assert (len(made.steps), len(made.missing)) == (0, 0)
    assert "were zeros lost" in made.refused[0].message
    agreed = plan(current(ANA), listed, full=False)
    assert (fates(agreed), len(agreed.notes)) == ({"12": "new"}, 1)


def test_numbers_that_are_both_in_the_file_are_two() -> None:
    both = roster_file([ANA, replace(ANA, booking_number="12", last_name="Lowe")])
    assert fates(plan(current(ANA), free(both), full=False)) == {"0012": "unchanged", "12": "new"}


def test_a_file_with_a_problem_releases_nobody() -> None:
    file = replace(roster_file([]), problems=(RowProblem(3, "it has no name"),))
    made = plan(current(ANA), file, full=True)
    assert (made.missing, made.leaving) == ((), 0)


def test_a_file_without_housing_leaves_people_where_they_are() -> None:
    file = roster_file([replace(ANA, housing_unit="")])
    columns = {**file.layout.columns, Column.HOUSING_UNIT: ("-",)}
    bare = replace(file, layout=Layout(columns))
    assert fates(plan(current(ANA), bare, full=False)) == {"0012": "unchanged"}


@pytest.mark.parametrize(
    ("in_custody", "listed", "many"),
    [(10, 5, False), (10, 4, True), (100, 90, False), (100, 89, True), (6, 0, True), (5, 0, False)],
)
def test_how_many_may_leave_by_one_file(in_custody: int, listed: int, many: bool) -> None:
    """Over a tenth and over five."""
    people = [replace(ANA, booking_number=f"B{n}") for n in range(in_custody)]
    made = plan(current(*people), roster_file(people[:listed]), full=True)
    assert (made.leaving, made.leaves_many) == (in_custody - listed, many)


def test_who_is_listed_as_gone_counts_too() -> None:
    people = [replace(ANA, booking_number=f"B{n}") for n in range(10)]
    listed = [replace(each, status=OUT) for each in people[:3]] + people[3:5]
    made = plan(current(*people), roster_file(listed), full=True)
    assert (made.leaving, made.leaves_many) == (8, True)


def test_an_earlier_number_means_the_same_person() -> None:
    known = current(ANA, earlier={"0009": "0012"})
    made = plan(known, roster_file([replace(ANA, booking_number="0009", status=OUT)]), full=False)
    assert (fates(made), made.steps[0].is_written) == ({"0009": "earlier_number"}, False)
    other = roster_file([replace(ANA, booking_number="0009", last_name="Lowe")])
    assert "was the number of Ana Vale" in plan(known, other, full=False).refused[0].message


@pytest.mark.parametrize(("status", "missing"), [(IN, 0), (OUT, 1)])
def test_who_is_listed_in_custody_under_an_earlier_number_is_not_missing(
    status: CustodyStatus, missing: int
) -> None:
    known = current(ANA, earlier={"0009": "0012"})
    listed = roster_file([replace(ANA, booking_number="0009", status=status)])
    assert len(plan(known, listed, full=True).missing) == missing


def test_one_person_with_two_bookings_is_noted() -> None:
    rows = tuple(
        RosterRow(replace(ANA, booking_number=number), {"person_id": "P1"}, (line,))
        for line, number in ((2, "B1"), (3, "B2"))
    )
    file = replace(free(roster_file([])), rows=rows, lines=2)
    made = plan(current(), file, full=False)
    assert made.notes == ("B1, B2 are all in custody, and one person by their number P1",)
    known = Current({"B1": Known(1, replace(ANA, booking_number="B1"), {"person_id": "P1"})})
    assert "B2 is new, but B1 (Ana Vale)" in plan(known, file, full=False).notes[0]


def test_the_mark_of_a_plan_tells_whether_anything_in_it_changed() -> None:
    file = roster_file([replace(ANA, housing_unit="B")])
    one = plan(current(ANA), file, full=False)
    other = Inmate("9", "Lowe", "Bo", "A", IN)
    assert plan(current(ANA, other), file, full=False).seen == one.seen
    assert plan(current(replace(ANA, housing_unit="C")), file, full=False).seen != one.seen
    assert plan(current(ANA), file, full=True).seen != one.seen


def test_a_great_roster_is_applied_in_a_few_statements(facility: Facility) -> None:
    people = [Inmate(f"N{n}", "Vale", "Ana", "A", IN) for n in range(3000)]
    moved = [replace(each, housing_unit="B") for each in people]
    statements: list[str] = []

    def count(*args: object) -> None:
        statements.append(str(args[2]))

    with writing(facility.engine) as tx:
        sa.event.listen(tx, "before_cursor_execute", count)
        for listed in (people, moved):
            change = roster.apply_plan(tx, plan(roster.current(tx), roster_file(listed), True))
        assert change.changed == 3000
    assert len(statements) < 20
