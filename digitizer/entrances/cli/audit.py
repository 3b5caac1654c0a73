"""audit: the log of events, its reviews, and how its head is kept elsewhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from digitizer.audit import Event
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
    write,
)
from digitizer.model.auditing import Review, Wanted
from digitizer.model.errors import UsageError
from digitizer.support.wording import counted, local_moment

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
Number = Annotated[int, typer.Argument(help="The number of the review.")]
NoteText = Annotated[str, typer.Option("--note", help="What you found, for the record.")]
_FAILED = 1
_AT_ONCE = 500


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


@audit_app.command("reviews")
def audit_reviews(context: typer.Context, by: ByFor, as_json: AsJson = False) -> None:
    """List whose week waits to be looked through by another, and what is to be followed up."""
    from digitizer.auditing import actions

    found = actions.reviews(*signed(context, by))
    for each in (*found.waiting, *found.followed):
        state = "to follow up" if each.is_followed else "waits"
        say(
            _record(each),
            as_json,
            f"{each.number}  week of {each.week}, {each.person}, {state}: "
            f"{counted(each.figures.looks, 'look')}, {counted(each.figures.grave, 'grave act')}, "
            f"{counted(each.figures.refused, 'refusal')}"
            + (f"; usually {counted(each.usual, 'look')}" if each.is_unusual else ""),
        )


@audit_app.command("review")
def audit_review(
    context: typer.Context, number: Number, by: ByFor, as_json: AsJson = False
) -> None:
    """Show what one person looked at and did in one week."""
    from digitizer.auditing import actions

    facility, actor = signed(context, by)
    start = 0
    while found := actions.open_review(facility, number, actor, start, _AT_ONCE).events:
        for each in found:
            _say_event(each, as_json)
        start += len(found)


@audit_app.command("end-review")
def audit_end_review(
    context: typer.Context,
    number: Number,
    by: ByFor,
    note_text: NoteText = "",
    follow_up: Annotated[bool, typer.Option(help="Something is to be followed up.")] = False,
    password_file: PasswordFile = None,
) -> None:
    """End the review of another person's week: it was looked through."""
    from digitizer.auditing import actions

    facility, actor = proven(context, by, password_file)
    actions.end_review(facility, number, note_text, actor, raised=follow_up)
    tell(f"Review {number} is {'to be followed up' if follow_up else 'ended'}.")


@audit_app.command("close-review")
def audit_close_review(
    context: typer.Context,
    number: Number,
    by: ByFor,
    note_text: NoteText,
    password_file: PasswordFile = None,
) -> None:
    """Close what was to be followed up, and say what came of it."""
    from digitizer.auditing import actions

    facility, actor = proven(context, by, password_file)
    actions.close_review(facility, number, note_text, actor)
    tell(f"Review {number} is closed.")


@audit_app.command("export")
def audit_export(
    context: typer.Context,
    by: ByFor,
    out: Annotated[Path | None, typer.Option(help="A CSV file to write, not JSON lines.")] = None,
    person: Annotated[str, typer.Option(help="Only what this person did, by name.")] = "",
    about: Annotated[str, typer.Option(help="Only about this letter, message or inmate.")] = "",
    first: Annotated[str, typer.Option("--from", help="The first day, 2026-01-31.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day, with all of it.")] = "",
) -> None:
    """Save events of the log, oldest first: as JSON, a line each, or as CSV. Events about items of
    legal mail are not among them."""
    from digitizer.auditing import actions

    facility, actor = signed(context, by)
    wanted = Wanted(person, about, None, _day(first), _day(last))
    if out is not None:
        write(out, actions.log_csv(facility, wanted, actor))
        return
    for each in actions.export_log(facility, wanted, actor):
        _say_event(each, as_json=True)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise UsageError(f"{typed!r} is no day: write it like 2026-01-31.") from None


def _say_event(each: Event, as_json: bool) -> None:
    record = {
        "seq": each.seq,
        "at": each.at.astimezone().isoformat(),
        "actor": each.actor,
        "verb": each.verb,
        "subject": each.subject,
        "detail": dict(each.detail),
    }
    details = ", ".join(f"{name}: {value}" for name, value in each.detail.items())
    when = local_moment(each.at)
    say(record, as_json, f"{when}  {each.actor}: {each.verb} {each.subject}  {details}".rstrip())


def _record(each: Review) -> dict[str, object]:
    return {
        "review": each.number,
        "week": each.week.isoformat(),
        "person": each.person,
        "looks": each.figures.looks,
        "grave": each.figures.grave,
        "refused": each.figures.refused,
        "usual": each.usual,
        "unusual": each.is_unusual,
        "follow_up": each.is_followed,
    }
