"""legal-mail: legal mail that is proven on its envelope, its senders, codes and log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitizer.entrances.cli.context import (
    AsJson,
    By,
    Reason,
    note,
    read_bytes,
    say,
    signed,
    tell,
    write,
)
from digitizer.model.errors import UsageError
from digitizer.model.legal import SenderKind
from digitizer.support.wording import local_moment

if TYPE_CHECKING:
    from digitizer.legal.registry import Preview
    from digitizer.model.legal import LegalItem, NewSender, ProtectedSender

legal_mail_app = typer.Typer(
    no_args_is_help=True,
    help="Legal mail that a code on its envelope proves: senders, codes, and the log.",
)
Sender = Annotated[int, typer.Argument(metavar="SENDER", help="The number of a protected sender.")]
Kind = Annotated[SenderKind, typer.Option(help="What kind of sender this is.")]
Text = Annotated[str, typer.Option()]
Code = Annotated[str, typer.Argument(metavar="CODE", help="As scanned, or the number beside it.")]
Day = Annotated[str, typer.Option(help="The last day of the registration, as 2027-06-30.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(legal_mail_app, name="legal-mail")


@legal_mail_app.command("senders")
def senders(context: typer.Context, by: By, find: Text = "", as_json: AsJson = False) -> None:
    """List the protected senders; with --find, those that have every word of it."""
    from digitizer.legal import registry
    from digitizer.support.clock import now

    facility, actor = signed(context, by)
    for each in registry.sender_list(facility, actor, find):
        record = _sender_record(each) | {"state": each.state_at(now())}
        line = f"{each.number}  {each.whole_name} ({each.kind}, {record['state']})"
        say(record, as_json, f"{line} {each.reference}".strip())


@legal_mail_app.command("add-sender")
def add_sender(
    context: typer.Context,
    kind: Kind,
    by: By,
    name: Text = "",
    organisation: Text = "",
    address: Annotated[str, typer.Option(help="Its lines, with ; between them.")] = "",
    reference: Text = "",
    expires: Day = "",
) -> None:
    """Add a protected sender to the registry."""
    from digitizer.legal import registry

    facility, actor = signed(context, by)
    new = _new_sender(kind, name, organisation, address, reference, expires)
    tell(f"Protected sender {registry.add_sender(facility, new, actor)} is in the registry.")


@legal_mail_app.command("change-sender")
def change_sender(
    context: typer.Context,
    sender: Sender,
    kind: Kind,
    by: By,
    name: Text = "",
    organisation: Text = "",
    address: Annotated[str, typer.Option(help="Its lines, with ; between them.")] = "",
    reference: Text = "",
    expires: Day = "",
) -> None:
    """Write an entry of the registry anew."""
    from digitizer.legal import registry

    facility, actor = signed(context, by)
    new = _new_sender(kind, name, organisation, address, reference, expires)
    registry.change_sender(facility, sender, new, actor)
    tell(f"Protected sender {sender} is changed.")


@legal_mail_app.command("import-senders")
def import_senders(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with kind,name,organisation,address,…")],
    by: By,
    preview: Annotated[bool, typer.Option("--preview", help="Change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import a list of protected senders: all of it, or nothing."""
    from digitizer.legal import registry

    facility, actor = signed(context, by)
    content = read_bytes(file)
    if preview:
        found = registry.preview_senders(facility, content, actor)
        _say_import(found, as_json, "would be")
        if found.wrong:
            raise typer.Exit(1)
        return
    _say_import(registry.import_senders(facility, content, actor), as_json, "are")


@legal_mail_app.command("revoke-sender")
def revoke_sender(context: typer.Context, sender: Sender, by: By, reason: Reason) -> None:
    """From now on nothing from this sender passes."""
    from digitizer.legal import registry

    facility, actor = signed(context, by)
    registry.revoke_sender(facility, sender, actor, reason)
    tell(f"Protected sender {sender} is revoked.")


@legal_mail_app.command("reactivate-sender")
def reactivate_sender(context: typer.Context, sender: Sender, by: By, reason: Reason) -> None:
    """Make a revoked sender active again."""
    from digitizer.legal import registry

    facility, actor = signed(context, by)
    registry.reactivate_sender(facility, sender, actor, reason)
    tell(f"Protected sender {sender} is active again.")


