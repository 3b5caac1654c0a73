"""takeaway: the codes by which people who leave take their mailbox along, and the export itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digitizer.entrances.cli.context import AsJson, ByFor, Reason, note, say, signed, write
from digitizer.support.wording import counted

takeaway_app = typer.Typer(
    no_args_is_help=True, help="The mailbox of somebody who leaves, for them to take along."
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(takeaway_app, name="takeaway")


@takeaway_app.command("make")
def make(
    context: typer.Context,
    booking: str,
    out: Annotated[Path, typer.Option(help="The slip, a PDF.")],
    by: ByFor = "",
    days: Annotated[
        int | None, typer.Option(help="So many days it is good, in place of the setting.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a slip with a one-time code. It opens once they are not in custody any more; an earlier
    one ends."""
    from digitizer.departures import actions

    facility, actor = signed(context, by)
    made = actions.make_code(facility, booking, actor, days)
    write(out, made.slip)
    record = {
        "booking_number": booking,
        "slip": made.number,
        "code": made.code,
        "address": made.address,
        "until": made.last_day.isoformat(),
        "file": str(out),
    }
    say(record, as_json, f"Slip {made.number} is in {out}, good until {made.last_day}.")


@takeaway_app.command("end")
def end(
    context: typer.Context,
    booking: str,
    by: ByFor = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """End the code: the slip opens nothing from now on."""
    from digitizer.departures import actions

    facility, actor = signed(context, by)
    number = actions.end_code(facility, booking, actor, reason)
    record = {"booking_number": booking, "slip": number}
    say(record, as_json, f"Slip {number} opens nothing any more.")


@takeaway_app.command("export")
def export(
    context: typer.Context,
    booking: str,
    out: Annotated[Path, typer.Option(help="The file, a zip.")],
    by: ByFor = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Write the whole mailbox into a file, for a desk that hands over a stick."""
    from digitizer.departures import actions

    facility, actor = signed(context, by)
    built = actions.export_mailbox(facility, booking, out, actor, reason)
    record = {
        "booking_number": booking,
        "items": built.items,
        "pages": built.pages,
        "bytes": out.stat().st_size,
        "file": str(out),
    }
    held = f"{counted(built.items, 'item')}, {counted(built.pages, 'page')}"
    say(record, as_json, f"{out}: {held}.")
    note("Everybody who has this file can read it. Delete it here once it is handed over.")
