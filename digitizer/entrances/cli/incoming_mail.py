"""ingest, mailbox, letter, correct, search, read, decode: taking in mail, and finding it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    facility_of,
    given_home,
    note,
    say,
    tell,
    write,
)
from digitizer.entrances.cli.progress import shown_progress
from digitizer.model.errors import DigitizerError, UsageError
from digitizer.model.mail import Filed, Outcome, came_under
from digitizer.support.wording import counted, local_moment

if TYPE_CHECKING:
    from digitizer.capture.inspection import ReadPage

#: As text, not as paths: every message names a file exactly as it was given.
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Scanned files.")]
_FAILED = 1


def add_to(app: typer.Typer) -> None:
    for command in (ingest, mailbox, letter, correct, search, read, decode):
        app.command()(command)


def ingest(
    context: typer.Context,
    files: Files,
    profile: Annotated[str, typer.Option(help="The scanner profile.")] = "default",
    as_json: AsJson = False,
) -> None:
    """Take in scans and work them to the end; the files themselves are left as they are."""
    from digitizer.capture.ingest import ingest_all

    facility = facility_of(context)
    given = {Path(name): name for name in reversed(files)}
    present = [path for path in map(Path, files) if path.is_file()]
    failed = False
    with (
        shown_progress() as progress,
        closing(
            ingest_all(facility, present, profile, given.__getitem__, progress, OPERATOR)
        ) as ingested,
    ):
        for stack in ingested:
            if isinstance(stack.outcome, DigitizerError):
                note(f"digitizer: {stack.files[0]}: {stack.outcome}")
                failed = True
                continue
            for line in stack.outcome:
                _say_filed(line, as_json)
    for name in files:
        if not Path(name).is_file():
            note(f"digitizer: {name}: there is no such file.")
            failed = True
    if failed:
        raise typer.Exit(_FAILED)


def _say_filed(line: Filed, as_json: bool) -> None:
    record = {
        "scan": line.scan,
        "source": line.source,
        "letter": line.letter,
        "outcome": line.outcome,
        "booking_number": line.booking_number,
        "pages": list(line.pages),
        "reason": line.reason,
    }
    pages = _ranges(line.pages)
    text = f"{line.source}: {line.outcome}"
    if line.outcome is Outcome.DELIVERED:
        text += f" to {line.booking_number}, pages {pages} (letter {line.letter})"
    else:
        text += (f", pages {pages}" if pages else "") + f": {line.reason}"
        text += f" (letter {line.letter})" if line.letter else f" (scan {line.scan})"
    say(record, as_json, text)


def _ranges(pages: tuple[int, ...]) -> str:
    """2, 3, 4, 7 as "2-4, 7"."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def mailbox(context: typer.Context, booking: str, as_json: AsJson = False) -> None:
    """List the letters in an inmate's mailbox, newest first."""
    from digitizer.letters import actions as letters

    for entry in letters.mailbox(facility_of(context), booking, OPERATOR):
        record = {
            "letter": entry.letter,
            "kind": entry.kind,
            "received": entry.received.isoformat(),
            "pages": entry.pages,
            "from": entry.sender,
            "subject": entry.subject,
            "read": entry.read,
        }
        state = "read" if entry.read else "new "
        say(
            record,
            as_json,
            f"{local_moment(entry.received)}  {state}  {entry.letter}  "
            f"{counted(entry.pages, 'page')}  {came_under(entry.sender)}",
        )


def letter(
    context: typer.Context,
    letter_id: Annotated[str, typer.Argument(metavar="LETTER")],
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
) -> None:
    """Write a letter as a searchable PDF: its pages, with their words as invisible text."""
    from digitizer.letters.actions import letter_pdf

    write(out, letter_pdf(facility_of(context), letter_id, OPERATOR))
    tell(str(out))


