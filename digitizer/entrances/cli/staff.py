"""staff: who works here, their roles and logins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.entrances.cli.context import (
    OPERATOR,
    AsJson,
    ByFor,
    PasswordFile,
    facility_of,
    note,
    proven,
    say,
    tell,
)
from digitizer.model.people import StaffRole
from digitizer.support.wording import counted, local_moment

if TYPE_CHECKING:
    from digitizer.people.staff import OneTimeCode

staff_app = typer.Typer(no_args_is_help=True, help="Who works here.")
Name = Annotated[str, typer.Argument(help="A name on the staff list.")]
Role = Annotated[StaffRole, typer.Option(help="What they may do.")]


@staff_app.command("add")
def staff_add(context: typer.Context, name: str, role: Role) -> None:
    """Add a member of staff; the password is shown once."""
    from digitizer.people.actions import add_staff

    tell(add_staff(facility_of(context), name, role, OPERATOR))


@staff_app.command("list")
def staff_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List everyone on the staff list, and who is logged in."""
    from digitizer.people.staff import staff_members

    for each in staff_members(facility_of(context), OPERATOR):
        record = {
            "name": each.name,
            "role": each.role,
            "active": each.active,
            "can_log_in": each.can_log_in,
            "code_until": each.code_until.isoformat() if each.code_until else None,
            "second_step": each.has_second_step,
            "sessions": [
                {
                    "session": one.id,
                    "from": one.terminal,
                    "since": one.created.isoformat(),
                    "seen": one.seen.isoformat(),
                }
                for one in each.sessions
            ],
        }
        state = "" if each.can_log_in else ", cannot log in" if each.active else ", not active"
        step = ", second step" if each.has_second_step else ""
        say(
            record,
            as_json,
            f"{each.name}, {each.role}{state}{step}, {counted(len(each.sessions), 'session')}",
        )


@staff_app.command("role")
def staff_role(
    context: typer.Context,
    name: Name,
    role: Role,
    by: ByFor = "",
    password_file: PasswordFile = None,
) -> None:
    """Change somebody's role; their sessions end."""
    from digitizer.people import staff

    facility, actor = proven(context, by, password_file)
    member = staff.find_staff(facility, name, actor)
    staff.change_role(facility, member.id, role, actor)
    tell(f"{member.name} is {role} from now on.")


@staff_app.command("deactivate")
def staff_deactivate(
    context: typer.Context, name: Name, by: ByFor = "", password_file: PasswordFile = None
) -> None:
    """Someone leaves: they can no longer log in or sign, and their sessions end."""
    from digitizer.people import staff

    facility, actor = proven(context, by, password_file)
    member = staff.find_staff(facility, name, actor)
    staff.deactivate(facility, member.id, actor)
    tell(f"{member.name} is no longer active.")


@staff_app.command("reactivate")
def staff_reactivate(
    context: typer.Context, name: Name, by: ByFor = "", password_file: PasswordFile = None
) -> None:
    """Someone comes back; a one-time code for their login is shown once."""
    from digitizer.people import staff

    facility, actor = proven(context, by, password_file)
    member = staff.find_staff(facility, name, actor)
    _show(staff.reactivate(facility, member.id, actor))


@staff_app.command("reset")
def staff_reset(
    context: typer.Context,
    name: Name,
    second_step: Annotated[
        bool, typer.Option("--second-step", help="Turn their second step off as well.")
    ] = False,
    by: ByFor = "",
    password_file: PasswordFile = None,
) -> None:
    """Reset a login; a one-time code is shown once. Where no other administrator can log in, it
    needs no password: then it is the way back in."""
    from digitizer.people import staff

    named = by or password_file
    facility, actor = (
        proven(context, by, password_file) if named else (facility_of(context), OPERATOR)
    )
    member = staff.find_staff(facility, name, actor)
    _show(staff.reset(facility, member.id, actor, second_step_too=second_step))


@staff_app.command("end-sessions")
def staff_end_sessions(
    context: typer.Context, name: Name, by: ByFor = "", password_file: PasswordFile = None
) -> None:
    """End everything that somebody has open on the web pages."""
    from digitizer.people import staff

    facility, actor = proven(context, by, password_file)
    member = staff.find_staff(facility, name, actor)
    staff.end_session(facility, member.id, "all", actor)
    tell(f"All sessions of {member.name} have ended.")


def _show(code: OneTimeCode) -> None:
    tell(code.code)
    note(
        f"A one-time code for {code.name}, good once until {local_moment(code.until)}. They "
        "type it in place of the password, and then choose a new one."
    )
