"""Requests of inmates to staff: asked for in one of the facility's categories, answered step by
step, then closed.

A grievance is a request of a category that says so. Each step has its clock; who answered one step
answers no other; an answer that does not come in time lets the inmate go on, and closes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from digitizer.access.acting import Action, acting, looking, need_reason
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.messages import request_forms, request_items
from digitizer.messages.request_items import (
    AskedStep,
    NextStep,
    Request,
    RequestState,
    hidden_from,
    is_about,
    next_step,
    today,
    why_not,
)
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.model.request_settings import Category
from digitizer.people import roster
from digitizer.storage.tables_requests import inmate_request, request_step
from digitizer.support.clock import midnight, now
from digitizer.support.visible import HIDDEN, as_name

__all__ = ["AskedStep", "NextStep", "Request", "RequestState"]

_LONGEST_ANSWER = 5000
_LONGEST_NAME = 200
_MEANWHILE = "Somebody answered it, or it was taken to the next step, in the meantime."


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One of an inmate's own. ``following`` is the step that they can ask for now, if any;
    ``pictures`` are of each step how many pictures its form on paper has."""

    request: Request
    following: NextStep | None
    pictures: tuple[int, ...]

    @property
    def may_go_on(self) -> bool:
        return self.following is not None and not self.following.is_over


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """``following`` is the number of the next that waits for an answer, ``why_not`` why whoever
    looks must not answer this one (empty: they may). ``possible`` is what its inmate can ask for
    now; ``pictures`` are of each step how many pictures its form on paper has."""

    request: Request
    following: int | None
    why_not: str
    possible: NextStep | None
    pictures: tuple[int, ...]

    @property
    def may_be_closed(self) -> bool:
        """Nobody closes it over the head of an inmate who may still go on."""
        ends = self.possible is None or self.possible.is_over
        return self.request.state is RequestState.ANSWERED and ends


def send_request(
    facility: Facility,
    form: str,
    body: str,
    by: Actor,
    *,
    emergency: bool = False,
    about: str = "",
) -> int:
    """Returns its number. ``emergency``: it cannot wait, by its writer; ``about``: whom of the
    staff it is about, who is then not shown it. Raises UsageError for a category that the facility
    does not have, an empty text or one that is too long, and Conflict where as many of theirs as
    may be wait already: an emergency never waits for that."""
    settings = facility.settings.requests
    sending = acting(facility, by, Act.ASK_STAFF, of=by.name)
    category = _category(facility, form)
    words = _words(facility, body, "Nothing is written. Write what you are asking for.")
    if emergency and not category.emergency_hours:
        raise UsageError("Nothing of this kind can be an emergency here. Tell staff at once.")
    with sending as action:
        inmate_id = roster.inmate_row_id(action.tx, by.name)
        own = request_items.look_up(
            action.tx, inmate_request.c.inmate_id == inmate_id, request_items.waits()
        )
        if len(own) >= settings.open_at_once and not emergency:
            raise Conflict("Several of your requests wait for an answer. Wait for one first.")
        number = request_items.add(
            action.tx,
            category,
            inmate_id,
            words,
            now(),
            facility.settings.appeals.calendar,
            emergency=emergency,
            about=_names(about),
        )
        said = {"emergency": True} if emergency else {}
        action.record(Verb.SEND_REQUEST, Subject.request(number), form=form, **said)
    return number


def enter_request(
    facility: Facility,
    booking_number: str,
    form: str,
    body: str,
    came: date,
    by: Actor,
    *,
    filed_by: str = "",
    about: str = "",
    emergency: bool = False,
) -> int:
    """One that came on other paper than our forms, or by word, on the day ``came``; returns its
    number. ``filed_by``: somebody else, in the inmate's name (28 CFR 115.52(e)). Raises NotFound,
    and UsageError as ``send_request``, and for a day that is still to come."""
    entering = acting(facility, by, Act.ENTER_REQUEST)
    category = _category(facility, form)
    words = _words(facility, body, "Write what it says.")
    if not today() - timedelta(days=365) <= came <= today():
        raise UsageError("Give the day on which it came: today, or a day of the last year.")
    if emergency and not category.emergency_hours:
        raise UsageError("Nothing of this category can be an emergency by the settings.")
    with entering as action:
        at = now() if came == today() else midnight(came)
        number = request_items.add(
            action.tx,
            category,
            roster.inmate_row_id(action.tx, booking_number),
            words,
            at,
            facility.settings.appeals.calendar,
            emergency=emergency,
            about=_names(about),
            filed_by=as_name(filed_by)[:_LONGEST_NAME],
            entered_by=by.name,
        )
        details = {"form": form, "of": booking_number, "came": came.isoformat()}
        action.record(Verb.ENTER_REQUEST, Subject.request(number), **details)
    return number


