"""cover: sheets that go to the printer, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    By,
    Reason,
    desk_of,
    note,
    say,
    write,
)
from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind

if TYPE_CHECKING:
    from digitizer.covers.actions import PrintedCover
    from digitizer.facility import House

cover_app = typer.Typer(no_args_is_help=True, help="Cover sheets, reply sheets, markers.")


Paper = Literal["a4", "letter"]


def add_to(app: typer.Typer) -> None:
    app.add_typer(cover_app, name="cover")


@cover_app.command("print")
def cover_print(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The PDF to write; an existing one is overwritten.")],
    booking: Annotated[str | None, typer.Argument(help="For whom (inmate and reply).")] = None,
    kind: Annotated[CodeKind, typer.Option(help="Which sheet.")] = CodeKind.INMATE,
    sheets: Annotated[
        int | None, typer.Option(min=1, max=250, help="Sheets behind the cover; none: any number.")
    ] = None,
    sender: Annotated[
        str | None, typer.Option(help="Who will use it, or whom a reply answers.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Good for one letter only.")] = False,
    letters: Annotated[
        int | None, typer.Option(min=1, max=250, help="Letters in the batch (kind batch).")
    ] = None,
    valid_days: Annotated[
        int | None, typer.Option(min=1, help="Doubt what comes later; none: never.")
    ] = None,
    uses: Annotated[
        int | None,
        typer.Option(min=1, max=9999, help="Good for so many letters; none: any number."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Hold letters that come after this day."),
    ] = None,
    paper: Annotated[Paper | None, typer.Option(help="The facility's paper by default.")] = None,
) -> None:
    """Print a cover sheet (a new code each time; earlier ones stay valid).

    A cover may be copied and used again, unless --once, --uses or --until limit it. It says for
    whom a letter is, never who sent it.
    """
    asked = _Asked(
        kind, booking, sheets or 0, sender, once, letters, valid_days, uses,
        until.date() if until else None, paper,
    )  # fmt: skip
    _check(asked)
    printed = _print_sheet(desk_of(context).house(), asked)
    write(out, printed.pdf)
    whom = f" for {printed.inmate.full_name}" if printed.inmate else ""
    print(f"{out}: {kind} sheet {printed.short_id}{whom}")
    for warning in printed.warnings:
        note(f"digitizer: {warning}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What ``cover print`` was asked for; ``sheets`` is 0 where any number will do."""

    kind: CodeKind
    booking: str | None
    sheets: int
    sender: str | None
    once: bool
    letters: int | None
    valid_days: int | None
    uses: int | None
    until: date | None
    paper: Paper | None


def _check(asked: _Asked) -> None:
    _check_sheet(asked)
    _check_limits(asked)


def _check_sheet(asked: _Asked) -> None:
    kind = asked.kind
    personal = kind in (CodeKind.INMATE, CodeKind.REPLY)
    if personal and not asked.booking:
        raise UsageError(f"Name the booking number: digitizer cover print BOOKING --kind {kind}")
    if not personal and asked.booking:
        raise UsageError(f"A {kind} sheet is for nobody: leave the booking number out.")
    if asked.letters is not None and kind is not CodeKind.BATCH:
        raise UsageError("--letters goes with --kind batch; --sheets counts a letter's sheets.")
    if (asked.once and kind is not CodeKind.INMATE) or (asked.sheets and not personal):
        raise UsageError("--once goes with an inmate's cover, --sheets with a letter or a reply.")


def _check_limits(asked: _Asked) -> None:
    if asked.valid_days and asked.kind not in (CodeKind.INMATE, CodeKind.LEGAL):
        raise UsageError("--valid-days goes with an inmate's cover or a legal marker.")
    for option, value in (("--uses", asked.uses), ("--until", asked.until)):
        if value and asked.kind is not CodeKind.INMATE:
            raise UsageError(f"{option} goes with an inmate's cover.")


def _print_sheet(house: House, asked: _Asked) -> PrintedCover:
    from digitizer.covers import actions as covers
    from digitizer.messages import reply_sheets

    if asked.kind is CodeKind.BATCH:
        return covers.print_batch_header(house, asked.letters, OPERATOR, asked.paper)
    if asked.kind is CodeKind.LEGAL:
        return covers.print_legal_marker(house, OPERATOR, asked.paper, asked.valid_days)
    if asked.kind is CodeKind.REPLY:
        return reply_sheets.print_reply_sheet(
            house, asked.booking or "", OPERATOR,
            sheets=asked.sheets, correspondent=asked.sender, paper=asked.paper,
        )  # fmt: skip
    return covers.print_inmate_cover(
        house, asked.booking or "", OPERATOR, sheets=asked.sheets, sender=asked.sender,
        once=asked.once, uses=asked.uses, valid_days=asked.valid_days, until=asked.until,
        paper=asked.paper,
    )  # fmt: skip


