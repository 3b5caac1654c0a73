"""cover: printing our sheets, and looking up how they were used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    By,
    ByFor,
    PasswordFile,
    Reason,
    facility_of,
    note,
    proven,
    say,
    signed,
    tell,
    write,
)
from digitizer.entrances.cli.prints import check_printer, print_pdf
from digitizer.entrances.cli.sheet_kinds import Options, Paper, several_of, sheet_of
from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind
from digitizer.model.prints import LABEL_NAME, PRINT_KINDS, SHEET_NAMES, PrintKind
from digitizer.support.wording import counted, local_moment

if TYPE_CHECKING:
    from digitizer.covers.actions import PrintedCover
    from digitizer.covers.bulk import PrintedCovers

cover_app = typer.Typer(
    no_args_is_help=True, help="Cover sheets, reply sheets, separators, markers."
)

ShortId = Annotated[str, typer.Argument(help="The number printed on the sheet.")]
Booking = Annotated[str | None, typer.Argument(help="The inmate (kinds inmate and reply).")]
Kind = Annotated[CodeKind, typer.Option(help="Which sheet.")]
Out = Annotated[Path | None, typer.Option(help="The PDF to write; an existing one is overwritten.")]
Printer = Annotated[
    str | None, typer.Option(help="Put it into the print queue, and print it on this printer.")
]
Unit = Annotated[str | None, typer.Option(help="A cover for each inmate of this housing unit.")]
Everyone = Annotated[
    bool, typer.Option("--everyone", help="A cover for each inmate in custody, in one PDF.")
]
Sheets = Annotated[
    int | None, typer.Option(min=1, max=250, help="Sheets behind the cover; none: any number.")
]
Sender = Annotated[str | None, typer.Option(help="Who will use it, or who a reply is to.")]
Once = Annotated[bool, typer.Option("--once", help="Good for one letter only.")]
Letters = Annotated[
    int | None, typer.Option(min=1, max=250, help="Letters in the batch (kind batch).")
]
ValidDays = Annotated[
    int | None, typer.Option(min=1, help="Good for this many days; none: no limit.")
]
Uses = Annotated[
    int | None, typer.Option(min=1, max=9999, help="Good for this many letters; none: no limit.")
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Hold letters that come after this day."),
]
PaperSize = Annotated[
    Paper | None,
    typer.Option(
        help="The facility's paper by default. A label (4 by 6 inches) or a label-small (62 by 100 "
        "mm) is stuck on a letter, which then waits for one key."
    ),
]


def add_to(app: typer.Typer) -> None:
    app.add_typer(cover_app, name="cover")


@cover_app.command("print")
def cover_print(
    context: typer.Context,
    booking: Booking = None,
    out: Out = None,
    printer: Printer = None,
    unit: Unit = None,
    everyone: Everyone = False,
    kind: Kind = CodeKind.INMATE,
    sheets: Sheets = None,
    sender: Sender = None,
    once: Once = False,
    letters: Letters = None,
    valid_days: ValidDays = None,
    uses: Uses = None,
    until: Until = None,
    paper: PaperSize = None,
) -> None:
    """Print a cover sheet (a new code each time; earlier ones stay valid).

    A cover may be copied and used again, unless --once, --uses or --until limit it. It shows
    who a letter is for, never who sent it.
    """
    given = Options(
        booking=booking,
        letters=letters,
        once=once,
        sheets=sheets,
        valid_days=valid_days,
        uses=uses,
        until=until.date() if until else None,
        sender=sender,
        paper=paper,
    )
    if (out is None) == (printer is None):
        raise UsageError("Give --out, the PDF to write, or --printer.")
    facility = facility_of(context)
    if printer is not None:
        check_printer(facility, printer)  # before a code is made that no paper bears
    if unit is not None or everyone:
        made = _several(several_of(kind, given, unit, everyone).print_for(facility), unit)
    else:
        made = _one(sheet_of(kind, given).print_for(facility), kind, given.is_label)
    if out is not None:
        write(out, made.sheets.pdf)
        tell(f"{out}: {made.what}")
    elif printer is not None:
        number = print_pdf(facility, made.kind, made.title, made.sheets.pdf, booking, printer)
        tell(f"{printer}: {made.what}, print {number}")
    for warning in made.sheets.warnings:
        note(f"digitizer: {warning}")


@dataclass(frozen=True, slots=True)
class _Made:
    """Sheets, what the terminal says of them, and what the print queue calls them."""

    sheets: PrintedCover | PrintedCovers
    what: str
    kind: PrintKind
    title: str


def _several(sheets: PrintedCovers, unit: str | None) -> _Made:
    what = counted(len(sheets.inmates), "cover sheet")
    return _Made(sheets, what, PrintKind.COVERS, f"{what}, {unit or 'everyone'}")


def _one(sheet: PrintedCover, kind: CodeKind, label: bool = False) -> _Made:
    whom = f" for {sheet.inmate.full_name}" if sheet.inmate else ""
    if label:
        title = f"{LABEL_NAME} {sheet.short_id}"
        return _Made(sheet, f"label {sheet.short_id}{whom}", PrintKind.COVER_LABEL, title)
    sides = ", to print on both sides of one sheet" if kind is CodeKind.SEPARATOR else ""
    what = f"{kind} sheet {sheet.short_id}{whom}{sides}"
    return _Made(sheet, what, PRINT_KINDS[kind], f"{SHEET_NAMES[kind]} {sheet.short_id}")


@cover_app.command("list")
def cover_list(
    context: typer.Context,
    booking: Annotated[str | None, typer.Argument(help="Only this inmate's covers.")] = None,
    often: Annotated[
        bool, typer.Option("--often", help="Only those used unusually often.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List inmates' covers and how often each was used, most used recently first."""
    from digitizer.covers import actions as covers

    facility = facility_of(context)
    days = facility.settings.covers.within_days
    for each in covers.cover_list(facility, OPERATOR, booking, often):
        known = each.cover
        record = {
            "id": known.short_id,
            "booking_number": known.inmate.booking_number if known.inmate else None,
            "label": known.code.label,
            "sender": known.sender,
            "printed": known.printed.isoformat(),
            "once": known.once,
            "most_letters": known.most_letters,
            "expires": known.expires.isoformat() if known.expires else None,
            "revoked": known.revoked.isoformat() if known.revoked else None,
            "uses": each.uses,
            "recent": each.recent,
            "often": each.often,
            "last": each.last.isoformat() if each.last else None,
        }
        whose = known.inmate.booking_number if known.inmate else ""
        line = f"{known.short_id}  {whose:12}  {counted(each.uses, 'use')}, {each.recent} in "
        line += counted(days, "day")
        line += ", a label" if known.code.label else ""
        line += f", printed for {known.sender}" if known.sender else ""
        say(record, as_json, line + (": UNUSUALLY OFTEN" if each.often else ""))


