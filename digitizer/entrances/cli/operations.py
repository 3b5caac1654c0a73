"""reconcile, audit, scrub, backup, restore, doctor: proof that nothing is lost."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from digitizer.entrances.cli.context import OPERATOR, AsJson, desk_of, note, read_text, say

audit_app = typer.Typer(no_args_is_help=True, help="The chain of custody.")
PassphraseFile = Annotated[
    Path | None, typer.Option(help="A file with the keys' passphrase in its first line.")
]
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    for command in (reconcile, scrub, backup, restore, doctor):
        app.command()(command)
    app.add_typer(audit_app, name="audit")


def reconcile(context: typer.Context, as_json: AsJson = False) -> None:
    """Prove that every page that came in is in exactly one place."""
    from digitizer.operations import actions as operations

    accounts = operations.reconcile(desk_of(context).house(), OPERATOR)
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
    from digitizer.operations import actions as operations

    events, fault = operations.verify_audit(desk_of(context).house(), OPERATOR)
    told = f"{events} events hold." if fault is None else f"Broken after {events} events: {fault}."
    say({"events": events, "fault": fault}, as_json, told)
    if fault is not None:
        raise typer.Exit(_FAILED)


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Write a consistent copy of the home to DIR, while the service works."""
    from digitizer.operations.backup import back_up
    from digitizer.operations.backup_keys import new_passphrase

    made = new_passphrase() if passphrase_file is None else None
    passphrase = made or _passphrase(passphrase_file)
    done = back_up(desk_of(context).house(), folder, passphrase, OPERATOR)
    record = {
        "folder": str(folder), "files": done.files, "keys": str(done.keys), "passphrase": made,
        "missing": list(done.missing), "altered": list(done.altered), "bucket": done.bucket,
    }  # fmt: skip
    told = [f"{done.files} files and the database are in {folder}.",
            f"The keys are in {done.keys}, encrypted."]  # fmt: skip
    if made:
        told.append(f"Passphrase: {made}")
        note("Write the passphrase down, apart from the backup: it is shown only this once.")
    if done.bucket:
        note(f"The stored files are in {done.bucket}: they are NOT in this backup.")
    say(record, as_json, "\n".join(told))
    for what, names in (("lost", done.missing), ("altered", done.altered)):
        for name in names:
            note(f"digitizer: the home itself has {what} the stored file {name}. It is not in the "
                 "backup; all else is. Run: digitizer scrub")  # fmt: skip
    if done.missing or done.altered:
        raise typer.Exit(_FAILED)


def _passphrase(path: Path | None) -> str:
    """The first line of the file."""
    lines = read_text(path).splitlines() if path else []
    return lines[0].strip() if lines else ""


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a new home from a backup, and prove it by reconciling."""
    from digitizer.operations.backup import restore_home

    passphrase = None if passphrase_file is None else _passphrase(passphrase_file)
    proof = restore_home(folder, desk_of(context).need_home(), OPERATOR, passphrase)
    say(asdict(proof), as_json, f"Restored {proof.files} files; {proof.scans} scans balance and "
        f"{proof.events} events hold.")  # fmt: skip
    for warning in proof.warnings:
        note(warning)


def scrub(
    context: typer.Context,
    rate: Annotated[float, typer.Option(min=0.1, help="MB a second, at most.")] = 20.0,
    as_json: AsJson = False,
) -> None:
    """Read every stored file again, gently, and say which are missing or altered."""
    from digitizer.operations.scrub import scrub as scrub_house

    found = scrub_house(desk_of(context).house(), OPERATOR, rate * 1e6)
    told = [f"{found.files} stored files read, {found.size / 1e6:.1f} MB."]
    for what, faults in (("MISSING", found.missing), ("ALTERED", found.altered)):
        told += [f"{what}  {each.store} {each.name}, of scan {', '.join(each.scans) or 'none'}"
                 for each in faults]  # fmt: skip
    told += [f"left over from a crash, can be deleted: {path}" for path in found.left_over]
    say(asdict(found), as_json, "\n".join(told))
    if not found.sound:
        note("Bring the named files back from a backup: its originals/ and pictures/ hold them "
             "under the same names.")  # fmt: skip
        raise typer.Exit(_FAILED)


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what is installed, reachable, writable and safe; each finding with its mend."""
    from digitizer.operations.doctor import examine

    worst = False
    for finding in examine(desk_of(context).home, OPERATOR):
        worst = worst or not finding.good
        mark = "good" if finding.good else "MEND"
        mend = f"  {finding.mend}" if finding.mend else ""
        say(asdict(finding), as_json, f"{mark}  {finding.what}: {finding.says}{mend}")
    if worst:
        raise typer.Exit(_FAILED)
