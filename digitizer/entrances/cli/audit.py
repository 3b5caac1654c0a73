"""audit: the log of events, and how its head is kept elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    By,
    Reason,
    facility_of,
    note,
    say,
    signed,
    tell,
    write,
)
from digitizer.support.wording import counted

audit_app = typer.Typer(no_args_is_help=True, help="The record of who did what.")
Anchors = Annotated[
    list[str] | None,
    typer.Option(
        "--anchor",
        metavar="FILE|LINE",
        help="A file of anchors, or one as it was printed; may be repeated.",
    ),
]
Out = Annotated[Path | None, typer.Option(help="A PDF of one page to write, for a signature.")]
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    app.add_typer(audit_app, name="audit")


@audit_app.command("verify")
def audit_verify(context: typer.Context, anchor: Anchors = None, as_json: AsJson = False) -> None:
    """Check the audit chain and its anchors, and show the first broken link."""
    from digitizer.operations import actions as operations

    checked = operations.check_log(facility_of(context), OPERATOR, anchor or ())
    compared = f", {checked.anchors} anchors agree" if checked.anchors else ""
    if checked.stamped:
        last = f"{checked.stamped:%Y-%m-%d at %H:%M} UTC"
        compared += f", {checked.timestamps} timestamps agree, the last of {last}"
    line = (
        f"Proven: {counted(checked.events, 'event')}{compared}."
        if checked.fault is None
        else f"Broken after {counted(checked.events, 'event')}: {checked.fault}."
    )
    record = {
        "events": checked.events,
        "fault": checked.fault,
        "unproven": checked.unproven,
        "anchors": checked.anchors,
        "timestamps": checked.timestamps,
        "stamped": checked.stamped.isoformat() if checked.stamped else None,
        "notes": list(checked.notes),
    }
    say(record, as_json, line)
    for each in checked.notes:
        note(each)
    if checked.fault is not None:
        raise typer.Exit(_FAILED)


@audit_app.command("anchor")
def audit_anchor(context: typer.Context, out: Out = None, as_json: AsJson = False) -> None:
    """Write down the end of the log elsewhere, so that a log cut short is noticed.

    Prints one line to keep; appends it to the settings' anchor_path, mails it and has it stamped by
    a time-stamping authority, if they are set.
    """
    from digitizer.operations import actions as operations

    facility = facility_of(context)
    made = operations.anchor_log(facility, OPERATOR)
    if out is not None:
        write(out, operations.anchor_page(facility, made.anchor, OPERATOR))
    record = {
        "seq": made.anchor.head.seq,
        "hash": made.anchor.head.hash,
        "at": made.anchor.at.isoformat(),
        "line": made.anchor.line,
        "path": str(made.path) if made.path else None,
        "mailed_to": list(made.mailed_to),
        "stamped": made.stamped.isoformat() if made.stamped else None,
        "problems": list(made.problems),
    }
    say(record, as_json, made.anchor.line)
    for problem in made.problems:
        note(f"digitizer: {problem}")
    if made.problems:
        raise typer.Exit(_FAILED)
    if not (made.path or made.mailed_to or out):
        note("Keep this line outside this machine: print it (--out F.pdf), or set anchor_path.")


@audit_app.command("rotate-key")
def audit_rotate_key(context: typer.Context) -> None:
    """Sign new events with a new key; what was signed before can still be verified."""
    from digitizer.operations.actions import rotate_audit_key

    number = rotate_audit_key(facility_of(context), OPERATOR)
    tell(f"New events are signed with key {number}. Make a new backup: it has the key.")


@audit_app.command("fix")
def audit_fix(context: typer.Context, by: By, reason: Reason) -> None:
    """Let the log go on whose head was set back, after its last event. That it was done stays in
    the log, and audit verify shows it."""
    from digitizer.operations.actions import fix_log

    named = fix_log(*signed(context, by), reason)
    tell(f"The head of the log named event {named}. The log goes on after its last event.")
