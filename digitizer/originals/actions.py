"""The verbs of originals: the paper that was scanned, from its box to its end.

Clerks put it in boxes, give it out and propose what is destroyed; supervisors confirm that (see
``operations.paper_destruction``), and with investigators hold what must be kept. Inmates and
families ask for the paper of their own letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.originals import (
    Answer,
    Box,
    Destruction,
    DestructionLine,
    GivenTo,
    Hold,
    Obstacle,
    Paper,
    Request,
    Side,
)
from digitizer.model.people import Actor, Inmate
from digitizer.originals import asked, boxes, destroying, drawn, holds, obstacles, papers
from digitizer.originals.asked import OwnPaper

__all__ = ["OwnPaper"]

MOST_SHOWN = 500
_LATEST = 20
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits, with where the paper is, and the ``inmate`` whose letter it is now.
    ``withheld``: pages of the letter, or parts of pages, were not delivered; their sheets stay."""

    request: Request
    paper: Paper
    inmate: Inmate | None
    withheld: bool

    @property
    def moved(self) -> bool:
        """It was another inmate's letter when its paper was asked for."""
        before = self.request.inmate
        return None not in (before, self.inmate) and before != self.inmate


@dataclass(frozen=True, slots=True)
class Overview:
    """``due`` is a count of scans; ``lists`` wait for their second person, ``done`` are the latest
    that were confirmed; ``profiles`` the scanner profiles of this facility."""

    boxes: tuple[Box, ...]
    asked: tuple[Asked, ...]
    holds: tuple[Hold, ...]
    lists: tuple[DestructionLine, ...]
    done: tuple[DestructionLine, ...]
    due: int
    profiles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenBox:
    """A box with what lies in it, newest first, as far as ``most`` of it is shown."""

    box: Box
    papers: tuple[Paper, ...]
    obstacles: Mapping[str, Obstacle]
    profiles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """The paper of one scan, with all that is known of it. ``obstacle`` is why it is not destroyed
    now; ``proposed`` the open list on which it is."""

    paper: Paper
    letters: tuple[str, ...]
    requests: tuple[Request, ...]
    holds: tuple[Hold, ...]
    obstacle: Obstacle | None
    proposed: int | None


def overview(facility: Facility, by: Actor) -> Overview:
    """What there is to do, and what stands where."""
    with looking(facility, by, Act.SEE_ORIGINALS) as look:
        waiting = asked.waiting(look.tx)
        known = {each.scan: each for each in papers.of_scans(look, {e.scan for e in waiting})}
        whose = asked.inmates_now(look.tx, [each.letter for each in waiting])
        return Overview(
            boxes=boxes.look_up(look.tx),
            asked=tuple(
                Asked(
                    each,
                    known[each.scan],
                    whose.get(each.letter),
                    asked.has_withheld(look.tx, each.letter),
                )
                for each in waiting
            ),
            holds=holds.active(look.tx),
            lists=destroying.open_lists(look.tx),
            done=destroying.closed_lists(look.tx, _LATEST),
            due=obstacles.how_many_due(look.tx, facility.settings),
            profiles=tuple(sorted(facility.profiles)),
        )


# ---- boxes


def make_box(facility: Facility, shelf: str, by: Actor, profile: str = "") -> str:
    """A new box; with a ``profile``, it is in use there from now on. Returns its code. Raises
    UsageError."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        if profile:
            _need_profile(facility, profile)
        code = boxes.make(action, shelf)
        if profile:
            boxes.use(action, code, profile)
        return code


def find_box(facility: Facility, code: str, by: Actor) -> OpenBox:
    """Raises UsageError for what is no code of a box, and NotFound."""
    with looking(facility, by, Act.SEE_ORIGINALS) as look:
        known = boxes.find(look.tx, code)
        inside = papers.in_box(look, known.code, MOST_SHOWN)
        return OpenBox(
            known,
            inside,
            obstacles.of_scans(look.tx, facility.settings, [each.scan for each in inside]),
            tuple(sorted(facility.profiles)),
        )


def stand_box(facility: Facility, code: str, shelf: str, by: Actor) -> None:
    """Says where a box stands. Raises UsageError and NotFound."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        boxes.stand(action, code, shelf)


