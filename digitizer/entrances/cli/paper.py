"""cover and message: what goes to the printer."""

from __future__ import annotations

from datetime import datetime
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
    read_bytes,
    read_text,
    say,
    write,
)
from digitizer.vocabulary.errors import UsageError
from digitizer.vocabulary.mail import Direction
from digitizer.vocabulary.paper import CodeKind

cover_app = typer.Typer(no_args_is_help=True, help="Cover sheets, reply sheets, markers.")
_FAILED = 1
message_app = typer.Typer(no_args_is_help=True, help="E-messages that go out on paper.")


Paper = Literal["a4", "letter"]


def add_to(app: typer.Typer) -> None:
    app.add_typer(cover_app, name="cover")
    app.add_typer(message_app, name="message")


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
    from digitizer.mailroom import covers

    _check_sheet(kind, booking, sheets, once, letters)
    _check_limits(kind, valid_days, uses, until)
    house = desk_of(context).house()
    if kind is CodeKind.BATCH:
        printed = covers.print_batch_header(house, letters, OPERATOR, paper)
    elif kind is CodeKind.LEGAL:
        printed = covers.print_legal_marker(house, OPERATOR, paper, valid_days)
    elif kind is CodeKind.REPLY:
        printed = covers.print_reply_sheet(
            house, booking or "", OPERATOR, sheets=sheets or 0, correspondent=sender, paper=paper
        )
    else:
        printed = covers.print_inmate_cover(
            house, booking or "", OPERATOR, sheets=sheets or 0, sender=sender, once=once,
            uses=uses, valid_days=valid_days, until=until.date() if until else None, paper=paper,
        )  # fmt: skip
    write(out, printed.pdf)
    whom = f" for {printed.inmate.full_name}" if printed.inmate else ""
    print(f"{out}: {kind} sheet {printed.short_id}{whom}")


def _check_sheet(
    kind: CodeKind,
    booking: str | None,
    sheets: int | None,
    once: bool,
    letters: int | None,
) -> None:
    personal = kind in (CodeKind.INMATE, CodeKind.REPLY)
    if personal and not booking:
        raise UsageError(f"Name the booking number: digitizer cover print BOOKING --kind {kind}")
    if not personal and booking:
        raise UsageError(f"A {kind} sheet is for nobody: leave the booking number out.")
    if letters is not None and kind is not CodeKind.BATCH:
        raise UsageError("--letters goes with --kind batch; --sheets counts a letter's sheets.")
    if (once and kind is not CodeKind.INMATE) or (sheets and not personal):
        raise UsageError("--once goes with an inmate's cover, --sheets with a letter or a reply.")


def _check_limits(
    kind: CodeKind, valid_days: int | None, uses: int | None, until: datetime | None
) -> None:
    if valid_days and kind not in (CodeKind.INMATE, CodeKind.LEGAL):
        raise UsageError("--valid-days goes with an inmate's cover or a legal marker.")
    for option, value in (("--uses", uses), ("--until", until)):
        if value and kind is not CodeKind.INMATE:
            raise UsageError(f"{option} goes with an inmate's cover.")


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
    from digitizer.mailroom import covers

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
    from digitizer.mailroom.covers import uses_of_cover

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
    from digitizer.mailroom.covers import revoke_cover

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
    from digitizer.mailroom.covers import find_cover

    known = find_cover(desk_of(context).house(), short_id)
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
    from digitizer.mailroom.covers import rotate_keys

    number = rotate_keys(desk_of(context).house(), OPERATOR)
    print(f"New sheets are signed with key {number}. Back up the key file.")


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
    from digitizer.mailroom.messages import Draft, send

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
    from digitizer.mailroom.messages import threads

    for thread in threads(desk_of(context).house(), booking):
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
    from digitizer.mailroom.messages import print_messages

    run = print_messages(desk_of(context).house(), out, OPERATOR)
    for each in run.files:
        record = {
            "file": str(each.file), "message": each.message, "direction": each.direction,
            "housing_unit": each.housing_unit, "booking_number": each.booking_number,
            "pages": each.pages,
        }  # fmt: skip
        say(record, as_json, f"{each.file}  ({each.pages} pages)")
    for fault in run.faults:
        note(f"digitizer: {fault}")
    if run.faults:
        raise typer.Exit(_FAILED)