def own_requests(facility: Facility, by: Actor) -> tuple[Request, ...]:
    """Those of this inmate, newest first."""
    with looking(facility, by, Act.ASK_STAFF, of=by.name) as look:
        mine = inmate_request.c.inmate_id == roster.inmate_row_id(look.tx, by.name)
        return request_items.look_up(look.tx, mine)[::-1]


def open_own_request(facility: Facility, number: int, by: Actor) -> OwnRequest:
    """One of their own; its answers count as seen. Raises NotFound for any other."""
    with acting(facility, by, Act.ASK_STAFF, of=by.name) as action:
        found = _own(action, number, by)
        request_items.see(action.tx, number)
        action.record(Verb.LOOK_AT_REQUEST, Subject.request(number))
        following = next_step(found, facility.settings.appeals.calendar)
        return OwnRequest(found, following, _pictures(action, found))


def take_on(
    facility: Facility, number: int, words: str, by: Actor, *, emergency: bool = False
) -> None:
    """Its inmate does not agree, or got no answer in time: the next step is asked for. ``words``
    may be empty. Raises NotFound, UsageError for a text that is too long, and Conflict where there
    is no next step, its last day has passed, or somebody answered meanwhile."""
    taking = acting(facility, by, Act.ASK_STAFF, of=by.name)
    words = _shorter(facility, words)
    with taking as action:
        found = _own(action, number, by)
        following = next_step(found, facility.settings.appeals.calendar)
        if following is None:
            raise Conflict("There is no next step here now.")
        if following.is_over:
            raise Conflict("The last day to ask the next level has passed.")
        if emergency and not found.category.emergency_hours:
            raise UsageError("Nothing of this kind can be an emergency here. Tell staff at once.")
        if not request_items.pass_on(action.tx, found, now()):
            raise Conflict(_MEANWHILE)
        request_items.ask(
            action.tx,
            number,
            found.category,
            following.place,
            words,
            now(),
            facility.settings.appeals.calendar,
            emergency=emergency,
        )
        request_forms.revoke_unused(action.tx, number)
        said = {"emergency": True} if emergency else {}
        action.record(Verb.TAKE_REQUEST_ON, Subject.request(number), step=following.place, **said)


def waiting_requests(facility: Facility, by: Actor) -> tuple[Request, ...]:
    """What waits for an answer: what must be done soonest first, then the oldest. Nothing that is
    about whoever looks."""
    with looking(facility, by, Act.ANSWER) as look:
        return hidden_from(request_items.waiting(look.tx), by)


def settled_requests(facility: Facility, by: Actor, most: int) -> tuple[Request, ...]:
    """Those that were answered or closed, the last decided first."""
    with looking(facility, by, Act.ANSWER) as look:
        answered = (
            sa.select(sa.func.max(request_step.c.answered))
            .where(request_step.c.request_id == inmate_request.c.id)
            .scalar_subquery()
        )
        last = sa.func.coalesce(inmate_request.c.closed, answered)
        done = sa.and_(last.is_not(None), ~request_items.waits())
        order = (last.desc(), inmate_request.c.id)
        return hidden_from(request_items.look_up(look.tx, done, order=order, most=most), by)


def open_request(facility: Facility, number: int, by: Actor) -> OpenedRequest:
    """For staff; the look is logged. Raises NotFound, also for one that is about them."""
    with acting(facility, by, Act.ANSWER) as action:
        found = _shown(action, number, by)
        action.record(Verb.LOOK_AT_REQUEST, Subject.request(number))
        others = hidden_from(request_items.waiting(action.tx), by)
        return OpenedRequest(
            found,
            next((each.number for each in others if each.number != number), None),
            why_not(found, by),
            next_step(found, facility.settings.appeals.calendar),
            _pictures(action, found),
        )


