"""roster: importing who is here, names that are held, and booking numbers that change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    By,
    ByFor,
    PasswordFile,
    Reason,
    facility_of,
    note,
    proven,
    say,
    signed,
    tell,
)
from digitizer.model.errors import UsageError
from digitizer.support.wording import counted, local_moment

if TYPE_CHECKING:
    from digitizer.people.held_names import HeldName
    from digitizer.people.roster_import import Preview
    from digitizer.people.roster_plan import Step

roster_app = typer.Typer(no_args_is_help=True, help="Who is in custody here.")
_NAMES_SHOWN = 20
_DOUBTFUL_FIRST = ("held", "earlier_number", "released", "returned", "new", "moved", "changed")

Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=HEADING",
        help='Which column is which, as in booking_number="ID No"; several for one: '
        'housing_unit="Unit+Pod"; none: status=-. Remembered once the file is imported.',
    ),
]
MapStatus = Annotated[
    list[str] | None,
    typer.Option(
        "--map-status",
        metavar="WORD=STATUS",
        help='What a word of the status column means, as in "Pretrial=in_custody".',
    ),
]


@roster_app.command("import")
def roster_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV: booking_number,last_name,first_name,…")],
    full: Annotated[
        bool,
        typer.Option("--full", help="Inmates not in the file are no longer in custody here."),
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what it would do, and change nothing.")
    ] = False,
    columns: Map = None,
    words: MapStatus = None,
    confirm_release: Annotated[
        int | None,
        typer.Option(min=0, help="How many people may leave custody by this file, exactly."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import the roster from a CSV file of the jail management system: all of it, or nothing."""
    from digitizer.people.actions import import_roster, preview_roster
    from digitizer.people.roster_choices import choices_of

    choices = choices_of(columns or (), words or ())
    if preview:
        shown = preview_roster(facility_of(context), file, full, OPERATOR, choices)
        _show_preview(shown, as_json)
        return
    change = import_roster(
        facility_of(context),
        file,
        full,
        OPERATOR,
        choices=choices,
        confirm_release=confirm_release,
    )
    record = {
        "added": change.added,
        "changed": change.changed,
        "unchanged": change.unchanged,
        "departed": change.departed,
    }
    counts = ", ".join(f"{number} {what}" for what, number in record.items())
    held = [_held_record(each) for each in change.held]
    say({**record, "held": held}, as_json, f"Roster imported: {counts}.")
    _show_doubts(change.held, change.notes)


def _show_doubts(held: Sequence[HeldName], notes: Sequence[str]) -> None:
    for each in held:
        note(f"digitizer: {_held_line(each)}")
    if held:
        note(
            "Nothing of these people was changed, and nobody can log in as them, until a person "
            "confirms who they are: digitizer roster confirm BOOKING"
        )
    for line in notes:
        note(f"digitizer: {line}")


def _show_preview(shown: Preview, as_json: bool) -> None:
    """Counts first, then the lists, what is doubtful first."""
    from digitizer.people.roster_plan import Fate

    made = shown.plan
    counts = ", ".join(
        f"{number} {what.replace('_', ' ')}" for what, number in made.counts.items() if number
    )
    lines = [f"Nothing was changed. {shown.upload.name}: {counts or 'nobody'}."]
    if made.refused:
        lines.append("It would not be imported:")
    lines += _first_of("refused", [str(each) for each in made.refused])
    lines += _first_of("look at", made.notes)
    for fate in _DOUBTFUL_FIRST:
        described = [_described(each) for each in made.of(Fate(fate))]
        lines += _first_of(fate.replace("_", " "), described)
    people = [f"{each.inmate.booking_number} {each.inmate.full_name}" for each in made.missing]
    lines += _first_of("missing", people)
    if made.leaves_many:
        lines.append(f"So many need a word of yours: --confirm-release {made.leaving}")
    say(_preview_record(shown), as_json, *lines)


def _preview_record(shown: Preview) -> dict[str, object]:
    made = shown.plan
    return {
        "counts": dict(made.counts),
        "in_custody": made.in_custody,
        "leaving": made.leaving,
        "needs_confirmation": made.leaves_many,
        "columns": {str(name): list(each) for name, each in shown.file.layout.columns.items()},
        "refused": [{"line": each.line, "reason": each.message} for each in made.refused],
        "unknown_words": list(made.unknown_words),
        "notes": list(made.notes),
        "missing": [each.inmate.booking_number for each in made.missing],
        "people": [_step_record(each) for each in made.steps if each.fate != "unchanged"],
    }


