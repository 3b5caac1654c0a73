"""The command ``digitizer``: global options, and how a command ends after an error."""

from __future__ import annotations

import io
import os
import re
import resource
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer
from typer._click.exceptions import ClickException  # typer has no public name for it

from digitizer import __version__
from digitizer.entrances.cli import (
    appeals,
    audit,
    covers,
    evidence,
    facilities,
    held,
    incoming_mail,
    legal,
    legal_mail,
    logins,
    messages,
    operations,
    originals,
    prints,
    reports,
    requests,
    retention,
    service,
    setup,
    takeaway,
    tokens,
    transfers,
    visits,
)
from digitizer.entrances.cli.context import Place, note
from digitizer.model.errors import DigitizerError, RosterError
from digitizer.support.visible import visible

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
_COMMANDS = (
    setup,
    facilities,
    covers,
    messages,
    requests,
    prints,
    incoming_mail,
    held,
    appeals,
    evidence,
    originals,
    legal,
    legal_mail,
    logins,
    takeaway,
    transfers,
    tokens,
    visits,
    operations,
    reports,
    retention,
    audit,
    service,
)
for module in _COMMANDS:
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
    facility: Annotated[
        str | None,
        typer.Option(
            envvar="DIGITIZER_FACILITY",
            metavar="CODE",
            help="The facility, where the home is an agency of several.",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    context.obj = Place(home, facility or None)


def main() -> None:
    """Exits with 0 when done, 1 when the command failed, 2 for wrong usage."""
    os.umask(0o077)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))  # a dump would hold keys, and letters
    for stream in (sys.stdout, sys.stderr):  # file names that are not UTF-8 are shown as escapes
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.excepthook = _show_failure
    try:
        sys.exit(app(standalone_mode=False))
    except DigitizerError as error:
        note(*_lines_of(error))
        sys.exit(error.exit_code)
    except ClickException as error:  # it quotes what was typed, or what a shell put in its place
        from typer.rich_utils import rich_format_error  # slow to import

        error.message = visible(error.message)
        rich_format_error(error)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)


def _lines_of(error: DigitizerError) -> list[str]:
    """What is wrong with a roster takes several lines, indented; any other line break is part of a
    name."""
    text = f"digitizer: {error}"
    return re.split("\n(?=  )", text) if isinstance(error, RosterError) else [text]


def _show_failure(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """As Python shows what nobody expected, but without what could act on the terminal."""
    for part in traceback.format_exception(kind, error, trace):
        note(*part.rstrip("\n").split("\n"))
