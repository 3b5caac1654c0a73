"""print: what waits to be printed, giving it to a printer, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from digitizer.facility import Facility
    from digitizer.model.prints import Print, PrintKind

print_app = typer.Typer(no_args_is_help=True, help="The print queue.")
_FAILED = 1

Numbers = Annotated[list[int], typer.Argument(min=1, help="The number of a batch; repeatable.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(print_app, name="print")


@print_app.command("list")
def print_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List what waits, by where it goes, what is stopped, and what nobody has confirmed yet, by
    printer."""
    from digitizer.prints.actions import look_at_queue

    queue = look_at_queue(facility_of(context), OPERATOR)
    if not (queue.waiting or queue.stopped or queue.asked):
        note("Nothing waits to be printed, and nothing is to be confirmed.")
    for pile in queue.waiting:
        for each in pile.prints:
            say(_record(each, pile.key, None), as_json, _line(each, pile.unit or pile.pile))
    for stopped in queue.stopped:
        record = _record(stopped.each, None, None) | {"stopped": stopped.why}
        say(record, as_json, f"{_line(stopped.each, 'stopped')}: {stopped.why}")
    for batch in queue.asked:
        for each in batch.prints:
            where = f"batch {batch.number} on {batch.printer}"
            say(_record(each, None, batch.printer), as_json, _line(each, where))


def _record(each: Print, pile: str | None, printer: str | None) -> dict[str, object]:
    return {
        "print": each.number,
        "kind": each.kind,
        "state": each.state,
        "title": each.title,
        "booking_number": each.inmate.booking_number if each.inmate else None,
        "message": each.message,
        "pages": each.pages,
        "pile": pile,
        "printer": printer,
        "batch": each.batch,
        "copy_of": each.copy_of,
    }


def _line(each: Print, where: str) -> str:
    whose = f", for {each.inmate.booking_number}" if each.inmate else ""
    return f"{each.number:6}  {each.state:9}  {where}: {each.title}{whose}"


@print_app.command("send")
def print_send(
    context: typer.Context,
    printer: Annotated[
        str | None, typer.Option(help="A printer of the settings; the first, or the outbox.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Only this housing unit.")] = None,
    labels: Annotated[
        bool, typer.Option("--labels", help="Only labels, which wait for a printer of their own.")
    ] = False,
    number: Annotated[list[int] | None, typer.Option(help="Only this print; repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print what waits: a housing unit's letters with a list of who gets what."""
    from digitizer.messages.printing import render_queued
    from digitizer.prints import actions

    facility = facility_of(context)
    queue = actions.look_at_queue(facility, OPERATOR)
    chosen = [
        each.number
        for pile in queue.waiting
        for each in pile.prints
        if (unit is None or (pile.pile == "unit" and pile.unit == unit))
        and (each.number in number if number else (pile.pile == "labels") == labels)
    ]
    left = sum(len(pile.prints) for pile in queue.waiting if pile.pile == "labels")
    if left and not labels and not number:
        note(f"Not sent: {counted(left, 'label')}. See: digitizer print send --labels")
    if not chosen:
        note("Nothing waits to be printed.")
        return
    problems = render_queued(facility, chosen, OPERATOR)
    for problem in problems:
        note(f"digitizer: {problem}")
    ready = actions.rendered(facility, chosen, OPERATOR)
    if ready:
        known = actions.printer_names(facility, OPERATOR)
        to = printer or next(iter(known))
        actions.check_printer(facility, to, OPERATOR)
        batch = actions.send(facility, OPERATOR, ready, to)
        record = {
            "batch": batch.number,
            "printer": batch.printer,
            "prints": [each.number for each in batch.prints],
            "file": batch.file,
            "request": batch.request,
        }
        where = batch.file or f"{batch.printer}; then: digitizer print came-out {batch.number}"
        sent = len(batch.prints)
        say(record, as_json, f"Batch {batch.number}, {counted(sent, 'print')}: {where}")
        if sent < len(ready):
            note(f"digitizer: the PDFs of {len(ready) - sent} are lost. See: digitizer print list")
            raise typer.Exit(_FAILED)
    if len(ready) < len(chosen):
        raise typer.Exit(_FAILED)


def check_printer(facility: Facility, printer: str) -> None:
    """Raises NotFound or UsageError for what is none."""
    from digitizer.prints import actions

    actions.check_printer(facility, printer, OPERATOR)


def print_pdf(
    facility: Facility,
    kind: PrintKind,
    title: str,
    pdf: bytes,
    booking: str | None,
    printer: str,
) -> int:
    """Puts a PDF of ours into the queue and prints it; returns its number."""
    from digitizer.prints import actions

    number = actions.queue_pdf(facility, OPERATOR, kind, title, pdf, booking)
    actions.send(facility, OPERATOR, [number], printer)
    return number


@print_app.command("came-out")
def print_came_out(context: typer.Context, batch: Numbers) -> None:
    """Say that the paper of a batch, or of several, is there."""
    from digitizer.prints.actions import came_out

    number = came_out(facility_of(context), batch, OPERATOR)
    tell(f"Printed: {counted(number, 'print')}.")


@print_app.command("came-not")
def print_came_not(context: typer.Context, batch: Numbers) -> None:
    """Say that nothing of a batch, or of several, came out: it waits to be printed again; what lost
    its PDF is given up."""
    from digitizer.prints.actions import came_not

    number = came_not(facility_of(context), batch, OPERATOR)
    tell(f"Not printed: {counted(number, 'print')}.")


@print_app.command("again")
def print_again(
    context: typer.Context,
    by: By,
    reason: Reason,
    first: Annotated[int, typer.Argument(min=1, help="The number of a print.")],
    last: Annotated[
        int | None, typer.Argument(min=1, help="The last of a range; none: only the first.")
    ] = None,
    spoiled: Annotated[
        bool, typer.Option("--spoiled", help="The old ones are spoiled, and count for nothing.")
    ] = False,
) -> None:
    """Put one print, or a range, into the queue once more."""
    from digitizer.prints import actions

    facility, actor = signed(context, by)
    made = actions.print_again(facility, first, last or first, actor, reason, spoiled=spoiled)
    tell(f"{counted(len(made), 'print')} wait again, numbers {made[0]} to {made[-1]}.")


@print_app.command("preview")
def print_preview(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder for the PDFs.")],
    templates: Annotated[
        Path | None,
        typer.Option("--from", help="Try the templates of this folder; else those of the home."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw letters, notices and sheets of invented people, by the facility's own templates."""
    from digitizer.prints.previews import Sample, look_at_templates, sample_pdf

    facility = facility_of(context)
    found = look_at_templates(facility, OPERATOR, templates)
    for sample in Sample:
        file = out / f"{sample}.pdf"
        write(file, sample_pdf(facility, sample, OPERATOR, templates))
        say({"sample": sample, "file": str(file)}, as_json, str(file))
    for bad in found.bad:
        note(f"digitizer: not used, and the shipped one is: {bad}")
    if found.bad:
        raise typer.Exit(_FAILED)