def form_picture(facility: Facility, number: int, place: int, page: int, by: Actor) -> bytes:
    """A page, from 1, of the form on which a step came, as JPEG or PNG, with what is withheld of it
    covered; the look is logged. Raises NotFound, also where the form was taken back."""
    inmate = by.kind is ActorKind.INMATE
    act = Act.ASK_STAFF if inmate else Act.ANSWER
    with acting(facility, by, act, of=by.name if inmate else None) as action:
        found = _own(action, number, by) if inmate else _shown(action, number, by)
        letter = next((each.letter for each in found.steps if each.place == place), None)
        pages = request_forms.pages_of(action.tx, letter)
        if not 1 <= page <= len(pages):
            raise NotFound(f"There is no picture {page}.")
        action.record(Verb.LOOK_AT_REQUEST, Subject.request(number), step=place, page=page)
    picture = pages[page - 1].shown(facility.pictures)
    if picture is None:
        raise NotFound(f"There is no picture {page}.")
    return picture


def answer_request(facility: Facility, number: int, answer: str, by: Actor) -> None:
    """Its writer reads the answer to the current step, and by whom it is. Raises NotFound,
    UsageError for an empty or too long one, and Conflict where somebody answered or closed it
    meanwhile, this person took part in an earlier step, or their role does not answer this one."""
    answering = acting(facility, by, Act.ANSWER)
    answer = _checked(answer, "Write an answer first.")
    with answering as action:
        found = _to_answer(action, number, by)
        values = {"answer": answer, "answered_by": by.name, "answered": now()}
        if not request_items.change_step(action.tx, found, **values):
            raise Conflict(_MEANWHILE)
        action.record(Verb.ANSWER_REQUEST, Subject.request(number), step=found.current.place)


def extend_step(facility: Facility, number: int, until: date, reason: str, by: Actor) -> None:
    """The last day for the answer is put off, once: its writer reads the reason and the new day.
    Raises NotFound, UsageError without a reason or for a day that is too early or too far, and
    Conflict as ``answer_request``, and where it was put off before, is overdue, is an emergency, or
    has no clock that can be put off."""
    extending = acting(facility, by, Act.ANSWER)
    why = _checked(need_reason(reason), "Say why.")
    with extending as action:
        found = _to_answer(action, number, by)
        here = found.current
        if here.extended is not None:
            raise Conflict("It was put off before: that can be done once.")
        if here.due is None or not here.step.extension_days:
            raise Conflict("The time for this answer cannot be put off.")
        if here.is_overdue or here.due < today():
            raise Conflict("It is overdue: that cannot be put off any more. Answer it.")
        if here.emergency is not None and here.emergency.confirmed is not False:
            raise Conflict("It is an emergency, or nobody has said that it is none yet.")
        if not here.due < until <= here.due + timedelta(days=here.step.extension_days):
            most = here.due + timedelta(days=here.step.extension_days)
            raise UsageError(f"Give a day after {here.due}, {most} at the latest.")
        values = {
            "extended_to": until,
            "extended_by": by.name,
            "extended_at": now(),
            "extended_why": why,
        }
        if not request_items.change_step(action.tx, found, **values):
            raise Conflict(_MEANWHILE)
        details = {"step": here.place, "until": until.isoformat()}
        action.record(Verb.EXTEND_REQUEST, Subject.request(number), **details)


def decide_emergency(
    facility: Facility, number: int, confirmed: bool, words: str, by: Actor
) -> None:
    """Whether it is an emergency; ``words`` are the first answer, which its writer reads at once.
    One that is confirmed must be answered within the category's days for it, counted from when it
    came. Raises NotFound, UsageError without words, and Conflict where nobody says that it is one,
    or somebody decided it; and as ``answer_request``."""
    deciding = acting(facility, by, Act.ANSWER)
    words = _checked(words, "Say what is done about it, or why it can wait.")
    with deciding as action:
        found = _to_answer(action, number, by)
        here = found.current
        if here.emergency is None or here.emergency.confirmed is not None:
            raise Conflict("Nobody says that this is an emergency, or it is decided already.")
        values: dict[str, object] = {
            "confirmed": confirmed,
            "confirmed_by": by.name,
            "confirmed_at": now(),
            "confirmed_why": words,
        }
        if confirmed:
            came = here.came.astimezone().date()
            soon = came + timedelta(days=found.category.emergency_days)
            values["due"] = soon if here.due is None else min(here.due, soon)
        if not request_items.change_step(action.tx, found, **values):
            raise Conflict(_MEANWHILE)
        about = Subject.request(number)
        action.record(Verb.DECIDE_EMERGENCY, about, step=here.place, confirmed=confirmed)


