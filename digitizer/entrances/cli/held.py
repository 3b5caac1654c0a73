"""held, assign, release, reject, undo, cut, join, mark, …: deciding about held mail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    By,
    PasswordFile,
    Reason,
    facility_of,
    note,
    proven,
    read_text,
    say,
    signed,
    tell,
    write,
)
from digitizer.entrances.cli.prints import check_printer, print_pdf
from digitizer.model.errors import UsageError
from digitizer.model.mail import PageRole
from digitizer.model.prints import notice_kind
from digitizer.support.wording import counted, local_moment

if TYPE_CHECKING:
    from digitizer.screening.settled_mail import Sight

HeldId = Annotated[
    str, typer.Argument(metavar="LETTER", help="A held letter, or a scan held as a whole.")
]


def add_to(app: typer.Typer) -> None:
    for command in (
        held,
        assign,
        release,
        reject,
        undo,
        withhold,
        give_back,
        cut,
        join,
        mark,
        rescanned,
        recall,
        notice,
    ):
        app.command()(command)


def held(context: typer.Context, as_json: AsJson = False) -> None:
    """List held mail, oldest first, and why it is held."""
    from digitizer.screening import decisions

    for item in decisions.held(facility_of(context), OPERATOR):
        record = {
            "scan": item.scan,
            "source": item.source,
            "letter": item.letter,
            "pages": list(item.pages),
            "reason": item.reason,
            "since": item.since.isoformat(),
            "queue": item.queue,
        }
        what = f"letter {item.letter}" if item.letter else f"scan {item.scan}"
        say(
            record,
            as_json,
            f"{local_moment(item.since)}  {what}  {item.source or 'sealed'}, "
            f"{counted(len(item.pages), 'page')}: {item.reason}",
        )


def assign(
    context: typer.Context,
    held_id: HeldId,
    to: Annotated[str, typer.Option(help="The booking number.")],
    by: By,
    reason: Reason,
    despite: Annotated[
        list[int] | None,
        typer.Option(metavar="BLOCK", help="A block of mail in spite of which it is delivered."),
    ] = None,
) -> None:
    """Deliver a held letter to an inmate."""
    from digitizer.screening import cases, decisions

    facility, actor = signed(context, by)
    letter = decisions.assign(facility, held_id, to, actor, reason, despite=despite or ())
    last = cases.decision_on(facility, letter, actor)
    waits = last.event.detail.get("waits") if last else None
    still = f"assigned to {to}, and waits for {waits}" if waits else f"delivered to {to}"
    tell(f"Letter {letter} is {still}.")


def release(context: typer.Context, held_id: HeldId, by: By, reason: Reason) -> None:
    """Deliver a letter that waits for review, to the inmate named on its cover.

    Pages that were not shown to you on the page Screening are named in the log.
    """
    from digitizer.screening import decisions

    facility, actor = signed(context, by)
    waits = decisions.release(facility, held_id, actor, reason)
    tell(f"Letter {held_id} {f'waits for {waits}' if waits else 'is delivered'}.")


def reject(context: typer.Context, held_id: HeldId, by: By, reason: Reason) -> None:
    """Do not deliver a held letter; it is kept, with the reason."""
    from digitizer.screening import decisions

    facility, actor = signed(context, by)
    decisions.reject(facility, held_id, actor, reason)
    tell(f"{held_id} is rejected.")


def undo(context: typer.Context, by: By, as_json: AsJson = False) -> None:
    """Undo the last decision of the person named, within ten minutes."""
    from digitizer.screening import decisions

    facility, actor = signed(context, by)
    done = decisions.undo_last(facility, actor)
    say(
        {"held": done.held, "undone": done.decided},
        as_json,
        f"Undone: {done.decided}. {done.held} is held again, as it was before.",
    )


def cut(
    context: typer.Context,
    held_id: HeldId,
    page: Annotated[int, typer.Option(min=2, help="The page where the new letter begins.")],
    by: By,
    reason: Reason,
) -> None:
    """Cut a held letter in two before a page."""
    from digitizer.screening import decisions

    facility, actor = signed(context, by)
    first, second = decisions.cut(facility, held_id, page, actor, reason)
    tell(f"Letter {first} ends before page {page}; letter {second} begins there.")


def join(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help="The held letter that keeps its id.")],
    second: Annotated[str, typer.Argument(help="The held letter whose pages go to the first.")],
    by: By,
    reason: Reason,
) -> None:
    """Join two held letters of one scan."""
    from digitizer.screening import decisions

    facility, actor = signed(context, by)
    kept = decisions.join(facility, first, second, actor, reason)
    tell(f"Letter {kept} now has the pages of both.")


def mark(
    context: typer.Context,
    held_id: HeldId,
    page: Annotated[int, typer.Option(min=1, help="The page of the scan.")],
    as_: Annotated[PageRole, typer.Option("--as", help="What it is.")],
    by: By,
    reason: Reason,
) -> None:
    """Mark a page of a held letter as content, a cover, or blank."""
    from digitizer.screening import decisions

    facility, actor = signed(context, by)
    letter = decisions.mark_page(facility, held_id, page, as_, actor, reason)
    tell(f"Page {page} of letter {letter} is marked as {as_}.")


def withhold(
    context: typer.Context,
    held_id: HeldId,
    page: Annotated[int, typer.Option(min=1, help="The page of the scan.")],
    by: By,
    reason: Reason,
    part: Annotated[
        str | None,
        typer.Option(
            metavar="'LEFT TOP WIDTH HEIGHT'", help="Only this part of it, in % of the page."
        ),
    ] = None,
) -> None:
    """Withhold one page of a held letter, which is then delivered without it; its inmate reads why.

    'mark --as content' gives it back, 'give-back' its parts.
    """
    from digitizer.screening import decisions

    facility, actor = signed(context, by)
    if part is None:
        letter = decisions.withhold(facility, held_id, page, actor, reason)
    else:
        letter = decisions.withhold_part(facility, held_id, page, part, actor, reason)
    which = "Page" if part is None else "A part of page"
    tell(f"{which} {page} of letter {letter} is withheld.")


def give_back(
    context: typer.Context,
    held_id: HeldId,
    page: Annotated[int, typer.Option(min=1, help="The page of the scan.")],
    by: By,
    reason: Reason,
) -> None:
    """Give back the parts of a held letter's page that were withheld."""
    from digitizer.screening import decisions

    facility, actor = signed(context, by)
    letter = decisions.give_back_parts(facility, held_id, page, actor, reason)
    tell(f"All of page {page} of letter {letter} is given back.")


