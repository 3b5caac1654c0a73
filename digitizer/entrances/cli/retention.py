"""retention: what is due to be destroyed, legal holds, and runs by two people."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    By,
    ByFor,
    PasswordFile,
    Reason,
    facility_of,
    proven,
    say,
    signed,
    tell,
)
from digitizer.model.errors import UsageError
from digitizer.model.retention import Fate, HoldOn, MailKind, RunState
from digitizer.support.wording import counted, local_moment

retention_app = typer.Typer(
    no_args_is_help=True, help="What is kept how long, legal holds, and destruction by schedule."
)
_Month = Annotated[str, typer.Option(help="Only what came in this month, 2019-03.")]
_SOME = "Whose or what: letters or messages by id, people by number."


def add_to(app: typer.Typer) -> None:
    app.add_typer(retention_app, name="retention")


@retention_app.command("due")
def due(context: typer.Context, month: _Month = "", as_json: AsJson = False) -> None:
    """List what is due by the schedules, and what keeps it all the same; changes nothing."""
    from digitizer.retention import actions

    facility, first = facility_of(context), _first_day(month)
    for kind in MailKind:
        for each in actions.due(facility, OPERATOR, kind, first):
            record = {
                "kind": kind,
                "thing": each.thing,
                "id": each.id,
                "booking_number": each.booking_number,
                "came": each.came.isoformat(),
                "due": each.due.isoformat(),
                "rule": each.rule,
                "waits": list(each.waits),
            }
            waits = f"; kept: {', '.join(each.waits)}" if each.waits else ""
            say(record, as_json, f"{each.due}  {each.thing} {each.id}, {each.rule}{waits}")


@retention_app.command("run")
def run(
    context: typer.Context,
    kind: Annotated[MailKind | None, typer.Option(help="Propose what is due of it.")] = None,
    month: _Month = "",
    confirm: Annotated[
        int | None, typer.Option(help="Confirm the run with this number, proposed by another.")
    ] = None,
    withdraw: Annotated[int | None, typer.Option(help="Give up the proposal.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Carry out what was confirmed, and interrupted.")
    ] = False,
    by: ByFor = "",
    reason: Reason = "",
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Propose what is due, or confirm as a second person what another proposed: then it is
    destroyed for good."""
    from digitizer.retention import actions

    if sum((kind is not None, confirm is not None, withdraw is not None, resume)) != 1:
        raise UsageError("Say one of --kind, --confirm, --withdraw and --resume.")
    if resume:
        facility = facility_of(context)
    else:
        facility, actor = proven(context, by, password_file)
        if kind is not None:
            number = actions.propose(facility, kind, actor, reason, _first_day(month))
            _say_run(context, number, as_json)
            return
        if withdraw is not None:
            actions.withdraw(facility, withdraw, actor, reason)
            _say_run(context, withdraw, as_json)
            return
        assert confirm is not None
        actions.confirm(facility, confirm, actor, reason)
    destroyed = actions.carry_out(facility, OPERATOR)
    if confirm is not None:
        _say_run(context, confirm, as_json)
    else:
        say({"destroyed": destroyed}, as_json, f"{counted(destroyed, 'item')} destroyed.")


def _say_run(context: typer.Context, number: int, as_json: bool) -> None:
    from digitizer.retention import actions

    found, items = actions.run_of(facility_of(context), number, OPERATOR)
    record = {
        "run": number,
        "kind": found.kind,
        "state": found.state,
        "rewrite_owed": found.state is RunState.REWRITE_OWED,
        "proposed_by": found.proposed_by,
        "confirmed_by": found.confirmed_by,
        **{str(fate): found.items.get(fate, 0) for fate in Fate},
        "items": [
            {
                "thing": each.thing,
                "id": each.id,
                "fate": each.fate,
                "why": each.why,
                "pages": each.pages,
                "sha256": list(each.hashes),
            }
            for each in items
        ],
    }
    counts = ", ".join(f"{number} {fate}" for fate, number in found.items.items())
    say(record, as_json, f"Run {number} of {found.kind}: {found.state}; {counts}.")


@retention_app.command("runs")
def runs(context: typer.Context, as_json: AsJson = False) -> None:
    """List the runs: proposed, confirmed and done."""
    from digitizer.retention import actions

    for each in actions.overview(facility_of(context), OPERATOR).runs:
        record = {
            "run": each.number,
            "kind": each.kind,
            "state": each.state,
            "rewrite_owed": each.state is RunState.REWRITE_OWED,
            "proposed_by": each.proposed_by,
            "confirmed_by": each.confirmed_by,
            **{str(fate): each.items.get(fate, 0) for fate in Fate},
        }
        counts = ", ".join(f"{number} {fate}" for fate, number in each.items.items())
        when = local_moment(each.proposed)
        says = f"{each.number}  {each.state}: {each.kind}, {counts}"
        say(record, as_json, f"{says}; proposed by {each.proposed_by}, {when}")


@retention_app.command("hold")
def hold(
    context: typer.Context,
    on: Annotated[HoldOn, typer.Argument(help="What the hold is on.")],
    of: Annotated[str, typer.Argument(help=_SOME)],
    by: By,
    reason: Reason,
    case: Annotated[str, typer.Option(help="The case that it is for.")] = "",
    until: Annotated[str, typer.Option(help="Its last day, 2027-01-31; else until lifted.")] = "",
) -> None:
    """Set a legal hold: nothing that it is on is destroyed."""
    from digitizer.retention import actions

    facility, actor = signed(context, by)
    last = _day(until) if until else None
    number = actions.set_hold(facility, on, of, actor, reason, case, last)
    tell(f"Legal hold {number} is set.")


@retention_app.command("lift")
def lift(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The number of the hold.")],
    by: By,
    reason: Reason,
) -> None:
    """Lift a legal hold."""
    from digitizer.retention import actions

    facility, actor = signed(context, by)
    actions.lift_hold(facility, number, actor, reason)
    tell(f"Legal hold {number} is lifted.")


@retention_app.command("holds")
def holds(context: typer.Context, as_json: AsJson = False) -> None:
    """List the legal holds."""
    from digitizer.retention import actions

    for each in actions.legal_holds(facility_of(context), OPERATOR):
        record = {
            "hold": each.number,
            "on": each.on,
            "of": each.named,
            "reason": each.reason,
            "case": each.case,
            "by": each.by,
            "since": each.since.isoformat(),
            "until": each.until.isoformat() if each.until else None,
            "lifted": each.lifted.isoformat() if each.lifted else None,
            "lifted_by": each.lifted_by or None,
            "lifted_why": each.lifted_why or None,
        }
        until = f"until {each.until}" if each.until else "without an end"
        ended = f"; lifted by {each.lifted_by}: {each.lifted_why}" if each.lifted else ""
        says = f"{each.number}  {each.on} {each.named}, {until}: {each.reason}"
        say(record, as_json, f"{says} ({each.by}){ended}")


def _first_day(month: str) -> date | None:
    return _day(f"{month}-01") if month else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day. Write it as 2026-01-31.") from None
