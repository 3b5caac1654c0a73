"""serve, watch, worker, web: the service, as one command or as three."""

from __future__ import annotations

from typing import Annotated

import typer

from digitizer.entrances.cli.context import facilities_of, facility_of
from digitizer.entrances.service.entrance import Entrance
from digitizer.entrances.service.logs import Form, start_logging
from digitizer.entrances.service.stopping import stop_bell

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[
    int, typer.Option(min=0, max=65535, help="The port to listen on; 0: any free one.")
]
Log = Annotated[Form, typer.Option(help="The form of the log on stderr: for people or programs.")]
Entrances = Annotated[
    list[Entrance] | None,
    typer.Option(
        "--door", help="Serve only this; give it more than once for several. Without it: all."
    ),
]
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    for command in (serve, watch, worker, web):
        app.command()(command)


def serve(
    context: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    log: Log = Form.TEXT,
) -> None:
    """Run everything: the watched folders, the worker, the web pages and the API."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run
        from digitizer.entrances.service.roster_folder import roster_folder, watch_rosters
        from digitizer.entrances.service.upkeep import UPKEEP

        start_logging(log)
        facility = facility_of(context)
        run.safe_folders(facility)
        roster_folder(facility)
        beside = f" and watching {facility.home}/inbox/"
        web_pages = run.serve_web(host, port, beside)
        parts = (web_pages, run.watch, watch_rosters, run.work, run.anchor_daily, *UPKEEP)
        _end_with(run.run(facility, *parts, bell=bell))


def watch(context: typer.Context, log: Log = Form.TEXT) -> None:
    """Only watch the folders and take in the files that settle there."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run
        from digitizer.entrances.service.roster_folder import watch_rosters

        start_logging(log)
        facility = facility_of(context, outpost=True)
        rosters = () if facility.is_outpost else (watch_rosters,)
        _end_with(run.run(facility, run.watch, *rosters, bell=bell))


def worker(context: typer.Context, log: Log = Form.TEXT) -> None:
    """Only work the scans that wait, of all facilities where none is named; and in a home do what
    the service does by itself."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run
        from digitizer.entrances.service.upkeep import UPKEEP

        start_logging(log)
        facilities = facilities_of(context)
        upkeep = () if facilities[0].is_outpost else (run.anchor_daily, *UPKEEP)
        _end_with(run.run_workers(facilities, *upkeep, bell=bell))


def web(
    context: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    entrance: Entrances = None,
    log: Log = Form.TEXT,
) -> None:
    """Only serve the web pages and the API, or some of them."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run

        part = run.serve_web(host, port, entrances=entrance or ())
        start_logging(log)
        _end_with(run.run(facility_of(context), part, bell=bell))


def _end_with(well: bool) -> None:
    if not well:
        raise typer.Exit(_FAILED)