def correct(
    context: typer.Context,
    letter_id: Annotated[str, typer.Argument(metavar="LETTER")],
    page: Annotated[int, typer.Argument(min=1, help="The page, from 1.")],
    text: Annotated[typer.FileText, typer.Option(help="A file with the page's text; -: stdin.")],
    bare: Annotated[bool, typer.Option("--bare", help="The page has no text.")] = False,
) -> None:
    """Correct the text of a page: people read and search the corrected text from now on."""
    from digitizer.letters.actions import correct_page

    facility = facility_of(context)
    correct_page(facility, letter_id, page, text.read(), OPERATOR, may_be_empty=bare)


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help='Words; "quotes" make a phrase.')],
    booking: Annotated[str | None, typer.Option(help="Only this inmate's mailbox.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many pages.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find words in delivered letters, even where handwriting was read slightly wrong."""
    from digitizer.letters.actions import search_mail

    hits = search_mail(facility_of(context), query, OPERATOR, booking, limit)
    for hit in hits:
        record = {
            "letter": hit.letter,
            "page": hit.page,
            "booking_number": hit.booking_number,
            "score": round(hit.score, 4),
            "snippet": hit.snippet,
            "likely": hit.likely,
        }
        line = f"{hit.score:.2f}  {hit.booking_number}  {hit.letter} page {hit.page}: {hit.snippet}"
        say(record, as_json, line if hit.likely else f"{line}  (unlikely)")
    if not any(hit.likely for hit in hits):
        note("Nothing was found." + (" The pages above have words that look alike." * bool(hits)))
    if hits and not as_json:
        note("A machine read these words, unless a person corrected them: they can be wrong.")


def read(
    context: typer.Context,
    files: Files,
    language: Annotated[list[str] | None, typer.Option(help="en, es; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read typed and handwritten pages of any files; this needs no home."""
    from digitizer.capture.inspection import read_files

    failed = False
    paths = [Path(name) for name in _existing(files)]
    with shown_progress() as progress:
        for file, page in read_files(paths, tuple(language or ("en",)), progress):
            name = files[file]
            if isinstance(page, DigitizerError):
                note(f"digitizer: {name}: {page}")
                failed = True
                continue
            record = {
                "file": name,
                "page": page.number,
                "text": page.transcript.text,
                "engine": page.transcript.engine,
                "kind": page.transcript.kind,
                "confidence": round(page.transcript.confidence, 3),
                "unread": round(page.transcript.unread, 3),
                "seconds": round(page.seconds, 3),
            }
            say(record, as_json, *([] if as_json else _page_text(name, page)))
    if failed:
        raise typer.Exit(_FAILED)


def _page_text(path: str, page: ReadPage) -> list[str]:
    """A page for a person: which engine read it, then its text, with doubtful words marked."""
    from digitizer.letters.doubtful_words import doubts_in, is_read_in_part, shown_lines

    lines = shown_lines(page.transcript)
    doubtful, words = doubts_in(lines)
    head = f"— {path}, page {page.number}"
    looks = f"{page.transcript.kind}, " if page.transcript.kind else ""
    if not words:
        return [f"{head}: {looks}nothing was read ({page.seconds:.1f} s)", ""]
    marked = f"{doubtful} of {words} words doubtful, marked [?]" if doubtful else f"{words} words"
    if is_read_in_part(page.transcript):
        marked += ", some of the writing not read"
    marked = looks + marked
    text = [
        " ".join(f"{word.text}[?]" if word.doubtful else word.text for word in line)
        for line in lines
    ]
    return [f"{head}: {marked} ({page.transcript.engine}, {page.seconds:.1f} s)", *text, ""]


def decode(context: typer.Context, files: Files, as_json: AsJson = False) -> None:
    """Show every barcode on the pages, and whether ours are trusted, and why."""
    from digitizer.capture.inspection import decode_file

    facility = facility_of(context) if given_home(context) else None
    failed = False
    for path in _existing(files):
        try:
            for page in decode_file(facility, Path(path), OPERATOR):
                symbols = [
                    {"format": s.format, "text": s.text, "trusted": s.trusted, "why": s.why}
                    for s in page.symbols
                ]
                record = {"file": path, "page": page.number, "symbols": symbols}
                lines = [f"{path} page {page.number}: {len(symbols) or 'no'} symbols"]
                lines += [f"  {s.format:12} {s.text!r}: {s.why}" for s in page.symbols]
                say(record, as_json, *lines)
        except DigitizerError as error:
            note(f"digitizer: {path}: {error}")
            failed = True
    if failed:
        raise typer.Exit(_FAILED)


def _existing(files: list[str]) -> list[str]:
    missing = [name for name in files if not Path(name).is_file()]
    if missing:
        raise UsageError(f"There is no such file: {', '.join(missing)}.")
    return files
