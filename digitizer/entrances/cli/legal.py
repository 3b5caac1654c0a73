"""legal: deciding about scans that are sealed because they are or may be legal mail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    By,
    PasswordFile,
    Reason,
    facility_of,
    proven,
    say,
    signed,
    tell,
    write,
)
from digitizer.entrances.page_ranges import read_numbers
from digitizer.support.wording import counted, local_moment

if TYPE_CHECKING:
    from digitizer.capture.scans.sealed_pages import SealedPage
    from digitizer.screening.sealed_scans import SealedScan

legal_app = typer.Typer(
    no_args_is_help=True, help="Scans that are sealed: they are, or may be, legal mail."
)
ScanId = Annotated[str, typer.Argument(metavar="SCAN", help="A sealed scan.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(legal_app, name="legal")


@legal_app.command("list")
def legal_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the sealed scans that can still be unsealed, oldest first."""
    from digitizer.screening.legal_mail import sealed_scans

    for each in sealed_scans(facility_of(context), OPERATOR):
        state = "" if each.waits else " (decided; still sealed)"
        line = (
            f"{local_moment(each.taken_in)}  scan {each.scan}  {each.source}, "
            f"{counted(len(each.pages), 'page')}{state}: {each.reason}"
        )
        say(_scan_record(each), as_json, line)


@legal_app.command("show")
def legal_show(
    context: typer.Context,
    scan: ScanId,
    by: Annotated[str, typer.Option("--by", help="Who looks at it; needed for --picture.")] = "",
    picture: Annotated[
        Path | None,
        typer.Option(help="Where to write the picture of the page that caused the seal."),
    ] = None,
    page: Annotated[
        int | None,
        typer.Option(min=1, help="Which page; the first that caused the seal by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the pages of a sealed scan, their sizes and our codes, but nothing of its content."""
    from digitizer.screening import legal_mail

    if by or picture:
        facility, actor = signed(context, by)
    else:
        facility, actor = facility_of(context), OPERATOR
    known = legal_mail.look_at_sealed(facility, scan, actor)
    if picture:
        sealing = [each.number for each in known.sealing if each.has_picture]
        number = page or next(iter(sealing), 0)
        write(picture, legal_mail.sealing_picture(facility, scan, number, actor))
    if as_json:
        say(_scan_record(known), True, "")
        return
    tell(f"{known.source}, taken in {local_moment(known.taken_in)}. {known.reason}")
    for each in known.pages:
        tell(_page_line(each))


@legal_app.command("lift")
def legal_lift(
    context: typer.Context,
    scan: ScanId,
    by: By,
    reason: Reason,
    password_file: PasswordFile = None,
) -> None:
    """Unseal a scan that is not legal mail; it is then worked like any other scan."""
    from digitizer.screening.legal_mail import lift

    facility, actor = proven(context, by, password_file)
    lift(facility, scan, actor, reason)
    tell(f"Scan {scan} is unsealed and waiting: run digitizer serve, or digitizer worker.")


@legal_app.command("cut")
def legal_cut(
    context: typer.Context,
    scan: ScanId,
    pages: Annotated[
        str, typer.Option(help="The pages of other letters, with their covers, such as 3-6,9.")
    ],
    by: By,
    reason: Reason,
    password_file: PasswordFile = None,
) -> None:
    """Cut other letters out into a scan of their own; the rest stays sealed."""
    from digitizer.screening.legal_mail import cut

    facility, actor = proven(context, by, password_file)
    new = cut(facility, scan, read_numbers(pages), actor, reason)
    tell(f"The pages are waiting as scan {new}: run digitizer serve, or digitizer worker.")


@legal_app.command("destroy")
def legal_destroy(
    context: typer.Context,
    scan: ScanId,
    by: By,
    reason: Reason,
    password_file: PasswordFile = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Yes: it can never be read again, by anyone.")
    ] = False,
) -> None:
    """Destroy the key of a sealed scan: what was not cut out is gone for good."""
    from digitizer.screening.legal_mail import destroy

    facility, actor = proven(context, by, password_file)
    if not destroy(facility, scan, actor, reason, confirm):
        tell(
            "Nothing is destroyed yet: a second supervisor must confirm it within a day, on the "
            f"web pages or with digitizer legal destroy {scan} under their own name."
        )
        return
    tell(f"The key of scan {scan} is destroyed; what was not cut out cannot be read any more.")


def _scan_record(known: SealedScan) -> dict[str, Any]:
    return {
        "scan": known.scan,
        "source": known.source,
        "taken_in": known.taken_in.isoformat(),
        "legal": "sure" if known.sure else "doubt",
        "reason": known.reason,
        "waits": known.waits,
        "pages": [_page_record(each) for each in known.pages],
    }


def _page_record(page: SealedPage) -> dict[str, Any]:
    return {
        "page": page.number,
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "codes": [{"kind": code.kind, "id": code.short_id} for code in page.codes],
        "seals": page.standing,
        "says": page.message,
        "cut_into": page.cut_into,
    }


def _page_line(page: SealedPage) -> str:
    codes = ", ".join(f"{code.kind} {code.short_id}" for code in page.codes) or "no code of ours"
    wide, high = page.inches
    seals = f"; SEALS ({page.standing}): {page.message}" if page.standing else ""
    gone = f"; cut out as scan {page.cut_into}" if page.cut_into else ""
    return f"  page {page.number}: {wide:g} x {high:g} in, {codes}{seals}{gone}"
