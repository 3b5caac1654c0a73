"""message: e-messages, and their way to the printer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    desk_of,
    note,
    read_bytes,
    read_text,
    say,
)
from digitizer.model.errors import UsageError
from digitizer.model.mail import Direction

message_app = typer.Typer(no_args_is_help=True, help="E-messages that go out on paper.")
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    app.add_typer(message_app, name="message")


@message_app.command("send")
def message_send(
    context: typer.Context,
    booking: str,
    text_file: Annotated[Path, typer.Option(help="The message, UTF-8.")],
    subject: Annotated[str, typer.Option(help="Subject line.")] = "",
    from_: Annotated[str | None, typer.Option("--from", help="To the inmate: who writes.")] = None,
    to: Annotated[str | None, typer.Option(help="From the inmate: who is written to.")] = None,
    address_file: Annotated[
        Path | None, typer.Option(help="From the inmate: the postal address, a line a line.")
    ] = None,
    photo: Annotated[list[Path] | None, typer.Option(help="A picture; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Queue a message for printing: to an inmate (--from) or from him (--to)."""
    from digitizer.messages.actions import Draft, send

    if (from_ is None) == (to is None):
        raise UsageError("Say either --from (to the inmate) or --to with --address-file (from).")
    draft = Draft(
        direction=Direction.TO_INMATE if from_ is not None else Direction.FROM_INMATE,
        booking_number=booking,
        correspondent=from_ or to or "",
        subject=subject,
        body=read_text(text_file),
        address=read_text(address_file) if address_file else None,
        photos=tuple(read_bytes(path) for path in photo or ()),
    )
    message = send(desk_of(context).house(), draft, OPERATOR)
    record = {"message": message, "booking_number": booking, "direction": draft.direction,
              "state": "queued"}  # fmt: skip
    say(record, as_json, f"Message {message} is queued. Next: digitizer message print --out DIR")


@message_app.command("list")
def message_list(context: typer.Context, booking: str, as_json: AsJson = False) -> None:
    """List an inmate's message threads, with the replies that came back on paper."""
    from digitizer.messages.actions import threads

    for thread in threads(desk_of(context).house(), booking, OPERATOR):
        sent = thread.message
        record = {
            "message": sent.id, "direction": sent.direction, "correspondent": sent.correspondent,
            "subject": sent.subject, "state": sent.state, "created": sent.created.isoformat(),
            "printed": sent.printed.isoformat() if sent.printed else None,
            "replies": [
                {"letter": reply.letter, "received": reply.received.isoformat(),
                 "pages": reply.pages, "text": reply.text, "doubtful_words": reply.doubtful}
                for reply in thread.replies
            ],
        }  # fmt: skip
        arrow = "from" if sent.direction is Direction.TO_INMATE else "to"
        answers = f", {len(thread.replies)} replies" if thread.replies else ""
        say(record, as_json, f"{sent.id}  {sent.state:8}  {arrow} {sent.correspondent}: "
            f"{sent.subject}{answers}")  # fmt: skip


@message_app.command("print")
def message_print(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder to write the PDFs to.")],
    as_json: AsJson = False,
) -> None:
    """Render what is queued: one PDF a letter, and one a housing unit."""
    from digitizer.messages.actions import print_messages

    run = print_messages(desk_of(context).house(), out, OPERATOR)
    for each in run.files:
        record = {
            "file": str(each.file), "message": each.message, "direction": each.direction,
            "housing_unit": each.housing_unit, "booking_number": each.booking_number,
            "pages": each.pages,
        }  # fmt: skip
        say(record, as_json, f"{each.file}  ({each.pages} pages)")
    for warning in run.warnings:
        note(f"digitizer: {warning}")
    for fault in run.faults:
        note(f"digitizer: {fault}")
    if run.faults:
        raise typer.Exit(_FAILED)
