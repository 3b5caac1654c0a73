"""The roster, PINs and staff."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from digitizer.access import sessions, throttling
from digitizer.access.accounts import staff_account
from digitizer.access.acting import acting, looking, need_reason, permit
from digitizer.access.password_hashing import hash_secret, new_pin, normal_answer
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, ReleaseNotConfirmed, RosterError, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind, CustodyStatus, Inmate, StaffRole
from digitizer.people import accounts, held_names, leaving, roster
from digitizer.people.held_names import HeldName
from digitizer.people.roster import RosterChange
from digitizer.people.roster_file.layout import Choices
from digitizer.people.roster_file.reading import RosterRow
from digitizer.people.roster_import import (
    Preview,
    Upload,
    carry_out,
    end_logins,
    planned,
    read_upload,
    understood,
    why_not,
)
from digitizer.storage.database import reading

_LONGEST_NAME = 64
NO_CHOICES = Choices()


def import_roster(
    facility: Facility,
    file: Path,
    full: bool,
    by: Actor,
    *,
    choices: Choices = NO_CHOICES,
    confirm_release: int | None = None,
) -> RosterChange:
    """Imports the whole file, or nothing of it. ``choices`` are what a person says of its columns;
    they are remembered. ``confirm_release``: how many may leave custody by it.

    Raises RosterError, and UsageError for a choice of what is not there.
    """
    permit(facility, by, Act.IMPORT)
    return import_upload(facility, read_upload(file, full, choices), by, confirm_release)


def import_upload(
    facility: Facility, upload: Upload, by: Actor, confirm_release: int | None = None
) -> RosterChange:
    """Imports what was sent, by the rules of ``import_roster``. Raises as it does, and
    ReleaseNotConfirmed for a file that is refused only for the number of people it would release.
    """
    importing = acting(facility, by, Act.IMPORT)
    with reading(facility.engine) as tx:
        understood_file = understood(tx, upload)
    with importing as action:
        preview = planned(action.tx, upload, understood_file)
        if trouble := why_not(preview, confirm_release):
            if preview.plan.refused:
                raise RosterError(trouble)
            raise ReleaseNotConfirmed(trouble, preview.plan.leaving, preview.plan.in_custody)
        return carry_out(action, preview, facility.settings)


def preview_roster(
    facility: Facility, file: Path, full: bool, by: Actor, choices: Choices = NO_CHOICES
) -> Preview:
    """What importing the file would do; nothing is changed. Raises as ``import_roster``, but not
    for lines that are not understood: the plan names them."""
    permit(facility, by, Act.IMPORT)
    return preview_upload(facility, read_upload(file, full, choices), by)


def preview_upload(facility: Facility, upload: Upload, by: Actor) -> Preview:
    """What importing what was sent would do, as ``preview_roster``."""
    with looking(facility, by, Act.IMPORT) as look:
        return planned(look.tx, upload, understood(look.tx, upload))


def names_held(facility: Facility, by: Actor) -> tuple[HeldName, ...]:
    """Booking numbers that came with another person's name, those held longest first."""
    with looking(facility, by, Act.LOOK) as look:
        return held_names.all_held(look.tx)


def confirm_same_person(
    facility: Facility, booking_number: str, by: Actor, reason: str
) -> HeldName:
    """Takes over the name that was held: it is the same person, who can log in again.

    Raises NotAllowed, NotFound, and UsageError without a reason.
    """
    with acting(facility, by, Act.CONFIRM_NAME, reason=reason) as action:
        held = held_names.find_held(action.tx, booking_number)
        inmate_id = roster.inmate_row_id(action.tx, booking_number)
        roster.write_row(action.tx, inmate_id, RosterRow(held.listed, held.more))
        held_names.let_go(action.tx, inmate_id)
        action.record(
            Verb.CONFIRM_NAME,
            Subject.inmate(booking_number),
            known=held.known.full_name,
            listed=held.listed.full_name,
        )
        end_logins(action, [booking_number], facility.settings.facility)
        change = leaving.Change(inmate_id, held.known.status, held.listed.status)
        leaving.follow(action, facility.settings, [change])
    return held


def may_confirm(by: Actor) -> bool:
    """Whether this person may say who a held name is; ``confirm_same_person`` checks it again."""
    return is_permitted(by, Act.CONFIRM_NAME)


def may_change_people(by: Actor) -> bool:
    """Whether this person may change the roster and PINs; each verb checks it again."""
    return is_permitted(by, Act.PEOPLE)


