"""reconcile, scrub, backup, restore, doctor: proving that nothing is lost."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    facility_of,
    given_home,
    home_of,
    note,
    read_text,
    say,
)
from digitizer.entrances.cli.progress import shown_progress
from digitizer.support.wording import counted

if TYPE_CHECKING:
    from digitizer.operations.backup import BackedUp

PassphraseFile = Annotated[
    Path | None, typer.Option(help="A file with the keys' passphrase in its first line.")
]
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    for command in (reconcile, scrub, backup, restore, doctor):
        app.command()(command)
    app.command("move-to")(move_to)


def reconcile(context: typer.Context, as_json: AsJson = False) -> None:
    """Prove that every page that came in is in exactly one place."""
    from digitizer.operations import actions as operations

    accounts = operations.reconcile(facility_of(context), OPERATOR)
    for each in accounts:
        line = (
            f"{each.scan}  {each.source}: {counted(each.pages, 'page')} = "
            f"{each.delivered} delivered, {each.held} held, {each.recorded} recorded, "
            f"{counted(each.covers, 'cover')}, {counted(each.blanks, 'blank')}, "
            f"{each.rejected} rejected"
        )
        line += f", {each.destroyed} destroyed" if each.destroyed else ""
        line += " (still at work)" if each.working else ""
        line += "" if each.balanced else "  DOES NOT BALANCE"
        line += "  ITS ORIGINAL IS MISSING" if each.missing_original else ""
        say(asdict(each), as_json, line)
    wrong = sum(not each.balanced for each in accounts)
    note(f"{counted(len(accounts), 'scan')}, {wrong} {'does' if wrong == 1 else 'do'} not balance.")
    if wrong:
        raise typer.Exit(_FAILED)


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    passphrase_file: PassphraseFile = None,
    share_with: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="An earlier backup on the same disk: the stored files that it has unaltered are "
            "shared with it, not copied.",
        ),
    ] = None,
    confirm_key_folder: Annotated[
        bool,
        typer.Option(
            "--confirm-key-folder",
            help="backup.key_folder is the right one, though the copy of the keys that was there "
            "is lost, or this home was restored for good.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a consistent copy of the home to DIR; the service may go on working."""
    from digitizer.operations.backup import back_up
    from digitizer.operations.backup_keys import new_passphrase

    made = new_passphrase() if passphrase_file is None else None
    passphrase = made or _passphrase(passphrase_file)
    done = back_up(
        facility_of(context),
        folder,
        passphrase,
        OPERATOR,
        earlier=share_with,
        key_folder_confirmed=confirm_key_folder,
    )
    record = {
        "folder": str(folder),
        "files": done.files,
        "keys": str(done.keys),
        "passphrase": made,
        "missing": list(done.missing),
        "altered": list(done.altered),
        "shared": done.shared,
        "bucket": done.bucket,
    }
    lines = [
        f"The database and {counted(done.files, 'file')} are in {folder}.",
        f"The keys are in {done.keys}, encrypted.",
    ]
    if share_with:
        lines[0] += f" {counted(done.shared, 'stored file')} shared with {share_with}."
    if made:
        lines.append(f"Passphrase: {made}")
        note("Write the passphrase down, apart from the backup: it is shown only this once.")
    if done.bucket:
        note(f"The stored files are in {done.bucket}: they are NOT in this backup.")
    say(record, as_json, *lines)
    if done.missing or done.altered:
        _note_damage(done)
        raise typer.Exit(_FAILED)


def _note_damage(done: BackedUp) -> None:
    for what, names in (("lost", done.missing), ("altered", done.altered)):
        for name in names:
            note(
                f"digitizer: the home itself has {what} the stored file {name}. It is not in the "
                "backup; everything else is. Run: digitizer scrub"
            )


def _passphrase(path: Path | None) -> str:
    """The first line of the file."""
    lines = read_text(path).splitlines() if path else []
    return lines[0].strip() if lines else ""


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    passphrase_file: PassphraseFile = None,
    keys: Annotated[
        Path | None,
        typer.Option(help="The copy of the key book, or its folder, if not where it was kept."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a new home from a backup, and prove it by reconciling."""
    from digitizer.operations.restore import restore_home

    passphrase = None if passphrase_file is None else _passphrase(passphrase_file)
    proof = restore_home(folder, home_of(context), OPERATOR, passphrase, keys)
    say(
        asdict(proof),
        as_json,
        f"Restored {counted(proof.files, 'file')}. In balance: {counted(proof.scans, 'scan')}. "
        f"Proven: {counted(proof.events, 'event')}.",
    )
    for warning in proof.warnings:
        note(warning)


def move_to(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="postgresql://USER@HOST/NAME")],
    unencrypted: Annotated[
        bool,
        typer.Option(
            "--unencrypted", help="An encrypted home's database may be in the clear on the server."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Move the home's database to an empty PostgreSQL database, and prove it; the service is
    stopped meanwhile. Where this was interrupted, run it again."""
    from digitizer.operations.moving import move_home

    with shown_progress() as shown:
        done = move_home(home_of(context), url, OPERATOR, shown, unencrypted=unencrypted)
    say(
        asdict(done),
        as_json,
        f"Moved to {done.database}: {counted(done.rows, 'row')}, each compared. In balance as "
        f"before: {counted(done.scans, 'scan')}. Proven: {counted(done.events, 'event')}.",
    )
    note(
        "The old database is closed for good and still in the home, with its mail: remove "
        "database/mail.sqlite once the first backup of the new one is made."
    )


def scrub(
    context: typer.Context,
    rate: Annotated[float, typer.Option(min=0.1, help="At most this many MB a second.")] = 20.0,
    as_json: AsJson = False,
) -> None:
    """Read every stored file again, slowly, and show which are missing or altered."""
    from digitizer.operations.scrub import scrub as scrub_facility

    found = scrub_facility(facility_of(context), OPERATOR, rate * 1e6)
    lines = [f"{found.files} stored files read, {found.size / 1e6:.1f} MB."]
    for what, problems in (("MISSING", found.missing), ("ALTERED", found.altered)):
        lines += [
            f"{what}  {each.store} {each.name}, of scan {', '.join(each.scans) or 'none'}"
            for each in problems
        ]
    lines += [f"left over from a crash, can be deleted: {path}" for path in found.left_over]
    say(asdict(found), as_json, *lines)
    if not found.sound:
        note(
            "Restore these files from a backup: its originals/ and pictures/ hold them "
            "under the same names."
        )
        raise typer.Exit(_FAILED)


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what is installed, reachable, writable and safe, and how to fix what is not."""
    from digitizer.operations.doctor import examine

    worst = False
    for finding in examine(given_home(context), OPERATOR):
        worst = worst or not finding.good
        line = f"{'good' if finding.good else 'FIX '}  {finding.what}: {finding.message}"
        record = {
            "what": finding.what,
            "good": finding.good,
            "says": finding.message,
            "mend": finding.fix,
        }
        say(record, as_json, line + (f"  {finding.fix}" if finding.fix else ""))
    if worst:
        raise typer.Exit(_FAILED)