def rescanned(
    context: typer.Context,
    held_id: HeldId,
    as_: Annotated[str, typer.Option("--as", help="The letter or scan that replaces it.")],
    by: By,
    reason: Reason,
) -> None:
    """Record that the sheets were scanned again; the pages of this scan are kept but not used."""
    from digitizer.screening import decisions

    facility, actor = signed(context, by)
    decisions.rescanned(facility, held_id, as_, actor, reason)
    tell(f"{held_id} is replaced by {as_}.")


def recall(
    context: typer.Context,
    letter: Annotated[
        str,
        typer.Argument(help="A letter that was delivered or rejected, or a scan rejected whole."),
    ],
    by: By,
    reason: Reason,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Take back a letter that was delivered or rejected by mistake: it is held again."""
    from digitizer.screening import recalls

    facility, actor = proven(context, by, password_file)
    done = recalls.recall(facility, letter, actor, reason)
    before = done.before
    record = {
        "scan": before.scan,
        "letter": before.letter,
        "was": before.state,
        "booking_number": before.inmate.booking_number if before.inmate else None,
        "read": before.read.isoformat() if before.read else None,
        "incident": before.is_incident,
        "seen": [_seen_record(each) for each in before.seen],
        "reason": done.reason,
    }
    say(record, as_json, f"{letter} is held again. {done.reason}", *map(_seen_line, before.seen))


def _seen_record(sight: Sight) -> dict[str, object]:
    return {
        "who": sight.who,
        "inmate": sight.by_inmate,
        "did": sight.did,
        "page": sight.page,
        "at": sight.at.isoformat(),
    }


def _seen_line(sight: Sight) -> str:
    page = f", page {sight.page}" if sight.page else ""
    who = f"inmate {sight.who}" if sight.by_inmate else sight.who
    return f"  {local_moment(sight.at)}  {who} {sight.did}{page}"


def notice(
    context: typer.Context,
    letter: Annotated[str, typer.Argument(help="A rejected letter, or one with withheld pages.")],
    out: Annotated[Path | None, typer.Option(help="The PDF to write.")] = None,
    printer: Annotated[
        str | None, typer.Option(help="Put it into the print queue, and print it on this printer.")
    ] = None,
    to: Annotated[Literal["inmate", "sender"], typer.Option(help="Who receives it.")] = "inmate",
    address_file: Annotated[
        Path | None, typer.Option(help="A file with the sender's address, for a window envelope.")
    ] = None,
) -> None:
    """Print the notice that a letter was rejected, with the reasons and how to appeal."""
    from digitizer.screening.notices import rejection_notice

    if (out is None) == (printer is None):
        raise UsageError("Give --out, the PDF to write, or --printer.")
    facility = facility_of(context)
    if printer is not None:
        check_printer(facility, printer)
    address = tuple(read_text(address_file).splitlines()) if address_file else ()
    printed = rejection_notice(facility, letter, to == "sender", address, OPERATOR)
    if out is not None:
        write(out, printed.pdf)
        tell(str(out))
    elif printer is not None:
        whose = printed.booking_number
        number = print_pdf(facility, *notice_kind(to), printed.pdf, whose, printer)
        tell(f"{printer}: print {number}")
    if printed.warning:
        note(f"digitizer: {printed.warning}")
