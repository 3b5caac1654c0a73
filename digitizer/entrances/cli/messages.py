"""message: e-messages, and printing them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    facility_of,
    note,
    read_bytes,
    read_text,
    say,
)
from digitizer.model.errors import UsageError
from digitizer.model.mail import Direction, Draft
from digitizer.support.wording import counted

message_app = typer.Typer(no_args_is_help=True, help="E-messages, printed and sent on paper.")
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    app.add_typer(message_app, name="message")


@message_app.command("send")
def message_send(
    context: typer.Context,
    booking: str,
    text_file: Annotated[Path, typer.Option(help="A file with the text of the message, in UTF-8.")],
    subject: Annotated[str, typer.Option(help="Subject line.")] = "",
    from_: Annotated[str | None, typer.Option("--from", help="To the inmate: the sender.")] = None,
    to: Annotated[str | None, typer.Option(help="From the inmate: the addressee.")] = None,
    address_file: Annotated[
        Path | None, typer.Option(help="From the inmate: a file with the postal address.")
    ] = None,
    photo: Annotated[list[Path] | None, typer.Option(help="A picture; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Queue a message for printing: to an inmate (--from), or from an inmate (--to)."""
    from digitizer.messages.actions import send

    if (from_ is None) == (to is None):
        raise UsageError(
            "Give --from for a message to the inmate, or --to and --address-file for one from them."
        )
    draft = Draft(
        direction=Direction.TO_INMATE if from_ is not None else Direction.FROM_INMATE,
        booking_number=booking,
        correspondent=from_ or to or "",
        subject=subject,
        body=read_text(text_file),
        address=read_text(address_file) if address_file else None,
        photos=tuple(read_bytes(path) for path in photo or ()),
    )
    message = send(facility_of(context), draft, OPERATOR)
    record = {
        "message": message,
        "booking_number": booking,
        "direction": draft.direction,
        "state": "queued",
    }
    say(record, as_json, f"Message {message} is queued. Next: digitizer message print --out DIR")


@message_app.command("list")
def message_list(context: typer.Context, booking: str, as_json: AsJson = False) -> None:
    """List an inmate's message threads, with the replies that came back on paper."""
    from digitizer.messages.actions import threads

    for thread in threads(facility_of(context), booking, OPERATOR):
        sent = thread.message
        record = {
            "message": sent.id,
            "direction": sent.direction,
            "correspondent": sent.correspondent,
            "subject": sent.subject,
            "state": sent.state,
            "created": sent.created.isoformat(),
            "given_up": sent.given_up,
            "printed": sent.printed.isoformat() if sent.printed else None,
            "replies": [
                {
                    "letter": reply.letter,
                    "received": reply.received.isoformat(),
                    "pages": reply.pages,
                    "text": reply.text,
                    "doubtful_words": reply.doubtful,
                }
                for reply in thread.replies
            ],
        }
        arrow = "from" if sent.direction is Direction.TO_INMATE else "to"
        state = sent.state if sent.given_up is None else "not printed: given up"
        answers = f", {len(thread.replies)} replies" if thread.replies else ""
        say(
            record,
            as_json,
            f"{sent.id}  {state:8}  {arrow} {sent.correspondent}: {sent.subject}{answers}",
        )


@message_app.command("print")
def message_print(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder to write the PDFs to.")],
    large_print: Annotated[
        bool, typer.Option("--large-print", help="Print all letters to inmates in large print.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Render the queued messages: one PDF per letter, and one per housing unit."""
    from digitizer.messages.printing import print_messages

    run = print_messages(facility_of(context), out, OPERATOR, large_print=large_print)
    for each in run.files:
        record = {
            "file": str(each.file),
            "message": each.message,
            "direction": each.direction,
            "housing_unit": each.housing_unit,
            "booking_number": each.booking_number,
            "pages": each.pages,
        }
        say(record, as_json, f"{each.file}  ({counted(each.pages, 'page')})")
    if not run.files and not run.problems and not run.stopped:
        note("Nothing is queued: everything that was sent is printed.")
    for warning in (*run.warnings, *run.stopped):
        note(f"digitizer: {warning}")
    for problem in run.problems:
        note(f"digitizer: {problem}")
    if run.problems:
        raise typer.Exit(_FAILED)
