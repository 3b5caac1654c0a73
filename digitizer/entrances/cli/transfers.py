"""transfer: people who move between the facilities of an agency, with all that is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    ByFor,
    PasswordFile,
    Reason,
    facility_of,
    proven,
    say,
    signed,
    tell,
)
from digitizer.support.wording import counted

if TYPE_CHECKING:
    from digitizer.transfers.actions import Transfer

transfer_app = typer.Typer(
    no_args_is_help=True, help="People who move between the facilities of an agency."
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(transfer_app, name="transfer")


@transfer_app.command("send")
def transfer_send(
    context: typer.Context,
    booking: str,
    to: Annotated[str, typer.Option(help="The code of the other facility.")],
    reason: Reason,
    by: ByFor = "",
    as_json: AsJson = False,
) -> None:
    """Give somebody to another facility, where it waits until they are taken over."""
    from digitizer.transfers.actions import send

    facility, actor = signed(context, by)
    sent = send(facility, booking, to, actor, reason)
    say(
        _record(sent),
        as_json,
        f"{sent.listed.full_name} is given to {sent.facility_name}: transfer {sent.id}. Nothing "
        "changes here until they are taken over there:",
        f"digitizer --facility {to} transfer accept {sent.id} --as NUMBER --by NAME --reason TEXT "
        "--password-file FILE",
    )


@transfer_app.command("accept")
def transfer_accept(
    context: typer.Context,
    transfer: str,
    booking: Annotated[str, typer.Option("--as", help="The booking number that they have here.")],
    reason: Annotated[str, typer.Option("--reason", help="How you know that it is them.")],
    by: ByFor = "",
    password_file: PasswordFile = None,
    in_spite_of_doubts: Annotated[
        bool,
        typer.Option(
            "--in-spite-of-doubts", help="They are one person, though names or birth dates differ."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take over somebody whom another facility gives, with their mail, contacts and restrictions.
    What was interrupted is finished by the same command."""
    from digitizer.transfers.actions import take_over

    facility, actor = proven(context, by, password_file)
    taken = take_over(
        facility, transfer, booking, actor, reason, in_spite_of_doubts=in_spite_of_doubts
    )
    new = taken.new
    record = {
        "transfer": transfer,
        "booking_number": taken.inmate.booking_number,
        "letters": new.letters,
        "messages": new.messages,
        "contacts": new.contacts,
        "restrictions": new.restrictions,
    }
    counts = (
        f"{counted(new.letters, 'letter')}, {counted(new.messages, 'message')}, "
        f"{counted(new.contacts, 'contact')}, {counted(new.restrictions, 'restriction')}"
    )
    say(record, as_json, f"{taken.inmate.full_name} was taken over. New here: {counts}.")
    if not as_json:
        tell(f"Next: digitizer inmate pin {taken.inmate.booking_number}, and new cover sheets.")


@transfer_app.command("withdraw")
def transfer_withdraw(
    context: typer.Context,
    transfer: str,
    reason: Reason,
    by: ByFor = "",
    as_json: AsJson = False,
) -> None:
    """Nobody takes them over by this transfer any more."""
    from digitizer.transfers.actions import withdraw

    facility, actor = signed(context, by)
    withdraw(facility, transfer, actor, reason)
    record = {"transfer": transfer, "state": "withdrawn"}
    say(record, as_json, f"The transfer {transfer} is withdrawn.")


@transfer_app.command("list")
def transfer_list(context: typer.Context, as_json: AsJson = False) -> None:
    """Who goes to and comes from another facility, the newest first."""
    from digitizer.transfers.actions import transfers

    for each in transfers(facility_of(context), OPERATOR):
        way = "from" if each.incoming else "to"
        taken = f" as {each.taken_as} by {each.taken_by}" if each.taken else ""
        say(
            _record(each),
            as_json,
            f"{each.id}  {each.made.astimezone():%Y-%m-%d %H:%M}  {each.listed.full_name} "
            f"({each.listed.booking_number}) {way} {each.facility_name}: {each.state}{taken}",
        )


def _record(of: Transfer) -> dict[str, Any]:
    return {
        "transfer": of.id,
        "incoming": of.incoming,
        "facility": of.facility,
        "facility_name": of.facility_name,
        "booking_number": of.listed.booking_number,
        "name": of.listed.full_name,
        "reason": of.reason,
        "by": of.by,
        "made": of.made,
        "state": str(of.state),
        "taken": of.taken,
        "taken_by": of.taken_by or None,
        "taken_as": of.taken_as or None,
    }
