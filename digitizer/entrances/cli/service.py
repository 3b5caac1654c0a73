"""serve, watch, worker, web: the service, as one command or as three."""

from __future__ import annotations

from typing import Annotated

import typer

from digitizer.entrances.cli.context import facilities_of
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
    """Run everything: the watched folders, the worker, the web pages and the API. Of an agency of
    several, where none is named, for all: each has its pages at its host names."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run
        from digitizer.entrances.service.by_host import check_together
        from digitizer.entrances.service.roster_folder import roster_folder, watch_rosters
        from digitizer.entrances.service.upkeep import UPKEEP

        start_logging(log)
        facilities = facilities_of(context, outpost=False)
        check_together(facilities)
        run.safe_folders(*facilities)
        for each in facilities:
            roster_folder(each)
        inboxes = ", ".join(f"{each.home}/inbox/" for each in facilities)
        web_pages = run.serve_web(host, port, f" and watching {inboxes}")
        parts = (run.watch, watch_rosters, run.anchor_daily, *UPKEEP)
        _end_with(run.run_all(facilities, (web_pages, run.work_all), *parts, bell=bell))


def watch(context: typer.Context, log: Log = Form.TEXT) -> None:
    """Only watch the folders and take in the files that settle there, of all facilities where none
    is named."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run
        from digitizer.entrances.service.roster_folder import watch_rosters

        start_logging(log)
        facilities = facilities_of(context)
        run.safe_folders(*facilities)
        rosters = () if facilities[0].is_outpost else (watch_rosters,)
        _end_with(run.run_all(facilities, (), run.watch, *rosters, bell=bell))


def worker(context: typer.Context, log: Log = Form.TEXT) -> None:
    """Only work the scans that wait, of all facilities where none is named; and in a home do what
    the service does by itself."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run
        from digitizer.entrances.service.upkeep import UPKEEP

        start_logging(log)
        facilities = facilities_of(context)
        upkeep = () if facilities[0].is_outpost else (run.anchor_daily, *UPKEEP)
        _end_with(run.run_all(facilities, (run.work_all,), *upkeep, bell=bell))


def web(
    context: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    entrance: Entrances = None,
    log: Log = Form.TEXT,
) -> None:
    """Only serve the web pages and the API, or some of them, of all facilities where none is
    named."""
    with stop_bell(last=True) as bell:
        from digitizer.entrances.service import run
        from digitizer.entrances.service.by_host import check_together

        part = run.serve_web(host, port, entrances=entrance or ())
        start_logging(log)
        facilities = facilities_of(context, outpost=False)
        check_together(facilities)
        _end_with(run.run_all(facilities, (part,), bell=bell))


def _end_with(well: bool) -> None:
    if not well:
        raise typer.Exit(_FAILED)