def use_box(facility: Facility, code: str, profile: str, by: Actor) -> None:
    """This box is in use here: the paper of each new scan of this scanner profile goes into it.
    Raises UsageError, NotFound, and Conflict for a closed box."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        _need_profile(facility, profile)
        boxes.use(action, code, profile)


def _need_profile(facility: Facility, profile: str) -> None:
    if profile not in facility.profiles:
        raise UsageError("There is no scanner profile of this name.")


def close_box(facility: Facility, code: str, by: Actor) -> None:
    """Raises UsageError, NotFound, and Conflict for a closed box."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        boxes.close(action, code)


def box_label(facility: Facility, code: str, by: Actor) -> bytes:
    """The label as PDF. Raises UsageError and NotFound."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        known = boxes.find(action.tx, code)
        action.record(Verb.PRINT_BOX_LABEL, Subject.box(known.code))
    return drawn.label(facility, known)


# ---- the paper of a scan


def find_paper(facility: Facility, item: str, by: Actor) -> PaperRecord:
    """By the id of a scan or letter. Raises NotFound."""
    with looking(facility, by, Act.SEE_ORIGINALS) as look:
        tx, scan_id = look.tx, papers.scan_of(look.tx, item)
        return PaperRecord(
            paper=papers.of_scan(look, scan_id),
            letters=asked.letters_of(tx, scan_id),
            requests=asked.of_scan(tx, scan_id),
            holds=holds.of_scan(tx, scan_id),
            obstacle=obstacles.of_scans(tx, facility.settings, [scan_id]).get(scan_id),
            proposed=papers.proposed_in(tx, scan_id),
        )


def find_by_name(facility: Facility, source: str, by: Actor) -> tuple[Paper, ...]:
    """The paper of scans whose file has this name, the newest first."""
    with looking(facility, by, Act.SEE_ORIGINALS) as look:
        return papers.of_scans(look, papers.scans_named(look.tx, source, _MOST_NAMED))


def put_paper(facility: Facility, item: str, code: str, by: Actor) -> None:
    """Puts the paper of a scan, or of the scan of a letter, into a box; with an empty code, out of
    any. Raises NotFound, UsageError, and Conflict for a closed box and for paper that is gone or is
    to be destroyed."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        papers.put(action, papers.scan_of(action.tx, item), code)


def give_paper(facility: Facility, item: str, to: GivenTo, note: str, by: Actor) -> None:
    """All the paper of a scan is given out. Raises NotFound, UsageError, and Conflict for paper
    that is gone, is to be destroyed, or is kept by a hold or a legal hold."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        scan_id = papers.scan_of(action.tx, item)
        obstacles.need_not_kept(action.tx, scan_id)
        papers.give(action, scan_id, to, note)


def hold_paper(facility: Facility, item: str, until: date, by: Actor, reason: str) -> int:
    """Keeps the paper of a scan or letter until the end of a day; returns the number of the hold.
    Raises NotFound, UsageError, and Conflict for paper that is gone."""
    with acting(facility, by, Act.HOLD_PAPER, reason=reason) as action:
        return holds.keep(action, item, until)


def end_hold(facility: Facility, number: int, by: Actor, reason: str) -> str:
    """Before its last day; returns the scan. Raises NotFound, UsageError, and Conflict for a hold
    that is over."""
    with acting(facility, by, Act.HOLD_PAPER, reason=reason) as action:
        return holds.end(action, number)


# ---- asked back


def own_paper(facility: Facility, letter: str, by: Actor) -> OwnPaper | None:
    """Of the inmate's own letter; None where there is nothing to say. Raises NotFound."""
    with looking(facility, by, Act.ASK_FOR_PAPER, of=by.name) as look:
        return asked.own_of_inmate(look, facility.settings, letter)


def ask_for_own(facility: Facility, letter: str, by: Actor) -> int:
    """An inmate asks for the paper of their letter. Raises NotFound, and Conflict where that is not
    offered."""
    with acting(facility, by, Act.ASK_FOR_PAPER, of=by.name) as action:
        own = asked.own_of_inmate(action, facility.settings, letter)
        return asked.ask_own(action, own, Side.INMATE)


