"""reconcile, audit, backup, restore, doctor: proof that nothing is lost."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from digitizer.entrances.cli.context import AsJson, desk_of, note, say

audit_app = typer.Typer(no_args_is_help=True, help="The chain of custody.")
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    for command in (reconcile, backup, restore, doctor):
        app.command()(command)
    app.add_typer(audit_app, name="audit")


def reconcile(context: typer.Context, as_json: AsJson = False) -> None:
    """Prove that every page that came in is in exactly one place."""
    from digitizer.mailroom import books

    accounts = books.reconcile(desk_of(context).house())
    for each in accounts:
        told = (
            f"{each.scan}  {each.source}: {each.pages} pages = {each.delivered} delivered, "
            f"{each.held} held, {each.recorded} recorded, {each.covers} covers, "
            f"{each.blanks} blanks, {each.rejected} rejected"
        )
        told += " (still at work)" if each.working else ""
        told += "" if each.balanced else "  DOES NOT BALANCE"
        told += "  ITS ORIGINAL IS MISSING" if each.missing_original else ""
        say(asdict(each), as_json, told)
    wrong = sum(not each.balanced for each in accounts)
    note(f"{len(accounts)} scans, {wrong} do not balance.")
    if wrong:
        raise typer.Exit(_FAILED)


@audit_app.command("verify")
def audit_verify(context: typer.Context, as_json: AsJson = False) -> None:
    """Walk the event chain and say the first broken link."""
    from digitizer.mailroom import books

    events, fault = books.verify_audit(desk_of(context).house())
    told = f"{events} events hold." if fault is None else f"Broken after {events} events: {fault}."
    say({"events": events, "fault": fault}, as_json, told)
    if fault is not None:
        raise typer.Exit(_FAILED)


def backup(
    context: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]
) -> None:
    """Write a consistent copy of the home to DIR, while the service works."""
    from digitizer.mailroom.copies import back_up

    done = back_up(desk_of(context).house(), folder)
    print(f"{done.files} files and the database are in {folder}.")
    print(f"The keys are in {done.keys}: move that file to another safe place.")
    for scan in done.missing:
        note(f"digitizer: the original of scan {scan} is missing in the home. All else is copied.")
    if done.missing:
        raise typer.Exit(_FAILED)


def restore(
    context: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]
) -> None:
    """Make a new home from a backup, and prove it by reconciling."""
    from digitizer.mailroom.copies import restore_home

    proof = restore_home(folder, desk_of(context).need_home())
    print(f"Restored {proof.files} files; {proof.scans} scans balance.")
    for warning in proof.warnings:
        note(warning)


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what is installed, reachable, writable and safe; each finding with its mend."""
    from digitizer.mailroom.doctor import examine

    worst = False
    for finding in examine(desk_of(context).home):
        worst = worst or not finding.good
        mark = "good" if finding.good else "MEND"
        mend = f"  {finding.mend}" if finding.mend else ""
        say(asdict(finding), as_json, f"{mark}  {finding.what}: {finding.says}{mend}")
    if worst:
        raise typer.Exit(_FAILED)