@cover_app.command("list")
def cover_list(
    context: typer.Context,
    booking: Annotated[str | None, typer.Argument(help="Only this inmate's covers.")] = None,
    often: Annotated[
        bool, typer.Option("--often", help="Only those used unusually often.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List inmates' covers and how often each was used, the most used of late first."""
    from digitizer.covers import actions as covers

    house = desk_of(context).house()
    days = house.settings.covers.within_days
    for each in covers.cover_list(house, OPERATOR, booking, often):
        known = each.cover
        record = {
            "id": known.short_id,
            "booking_number": known.inmate.booking_number if known.inmate else None,
            "sender": known.sender, "printed": known.printed.isoformat(), "once": known.once,
            "most_letters": known.most_letters,
            "expires": known.expires.isoformat() if known.expires else None,
            "revoked": known.revoked.isoformat() if known.revoked else None,
            "uses": each.uses, "recent": each.recent, "often": each.often,
            "last": each.last.isoformat() if each.last else None,
        }  # fmt: skip
        whose = known.inmate.booking_number if known.inmate else ""
        told = f"{known.short_id}  {whose:12}  {each.uses} uses, {each.recent} in {days} days"
        told += f", printed for {known.sender}" if known.sender else ""
        say(record, as_json, told + (": UNUSUALLY OFTEN" if each.often else ""))


@cover_app.command("uses")
def cover_uses(
    context: typer.Context,
    short_id: Annotated[str, typer.Argument(help="The number printed on the sheet.")],
    as_json: AsJson = False,
) -> None:
    """List every letter that came under a sheet, newest first."""
    from digitizer.covers.actions import uses_of_cover

    known, uses = uses_of_cover(desk_of(context).house(), short_id, OPERATOR)
    for use in uses:
        record = {
            "id": known.short_id, "letter": use.letter, "state": use.state, "scan": use.scan,
            "source": use.source, "at": use.at.isoformat(),
        }  # fmt: skip
        say(record, as_json, f"{use.at:%Y-%m-%d %H:%M}  {use.letter}  {use.state:15}  {use.source}")


@cover_app.command("revoke")
def cover_revoke(
    context: typer.Context,
    short_id: Annotated[str, typer.Argument(help="The number printed on the sheet.")],
    by: By,
    reason: Reason,
) -> None:
    """From now on, hold what comes under this sheet."""
    from digitizer.covers.actions import revoke_cover

    desk = desk_of(context)
    house = desk.house()
    known = revoke_cover(house, short_id, desk.signer(house, by), reason)
    print(f"Sheet {known.short_id} is revoked.")


@cover_app.command("find")
def cover_find(
    context: typer.Context,
    short_id: Annotated[str, typer.Argument(help="The number printed on the sheet.")],
    as_json: AsJson = False,
) -> None:
    """Say whose a sheet is, from the number printed on it."""
    from digitizer.covers.actions import find_cover

    known = find_cover(desk_of(context).house(), short_id, OPERATOR)
    record = {
        "id": known.short_id, "kind": known.code.kind, "sheets": known.code.sheets,
        "booking_number": known.inmate.booking_number if known.inmate else None,
        "once": known.once, "sender": known.sender, "printed": known.printed.isoformat(),
        "revoked": known.revoked.isoformat() if known.revoked else None, "used_by": known.used_by,
        "most_letters": known.most_letters,
        "expires": known.expires.isoformat() if known.expires else None,
    }  # fmt: skip
    whose = f" of {known.inmate.full_name} ({known.inmate.booking_number})" if known.inmate else ""
    state = "revoked" if known.revoked else "used" if known.used_by else "good"
    say(record, as_json, f"{known.code.kind} sheet{whose}, {state}, printed {known.printed:%F}")


@cover_app.command("rotate-keys")
def cover_rotate_keys(context: typer.Context) -> None:
    """Sign new sheets with a fresh key; sheets printed before go on being read."""
    from digitizer.covers.actions import rotate_keys

    number = rotate_keys(desk_of(context).house(), OPERATOR)
    print(f"New sheets are signed with key {number}. Back up the key file.")
