"""evidence: a letter with its proof, for a court's expert."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digitizer.entrances.cli.context import AsJson, By, Reason, note, say, signed, write
from digitizer.support.wording import counted


def add_to(app: typer.Typer) -> None:
    app.command()(evidence)


def evidence(
    context: typer.Context,
    letter: Annotated[str, typer.Argument(help="A letter, whatever happened to it.")],
    to: Annotated[Path, typer.Option("--to", help="The PDF to write.")],
    by: By,
    reason: Reason,
    language: Annotated[str, typer.Option(help="Of its words: en or es.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Write a letter's evidence pack: its pages, transcript, custody and their proof, in one PDF
    that an outsider can verify."""
    from digitizer.evidence import actions

    facility, actor = signed(context, by)
    made = actions.make_pack(facility, letter, actor, reason, language)
    write(to, made.pdf)
    record = {
        "letter": letter,
        "file": str(to),
        "pages": made.pages,
        "events": made.events,
        "event": made.event,
        "root": made.root,
        "anchor": made.anchor,
        "anchored": made.anchored,
        "files": list(made.files),
    }
    covered = (
        f"{counted(made.anchored, 'event')} under the anchor of event {made.anchor}"
        if made.anchor
        else "none under an anchor"
    )
    line = f"{to}: {counted(made.pages, 'page')}, {counted(made.events, 'event')}; {covered}."
    say(record, as_json, line)
    if made.anchored < made.events - 1:
        note("Later events are covered once the log is anchored: digitizer audit anchor")
