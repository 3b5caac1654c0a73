"""token: what other programs bear, to use the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from digitizer.entrances.cli.context import OPERATOR, AsJson, facility_of, note, say, tell
from digitizer.model.people import Scope
from digitizer.support.wording import local_moment

token_app = typer.Typer(no_args_is_help=True, help="Tokens, by which other programs use the API.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(token_app, name="token")


@token_app.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the program is called, for the record.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; give it more than once.")],
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Its last day; a year from now if none is given."),
    ] = None,
    sender: Annotated[
        int | None,
        typer.Option(help="With the scope legal:codes: the protected sender whose codes it makes."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token for another program; it is shown once."""
    from digitizer.access import tokens

    facility = facility_of(context)
    last = until.date() if until else None
    made = tokens.add_token(facility, name, scope, OPERATOR, last, sender)
    (known,) = (each for each in tokens.tokens(facility, OPERATOR) if each.id == made.split("_")[1])
    record = {
        "name": known.name,
        "token": made,
        "scopes": list(known.scopes),
        "until": known.until.isoformat(),
        "sender": known.sender,
    }
    say(record, as_json, made)
    note(f"It is not shown again. It is good until {local_moment(known.until)}.")


@token_app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List all tokens, the good ones first."""
    from digitizer.access import tokens

    for each in tokens.tokens(facility_of(context), OPERATOR):
        record = {
            "name": each.name,
            "scopes": list(each.scopes),
            "made": each.made.isoformat(),
            "made_by": each.made_by,
            "until": each.until.isoformat(),
            "revoked": each.revoked and each.revoked.isoformat(),
            "used": each.used and each.used.isoformat(),
            "used_from": each.used_from,
            "sender": each.sender,
        }
        state = "revoked" if each.revoked else f"until {local_moment(each.until)}"
        used = f"used {local_moment(each.used)} from {each.used_from}" if each.used else "not used"
        say(record, as_json, f"{each.name}: {', '.join(each.scopes)}; {state}; {used}")


@token_app.command("revoke")
def revoke(context: typer.Context, name: str) -> None:
    """Make a token worthless at once."""
    from digitizer.access import tokens

    tokens.revoke_token(facility_of(context), name, OPERATOR)
    tell(f"{name} is revoked.")
