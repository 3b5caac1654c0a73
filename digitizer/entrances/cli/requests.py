"""requests and protected: what inmates ask staff for, and the line that nobody here reads."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.entrances.cli.context import (
    AsJson,
    By,
    ByFor,
    PasswordFile,
    Reason,
    proven,
    read_text,
    say,
    signed,
    tell,
    write,
)
from digitizer.model.errors import UsageError
from digitizer.support.wording import counted

if TYPE_CHECKING:
    from digitizer.messages.requests import AskedStep, Request

requests_app = typer.Typer(
    no_args_is_help=True, help="Requests and grievances of inmates, step by step."
)
protected_app = typer.Typer(
    no_args_is_help=True, help="The protected line: sheets, sealed envelopes, and counts."
)
Number = Annotated[int, typer.Argument(help="The number of the request.")]
Out = Annotated[Path, typer.Option(help="Where the PDF goes.")]
TextFile = Annotated[Path, typer.Option(help="A file with the text, in UTF-8.")]
Form = Annotated[str, typer.Option(help="The title of a category of the settings.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(requests_app, name="requests")
    app.add_typer(protected_app, name="protected")


@requests_app.command("list")
def list_requests(context: typer.Context, by: By, as_json: AsJson = False) -> None:
    """List what waits for an answer, what is due soonest first."""
    from digitizer.messages import requests

    facility, actor = signed(context, by)
    for each in requests.waiting_requests(facility, actor):
        here = each.current
        until = f"until {each.due}" if each.due else "no last day"
        late = ", overdue" if each.is_late else ""
        say(
            _record(each),
            as_json,
            f"{each.number}  {until}{late}: {each.form}, step {here.place}, "
            f"{each.inmate.booking_number}",
        )


@requests_app.command("show")
def show(context: typer.Context, number: Number, by: By, as_json: AsJson = False) -> None:
    """Show a request with its steps; the look is logged."""
    from digitizer.messages import requests

    facility, actor = signed(context, by)
    found = requests.open_request(facility, number, actor)
    lines = [f"{number}  {found.request.form}, {found.request.inmate.booking_number}"]
    for each in found.request.steps:
        words = "(the form was taken back)" if each.is_taken_back else each.words
        lines.append(f"step {each.place}, came {each.came.astimezone():%F}: {words}")
        if each.answered_by:
            lines.append(f"  {each.answered_by} answered: {each.answer}")
    steps = [_step_record(each) for each in found.request.steps]
    say(_record(found.request) | {"steps": steps}, as_json, *lines)


@requests_app.command("answer")
def answer(
    context: typer.Context,
    number: Number,
    by: ByFor,
    text_file: TextFile,
    password_file: PasswordFile = None,
) -> None:
    """Answer the current step; whoever took part in an earlier one cannot."""
    from digitizer.messages import requests

    facility, actor = proven(context, by, password_file)
    requests.answer_request(facility, number, read_text(text_file), actor)
    tell(f"Request {number} is answered.")


@requests_app.command("extend")
def extend(
    context: typer.Context,
    number: Number,
    until: Annotated[str, typer.Option(help="The new last day, 2026-01-31.")],
    by: ByFor,
    reason: Reason,
    password_file: PasswordFile = None,
) -> None:
    """Put off the last day for an answer, once; the inmate reads the reason."""
    from digitizer.messages import requests

    facility, actor = proven(context, by, password_file)
    requests.extend_step(facility, number, _day(until), reason, actor)
    tell(f"Request {number} is to be answered until {until}.")


@requests_app.command("emergency")
def emergency(
    context: typer.Context,
    number: Number,
    by: ByFor,
    text_file: TextFile,
    confirmed: Annotated[bool, typer.Option("--confirm/--refuse", help="Is it one?")],
    password_file: PasswordFile = None,
) -> None:
    """Say whether it is an emergency; the text is the first answer, which the inmate reads."""
    from digitizer.messages import requests

    facility, actor = proven(context, by, password_file)
    requests.decide_emergency(facility, number, confirmed, read_text(text_file), actor)
    tell(f"Request {number} is {'an emergency' if confirmed else 'no emergency'}.")


@requests_app.command("about")
def about(
    context: typer.Context,
    number: Number,
    names: Annotated[str, typer.Option(help="Whom of the staff it is about.")],
    by: ByFor,
    reason: Reason,
    password_file: PasswordFile = None,
) -> None:
    """Say whom of the staff it is about: they neither see nor answer it from now on."""
    from digitizer.messages import requests

    facility, actor = proven(context, by, password_file)
    requests.say_whom_about(facility, number, names, actor, reason)
    tell(f"Request {number} is about {names}.")


@requests_app.command("enter")
def enter(
    context: typer.Context,
    booking: Annotated[str, typer.Argument(help="The inmate's booking number.")],
    form: Form,
    by: By,
    text_file: TextFile,
    came: Annotated[str, typer.Option(help="The day on which it came, 2026-01-31.")] = "",
    filed_by: Annotated[str, typer.Option(help="Who filed it, if not the inmate.")] = "",
    emergency: Annotated[bool, typer.Option(help="It says that it cannot wait.")] = False,
) -> None:
    """Enter a request that came on other paper than our forms, or by word."""
    from digitizer.messages import requests

    facility, actor = signed(context, by)
    day = _day(came) if came else datetime.now().astimezone().date()
    number = requests.enter_request(
        facility,
        booking,
        form,
        read_text(text_file),
        day,
        actor,
        filed_by=filed_by,
        emergency=emergency,
    )
    tell(f"Request {number} is entered.")


@requests_app.command("form")
def form_on_paper(
    context: typer.Context,
    booking: Annotated[str, typer.Argument(help="The inmate's booking number.")],
    form: Form,
    out: Out,
    by: By,
) -> None:
    """Print a form of one category for one inmate."""
    from digitizer.messages import request_paper

    facility, actor = signed(context, by)
    write(out, request_paper.print_form(facility, booking, form, actor))
    tell(f"{out}: a form for {booking}.")


@requests_app.command("paper")
def paper(context: typer.Context, number: Number, out: Out, by: By) -> None:
    """Print the answer, with the form for the next step where there is one."""
    from digitizer.messages import request_paper

    facility, actor = signed(context, by)
    write(out, request_paper.print_answer(facility, number, actor))
    tell(f"{out}: the answer to request {number}.")


@protected_app.command("sheets")
def sheets(
    context: typer.Context,
    to: Annotated[str, typer.Option(help="The name of an addressee of the settings.")],
    out: Out,
    by: By,
    number: Annotated[int, typer.Option(help="How many.")] = 1,
) -> None:
    """Print sheets for the stock; they name nobody."""
    from digitizer.protected_line import actions

    facility, actor = signed(context, by)
    write(out, actions.print_sheets(facility, to, number, actor))
    tell(f"{out}: {counted(number, 'sheet')}.")


@protected_app.command("scan")
def scan(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="As scanned, or the number beside it.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Log a sealed sheet by the code outside, and say what to do with it."""
    from digitizer.protected_line import actions

    facility, actor = signed(context, by)
    found = actions.log_envelope(facility, code, actor)
    to = f" to {found.addressee}" if found.addressee else ""
    record = {
        "answer": found.answer,
        "cause": found.cause or None,
        "addressee": found.addressee or None,
        "logged": found.logged.isoformat() if found.logged else None,
    }
    say(record, as_json, f"{found.answer}{to}: do not open it.")


