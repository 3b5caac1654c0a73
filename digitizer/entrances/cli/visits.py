"""visit: rooms and sessions, booking for an inmate, answering, and the day's lists."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitizer.entrances.cli.context import AsJson, ByFor, Reason, say, signed, write
from digitizer.model.errors import UsageError

if TYPE_CHECKING:
    from digitizer.model.visits import BookedVisit, Guest, VisitKind

visit_app = typer.Typer(no_args_is_help=True, help="Visits: rooms, sessions, booking, lists.")

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Annotated[str, typer.Option(help="As 2026-12-05; today for none.")]
Kind = Annotated[str, typer.Option(help='"in person", "video" or "attorney".')]


def add_to(app: typer.Typer) -> None:
    app.add_typer(visit_app, name="visit")


@visit_app.command("room")
def room(
    context: typer.Context,
    name: str,
    places: Annotated[int, typer.Option(help="So many visits at once.")] = 1,
    medium: Annotated[str, typer.Option(help='"in person" or "video".')] = "in person",
    by: ByFor = "",
    as_json: AsJson = False,
) -> None:
    """Make a room, or a row of kiosks."""
    from digitizer.model.visits import Medium
    from digitizer.visits import setup

    facility, actor = signed(context, by)
    if medium not in list(Medium):
        raise UsageError('The medium is "in person" or "video".')
    number = setup.make_room(facility, name, Medium(medium), places, actor)
    say({"room": number, "name": name}, as_json, f"{name} is room {number}.")


@visit_app.command("session")
def session(
    context: typer.Context,
    room: int,
    days: Annotated[str, typer.Option(help='Weekdays, as "sat sun".')],
    begins: Annotated[str, typer.Option(help="Local time, as 09:00.")],
    ends: Annotated[str, typer.Option(help="Local time, as 12:00.")],
    minutes: Annotated[int, typer.Option(help="How long a visit is.")] = 30,
    kind: Kind = "in person",
    capacity: Annotated[int, typer.Option(help="So many visits at once.")] = 1,
    every: Annotated[int, typer.Option(help="Weeks from one week with it to the next.")] = 1,
    first_day: Day = "",
    by: ByFor = "",
    as_json: AsJson = False,
) -> None:
    """Make a session: a template of times in a room."""
    from digitizer.model.visits import NewSession
    from digitizer.visits import setup

    facility, actor = signed(context, by)
    named = days.casefold().replace(",", " ").split()
    if not set(named) <= set(_DAYS):
        raise UsageError(f"Days are named {', '.join(_DAYS)}.")
    try:
        times = time.fromisoformat(begins), time.fromisoformat(ends)
    except ValueError:
        raise UsageError("Write times as 09:00.") from None
    new = NewSession(
        room=room,
        kind=_kind(kind),
        days=frozenset(_DAYS.index(each) for each in named),
        begins=times[0],
        ends=times[1],
        minutes=minutes,
        first_day=_day(first_day),
        every=every,
        capacity=capacity,
    )
    number = setup.make_session(facility, new, actor)
    say({"session": number, "room": room}, as_json, f"Session {number} is offered.")


@visit_app.command("times")
def times(
    context: typer.Context,
    booking: str,
    kind: Kind = "in person",
    day: Day = "",
    days: Annotated[int, typer.Option(help="So many days.")] = 14,
    by: ByFor = "",
    as_json: AsJson = False,
) -> None:
    """List the times that can be booked for an inmate."""
    from digitizer.visits import actions

    facility, actor = signed(context, by)
    found = actions.times(facility, booking, _kind(kind), actor, first=_day(day), days=days)
    for each in found.open:
        starts, ends = each.slot.starts.astimezone(), each.slot.ends.astimezone()
        record = {
            "time": each.slot.name,
            "starts": starts.isoformat(),
            "ends": ends.isoformat(),
            "room": each.room_name,
            "free": each.free,
        }
        line = f"{each.slot.name}  {starts:%a %Y-%m-%d %H:%M}-{ends:%H:%M}  {each.room_name}"
        say(record, as_json, line)


@visit_app.command("book")
def book(
    context: typer.Context,
    booking: str,
    at: Annotated[str, typer.Option("--time", help='As "visit times" names it.')],
    contact: Annotated[
        list[int] | None, typer.Option(help="The number of a correspondent; again for more.")
    ] = None,
    guest: Annotated[
        list[str] | None,
        typer.Option(help="A name; of a minor with the date of birth: 'Tom Marlow 2017-05-01'."),
    ] = None,
    by: ByFor = "",
    as_json: AsJson = False,
) -> None:
    """Book a visit for an inmate."""
    from digitizer.model.visits import Guest
    from digitizer.people.correspondents import actions as correspondents
    from digitizer.visits import actions

    facility, actor = signed(context, by)
    people = [
        Guest(correspondents.correspondent(facility, each, actor).record.name, each)
        for each in contact or ()
    ]
    people += [_guest(each) for each in guest or ()]
    number = actions.book(facility, booking, at, people, actor)
    say({"visit": number}, as_json, f"Visit {number} is booked.")


@visit_app.command("list")
def listed(context: typer.Context, day: Day = "", by: ByFor = "", as_json: AsJson = False) -> None:
    """List a day's visits."""
    from digitizer.visits import actions

    facility, actor = signed(context, by)
    for each in actions.of_day(facility, _day(day), actor).visits:
        _say_visit(each, as_json)


