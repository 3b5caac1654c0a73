"""One PDF a housing unit, of the letters that ``message print`` wrote into a folder.

A batch of one letter is noted as one that is still to come into its unit's file, from before the
letter's own file is there until the unit's file is. So a run that dies leaves no letter out of its
unit's file: the next run into that folder goes on from what is noted and what is on the disk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, StorageError
from digitizer.model.events import PRINT_QUEUE, Subject, Verb
from digitizer.model.people import Actor
from digitizer.model.prints import Batch
from digitizer.prints import queue
from digitizer.prints.printers import Fate, fate_of_file, publish, stage
from digitizer.prints.queue import Unbound
from digitizer.prints.stopped import check_none_stopped, stopped_among
from digitizer.support.failpoints import failpoint

#: Bytes of a name in a file's name, which with the rest must stay below the usual 255.
_LONGEST_WORD = 120


@dataclass(frozen=True, slots=True)
class UnitFile:
    """The file of one housing unit that is there whole."""

    file: Path
    unit: str
    pages: int


@dataclass(frozen=True, slots=True)
class UnitFiles:
    """The units' files in a folder. Only one process of a home may make any (``Handing.alone``)."""

    facility: Facility
    by: Actor
    folder: Path

    def settle(self) -> list[UnitFile]:
        """Says what became of a file whose maker died; returns those that are there whole. Letters
        whose files somebody took away meanwhile are doubtful."""
        made: dict[str, list[Unbound]] = defaultdict(list)
        for each in self._unbound():
            if each.names:
                made[each.names[0]].append(each)
        whole = []
        for those in made.values():
            whole += self._settle(Path((those[0].names or ("",))[0]), those)
        for each in self._unbound():
            if not Path(each.batch.file or "").exists():
                self._doubt([each.batch])
        return whole

    def _settle(self, file: Path, those: Sequence[Unbound]) -> list[UnitFile]:
        batches = [each.batch for each in those]
        draft = Path((those[0].names or ("", ""))[1])
        match fate_of_file(file, draft):
            case Fate.NOT_OUT:
                draft.unlink(missing_ok=True)
                self._begin(batches, None)
                return []
            case Fate.OUT:
                self._end(batches, file)
                return [_of_file(file, batches)]
            case _:
                self._doubt(batches)
                return []

    def waiting(self) -> tuple[Batch, ...]:
        """Whose letters an earlier run wrote here, and are not in their unit's file yet."""
        return tuple(each.batch for each in self._unbound())

    def elsewhere(self) -> list[str]:
        """Sentences about folders in which an interrupted run left letters in no unit's file."""
        with looking(self.facility, self.by, Act.PRINT) as look:
            every = queue.unbound(look.tx)
        folders = {str(Path(each.batch.file or "").parent) for each in every} - {str(self.folder)}
        return [
            f"An interrupted run left letters in {each} that are in no housing unit's file. Next: "
            f"digitizer message print --out {each}"
            for each in sorted(folders)
        ]

    def make(self, problems: list[str]) -> list[UnitFile]:
        """One PDF a unit, of all letters here that are in none. Where one cannot be made, its
        letters have their own files all the same, and the next run tries again."""
        units: dict[str, list[Batch]] = defaultdict(list)
        for each in self._unstopped(problems):
            person = each.prints[0].inmate
            units[person.housing_unit if person else ""].append(each)
        made = []
        for unit, batches in sorted(units.items()):
            try:
                made.append(self._make(unit, batches))
            except (Conflict, OSError, StorageError) as error:
                letters = ", ".join(Path(each.file or "").name for each in self.free(batches))
                problems.append(
                    f"The file of housing unit {unit or 'none'} could not be made ({error}). Hand "
                    f"out its letters from their own files: {letters}"
                )
        return made

    def free(self, batches: Sequence[Batch]) -> list[Batch]:
        """Those that may be handed out now: a letter may be stopped when it has its file."""
        with looking(self.facility, self.by, Act.PRINT) as look:
            return [each for each in batches if not stopped_among(look.tx, each.prints)]

    def _unstopped(self, problems: list[str]) -> Sequence[Batch]:
        """Those that wait, without letters that were stopped since they have a file."""
        waiting = self.waiting()
        with looking(self.facility, self.by, Act.PRINT) as look:
            stopped = {each.number: stopped_among(look.tx, each.prints) for each in waiting}
        for each in waiting:
            if stopped[each.number]:
                problems.append(
                    f"{Path(each.file or '').name} is stopped, and in no housing unit's file: "
                    f"{stopped[each.number][0].why} Do not hand it out."
                )
        return [each for each in waiting if not stopped[each.number]]

    def _make(self, unit: str, batches: Sequence[Batch]) -> UnitFile:
        from digitizer.messages.rendering import render_unit  # reportlab is slow

        rendered = render_unit([Path(each.file or "").read_bytes() for each in batches])
        staged = stage(self.folder, f"housing-unit-{file_word(unit)}", rendered.pdf)
        try:
            self._begin(batches, staged.names)
        except BaseException:
            staged.draft.unlink(missing_ok=True)
            raise
        failpoint("prints.unit_begun")
        try:
            publish(staged)
        except StorageError:
            if fate_of_file(staged.path, staged.draft) is not Fate.OUT:
                self._begin(batches, None)
            raise
        self._end(batches, staged.path)
        failpoint("prints.unit_marked")
        return UnitFile(staged.path, unit, rendered.pages)

    def _unbound(self) -> list[Unbound]:
        with looking(self.facility, self.by, Act.PRINT) as look:
            every = queue.unbound(look.tx)
        return [each for each in every if Path(each.batch.file or "").parent == self.folder]

    def _begin(self, batches: Sequence[Batch], names: tuple[str, str] | None) -> None:
        with acting(self.facility, self.by, Act.PRINT) as action:
            if names:
                check_none_stopped(action.tx, [one for each in batches for one in each.prints])
            queue.begin_unit(action.tx, _numbers(batches), names)
            file = names[0] if names else None
            action.record(
                Verb.SEND_TO_PRINTER, PRINT_QUEUE, unit_file=file, batches=_numbers(batches)
            )

    def _end(self, batches: Sequence[Batch], file: Path) -> None:
        with acting(self.facility, self.by, Act.PRINT) as action:
            queue.end_unit(action.tx, _numbers(batches))
            action.record(
                Verb.CONFIRM_PRINT, PRINT_QUEUE, found=str(file), batches=_numbers(batches)
            )

    def _doubt(self, batches: Sequence[Batch]) -> None:
        with acting(self.facility, self.by, Act.PRINT) as action:
            for each in batches:
                queue.doubt_paper(action.tx, each.number)
                prints = [one.number for one in each.prints]
                action.record(
                    Verb.DOUBT_PRINT, Subject.batch(each.number), prints=prints, fate="taken away"
                )


def _numbers(batches: Sequence[Batch]) -> list[int]:
    return [each.number for each in batches]


def _of_file(file: Path, batches: Sequence[Batch]) -> UnitFile:
    from digitizer.engines.printing.kit.batches import page_count

    person = batches[0].prints[0].inmate
    unit = person.housing_unit if person else ""
    return UnitFile(file, unit, page_count(file.read_bytes()))


def file_word(text: str) -> str:
    """The text as part of a file's name."""
    word = "".join(c if c.isalnum() or c in "-_" else "-" for c in text).strip("-")
    short = word.encode()[:_LONGEST_WORD].decode("utf-8", "ignore")
    return short or "none"
