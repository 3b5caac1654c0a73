"""serve, watch, worker, web: the service, as one command or as three."""

from __future__ import annotations

from typing import Annotated

import typer

from digitizer.entrances.cli.context import desk_of
from digitizer.entrances.service.logs import Form, start_logging
from digitizer.entrances.service.stopping import stop_bell

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[
    int, typer.Option(min=0, max=65535, help="The port to listen on; 0: any that is free.")
]
Log = Annotated[Form, typer.Option(help="How stderr is written: for people or for programs.")]
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    for command in (serve, watch, worker, web):
        app.command()(command)


def serve(
    context: typer.Context, host: Host = "127.0.0.1", port: Port = 8000,
    log: Log = Form.TEXT,
) -> None:  # fmt: skip
    """Run it all: the watched folders, the worker, and the web pages."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run

        start_logging(log)
        house = desk_of(context).house()
        run.safe_folders(house)
        beside = f" and watching {house.home}/inbox/"
        parts = (run.serve_web(host, port, beside), run.watch, run.work)
        _end_with(run.run(house, *parts, bell=bell))


def watch(context: typer.Context, log: Log = Form.TEXT) -> None:
    """Only watch the folders and take in what settles there."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run

        start_logging(log)
        _end_with(run.run(desk_of(context).house(), run.watch, bell=bell))


def worker(context: typer.Context, log: Log = Form.TEXT) -> None:
    """Only work what waits."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run

        start_logging(log)
        _end_with(run.run(desk_of(context).house(), run.work, bell=bell))


def web(
    context: typer.Context, host: Host = "127.0.0.1", port: Port = 8000,
    log: Log = Form.TEXT,
) -> None:  # fmt: skip
    """Only serve the web pages."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run

        start_logging(log)
        part = run.serve_web(host, port)
        _end_with(run.run(desk_of(context).house(), part, bell=bell))


def _end_with(well: bool) -> None:
    if not well:
        raise typer.Exit(_FAILED)