@protected_app.command("counts")
def counts(
    context: typer.Context,
    by: ByFor,
    reason: Reason,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Count by person what went from a screen; never to whom, or what."""
    from digitizer.protected_line import actions

    facility, actor = proven(context, by, password_file)
    for each in actions.count_by_person(facility, actor, reason):
        number = each.inmate.booking_number
        record = {"booking_number": number, "count": each.count, "last": each.last.isoformat()}
        say(record, as_json, f"{number}  {each.count}, last on {each.last}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is not a day. Write it like 2026-01-31.") from None


def _record(each: Request) -> dict[str, object]:
    emergency = each.current.emergency
    return {
        "request": each.number,
        "form": each.form,
        "grievance": each.grievance,
        "booking_number": each.inmate.booking_number,
        "state": each.state,
        "step": each.current.place,
        "due": each.due.isoformat() if each.due else None,
        "overdue": each.is_late,
        "emergency": emergency.confirmed if emergency else False,
        "emergency_by": emergency.by.isoformat() if emergency else None,
    }


def _step_record(each: AskedStep) -> dict[str, object]:
    return {
        "step": each.place,
        "words": each.words,
        "paper": each.letter is not None,
        "taken_back": each.is_taken_back,
        "late": each.late,
        "came": each.came.isoformat(),
        "due": each.last_day.isoformat() if each.last_day else None,
        "answer": each.answer,
        "by": each.answered_by,
        "answered": each.answered.isoformat() if each.answered else None,
    }
