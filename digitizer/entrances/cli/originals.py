"""originals: the paper that was scanned: its boxes, who asks for it, and how it is destroyed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    By,
    ByFor,
    PasswordFile,
    Reason,
    facility_of,
    proven,
    say,
    signed,
    tell,
    write,
)
from digitizer.model.errors import UsageError
from digitizer.support.wording import counted, local_moment

if TYPE_CHECKING:
    from digitizer.model.originals import Paper, Request

originals_app = typer.Typer(
    no_args_is_help=True, help="Originals: the paper of what was scanned, until it is destroyed."
)
BoxCode = Annotated[str, typer.Argument(metavar="BOX", help="The code on its label.")]
Item = Annotated[str, typer.Argument(metavar="ITEM", help="The id of a scan, or of a letter.")]
ListNumber = Annotated[int, typer.Argument(metavar="LIST", help="The number of the list.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(originals_app, name="originals")


@originals_app.command("boxes")
def list_boxes(context: typer.Context, as_json: AsJson = False) -> None:
    """List the boxes, the open ones first."""
    from digitizer.originals import actions

    for each in actions.overview(facility_of(context), OPERATOR).boxes:
        record = {
            "box": each.code,
            "shelf": each.shelf,
            "open": each.closed is None,
            "in_use_at": list(each.profiles),
            "scans": each.scans,
            "made": each.made.isoformat(),
            "by": each.made_by,
        }
        used = f", in use at {', '.join(each.profiles)}" if each.profiles else ""
        state = "open" if each.closed is None else "closed"
        line = f"{each.code}  {state}{used}, {counted(each.scans, 'scan')}  {each.shelf}"
        say(record, as_json, line)


@originals_app.command("new-box")
def new_box(
    context: typer.Context,
    by: By,
    shelf: Annotated[str, typer.Option(help="Where it stands.")] = "",
    use: Annotated[str, typer.Option(help="A scanner profile at which it is in use.")] = "",
    out: Annotated[Path | None, typer.Option(help="Where to write its label, a PDF.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a box, and its label."""
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    code = actions.make_box(facility, shelf, actor, use)
    if out:
        write(out, actions.box_label(facility, code, actor))
    say({"box": code}, as_json, f"Box {code} is made.")


@originals_app.command("use")
def use_box(
    context: typer.Context,
    box: BoxCode,
    profile: Annotated[str, typer.Option(help="The scanner profile.")],
    by: By,
) -> None:
    """Say that a box is in use at a scanner: the paper of each new scan goes into it."""
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    actions.use_box(facility, box, profile, actor)
    tell(f"Box {box} is in use at {profile}.")


@originals_app.command("close")
def close_box(context: typer.Context, box: BoxCode, by: By) -> None:
    """Close a box: nothing more goes into it."""
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    actions.close_box(facility, box, actor)
    tell(f"Box {box} is closed.")


@originals_app.command("where")
def where(context: typer.Context, item: Item, as_json: AsJson = False) -> None:
    """Say where the paper of a scan or letter is, and why it stays."""
    from digitizer.originals import actions

    found = actions.find_paper(facility_of(context), item, OPERATOR)
    record = _paper(found.paper) | {
        "letters": list(found.letters),
        "obstacle": found.obstacle,
        "list": found.proposed,
        "asked": [_request(each) for each in found.requests],
        "holds": [
            {"hold": each.number, "until": each.until, "reason": each.reason, "by": each.by}
            for each in found.holds
            if each.active
        ],
    }
    stays = f"; stays: {found.obstacle}" if found.obstacle else "; due to be destroyed"
    say(record, as_json, f"{found.paper.scan}  {_place(found.paper)}{stays}")


@originals_app.command("put")
def put(
    context: typer.Context,
    item: Item,
    by: By,
    box: Annotated[str, typer.Option(help="The code of the box; empty: into none.")] = "",
) -> None:
    """Put the paper of a scan into a box, or out of any."""
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    actions.put_paper(facility, item, box, actor)
    tell(f"The paper of {item} is in {f'box {box}' if box else 'no box'}.")


@originals_app.command("give")
def give(
    context: typer.Context,
    item: Item,
    to: Annotated[Literal["property", "sender", "inmate", "other"], typer.Option(help="To whom.")],
    by: By,
    note: Annotated[str, typer.Option(help="A note; for others, to whom.")] = "",
) -> None:
    """Record that all the paper of a scan was given out."""
    from digitizer.model.originals import GivenTo
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    actions.give_paper(facility, item, GivenTo(to), note, actor)
    tell(f"The paper of {item} is given out.")


@originals_app.command("asked")
def list_asked(context: typer.Context, as_json: AsJson = False) -> None:
    """List who asks for paper, the oldest first, and where it is."""
    from digitizer.originals import actions

    for each in actions.overview(facility_of(context), OPERATOR).asked:
        of, whose = each.request, each.inmate
        line = (
            f"{of.number}  letter {of.letter}"
            f"{f' of {whose.booking_number}' if whose else ''}, asked by "
            f"{of.on_behalf or of.side} on {local_moment(of.at)}: {_place(each.paper)}"
            f"{'; it was the letter of another then' if each.moved else ''}"
        )
        record = _request(of) | {
            "place": _paper(each.paper),
            "letter_of": whose.booking_number if whose else None,
        }
        say(record, as_json, line)


