"""init, encrypt, inmate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    ByFor,
    PasswordFile,
    all_of,
    facility_of,
    home_of,
    proven_at,
    tell,
)
from digitizer.entrances.cli.rosters import roster_app
from digitizer.entrances.cli.staff import staff_app
from digitizer.model.errors import UsageError
from digitizer.support.wording import counted

if TYPE_CHECKING:
    from digitizer.facility import AtRestSecret

inmate_app = typer.Typer(no_args_is_help=True, help="An inmate's login.")


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(encrypt)
    app.command("change-passphrase")(change_passphrase)
    app.add_typer(roster_app, name="roster")
    app.add_typer(inmate_app, name="inmate")
    app.add_typer(staff_app, name="staff")


PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="A file with the home's passphrase in its first line."),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="A key file on another device; it is made if it is not there."),
]


def init(
    context: typer.Context,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt the new home at rest.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    key_file: KeyFile = None,
) -> None:
    """Make a home: settings, keys, database, inbox. An older home is brought up to date, an agency
    with all its facilities."""
    from digitizer.facility import make_home

    if several := all_of(context):
        if encrypt:
            raise UsageError("To encrypt a facility's home, name it: --facility CODE encrypt")
        for each in several:
            make_home(each.home)
            tell(f"{each.home} ({each.code}) is up to date.")
        return
    home = home_of(context)
    if (passphrase_file or key_file) and not encrypt:
        raise UsageError("--passphrase-file and --key-file are for --encrypt.")
    if make_home(home, _at_rest_secret(passphrase_file, key_file) if encrypt else None):
        tell(f"Made {home}. Next: set the facility's name and address in {home}/config.toml,")
        tell(f"then: digitizer --home {home} roster import FILE.csv")
    else:
        tell(f"{home} is up to date.")


def encrypt(
    context: typer.Context,
    passphrase_file: PassphraseFile = None,
    key_file: KeyFile = None,
) -> None:
    """Encrypt an existing home at rest, or go on where that was interrupted."""
    from digitizer.operations.encrypting import encrypt_home

    home = home_of(context)
    done = encrypt_home(home, _at_rest_secret(passphrase_file, key_file), OPERATOR)
    tell(f"{home} is encrypted: the database and {counted(done.files, 'file')}.")
    if done.altered:
        tell(f"Left as they are, for their bytes were altered before: {', '.join(done.altered)}.")
        raise typer.Exit(1)


def change_passphrase(
    context: typer.Context,
    passphrase_file: Annotated[
        Path, typer.Option(help="A file with the passphrase until now in its first line.")
    ],
    new_passphrase_file: Annotated[
        Path, typer.Option(help="A file with the new passphrase in its first line.")
    ],
    by: ByFor = "",
    password_file: PasswordFile = None,
) -> None:
    """Change the passphrase of an encrypted home; a service that runs goes on."""
    from digitizer.operations import encrypting

    home = home_of(context)
    old, new = (
        encrypting.passphrase_in(passphrase_file),
        encrypting.passphrase_in(new_passphrase_file),
    )
    actor = OPERATOR
    if by or password_file:
        facility = encrypting.opened_with(home, old)
        try:
            actor = proven_at(facility, by, password_file)
        finally:
            facility.engine.dispose()
    encrypting.change_passphrase(home, old, new, actor)
    tell(f"{home} opens with the new passphrase. Files that name one for an unattended start:")
    tell("put the new one there. An older copy of keys/home.json still opens with the old one.")


def _at_rest_secret(passphrase_file: Path | None, key_file: Path | None) -> AtRestSecret:
    from digitizer.operations.encrypting import secret_of

    return secret_of(passphrase_file, key_file, tell)


@inmate_app.command("pin")
def inmate_pin(context: typer.Context, booking: str) -> None:
    """Set or reset an inmate's PIN; it is shown once."""
    from digitizer.people.actions import set_pin

    tell(set_pin(facility_of(context), booking, OPERATOR))


@inmate_app.command("question")
def inmate_question(
    context: typer.Context,
    booking: str,
    question: Annotated[str, typer.Option(help="The question asked after the PIN.")],
    answer_file: Annotated[Path, typer.Option(help="A file with the answer in its first line.")],
) -> None:
    """Set the security question that the settings may ask for after the PIN."""
    from digitizer.people.actions import set_security_question

    try:
        answer = next(iter(answer_file.read_text("utf-8-sig").splitlines()), "").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read {answer_file}: {error}.") from None
    set_security_question(facility_of(context), booking, question, answer, OPERATOR)
    tell(f"The security question of {booking} is set.")