def say_whom_about(facility: Facility, number: int, names: str, by: Actor, reason: str) -> None:
    """Whom of the staff it is about: they neither see nor answer it from now on (28 CFR 115.52(c)).
    The log says that it was said, with a reason, and the words of neither: they may read it. Raises
    NotFound, also for one that is about whoever says so, and UsageError without a reason."""
    with acting(facility, by, Act.SAY_WHOM_ABOUT, reason=reason) as action:
        found = _shown(action, number, by)
        named = ", ".join(filter(None, (found.about, _names(names))))
        this = sa.update(inmate_request).where(inmate_request.c.id == number)
        action.tx.execute(this.values(about=named[: 5 * _LONGEST_NAME]))
        action.record_unworded(Verb.SAY_WHOM_ABOUT, Subject.request(number))


def close_request(facility: Facility, number: int, by: Actor) -> None:
    """One that was answered is settled: nothing more is to be done. Raises NotFound, and Conflict
    where it waits for an answer, is closed already, or its inmate may still take it on."""
    with acting(facility, by, Act.ANSWER) as action:
        found = _shown(action, number, by)
        if found.state is not RequestState.ANSWERED:
            raise Conflict("Answer it first.")
        possible = next_step(found, facility.settings.appeals.calendar)
        if possible is not None and not possible.is_over:
            raise Conflict("The inmate may still ask the next level: it is not closed before that.")
        this = sa.update(inmate_request).where(
            inmate_request.c.id == number, inmate_request.c.closed.is_(None)
        )
        action.tx.execute(this.values(closed=now()))
        action.record(Verb.CLOSE_REQUEST, Subject.request(number))


def waiting_since(tx: sa.Connection) -> tuple[int, datetime | None]:
    """How many wait for an answer, and since when the oldest does."""
    asked = sa.select(sa.func.count(), sa.func.min(inmate_request.c.sent))
    number, oldest = tx.execute(asked.where(request_items.waits())).one()
    return int(number), oldest


def may_answer(by: Actor) -> bool:
    """Whether this person may answer; each verb checks it again."""
    return is_permitted(by, Act.ANSWER)


def may_enter(by: Actor) -> bool:
    """Whether this person may enter requests and print forms; each verb checks it again."""
    return is_permitted(by, Act.ENTER_REQUEST)


def may_say_whom(by: Actor) -> bool:
    """Whether this person may say whom a request is about; the verb checks it again."""
    return is_permitted(by, Act.SAY_WHOM_ABOUT)


def _category(facility: Facility, form: str) -> Category:
    found = facility.settings.requests.category(form)
    if found is None:
        raise UsageError("Choose one of the forms.")
    return found


def _words(facility: Facility, text: str, empty: str) -> str:
    text = _shorter(facility, text)
    if not text:
        raise UsageError(empty)
    return text


def _shorter(facility: Facility, text: str) -> str:
    text = HIDDEN.sub("", text).strip()
    if len(text) > facility.settings.requests.characters:
        raise UsageError("That is too long. Shorten it.")
    return text


def _checked(text: str, empty: str) -> str:
    """What staff write to an inmate."""
    text = HIDDEN.sub("", text).strip()
    if not text:
        raise UsageError(empty)
    if len(text) > _LONGEST_ANSWER:
        raise UsageError(f"An answer has at most {_LONGEST_ANSWER} characters.")
    return text


def _names(text: str) -> str:
    return as_name(text)[:_LONGEST_NAME]


def _pictures(action: Action, found: Request) -> tuple[int, ...]:
    return tuple(len(request_forms.pages_of(action.tx, each.letter)) for each in found.steps)


def _own(action: Action, number: int, by: Actor) -> Request:
    mine = inmate_request.c.inmate_id == roster.inmate_row_id(action.tx, by.name)
    return request_items.one(action.tx, number, mine)


def _shown(action: Action, number: int, by: Actor) -> Request:
    """Raises NotFound, also for one that is about this person: it is none of theirs."""
    found = request_items.one(action.tx, number)
    if is_about(found.about, by.name):
        raise NotFound(f"There is no request {number}.")
    return found


def _to_answer(action: Action, number: int, by: Actor) -> Request:
    found = _shown(action, number, by)
    if found.state is not RequestState.SENT:
        raise Conflict("Somebody answered or closed it in the meantime.")
    bar = why_not(found, by)
    if bar:
        raise Conflict(bar)
    return found