@visit_app.command("review")
def review(context: typer.Context, by: ByFor = "", as_json: AsJson = False) -> None:
    """List the visits that something stands against, and why."""
    from digitizer.visits import actions

    facility, actor = signed(context, by)
    for each in actions.waiting(facility, actor).flagged:
        _say_visit(each.visit, as_json, [one.sentence for one in each.refusals])


@visit_app.command("approve")
def approve(context: typer.Context, visit: str, by: ByFor = "", as_json: AsJson = False) -> None:
    """Approve a visit that somebody asked for."""
    from digitizer.visits import actions

    facility, actor = signed(context, by)
    actions.approve(facility, visit, actor)
    say({"visit": visit, "state": "booked"}, as_json, f"Visit {visit} is booked.")


@visit_app.command("refuse")
def refuse(
    context: typer.Context,
    visit: str,
    by: ByFor = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Do not approve a visit that somebody asked for; they read the reason."""
    from digitizer.visits import actions

    facility, actor = signed(context, by)
    actions.refuse(facility, visit, actor, reason)
    say({"visit": visit, "state": "refused"}, as_json, f"Visit {visit} is not approved.")


@visit_app.command("cancel")
def cancel(
    context: typer.Context,
    visit: str,
    by: ByFor = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Cancel a visit; visitors and the inmate read the reason."""
    from digitizer.visits import actions

    facility, actor = signed(context, by)
    actions.cancel(facility, visit, actor, reason)
    say({"visit": visit, "state": "cancelled"}, as_json, f"Visit {visit} is cancelled.")


@visit_app.command("outcome")
def outcome(
    context: typer.Context,
    visit: str,
    became: Annotated[str, typer.Argument(help='As "completed" or "visitor did not come".')],
    note: Annotated[str, typer.Option(help="More about it.")] = "",
    by: ByFor = "",
    as_json: AsJson = False,
) -> None:
    """Say what became of a visit."""
    from digitizer.model.visits import Outcome
    from digitizer.visits import actions

    facility, actor = signed(context, by)
    if became not in list(Outcome):
        raise UsageError(f"An outcome is one of: {', '.join(Outcome)}.")
    actions.record_outcome(facility, visit, Outcome(became), actor, note)
    say({"visit": visit, "outcome": became}, as_json, f"Visit {visit}: {became}.")


@visit_app.command("movement")
def movement(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The list, a PDF.")],
    day: Day = "",
    passes: Annotated[bool, typer.Option("--passes", help="Passes in place of the list.")] = False,
    by: ByFor = "",
    as_json: AsJson = False,
) -> None:
    """Write the day's movement list, or the passes."""
    from digitizer.visits import lists

    facility, actor = signed(context, by)
    make = lists.passes if passes else lists.movement_list
    write(out, make(facility, _day(day), actor))
    say({"file": str(out)}, as_json, f"{out} is written.")


def _say_visit(each: BookedVisit, as_json: bool, why: list[str] | None = None) -> None:
    starts, ends = each.starts.astimezone(), each.ends.astimezone()
    record: dict[str, Any] = {
        "visit": each.id,
        "booking_number": each.inmate.booking_number,
        "housing_unit": each.inmate.housing_unit,
        "kind": str(each.kind),
        "room": each.room_name,
        "starts": starts.isoformat(),
        "ends": ends.isoformat(),
        "state": str(each.state),
        "outcome": str(each.outcome) if each.outcome else None,
        "visitors": [one.name for one in each.guests],
        "why": why or [],
    }
    who = f"{each.inmate.full_name} ({each.inmate.booking_number})"
    said = f"{each.id}  {starts:%Y-%m-%d %H:%M}-{ends:%H:%M}  {each.room_name}  {who}"
    say(record, as_json, " ".join([f"{said}  {each.outcome or each.state}", *(why or [])]))


def _guest(text: str) -> Guest:
    """A name, with a date of birth behind it or none."""
    from digitizer.model.visits import Guest

    name, _, last = text.rpartition(" ")
    try:
        return Guest(name, None, date.fromisoformat(last))
    except ValueError:
        return Guest(text)


def _kind(text: str) -> VisitKind:
    from digitizer.model.visits import VisitKind

    if text not in list(VisitKind):
        raise UsageError(f"The kind is one of: {', '.join(VisitKind)}.")
    return VisitKind(text)


def _day(text: str) -> date:
    """Today for none. Raises UsageError."""
    try:
        return date.fromisoformat(text) if text else datetime.now().astimezone().date()
    except ValueError:
        raise UsageError("Write a day as 2026-12-05.") from None
