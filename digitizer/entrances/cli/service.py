"""serve, watch, worker, web: the service, as one command or as three."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from digitizer.entrances.cli.context import desk_of, note

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")]
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    for command in (serve, watch, worker, web):
        app.command()(command)


def _log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )


def serve(context: typer.Context, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run it all: the watched folders, the worker, and the web pages."""
    from digitizer.entrances import service

    _log_to_stderr()
    house = desk_of(context).house()
    service.safe_folders(house)
    note(f"Serving http://{host}:{port}/ and watching {house.home}/inbox/. Ctrl+C ends it.")
    if not service.run(house, service.serve_web(host, port), service.watch, service.work):
        raise typer.Exit(_FAILED)


def watch(context: typer.Context) -> None:
    """Only watch the folders and take in what settles there."""
    from digitizer.entrances import service

    _log_to_stderr()
    if not service.run(desk_of(context).house(), service.watch):
        raise typer.Exit(_FAILED)


def worker(context: typer.Context) -> None:
    """Only work what waits."""
    from digitizer.entrances import service

    _log_to_stderr()
    if not service.run(desk_of(context).house(), service.work):
        raise typer.Exit(_FAILED)


def web(context: typer.Context, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Only serve the web pages."""
    from digitizer.entrances import service

    _log_to_stderr()
    if not service.run(desk_of(context).house(), service.serve_web(host, port)):
        raise typer.Exit(_FAILED)