@cover_app.command("uses")
def cover_uses(
    context: typer.Context,
    short_id: ShortId,
    as_json: AsJson = False,
) -> None:
    """List every letter that came under a sheet, newest first."""
    from digitizer.covers.actions import uses_of_cover

    known, uses = uses_of_cover(facility_of(context), short_id, OPERATOR)
    for use in uses:
        record = {
            "id": known.short_id,
            "letter": use.letter,
            "state": use.state,
            "scan": use.scan,
            "source": use.source,
            "at": use.at.isoformat(),
        }
        say(record, as_json, f"{local_moment(use.at)}  {use.letter}  {use.state:15}  {use.source}")


@cover_app.command("revoke")
def cover_revoke(
    context: typer.Context,
    short_id: ShortId,
    by: By,
    reason: Reason,
) -> None:
    """Hold every letter that comes under this sheet from now on."""
    from digitizer.covers.actions import revoke_cover

    facility, actor = signed(context, by)
    known = revoke_cover(facility, short_id, actor, reason)
    tell(f"Sheet {known.short_id} is revoked.")


@cover_app.command("find")
def cover_find(
    context: typer.Context,
    short_id: ShortId,
    as_json: AsJson = False,
) -> None:
    """Show whose a sheet is, from the number printed on it."""
    from digitizer.covers.actions import find_cover

    known = find_cover(facility_of(context), short_id, OPERATOR)
    record = {
        "id": known.short_id,
        "kind": known.code.kind,
        "sheets": known.code.sheets,
        "booking_number": known.inmate.booking_number if known.inmate else None,
        "once": known.once,
        "sender": known.sender,
        "printed": known.printed.isoformat(),
        "revoked": known.revoked.isoformat() if known.revoked else None,
        "used_by": known.used_by,
        "most_letters": known.most_letters,
        "expires": known.expires.isoformat() if known.expires else None,
        "key_retired": known.key_retired,
    }
    whose = f" of {known.inmate.full_name} ({known.inmate.booking_number})" if known.inmate else ""
    state = "revoked" if known.revoked else "used" if known.used_by else "good"
    state = "signed with a retired key" if known.key_retired else state
    say(record, as_json, f"{known.code.kind} sheet{whose}, {state}, printed {known.printed:%F}")


@cover_app.command("rotate-keys")
def cover_rotate_keys(
    context: typer.Context, by: ByFor = "", password_file: PasswordFile = None
) -> None:
    """Sign new sheets with a new key; sheets printed before can still be read."""
    from digitizer.covers.actions import rotate_keys

    number = rotate_keys(*proven(context, by, password_file))
    tell(f"New sheets are signed with key {number}. Back up the key file.")


@cover_app.command("retire-key")
def cover_retire_key(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The key's number.")],
    reason: Reason,
    by: ByFor = "",
    password_file: PasswordFile = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Do it; without this, only list what would fall.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Stop accepting everything signed with a key that was stolen, or may have been."""
    from digitizer.covers.actions import retire_key, sheets_under_key

    if confirm:
        facility, actor = proven(context, by, password_file)
        sheets = retire_key(facility, number, actor, reason)
    else:
        sheets = sheets_under_key(facility_of(context), number, OPERATOR)
    for each in sheets:
        record = {
            "id": each.short_id,
            "kind": each.code.kind,
            "booking_number": each.inmate.booking_number if each.inmate else None,
            "printed": each.printed.isoformat(),
            "key": number,
            "retired": confirm,
        }
        whose = each.inmate.booking_number if each.inmate else ""
        say(record, as_json, f"{each.short_id}  {each.code.kind:8}  {whose}")
    fell = counted(len(sheets), "sheet")
    if confirm:
        note(f"Key {number} is retired, and {fell} in force with it. Print new ones.")
    else:
        note(f"In force, and would fall: {fell}. Nothing was changed; add --confirm.")
