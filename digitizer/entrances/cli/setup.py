"""init, roster, inmate, staff."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digitizer.entrances.cli.context import OPERATOR, AsJson, desk_of, say
from digitizer.model.errors import UsageError
from digitizer.model.people import StaffRole

roster_app = typer.Typer(no_args_is_help=True, help="Who is in custody here.")
inmate_app = typer.Typer(no_args_is_help=True, help="An inmate's login.")
staff_app = typer.Typer(no_args_is_help=True, help="Who works here.")


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.add_typer(roster_app, name="roster")
    app.add_typer(inmate_app, name="inmate")
    app.add_typer(staff_app, name="staff")


def init(context: typer.Context) -> None:
    """Make a home: settings, keys, database, inbox. Brings an older home up to date."""
    from digitizer.facility import make_home

    home = desk_of(context).need_home()
    if make_home(home):
        print(f"Made {home}. Next: set the facility's name and address in {home}/config.toml,")
        print(f"then: digitizer --home {home} roster import FILE.csv")
    else:
        print(f"{home} is up to date.")


@roster_app.command("import")
def roster_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV: booking_number,last_name,first_name,…")],
    full: Annotated[
        bool, typer.Option("--full", help="Who is not in the file is no longer in custody here.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import the roster from a CSV of the jail management system; all of it or nothing."""
    from digitizer.people.actions import import_roster

    change = import_roster(desk_of(context).house(), file, full, OPERATOR)
    record = {
        "added": change.added, "changed": change.changed,
        "unchanged": change.unchanged, "departed": change.departed,
    }  # fmt: skip
    told = ", ".join(f"{number} {what}" for what, number in record.items())
    say(record, as_json, f"Roster imported: {told}.")


@inmate_app.command("pin")
def inmate_pin(context: typer.Context, booking: str) -> None:
    """Set or reset an inmate's PIN; it is shown once."""
    from digitizer.people.actions import set_pin

    print(set_pin(desk_of(context).house(), booking, OPERATOR))


@inmate_app.command("question")
def inmate_question(
    context: typer.Context,
    booking: str,
    question: Annotated[str, typer.Option(help="What is asked after the PIN.")],
    answer_file: Annotated[Path, typer.Option(help="A file with the answer in its first line.")],
) -> None:
    """Set the security question that may follow the PIN (a login step of the settings)."""
    from digitizer.people.actions import set_security_question

    try:
        answer = next(iter(answer_file.read_text("utf-8-sig").splitlines()), "").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read {answer_file}: {error}.") from None
    set_security_question(desk_of(context).house(), booking, question, answer, OPERATOR)
    print(f"The security question of {booking} is set.")


@staff_app.command("add")
def staff_add(
    context: typer.Context,
    name: str,
    role: Annotated[StaffRole, typer.Option(help="What they may do.")],
) -> None:
    """Add a member of staff; the password is shown once."""
    from digitizer.people.actions import add_staff

    print(add_staff(desk_of(context).house(), name, role, OPERATOR))
