"""held, assign, release, reject, cut, join, mark, …: settling what the machine doubted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    By,
    Reason,
    desk_of,
    note,
    read_text,
    say,
    write,
)
from digitizer.model.mail import PageRole

HeldId = Annotated[
    str, typer.Argument(metavar="LETTER", help="A held letter, or a scan held as a whole.")
]


def add_to(app: typer.Typer) -> None:
    for command in (held, assign, release, reject, cut, join, mark, rescanned, notice):
        app.command()(command)


def held(context: typer.Context, as_json: AsJson = False) -> None:
    """List what waits for a person, oldest first, and why."""
    from digitizer.screening import decisions

    for item in decisions.held(desk_of(context).house(), OPERATOR):
        record = {
            "scan": item.scan, "source": item.source, "letter": item.letter,
            "pages": list(item.pages), "reason": item.reason, "since": item.since.isoformat(),
            "queue": item.queue,
        }  # fmt: skip
        what = f"letter {item.letter}" if item.letter else f"scan {item.scan}"
        say(record, as_json, f"{item.since:%Y-%m-%d %H:%M}  {what}  {item.source}, "
            f"{len(item.pages)} pages: {item.reason}")  # fmt: skip


def assign(
    context: typer.Context,
    held_id: HeldId,
    to: Annotated[str, typer.Option(help="The booking number.")],
    by: By,
    reason: Reason,
) -> None:
    """Deliver a held letter to an inmate."""
    from digitizer.screening import decisions

    place = desk_of(context)
    house = place.house()
    letter = decisions.assign(house, held_id, to, place.signer(house, by), reason)
    print(f"Letter {letter} is delivered to {to}.")


def release(context: typer.Context, held_id: HeldId, by: By, reason: Reason) -> None:
    """Deliver a letter that awaited review, as its cover says."""
    from digitizer.screening import decisions

    place = desk_of(context)
    house = place.house()
    decisions.release(house, held_id, place.signer(house, by), reason)
    print(f"Letter {held_id} is delivered.")


def reject(context: typer.Context, held_id: HeldId, by: By, reason: Reason) -> None:
    """Do not deliver a held letter; it is kept, with the reason."""
    from digitizer.screening import decisions

    place = desk_of(context)
    house = place.house()
    decisions.reject(house, held_id, place.signer(house, by), reason)
    print(f"{held_id} is rejected.")


def cut(
    context: typer.Context,
    held_id: HeldId,
    page: Annotated[int, typer.Option(min=2, help="The page where the new letter begins.")],
    by: By,
    reason: Reason,
) -> None:
    """Cut a held letter in two before a page."""
    from digitizer.screening import decisions

    place = desk_of(context)
    house = place.house()
    first, second = decisions.cut(house, held_id, page, place.signer(house, by), reason)
    print(f"Letter {first} ends before page {page}; letter {second} begins there.")


def join(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help="The held letter that keeps its id.")],
    second: Annotated[str, typer.Argument(help="The held letter whose pages go to the first.")],
    by: By,
    reason: Reason,
) -> None:
    """Join two held letters of one scan."""
    from digitizer.screening import decisions

    place = desk_of(context)
    house = place.house()
    kept = decisions.join(house, first, second, place.signer(house, by), reason)
    print(f"Letter {kept} now has the pages of both.")


def mark(
    context: typer.Context,
    held_id: HeldId,
    page: Annotated[int, typer.Option(min=1, help="The page of the scan.")],
    as_: Annotated[PageRole, typer.Option("--as", help="What it is.")],
    by: By,
    reason: Reason,
) -> None:
    """Say that a page of a held letter is content, a cover, or blank."""
    from digitizer.screening import decisions

    place = desk_of(context)
    house = place.house()
    letter = decisions.mark_page(house, held_id, page, as_, place.signer(house, by), reason)
    print(f"Page {page} of letter {letter} is marked as {as_}.")


def rescanned(
    context: typer.Context,
    held_id: HeldId,
    as_: Annotated[str, typer.Option("--as", help="The letter or scan that replaces it.")],
    by: By,
    reason: Reason,
) -> None:
    """Say that the sheets were scanned again; this picture of them is kept, unused."""
    from digitizer.screening import decisions

    place = desk_of(context)
    house = place.house()
    decisions.rescanned(house, held_id, as_, place.signer(house, by), reason)
    print(f"{held_id} is replaced by {as_}.")


def notice(
    context: typer.Context,
    letter: Annotated[str, typer.Argument(help="A rejected letter.")],
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
    to: Annotated[Literal["inmate", "sender"], typer.Option(help="Who is told.")] = "inmate",
    address_file: Annotated[
        Path | None, typer.Option(help="The sender's address, a line a line, for the window.")
    ] = None,
) -> None:
    """Print the notice that a letter was rejected: reasons, and how to appeal."""
    from digitizer.screening.notices import rejection_notice

    address = tuple(read_text(address_file).splitlines()) if address_file else ()
    printed = rejection_notice(desk_of(context).house(), letter, to == "sender", address, OPERATOR)
    write(out, printed.pdf)
    print(out)
    if printed.warning:
        note(f"digitizer: {printed.warning}")
