"""legal: settling what is sealed as legal mail, or as what may be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitizer.entrances.cli.context import OPERATOR, AsJson, By, Reason, desk_of, say, write
from digitizer.entrances.page_ranges import read_numbers

if TYPE_CHECKING:
    from digitizer.capture.scans.sealed_pages import SealedPage
    from digitizer.screening.legal_mail import SealedScan

legal_app = typer.Typer(
    no_args_is_help=True, help="What is sealed as legal mail, or as what may be (supervisors)."
)
ScanId = Annotated[str, typer.Argument(metavar="SCAN", help="A sealed scan.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(legal_app, name="legal")


@legal_app.command("list")
def legal_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List what is sealed and can still be unsealed, oldest first."""
    from digitizer.screening.legal_mail import sealed_scans

    for each in sealed_scans(desk_of(context).house(), OPERATOR):
        state = "" if each.waits else " (settled; the seal is shut)"
        line = f"{each.taken_in:%Y-%m-%d %H:%M}  scan {each.scan}  {each.source}, " \
               f"{len(each.pages)} pages{state}: {each.reason}"  # fmt: skip
        say(_scan_record(each), as_json, line)


@legal_app.command("show")
def legal_show(
    context: typer.Context,
    scan: ScanId,
    by: Annotated[str, typer.Option("--by", help="Who looks; needed for --picture.")] = "",
    picture: Annotated[
        Path | None, typer.Option(help="Write the picture of the page that seals to this file.")
    ] = None,
    page: Annotated[
        int | None, typer.Option(min=1, help="Which page; the first that seals by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is known of a sealed scan: pages, sizes, our codes; nothing of its content."""
    from digitizer.screening import legal_mail

    place = desk_of(context)
    house = place.house()
    actor = place.signer(house, by) if by or picture else OPERATOR
    known = legal_mail.look_at_sealed(house, scan, actor)
    if picture:
        sealing = [each.number for each in known.sealing if each.has_picture]
        number = page or next(iter(sealing), 0)
        write(picture, legal_mail.sealing_picture(house, scan, number, actor))
    if as_json:
        say(_scan_record(known), True, "")
        return
    print(f"{known.source}, taken in {known.taken_in:%Y-%m-%d %H:%M}. {known.reason}")
    for each in known.pages:
        print(_page_line(each))


@legal_app.command("lift")
def legal_lift(context: typer.Context, scan: ScanId, by: By, reason: Reason) -> None:
    """Say that it is no legal mail: it is unsealed and worked as other scans are."""
    from digitizer.screening.legal_mail import lift

    place = desk_of(context)
    house = place.house()
    lift(house, scan, place.signer(house, by), reason)
    print(f"Scan {scan} is unsealed and waits: run digitizer serve, or digitizer worker.")


@legal_app.command("cut")
def legal_cut(
    context: typer.Context,
    scan: ScanId,
    pages: Annotated[
        str, typer.Option(help="Pages of other letters, covers included, such as 3-6,9.")
    ],
    by: By,
    reason: Reason,
) -> None:
    """Cut other letters out as a scan of their own; the rest stays sealed."""
    from digitizer.screening.legal_mail import cut

    place = desk_of(context)
    house = place.house()
    new = cut(house, scan, read_numbers(pages), place.signer(house, by), reason)
    print(f"The pages wait as scan {new}: run digitizer serve, or digitizer worker.")


@legal_app.command("destroy")
def legal_destroy(
    context: typer.Context,
    scan: ScanId,
    by: By,
    reason: Reason,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Yes: it can never be read again, by anyone.")
    ] = False,
) -> None:
    """Destroy the key of a sealed scan: what was not cut out is gone for good."""
    from digitizer.screening.legal_mail import destroy

    place = desk_of(context)
    house = place.house()
    destroy(house, scan, place.signer(house, by), reason, confirm)
    print(f"The key of scan {scan} is destroyed; what was not cut out cannot be read any more.")


def _scan_record(known: SealedScan) -> dict[str, Any]:
    return {
        "scan": known.scan, "source": known.source, "taken_in": known.taken_in.isoformat(),
        "legal": "sure" if known.sure else "doubt", "reason": known.reason, "waits": known.waits,
        "pages": [_page_record(each) for each in known.pages],
    }  # fmt: skip


def _page_record(page: SealedPage) -> dict[str, Any]:
    return {
        "page": page.number, "width": page.width, "height": page.height, "dpi": page.dpi,
        "codes": [{"kind": code.kind, "id": code.short_id} for code in page.codes],
        "seals": page.standing, "says": page.says, "cut_into": page.cut_into,
    }  # fmt: skip


def _page_line(page: SealedPage) -> str:
    codes = ", ".join(f"{code.kind} {code.short_id}" for code in page.codes) or "no code of ours"
    wide, high = page.inches
    seals = f"; SEALS ({page.standing}): {page.says}" if page.standing else ""
    gone = f"; cut out as scan {page.cut_into}" if page.cut_into else ""
    return f"  page {page.number}: {wide:g} x {high:g} in, {codes}{seals}{gone}"
