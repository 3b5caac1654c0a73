"""appeals: rejections, their notices, and appeals against them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

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
    read_text,
    say,
    signed,
    tell,
)
from digitizer.model.appeals import Appeal, Side
from digitizer.model.errors import UsageError
from digitizer.support.wording import counted

appeals_app = typer.Typer(no_args_is_help=True, help="Appeals against rejected mail.")
Number = Annotated[int, typer.Argument(help="The number of the appeal.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(appeals_app, name="appeals")


@appeals_app.command("list")
def list_appeals(context: typer.Context, as_json: AsJson = False) -> None:
    """List the appeals that wait for a decision, the first that is due first."""
    from digitizer.appeals import actions

    found = actions.queue(facility_of(context), OPERATOR)
    for each in found.waiting:
        late = ", overdue" if each.is_overdue(found.today) else ""
        say(
            _record(each) | {"overdue": each.is_overdue(found.today)},
            as_json,
            f"{each.number}  decide until {each.due}{late}: of the {each.side}, "
            f"{each.rejection.what} {each.rejection.item}, rejected by {each.rejection.decided_by}",
        )


@appeals_app.command("of")
def of_item(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="A letter or message.")],
    as_json: AsJson = False,
) -> None:
    """Show the rejections of a letter or message: who was told, who may appeal and until when."""
    from digitizer.appeals import actions

    for each in actions.rejections_of(facility_of(context), item, OPERATOR):
        of = each.rejection
        record = {
            "rejection": of.number,
            "what": of.what,
            "decided": of.decided.isoformat(),
            "by": of.decided_by,
            "reasons": [reason.said("en") for reason in of.reasons],
            "sheet": of.sheet,
            "told": {side: at.isoformat() for side, at in of.told.items()},
            "withheld_until": of.kept_until,
            "may_appeal": {side: found.last_day for side, found in each.possible.items()},
            "appeals": [_record(one) for one in each.appeals],
            "over": of.ended is not None,
        }
        may = "; ".join(f"the {side} until {it.last_day}" for side, it in each.possible.items())
        say(
            record,
            as_json,
            f"{of.number}  {of.what}, rejected by {of.decided_by}: "
            f"{'; '.join(reason.said('en') for reason in of.reasons)}",
            f"  may appeal: {may or 'nobody now'}; {counted(len(each.appeals), 'appeal')}",
        )


@appeals_app.command("enter")
def enter(
    context: typer.Context,
    rejection: Annotated[int, typer.Argument(help="The number of the rejection.")],
    by: By,
    text_file: Annotated[Path, typer.Option(help="A file with what the appeal says, in UTF-8.")],
    of: Annotated[Literal["inmate", "sender"], typer.Option(help="Who appeals.")] = "inmate",
    came: Annotated[str, typer.Option(help="The day on which it came, 2026-01-31.")] = "",
) -> None:
    """Enter an appeal that came on paper; today, unless you say when it came."""
    from digitizer.appeals import actions

    facility, actor = signed(context, by)
    day = _day(came) if came else datetime.now().astimezone().date()
    text = read_text(text_file)
    number = actions.enter_appeal(facility, rejection, Side(of), text, day, actor)
    tell(f"Appeal {number} is entered.")


@appeals_app.command("grant")
def grant(
    context: typer.Context,
    number: Number,
    by: ByFor,
    reason: Reason,
    password_file: PasswordFile = None,
) -> None:
    """Grant an appeal; whoever took part in the rejection cannot."""
    _decide(context, number, by, reason, password_file, granted=True)


@appeals_app.command("deny")
def deny(
    context: typer.Context,
    number: Number,
    by: ByFor,
    reason: Reason,
    password_file: PasswordFile = None,
) -> None:
    """Deny an appeal; whoever took part in the rejection cannot."""
    _decide(context, number, by, reason, password_file, granted=False)


@appeals_app.command("withhold")
def withhold(
    context: typer.Context,
    letter: Annotated[str, typer.Argument(help="A rejected letter that is evidence.")],
    until: Annotated[str, typer.Option(help="The last day, 2026-01-31.")],
    by: ByFor,
    reason: Reason,
    password_file: PasswordFile = None,
) -> None:
    """Withhold the notices of a rejected letter until the end of a day."""
    from digitizer.appeals import actions

    facility, actor = proven(context, by, password_file)
    actions.withhold_notice(facility, letter, _day(until), actor, reason)
    tell(f"The notices of {letter} are withheld until {until}.")


@appeals_app.command("notices")
def give_notices(context: typer.Context) -> None:
    """Give the notices that are due, and tell of clocks that lapsed, as the service does by
    itself."""
    from digitizer.operations.appeal_clocks import escalate_lapsed
    from digitizer.screening.appeal_notices import give_notices

    facility = facility_of(context)
    told = give_notices(facility, OPERATOR)
    lapsed = escalate_lapsed(facility, OPERATOR)
    tell(f"{counted(told, 'notice')} given, {counted(lapsed, 'appeal')} overdue since.")


def _decide(
    context: typer.Context,
    number: int,
    by: str,
    reason: str,
    password_file: Path | None,
    *,
    granted: bool,
) -> None:
    from digitizer.screening.appeal_decisions import decide_appeal

    facility, actor = proven(context, by, password_file)
    gone_on = decide_appeal(facility, number, actor, reason, granted=granted)
    tell(f"Appeal {number} is {f'granted: {gone_on}' if gone_on else 'denied'}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is not a day. Write it like 2026-01-31.") from None


def _record(each: Appeal) -> dict[str, object]:
    return {
        "appeal": each.number,
        "rejection": each.rejection.number,
        "what": each.rejection.what,
        "item": each.rejection.item,
        "of": each.side,
        "level": each.level,
        "came": each.came,
        "late": each.late,
        "due": each.due,
        "decided": each.decided.isoformat() if each.decided else None,
        "by": each.decided_by or None,
        "granted": each.granted,
    }
