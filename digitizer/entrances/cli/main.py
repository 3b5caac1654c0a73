"""The command ``digitizer``: global options, and what becomes of errors."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from digitizer import __version__
from digitizer.entrances.cli import (
    covers,
    held,
    incoming_mail,
    legal,
    messages,
    operations,
    service,
    setup,
)
from digitizer.entrances.cli.context import Desk
from digitizer.model.errors import DigitizerError

app = typer.Typer(
    name="digitizer",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Digitizes the physical mail of a correctional facility.\n\n"
    "A first try: [bold]digitizer --home ./home init[/], then [bold]roster import[/], "
    "[bold]cover print[/], and [bold]ingest[/] a scan. "
    "[bold]digitizer serve[/] runs the service with its web pages.",
)
for module in (setup, covers, messages, incoming_mail, held, legal, operations, service):
    module.add_to(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"digitizer {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(envvar="DIGITIZER_HOME", help="The folder that holds everything."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    context.obj = Desk(home)


def main() -> None:
    """Exit 0 done, 1 the thing asked failed, 2 wrong usage."""
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):  # names that are no UTF-8 are shown as escapes
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except DigitizerError as error:
        print(f"digitizer: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(1)
