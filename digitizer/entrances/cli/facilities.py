"""facility: the facilities of an agency."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.entrances.cli.context import OPERATOR, AsJson, agency_of, say, tell

if TYPE_CHECKING:
    from digitizer.operations.facilities import KnownFacility

facility_app = typer.Typer(no_args_is_help=True, help="The facilities of an agency (PostgreSQL).")


def add_to(app: typer.Typer) -> None:
    app.add_typer(facility_app, name="facility")
    app.command("outpost")(outpost)


def outpost(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="A new folder, or an outpost to bring up to date.")
    ],
    as_json: AsJson = False,
) -> None:
    """Make the folder with which another machine works scans, or watches its own inboxes, for all
    facilities: settings and secret keys. Carry it there, and keep it as secret as the home."""
    from digitizer.operations.outposts import make_outpost

    made = make_outpost(agency_of(context), folder, OPERATOR)
    codes = [each for each in made.codes if each]
    record = {"folder": str(made.folder), "facilities": codes}
    say(record, as_json, f"Made an outpost in {made.folder}. Carry it to the other machine; there:")
    if not as_json:
        tell(f"digitizer --home {made.folder} worker")


@facility_app.command("add")
def add(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="Small letters, digits and _, such as north_tower.")],
    name: Annotated[str, typer.Option(help="As it is printed on covers and letters.")],
    unencrypted: Annotated[
        bool,
        typer.Option(
            "--unencrypted", help="The new home may be plain, though the first is encrypted."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """One more facility: a schema in the agency's database, and a home with keys, settings and an
    inbox of its own."""
    from digitizer.operations.facilities import add_facility

    home = agency_of(context)
    made = add_facility(home, code, name, OPERATOR, unencrypted=unencrypted)
    say(_record(made), as_json, f"Made {made.name} ({made.code}) in {made.home}.")
    if not as_json:
        tell(f"Next: set its address in {made.home}/config.toml, then:")
        tell(f"digitizer --home {home} --facility {code} roster import FILE.csv")
        tell("From now on every command and service names its facility: --facility CODE, or")
        tell("DIGITIZER_FACILITY in its environment.")


@facility_app.command("list")
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """The facilities of this agency, the first one first."""
    from digitizer.operations.facilities import facilities

    for each in facilities(agency_of(context), OPERATOR):
        say(_record(each), as_json, f"{each.code}  {each.name}  {each.home}")


def _record(known: KnownFacility) -> dict[str, str | None]:
    return {
        "code": known.code,
        "name": known.name,
        "home": str(known.home),
        "schema": known.schema or None,
    }
