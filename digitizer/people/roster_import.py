"""Within a verb's action: doing what a plan says, and ending the logins of those who left."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digitizer.access import sessions
from digitizer.access.acting import Action
from digitizer.model.errors import RosterError
from digitizer.model.events import ROSTER, Subject, Verb
from digitizer.model.settings import FacilitySettings, Settings
from digitizer.people import accounts, kept_rosters, leaving, roster, roster_choices
from digitizer.people.held_names import HeldName
from digitizer.people.roster import RosterChange
from digitizer.people.roster_file.layout import Choices
from digitizer.people.roster_file.problems import listed
from digitizer.people.roster_file.reading import RosterFile, read_file
from digitizer.people.roster_plan import RosterPlan, plan


@dataclass(frozen=True, slots=True)
class Upload:
    """A roster file's bytes and name, and what a person said about it."""

    name: str
    content: bytes
    full: bool = False
    choices: Choices = field(default_factory=Choices)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing a file would do. ``kept`` is its name here while it is kept."""

    upload: Upload
    file: RosterFile
    plan: RosterPlan


def read_upload(path: Path, full: bool, choices: Choices) -> Upload:
    """Raises RosterError."""
    try:
        return Upload(str(path), path.read_bytes(), full, choices)
    except OSError as error:
        raise RosterError(f"Cannot read {path}: {error.strerror}.") from None


def understood(tx: sa.Connection, upload: Upload) -> RosterFile:
    """The file, read with what people said. Raises RosterError and UsageError as ``read_file``."""
    known = roster_choices.remembered(tx)
    today = datetime.now().astimezone().date()
    return read_file(upload.content, upload.name, upload.choices, known, today)


def planned(tx: sa.Connection, upload: Upload, file: RosterFile) -> Preview:
    return Preview(upload, file, plan(roster.current(tx), file, upload.full))


def why_not(preview: Preview, confirmed: int | None) -> str | None:
    """Why this may not be imported as it is; None: it may. ``confirmed`` is how many a person said
    may be released by it."""
    made = preview.plan
    if made.refused:
        words = made.unknown_words
        explain = (
            f'\n  Say what a word means: --map-status "{words[0]}=in_custody"' if words else ""
        )
        return listed(preview.upload.name, made.refused) + explain
    if confirmed is None and not made.leaves_many:
        return None
    if confirmed == made.leaving:
        return None
    return (
        f"{preview.upload.name}: nothing was imported. {too_many(made)} If that is right, add "
        f"--confirm-release {made.leaving}"
    )


def too_many(made: RosterPlan) -> str:
    listed_as_gone = made.leaving - len(made.missing)
    return (
        f"It would release {made.leaving} of {made.in_custody} people in custody: "
        f"{len(made.missing)} are not in it, and {listed_as_gone} are listed as gone."
    )


def carry_out(action: Action, preview: Preview, settings: Settings) -> RosterChange:
    """Imports it, which must have been planned in this transaction."""
    upload, file = preview.upload, preview.file
    change = roster.apply_plan(action.tx, preview.plan)
    if upload.choices:
        said = Choices(file.layout.columns, upload.choices.words)
        roster_choices.remember(action.tx, said)
    kept_rosters.note_applied(action.tx, upload.sha256, Path(upload.name).name, upload.full)
    action.record(
        Verb.IMPORT_ROSTER,
        ROSTER,
        full=upload.full,
        added=change.added,
        changed=change.changed,
        departed=change.departed,
        held=[each.known.booking_number for each in change.held],
        file=upload.sha256[:16],
    )
    for each in change.held:
        _suspend(action, each)
    for inmate_id in change.gone:
        sessions.close_sessions_of_inmate(action.tx, inmate_id)
    end_logins(action, [row.inmate.booking_number for row in file.rows], settings.facility)
    leaving.follow(action, settings, _changes(preview.plan))
    return change


def _changes(made: RosterPlan) -> Iterator[leaving.Change]:
    """Of those whom the file lists. Who is missing from it may be back in the next one."""
    for each in made.steps:
        if each.is_written and each.before is not None:
            was, will_be = each.before.inmate.status, each.row.inmate.status
            yield leaving.Change(each.before.id, was, will_be)


def _suspend(action: Action, held: HeldName) -> None:
    booking = held.known.booking_number
    sessions.close_sessions_of_inmate(action.tx, roster.inmate_row_id(action.tx, booking))
    action.record(
        Verb.HOLD_NAME,
        Subject.inmate(booking),
        known=held.known.full_name,
        listed=held.listed.full_name,
    )


def end_logins(
    action: Action, booking_numbers: Collection[str], settings: FacilitySettings
) -> None:
    """Of those who were released or transferred: their sessions, and by the settings their PIN."""
    remove = settings.pin_after_release == "remove"
    for inmate_id, booking in roster.left(action.tx, booking_numbers).items():
        sessions.close_sessions_of_inmate(action.tx, inmate_id)
        if remove and accounts.remove_pin(action.tx, inmate_id):
            action.record(Verb.REMOVE_PIN, Subject.inmate(booking))