def papers_under(facility: Facility, short_id: str, by: Actor) -> tuple[OwnPaper, ...]:
    """Of the letters that were delivered under a cover sheet that this correspondent made."""
    with looking(facility, by, Act.ASK_FOR_SENT_PAPER) as look:
        return asked.own_of_family(look, facility.settings, short_id)


def ask_under(facility: Facility, short_id: str, letter: str, by: Actor) -> int:
    """A correspondent asks for the paper of a letter of theirs. Raises NotFound, and Conflict where
    that is not offered."""
    with acting(facility, by, Act.ASK_FOR_SENT_PAPER) as action:
        for own in asked.own_of_family(action, facility.settings, short_id):
            if own.letter == letter:
                return asked.ask_own(action, own, Side.FAMILY)
        raise NotFound(f"There is no letter {letter}.")


def ask_for(facility: Facility, letter: str, on_behalf: str, by: Actor) -> int:
    """Staff ask for somebody; returns the number of the request. Raises NotFound, UsageError and
    Conflict: see ``asked.ask_for``."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        return asked.ask_for(action, letter.strip(), on_behalf)


def answer(facility: Facility, number: int, given: Answer, why: str, by: Actor) -> None:
    """Raises NotFound, UsageError for a refusal without a reason, and Conflict where it was
    answered before, the letter is not what it was, or the paper is gone or kept by a
    hold or a legal hold."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        if given is not Answer.REFUSED:
            obstacles.need_not_kept(action.tx, asked.find(action.tx, number).scan)
        asked.answer(action, number, given, why)


# ---- destroyed


def due(facility: Facility, by: Actor, code: str = "") -> tuple[Paper, ...]:
    """What may be destroyed now, the oldest first, as far as one list holds; with a ``code`` of one
    box. Raises UsageError and NotFound for a code that is none."""
    with looking(facility, by, Act.SEE_ORIGINALS) as look:
        only = boxes.find(look.tx, code).code if code else None
        ids = obstacles.due(look.tx, facility.settings, destroying.MOST, only)
        return papers.of_scans(look, ids)


def propose(facility: Facility, scans: Iterable[str], by: Actor) -> int:
    """Proposes the paper of these scans for destruction; returns the number of the list. Raises
    NeedsProof, NotFound, UsageError and Conflict: see ``destroying.propose``."""
    with acting(facility, by, Act.PROPOSE_PAPER_DESTRUCTION) as action:
        return destroying.propose(action, facility.settings, list(scans))


def find_destruction(facility: Facility, number: int, by: Actor) -> Destruction:
    """Raises NotFound."""
    with looking(facility, by, Act.SEE_ORIGINALS) as look:
        return destroying.find(look, number)


def withdraw(facility: Facility, number: int, by: Actor) -> None:
    """Raises NotFound, and Conflict for a list that is over."""
    with acting(facility, by, Act.KEEP_ORIGINALS) as action:
        destroying.withdraw(action, number)


def certificate(facility: Facility, number: int, by: Actor) -> bytes:
    """The certificate of destruction as PDF. Raises NotFound, and Conflict for a list of which
    nothing was destroyed."""
    with acting(facility, by, Act.SEE_ORIGINALS) as action:
        known = destroying.find(action, number)
        if not known.destroyed:
            raise Conflict("Nothing of this list was destroyed: there is no certificate.")
        action.record(Verb.PRINT_CERTIFICATE, Subject.destruction(number))
    return drawn.certificate(facility, known)


def may_keep(by: Actor) -> bool:
    """Whether this person may put paper in boxes and give it out; each verb checks it again."""
    return is_permitted(by, Act.KEEP_ORIGINALS)


def may_hold(by: Actor) -> bool:
    """Whether this person may hold paper; each verb checks it again."""
    return is_permitted(by, Act.HOLD_PAPER)


def may_confirm(by: Actor) -> bool:
    """Whether this person may be the second one; each verb checks it again."""
    return is_permitted(by, Act.CONFIRM_PAPER_DESTRUCTION)