def refuse_new_person(facility: Facility, booking_number: str, by: Actor, reason: str) -> None:
    """Raises Conflict, always: the mail under a booking number stays with the person whose it is.
    The message says what to do. Raises NotFound and NotAllowed as ``confirm_same_person``."""
    permit(facility, by, Act.CONFIRM_NAME)
    need_reason(reason)
    with looking(facility, by, Act.LOOK) as look:
        held = held_names.find_held(look.tx, booking_number)
    raise Conflict(
        f"{booking_number} is {held.known.full_name} here, and the mail under it stays theirs, "
        f"with the login suspended; nothing was changed. Give {held.listed.full_name} a booking "
        "number of their own in the jail management system, list "
        f"{held.known.full_name} there under {booking_number} again, import the roster, and then "
        f"confirm it: digitizer roster confirm {booking_number} --same-person"
    )


def inmates(facility: Facility, by: Actor) -> tuple[Inmate, ...]:
    """The whole roster, by name."""
    with looking(facility, by, Act.LOOK) as look:
        return roster.all_inmates(look.tx)


def inmates_after(
    facility: Facility, after: int, most: int, by: Actor, status: CustodyStatus | None = None
) -> Mapping[int, Inmate]:
    """A part of the roster, for other programs: ``most`` of those after the one with the number
    ``after`` (0: from the beginning), by a number of ours that never changes."""
    with looking(facility, by, Act.LIST_INMATES) as look:
        return roster.inmates_after(look.tx, after, most, status)


def listed_inmate(facility: Facility, booking_number: str, by: Actor) -> Inmate:
    """As ``find_inmate``, for other programs. Raises NotFound."""
    with looking(facility, by, Act.LIST_INMATES) as look:
        return roster.find_inmate(look.tx, booking_number)


def find_inmate(facility: Facility, booking_number: str, by: Actor) -> Inmate:
    """Raises NotFound."""
    with looking(facility, by, Act.LOOK) as look:
        return roster.find_inmate(look.tx, booking_number)


def set_pin(facility: Facility, booking_number: str, by: Actor) -> str:
    """Makes a new PIN, ends the inmate's sessions, and returns the PIN, which is shown once.

    Raises NotFound, and Conflict while another person's name is held for this number.
    """
    setting = acting(facility, by, Act.PEOPLE)
    pin = new_pin(facility.settings.web.pin_digits)
    hashed = hash_secret(pin)  # slow on purpose: before the write lock, not under it
    person = Subject.inmate(booking_number)
    with setting as action:
        inmate_id = accounts.set_pin(action.tx, booking_number, hashed)
        if held_names.is_held(action.tx, inmate_id):
            raise Conflict(
                f"It is not certain who {booking_number} is: the roster came with another name. "
                "No PIN was made. See: digitizer roster held"
            )
        sessions.close_sessions_of_inmate(action.tx, inmate_id)
        throttling.forget_account(action.tx, person)
        action.record(Verb.SET_PIN, person)
    return pin


def set_security_question(
    facility: Facility, booking_number: str, question: str, answer: str, by: Actor
) -> None:
    """Keeps the answer only as a hash. Raises NotFound, and UsageError for an empty question or a
    short answer."""
    setting = acting(facility, by, Act.PEOPLE)
    if not question.strip() or len(normal_answer(answer)) < 3:
        raise UsageError("Give a question, and an answer of at least three characters.")
    hashed = hash_secret(normal_answer(answer))
    with setting as action:
        accounts.set_question(action.tx, booking_number, question.strip(), hashed)
        action.record(Verb.SET_SECURITY_QUESTION, Subject.inmate(booking_number))


def add_staff(facility: Facility, name: str, role: StaffRole, by: Actor) -> str:
    """Returns the password, which is made here and shown once. Where a colleague adds them, they
    choose another at their first login: nobody else knows theirs then. Raises Conflict if the name
    is taken, UsageError for a name that cannot be used."""
    adding = acting(facility, by, Act.ADD_STAFF)
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A staff name must have 1 to {_LONGEST_NAME} printable characters.")
    password = secrets.token_urlsafe(12)
    hashed = hash_secret(password)
    with adding as action:
        accounts.add_staff(action.tx, name, role, hashed, must_change=by.kind is ActorKind.STAFF)
        action.record(Verb.ADD_STAFF, Subject.staff(name), role=str(role))
    return password


def named_staff(facility: Facility, name: str, shell: str = "") -> Actor:
    """Who signs for a decision on the command line; ``shell`` is the user of the machine.

    A name on the staff list signs with its own role. Whoever runs commands in the home can change
    that list, so any other name may sign too, as a clerk: each of its events records that it was
    not listed. Raises UsageError for no name, and for someone who is no longer active.
    """
    name = " ".join(name.split())
    if not name:
        raise UsageError("Say who decides (--by NAME).")
    with reading(facility.engine) as tx:
        known = staff_account(tx, name)
    if known is None:
        return Actor(ActorKind.STAFF, name, StaffRole.CLERK, listed=False, shell=shell)
    if not known.active:
        raise UsageError(f"{name} is no longer active on the staff list, and cannot sign.")
    return replace(known.actor, shell=shell)
