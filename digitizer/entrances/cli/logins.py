"""unlock, kiosk: what is locked after wrong logins, and the devices to log in at."""

from __future__ import annotations

from typing import Annotated

import typer

from digitizer.entrances.cli.context import OPERATOR, AsJson, facility_of, note, say, tell
from digitizer.model.errors import UsageError
from digitizer.support.wording import local_moment

kiosk_app = typer.Typer(no_args_is_help=True, help="Devices at which inmates log in.")


def add_to(app: typer.Typer) -> None:
    app.command()(unlock)
    app.add_typer(kiosk_app, name="kiosk")


def unlock(
    context: typer.Context,
    inmate: Annotated[str, typer.Option(help="The booking number of the inmate to unlock.")] = "",
    staff: Annotated[str, typer.Option(help="The name of the member of staff to unlock.")] = "",
    correspondent: Annotated[
        str, typer.Option(help="The number of the correspondent whose login to unlock.")
    ] = "",
    terminal: Annotated[
        str, typer.Option(help="The terminal to unlock: an address, or 'kiosk NAME'.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Unlock an account or a terminal after wrong logins; without an option, list the locks."""
    from digitizer.access import locks

    facility = facility_of(context)
    asked = {
        "inmate": inmate,
        "staff": staff,
        "correspondent": correspondent,
        "terminal": terminal,
    }
    named = {kind: name.strip() for kind, name in asked.items() if name.strip()}
    if len(named) > 1:
        raise UsageError("Unlock one at a time: --inmate, --staff, --correspondent or --terminal.")
    for kind, name in named.items():
        locks.unlock(facility, kind, name, OPERATOR)
        say({"kind": kind, "name": name, "unlocked": True}, as_json, f"Unlocked {kind} {name}.")
    if named:
        return
    found = locks.locks(facility, OPERATOR)
    for each in found:
        where = f" at {each.at}" if each.at else ""
        record = {"kind": each.kind, "name": each.name, "at": each.at, "until": each.until}
        line = f"{each.kind} {each.name}{where}: until {local_moment(each.until)}"
        say({**record, "until": each.until.isoformat()}, as_json, line)
    note(f"{len(found)} locked.")


@kiosk_app.command("enrol")
def enrol(context: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Make a code, shown once, to type at the address /kiosk on the device within the hour."""
    from digitizer.access import kiosks

    code = kiosks.invite(facility_of(context), name, OPERATOR)
    say({"name": " ".join(name.split()), "code": code}, as_json, code)
    note("Type it at the address /kiosk on the device, within the hour.")


@kiosk_app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the kiosks that are not revoked."""
    from digitizer.access import kiosks

    for each in kiosks.kiosks(facility_of(context), OPERATOR):
        state = "enrolled" if each.enrolled else "waits for its code"
        record = {
            "name": each.name,
            "enrolled": each.enrolled and each.enrolled.isoformat(),
            "seen": each.seen and each.seen.isoformat(),
            "code_until": each.waits_until and each.waits_until.isoformat(),
        }
        say(record, as_json, f"{each.name}: {state}")


@kiosk_app.command("revoke")
def revoke(context: typer.Context, name: str) -> None:
    """Make a kiosk a device like any other, for instance because it was stolen."""
    from digitizer.access import kiosks

    kiosks.revoke(facility_of(context), name, OPERATOR)
    tell(f"{name} is revoked.")
