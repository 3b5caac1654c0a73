"""Roster files that wait: uploaded ones, until somebody applies what was shown, and those of the
watched folder that were set aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from digitizer.access.acting import Action, acting, looking, permit
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, RosterError
from digitizer.model.events import ROSTER, Verb
from digitizer.model.people import Actor
from digitizer.people import kept_rosters
from digitizer.people.kept_rosters import KeptRoster
from digitizer.people.roster import RosterChange
from digitizer.people.roster_file.layout import Choices
from digitizer.people.roster_file.reading import RosterFile
from digitizer.people.roster_import import (
    Preview,
    Upload,
    carry_out,
    planned,
    read_upload,
    too_many,
    understood,
    why_not,
)
from digitizer.storage.database import reading

_SHOWN = 16  # so many digits of a file's SHA-256 tell files apart in the log


def keep_upload(facility: Facility, upload: Upload, by: Actor) -> str:
    """Keeps it for two hours, and returns the SHA-256 by which it is found again.

    Raises RosterError for what is no roster at all."""
    keeping = acting(facility, by, Act.PEOPLE)
    with reading(facility.engine) as tx:
        understood(tx, upload)
    with keeping as action:
        kept_rosters.keep(action.tx, upload.sha256, upload.name, upload.content, full=upload.full)
        action.record(Verb.PREVIEW_ROSTER, ROSTER, file=upload.sha256[:_SHOWN], full=upload.full)
    return upload.sha256


def look_at_kept(facility: Facility, sha256: str, by: Actor) -> Preview:
    """What importing a kept file would do. Raises NotFound, and RosterError for one that was set
    aside because it is no roster at all."""
    with looking(facility, by, Act.PEOPLE) as look:
        kept, content = kept_rosters.find_content(look.tx, sha256)
        upload = Upload(kept.name, content, kept.full, kept.choices)
        return planned(look.tx, upload, understood(look.tx, upload))


def choose_columns(
    facility: Facility, sha256: str, choices: Choices, full: bool, by: Actor
) -> None:
    """Says which column of a kept file is which, and what its words mean. Raises NotFound, and
    UsageError for a column that is not there; then nothing is changed."""
    with acting(facility, by, Act.PEOPLE) as action:
        kept, content = kept_rosters.find_content(action.tx, sha256)
        understood(action.tx, Upload(kept.name, content, full, choices))
        kept_rosters.choose(action.tx, sha256, choices, full)
        action.record(
            Verb.MAP_ROSTER,
            ROSTER,
            file=sha256[:_SHOWN],
            columns=[f"{name}={'+'.join(each)}" for name, each in choices.columns.items()],
            words=[f"{word}={status}" for word, status in choices.words.items()],
            full=full,
        )


def apply_kept(
    facility: Facility, sha256: str, seen: str, confirm_release: int | None, by: Actor
) -> RosterChange:
    """Imports a kept file, just as it was shown: ``seen`` is the mark of that plan.

    Raises NotFound; Conflict where the roster changed meanwhile in what the plan says, and
    RosterError where it is refused.
    """
    applying = acting(facility, by, Act.PEOPLE)
    with reading(facility.engine) as tx:  # a long file takes seconds, which nobody need wait for
        kept, content = kept_rosters.find_content(tx, sha256)
        upload = Upload(kept.name, content, kept.full, kept.choices)
        file = understood(tx, upload)
    with applying as action:
        if kept_rosters.find_content(action.tx, sha256)[0] != kept:
            raise Conflict("Somebody changed how this file is read. Nothing was imported.")
        preview = planned(action.tx, upload, file)
        if trouble := why_not(preview, confirm_release):
            raise RosterError(trouble)
        if preview.plan.seen != seen:
            raise Conflict("The roster changed since you looked. Nothing was imported: look again.")
        return carry_out(action, preview, facility.settings)


def dismiss_kept(facility: Facility, sha256: str, by: Actor) -> None:
    """Nobody will import it; its bytes are no longer kept here. Raises NotFound."""
    with acting(facility, by, Act.PEOPLE) as action:
        kept_rosters.find_content(action.tx, sha256)
        kept_rosters.dismiss(action.tx, sha256)
        action.record(Verb.DISMISS_ROSTER, ROSTER, file=sha256[:_SHOWN])


def rosters_set_aside(facility: Facility, by: Actor) -> tuple[KeptRoster, ...]:
    """Files of the watched folder that were not imported and wait for a person, newest first."""
    with looking(facility, by, Act.LOOK) as look:
        return kept_rosters.set_aside(look.tx)


def may_import(by: Actor) -> bool:
    """Whether this person may import a roster; the verbs check it again."""
    return is_permitted(by, Act.PEOPLE)


def check_may_import(facility: Facility, by: Actor) -> None:
    """Raises NotAllowed: to be asked before a file is read."""
    permit(facility, by, Act.PEOPLE)


@dataclass(frozen=True, slots=True)
class FolderRoster:
    """What became of a file in the watched folder. ``reason`` is why it was set aside, None where
    it was imported; ``change`` is None where the very file was imported before."""

    sha256: str
    reason: str | None
    change: RosterChange | None = None


def import_from_folder(facility: Facility, file: Path, by: Actor) -> FolderRoster:
    """Imports the nightly file, unless anything in it is refused, or it would release more people
    than is usual: then it is set aside for a person. The file stays where it is. Raises RosterError
    where it cannot be read."""
    importing = acting(facility, by, Act.PEOPLE)
    full = facility.settings.roster.full
    upload = replace(read_upload(file, full, Choices()), name=file.name)
    with reading(facility.engine) as tx:
        found = _understood(tx, upload)
    with importing as action:
        known = kept_rosters.find(action.tx, upload.sha256)
        older = known is not None and kept_rosters.is_older(action.tx, known)
        if known and known.applied and not older:
            action.record(Verb.IMPORT_ROSTER, ROSTER, file=upload.sha256[:_SHOWN], again=True)
            return FolderRoster(upload.sha256, None)
        preview = None if isinstance(found, str) else planned(action.tx, upload, found)
        reason = found if preview is None else _why_set_aside(preview)
        if older:
            reason = "An older file: it came in before, and another was imported after it."
        if preview is None or reason is not None:
            return _set_aside(action, upload, str(reason))
        change = carry_out(action, preview, facility.settings)
        return FolderRoster(upload.sha256, None, change)


def _understood(tx: sa.Connection, upload: Upload) -> RosterFile | str:
    """The file, or why it is no roster at all."""
    try:
        return understood(tx, upload)
    except RosterError as error:
        return str(error).removeprefix(f"{upload.name}: ")


def _why_set_aside(preview: Preview) -> str | None:
    if trouble := why_not(preview, None):
        return trouble.removeprefix(f"{preview.upload.name}: ")
    return too_many(preview.plan) if preview.plan.leaves_many else None


def _set_aside(action: Action, upload: Upload, reason: str) -> FolderRoster:
    kept_rosters.keep(
        action.tx, upload.sha256, upload.name, upload.content, full=upload.full, reason=reason
    )
    action.record(Verb.SET_ROSTER_ASIDE, ROSTER, file=upload.sha256[:_SHOWN])
    return FolderRoster(upload.sha256, reason)