@legal_mail_app.command("code")
def make_code(
    context: typer.Context,
    sender: Sender,
    booking: Annotated[str, typer.Argument(metavar="BOOKING", help="For whom the item is.")],
    out: Annotated[Path, typer.Option(help="A .pdf for a window envelope, or a .png.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Make one code, for one item to one inmate, on behalf of a protected sender."""
    from digitizer.legal import codes

    ending = out.suffix.lower()
    if ending not in (".pdf", ".png"):
        raise UsageError("--out must end in .pdf or .png.")
    facility, actor = signed(context, by)
    made = codes.make_code(facility, sender, booking, actor)
    write(out, codes.drawn(facility, made, "png" if ending == ".png" else "pdf"))
    record = _item_record(made.item) | {"file": str(out)}
    until = local_moment(made.item.expires)
    say(record, as_json, f"{made.item.short_id}, good until {until}: {out}")


@legal_mail_app.command("scan")
def scan(context: typer.Context, code: Code, by: By, as_json: AsJson = False) -> None:
    """Say what to do with an envelope; the first scan of a good code lets its item in."""
    from digitizer.legal import actions

    facility, actor = signed(context, by)
    found = actions.scan_code(facility, code, actor)
    item = _item_record(found.item) if found.item else None
    record = {"answer": found.answer, "cause": found.cause or None, "item": item}
    to = f": {found.item.inmate.full_name}, from {found.item.sender.name}" if found.item else ""
    cause = f" ({found.cause})" if found.cause else ""
    say(record, as_json, f"{found.answer}{cause}{to}")


@legal_mail_app.command("waiting")
def waiting(context: typer.Context, by: By, as_json: AsJson = False) -> None:
    """List the items in the mailroom's hands, the oldest first."""
    from digitizer.legal import actions

    facility, actor = signed(context, by)
    for each in actions.waiting_items(facility, actor):
        since = local_moment(each.scanned) if each.scanned else ""
        line = f"{since}  {each.short_id}  {each.inmate.full_name} ({each.inmate.booking_number})"
        say(_item_record(each), as_json, line)


@legal_mail_app.command("log")
def log(context: typer.Context, by: By, reason: Reason, as_json: AsJson = False) -> None:
    """Count legal mail by its senders; who looks, and why, is recorded."""
    from digitizer.legal import actions

    facility, actor = signed(context, by)
    for each in actions.log_by_sender(facility, actor, reason):
        record = {
            "sender": each.sender.number,
            "name": each.sender.whole_name,
            "made": each.made,
            "arrived": each.arrived,
            "waiting": each.waiting,
            "checked": each.checked,
            "found": each.found,
            "duplicates": each.duplicates,
            "late": each.late,
            "lately": each.lately,
            "usual": round(each.usual, 1),
            "stands_out": each.stands_out,
        }
        mark = "  stands out" if each.stands_out else ""
        line = f"{each.sender.whole_name}: {each.arrived} arrived, {each.lately} lately{mark}"
        say(record, as_json, line)


def _new_sender(
    kind: SenderKind, name: str, organisation: str, address: str, reference: str, expires: str
) -> NewSender:
    from digitizer.legal.registry import day
    from digitizer.model.legal import NewSender

    lines = address.replace(";", "\n")
    return NewSender(kind, name, organisation, lines, reference, day(expires))


def _say_import(found: Preview, as_json: bool, are: str) -> None:
    for each in found.wrong:
        note(f"line {each.line}: {each.reason}")
    record = {
        "added": found.added,
        "changed": found.changed,
        "unchanged": found.unchanged,
        "wrong": [{"line": each.line, "reason": each.reason} for each in found.wrong],
    }
    say(record, as_json, f"{found.added} {are} new, {found.changed} {are} changed.")


def _sender_record(sender: ProtectedSender) -> dict[str, Any]:
    return {
        "sender": sender.number,
        "kind": sender.kind,
        "name": sender.name,
        "organisation": sender.organisation,
        "address": list(sender.address),
        "reference": sender.reference,
        "expires": sender.expires,
        "revoked": sender.revoked and sender.revoked.isoformat(),
        "revoked_why": sender.revoked_why or None,
    }


def _item_record(item: LegalItem) -> dict[str, Any]:
    return {
        "item": item.id,
        "number": item.short_id,
        "booking_number": item.inmate.booking_number,
        "sender": item.sender.number,
        "made": item.made.isoformat(),
        "expires": item.expires.isoformat(),
        "scanned": item.scanned and item.scanned.isoformat(),
        "opened": item.opened and item.opened.isoformat(),
        "ended": item.ended and item.ended.isoformat(),
        "ending": item.ending,
    }
