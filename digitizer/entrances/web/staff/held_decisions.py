"""The decisions on held mail: the one form that they share, and what each does with it.

A new decision is a row of ``DECISIONS``: its route, its checks and its error page follow from it.
"""

# Without "from __future__ import annotations": FastAPI reads the fields of the form as types, and
# some of its versions cannot find the type that a text names.

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Form

from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.model.mail import PageRole
from digitizer.model.people import Actor
from digitizer.screening import decisions, sealing_by_hand
from digitizer.screening.seen_pages import Unseen

Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """What the form of a held item sends. Each decision reads the fields it needs."""

    #: Why, for the record, as it was typed.
    reason: Text = ""
    #: Why, as it was picked from the facility's list.
    picked: Text = ""
    #: Marks the state that the person saw; a decision about an older state is refused.
    seen: Text = ""
    #: The booking number of the inmate chosen, to assign.
    to: Text = ""
    #: The same number again, once the person saw that the cover names somebody else.
    although: Text = ""
    #: The numbers of the blocks in spite of which it is to be delivered, which the person saw.
    despite: Text = ""
    #: The letter or scan that replaces this one, when rescanned, as it was typed.
    new_id: Text = ""
    #: The same, as it was picked among the later ones.
    later: Text = ""
    #: The page where a new letter begins, to cut.
    before: Annotated[int, Form()] = 0
    #: The two letters to join, in the order of the scanner: the first keeps its id.
    pair: Text = ""
    #: A page's number and what the page is, to mark it: ``4 cover``, ``1 envelope``.
    page_role: Text = ""
    #: A page's number and where in its letter it belongs, to move it: ``4 earlier``.
    page_move: Text = ""
    #: The number of the page on which a person saw that it may be legal mail, to seal.
    page_shown: Annotated[int, Form()] = 0
    #: What is withheld of a page: left, top, width and height, in hundredths of it.
    part: Text = ""

    @property
    def page(self) -> int:
        """The page that was marked or moved, 0 if none was."""
        number = (self.page_role or self.page_move).partition(" ")[0]
        return int(number) if number.isdigit() else 0

    @property
    def blocks(self) -> tuple[int, ...]:
        """The blocks that the person saw."""
        return tuple(int(each) for each in self.despite.split() if each.isdecimal())


SentForm = Annotated[DecisionForm, Depends()]


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that a person can decide.

    ``decide`` returns the id by which the letter or scan is known afterwards. ``usual`` is the
    reason that is recorded where a person gives no other; empty where they must. ``ends``: the next
    item is shown then. ``keeps_choice``: if it fails, the inmate chosen is still chosen.
    ``asks_whose``: it asks once more where the cover names another inmate than was chosen.
    """

    decide: Callable[[Facility, str, DecisionForm, Actor], str]
    usual: str = ""
    ends: bool = False
    keeps_choice: bool = False
    asks_whose: bool = False

    def with_reason(self, form: DecisionForm) -> DecisionForm:
        """The form with why: as it was typed, else as it was picked, else as usual."""
        return replace(form, reason=form.reason.strip() or form.picked or self.usual)


def _assign(facility: Facility, held_id: str, form: DecisionForm, by: Actor) -> str:
    if not form.to:
        raise UsageError("Choose the inmate the letter is for.")
    how, despite = Unseen.OVERRULED, form.blocks
    return decisions.assign(
        facility, held_id, form.to, by, form.reason, unseen=how, despite=despite
    )


def _reject(facility: Facility, held_id: str, form: DecisionForm, by: Actor) -> str:
    decisions.reject(facility, held_id, by, form.reason)
    return held_id


def _rescanned(facility: Facility, held_id: str, form: DecisionForm, by: Actor) -> str:
    new_id = form.later or form.new_id.strip()
    if not new_id:
        raise UsageError("Choose the letter or scan that replaces this one, or type its id.")
    decisions.rescanned(facility, held_id, new_id, by, form.reason)
    return held_id


def _cut(facility: Facility, held_id: str, form: DecisionForm, by: Actor) -> str:
    first, _second = decisions.cut(facility, held_id, form.before, by, form.reason)
    return first


def _join(facility: Facility, held_id: str, form: DecisionForm, by: Actor) -> str:
    first, _, second = form.pair.partition(" ")
    if held_id not in (first, second):
        raise UsageError("Only this letter and one next to it can be joined here.")
    return decisions.join(facility, first, second, by, form.reason)


def _mark(facility: Facility, held_id: str, form: DecisionForm, by: Actor) -> str:
    number, _, what = form.page_role.partition(" ")
    envelope = what == "envelope"
    if not number.isdigit() or not (envelope or what in set(PageRole)):
        raise UsageError("Choose a page, and what it is.")
    role = PageRole.CONTENT if envelope else PageRole(what)
    return decisions.mark_page(
        facility, held_id, int(number), role, by, form.reason, envelope=envelope
    )


def _move(facility: Facility, held_id: str, form: DecisionForm, by: Actor) -> str:
    number, _, where = form.page_move.partition(" ")
    if not number.isdigit() or where not in ("earlier", "later"):
        raise UsageError("Choose a page, and whether it belongs earlier or later.")
    return decisions.move_page(facility, held_id, int(number), where == "later", by, form.reason)


def _seal(facility: Facility, held_id: str, form: DecisionForm, by: Actor) -> str:
    return sealing_by_hand.seal_held(facility, held_id, form.page_shown, by, form.reason)


def _ask_for_rescan(facility: Facility, held_id: str, form: DecisionForm, by: Actor) -> str:
    return decisions.ask_for_rescan(facility, held_id, by, form.reason)


#: By the last part of the address that the button of the decision sends the form to.
DECISIONS: Mapping[str, Decision] = {
    "assign": Decision(
        _assign,
        "A person read on it whose it is",
        ends=True,
        keeps_choice=True,
        asks_whose=True,
    ),
    "reject": Decision(_reject, ends=True),
    "rescanned": Decision(_rescanned, "The same sheets, scanned again", ends=True),
    "seal": Decision(_seal, ends=True),
    "cut": Decision(_cut, "A new letter begins here"),
    "join": Decision(_join, "These pages belong together"),
    "move": Decision(_move, "The sheets were scanned in the wrong order"),
    "ask-for-rescan": Decision(_ask_for_rescan, "It cannot be read as it was scanned", ends=True),
    "mark": Decision(_mark, "A person looked at the page"),
}