@originals_app.command("ask")
def ask(
    context: typer.Context,
    letter: Annotated[str, typer.Argument(help="A delivered or rejected letter.")],
    on_behalf: Annotated[str, typer.Option("--for", help="Who asks.")],
    by: By,
) -> None:
    """Ask for the paper of a letter on somebody's behalf."""
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    tell(f"Request {actions.ask_for(facility, letter, on_behalf, actor)} waits for an answer.")


@originals_app.command("answer")
def answer(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The number of the request.")],
    to: Annotated[
        Literal["property", "sender", "inmate", "refused"], typer.Option(help="What became of it.")
    ],
    by: By,
    why: Annotated[str, typer.Option(help="A note; of a refusal its reason.")] = "",
) -> None:
    """Answer who asks for paper: it was given out, or is refused."""
    from digitizer.model.originals import Answer
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    actions.answer(facility, number, Answer(to), why, actor)
    tell(f"Request {number} is answered.")


@originals_app.command("hold")
def hold(
    context: typer.Context,
    item: Item,
    until: Annotated[str, typer.Option(help="The last day, 2026-01-31.")],
    by: ByFor,
    reason: Reason,
) -> None:
    """Keep the paper of a scan or letter until the end of a day."""
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise UsageError(f"{until} is not a day. Write it like 2026-01-31.") from None
    number = actions.hold_paper(facility, item, day, actor, reason)
    tell(f"The paper of {item} is on hold until {until}: hold {number}.")


@originals_app.command("end-hold")
def end_hold(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The number of the hold.")],
    by: ByFor,
    reason: Reason,
) -> None:
    """End a hold before its last day."""
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    actions.end_hold(facility, number, actor, reason)
    tell(f"Hold {number} is over.")


@originals_app.command("due")
def due(
    context: typer.Context,
    box: Annotated[str, typer.Option(help="Only of this box.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the scans whose paper may be destroyed, the oldest first; 1000 at most."""
    from digitizer.originals import actions

    for each in actions.due(facility_of(context), OPERATOR, box):
        line = f"{each.scan}  {local_moment(each.taken_in)}  {_place(each)}  {each.source or ''}"
        say(_paper(each), as_json, line)


@originals_app.command("propose")
def propose(
    context: typer.Context,
    by: ByFor,
    scans: Annotated[list[str] | None, typer.Argument(metavar="[SCAN]...")] = None,
    box: Annotated[str, typer.Option(help="All that is due in this box.")] = "",
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Propose the paper of scans for destruction; somebody else must confirm it."""
    from digitizer.originals import actions

    facility, actor = proven(context, by, password_file)
    wanted = list(scans or ())
    if box:
        wanted += [each.scan for each in actions.due(facility, actor, box)]
    number = actions.propose(facility, wanted, actor)
    say({"list": number}, as_json, f"List {number} waits for a second person to confirm it.")


@originals_app.command("withdraw")
def withdraw(context: typer.Context, number: ListNumber, by: By) -> None:
    """Withdraw a list that waits to be confirmed."""
    from digitizer.originals import actions

    facility, actor = signed(context, by)
    actions.withdraw(facility, number, actor)
    tell(f"List {number} is withdrawn.")


@originals_app.command("confirm")
def confirm(
    context: typer.Context,
    number: ListNumber,
    by: ByFor,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Confirm a list that somebody else proposed: this paper is destroyed."""
    from digitizer.operations import paper_destruction

    facility, actor = proven(context, by, password_file)
    done = paper_destruction.confirm(facility, number, actor)
    record = {"list": number, "destroyed": done.destroyed, "left_out": done.left_out}
    left = f", {done.left_out} left out" if done.left_out else ""
    say(record, as_json, f"{counted(done.destroyed, 'scan')} recorded as destroyed{left}.")


@originals_app.command("certificate")
def certificate(
    context: typer.Context,
    number: ListNumber,
    out: Annotated[Path, typer.Option(help="Where to write the PDF.")],
) -> None:
    """Write the certificate of a destruction."""
    from digitizer.originals import actions

    write(out, actions.certificate(facility_of(context), number, OPERATOR))
    tell(f"The certificate of list {number} is {out}.")


def _place(each: Paper) -> str:
    if each.box and each.place == "box":
        return f"box {each.box}{f' ({each.shelf})' if each.shelf else ''}"
    return {"given": f"given out to {each.given_to}", "nowhere": "in no box"}.get(
        each.place, f"destroyed by list {each.destruction}"
    )


def _paper(each: Paper) -> dict[str, object]:
    return {
        "scan": each.scan,
        "source": each.source,
        "taken_in": each.taken_in.isoformat(),
        "pages": each.pages,
        "place": each.place,
        "box": each.box,
        "shelf": each.shelf or None,
        "given_to": each.given_to,
        "destroyed_by_list": each.destruction,
        "by": each.by or None,
        "at": each.at.isoformat() if each.at else None,
    }


def _request(each: Request) -> dict[str, object]:
    return {
        "request": each.number,
        "letter": each.letter,
        "scan": each.scan,
        "booking_number": each.inmate.booking_number if each.inmate else None,
        "asked_by": each.side,
        "for": each.on_behalf or None,
        "at": each.at.isoformat(),
        "answer": each.answer,
        "why": each.why or None,
    }