def _first_of(what: str, lines: Sequence[str]) -> list[str]:
    shown = [f"  {what}: {each}" for each in lines[:_NAMES_SHOWN]]
    rest = len(lines) - len(shown)
    return [*shown, f"  {what}: and {rest} more"] if rest else shown


def _described(step: Step) -> str:
    person, known = step.row.inmate, step.before
    said = f"{person.booking_number} {person.full_name}"
    if known is None:
        return f"{said}, {person.housing_unit or 'no unit'}, {person.status.replace('_', ' ')}"
    was = known.inmate
    changes = [
        f"{before or 'nothing'} to {after or 'nothing'}"
        for before, after in (
            (was.booking_number, person.booking_number),
            (was.full_name, person.full_name),
            (was.housing_unit, person.housing_unit),
            (was.status.replace("_", " "), person.status.replace("_", " ")),
        )
        if before != after
    ]
    return ", ".join((said, *changes))


def _step_record(step: Step) -> dict[str, object]:
    known, person = step.before, step.row.inmate
    return {
        "booking_number": person.booking_number,
        "fate": str(step.fate),
        "lines": list(step.row.lines),
        "last_name": person.last_name,
        "first_name": person.first_name,
        "housing_unit": person.housing_unit,
        "status": str(person.status),
        "known_last_name": known.inmate.last_name if known else None,
        "known_first_name": known.inmate.first_name if known else None,
        "known_housing_unit": known.inmate.housing_unit if known else None,
        "known_status": str(known.inmate.status) if known else None,
    }


def _held_record(held: HeldName) -> dict[str, str]:
    return {
        "booking_number": held.listed.booking_number,
        "last_name": held.listed.last_name,
        "first_name": held.listed.first_name,
        "housing_unit": held.listed.housing_unit,
        "status": held.listed.status,
        "known_last_name": held.known.last_name,
        "known_first_name": held.known.first_name,
        "since": held.since.isoformat(),
    }


def _held_line(held: HeldName) -> str:
    if held.known.full_name == held.listed.full_name:
        return f"{held.known.booking_number} came with another name before {held.known.full_name}"
    return (
        f"{held.known.booking_number} is {held.known.full_name} here, but "
        f"{held.listed.full_name} in the roster file"
    )


@roster_app.command("held")
def roster_held(context: typer.Context, as_json: AsJson = False) -> None:
    """List the booking numbers that came with another person's name."""
    from digitizer.people.actions import names_held

    for each in names_held(facility_of(context), OPERATOR):
        say(_held_record(each), as_json, f"{local_moment(each.since)}  {_held_line(each)}")


@roster_app.command("confirm")
def roster_confirm(
    context: typer.Context,
    booking: str,
    by: By,
    reason: Reason,
    same_person: Annotated[
        bool | None,
        typer.Option("--same-person/--new-person", help="Whether it is the person known here."),
    ] = None,
) -> None:
    """Confirm who has a booking number that came with another person's name."""
    from digitizer.people.actions import confirm_same_person, refuse_new_person

    if same_person is None:
        raise UsageError("Say who it is: --same-person or --new-person.")
    facility, actor = signed(context, by)
    if not same_person:
        refuse_new_person(facility, booking, actor, reason)
        return
    held = confirm_same_person(facility, booking, actor, reason)
    tell(f"{booking} is now {held.listed.full_name}, and can log in again.")


@roster_app.command("renumber")
def roster_renumber(context: typer.Context, booking: str, new: str, by: By, reason: Reason) -> None:
    """Give an inmate another booking number; all that is theirs stays theirs."""
    from digitizer.people.renumbering import renumber

    facility, actor = signed(context, by)
    person = renumber(facility, booking, new, actor, reason)
    tell(f"{person.full_name} has {person.booking_number} now, and logs in with it.")


@roster_app.command("merge")
def roster_merge(
    context: typer.Context,
    booking: str,
    into: Annotated[str, typer.Option(help="The booking number of the record that stays.")],
    reason: Reason,
    by: ByFor = "",
    password_file: PasswordFile = None,
    names_differ: Annotated[
        bool, typer.Option("--names-differ", help="They are one person under two names.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make two records of one inmate one: all that is under the first is under the second."""
    from digitizer.people.renumbering import merge

    facility, actor = proven(context, by, password_file)
    moved = merge(facility, booking, into, actor, reason, names_differ=names_differ)
    record = {
        "booking_number": into,
        "merged": booking,
        "letters": moved.letters,
        "covers": moved.covers,
        "messages": moved.messages,
    }
    counts = (
        f"{counted(moved.letters, 'letter')}, {counted(moved.covers, 'cover')}, "
        f"{counted(moved.messages, 'message')}"
    )
    say(record, as_json, f"{booking} is part of {into} now: {counts}.")
