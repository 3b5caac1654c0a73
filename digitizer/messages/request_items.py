"""Requests in the tables: each with its category as it was when it was sent, its steps, and their
clocks. Days are of local time alone, so that no hour that is skipped or repeated moves one; the
hours of an emergency are real ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from digitizer.letters.transcripts import delivered_texts
from digitizer.model.errors import NotFound
from digitizer.model.mail import LetterState
from digitizer.model.people import Actor, Inmate
from digitizer.model.request_settings import Category, Step
from digitizer.people import roster
from digitizer.people.names import is_meant, one_name
from digitizer.storage.tables import letter
from digitizer.storage.tables_requests import inmate_request, request_step
from digitizer.support.clock import midnight, now
from digitizer.support.working_days import Calendar

_FAR = datetime.max.replace(tzinfo=now().tzinfo)


class RequestState(StrEnum):
    SENT = "sent"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Emergency:
    """An inmate says that it cannot wait. ``by``: until when staff say whether that is so;
    ``confirmed`` is None until then, and ``why`` what they said."""

    by: datetime
    confirmed: bool | None
    decided_by: str | None
    decided: datetime | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Extension:
    """The last day for an answer was put off to ``until``, once."""

    until: date
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class AskedStep:
    """One step that was asked for. ``step`` is what the category says of it, ``letter`` the scan of
    its form, and ``paper`` what became of that, None where it came on no form: what a form says
    stands in ``words`` only as long as it is delivered. ``late``: on paper after the last day for
    it. ``due`` is the first last day for an answer, None where nothing says when. ``passed_on``: it
    was taken to the next step."""

    place: int
    step: Step
    words: str
    letter: str | None
    paper: LetterState | None
    late: bool
    came: datetime
    due: date | None
    emergency: Emergency | None
    extended: Extension | None
    answer: str | None
    answered_by: str | None
    answered: datetime | None
    seen: datetime | None
    passed_on: datetime | None

    @property
    def is_open(self) -> bool:
        return self.answered is None and self.passed_on is None

    @property
    def is_taken_back(self) -> bool:
        """Its form is not delivered any more: nothing of it is shown."""
        return self.paper not in (None, LetterState.DELIVERED)

    @property
    def last_day(self) -> date | None:
        return self.extended.until if self.extended else self.due

    @property
    def deadline(self) -> datetime:
        """The moment by which staff must have done the next thing; far away where nothing says."""
        ends = _FAR if self.last_day is None else midnight(self.last_day + timedelta(days=1))
        undecided = self.emergency is not None and self.emergency.confirmed is None
        return min(ends, self.emergency.by) if undecided and self.emergency else ends

    @property
    def is_overdue(self) -> bool:
        """It is not answered in time: that counts as a denial (28 CFR 542.18), and closes
        nothing."""
        return self.is_open and self.deadline <= now()

    @property
    def took_part(self) -> frozenset[str]:
        """Of the staff, as ``one_name`` has them."""
        deciding = self.emergency.decided_by if self.emergency else None
        return frozenset(one_name(each) for each in (self.answered_by, deciding) if each)


@dataclass(frozen=True, slots=True)
class NextStep:
    """What an inmate can ask for after the current step. ``last_day`` is None where nothing ends
    that."""

    place: int
    step: Step
    last_day: date | None

    @property
    def is_over(self) -> bool:
        return self.last_day is not None and self.last_day < today()


@dataclass(frozen=True, slots=True)
class Request:
    """One request with the steps that were asked for, the first first. ``about`` is whom of the
    staff it is about, ``filed_by`` who filed it in the inmate's name, ``entered_by`` who of the
    staff entered it; both are empty where the inmate sent it."""

    number: int
    inmate: Inmate
    category: Category
    sent: datetime
    about: str
    filed_by: str
    entered_by: str
    closed: datetime | None
    steps: tuple[AskedStep, ...]

    @property
    def form(self) -> str:
        return self.category.name

    @property
    def grievance(self) -> bool:
        return self.category.grievance

    @property
    def current(self) -> AskedStep:
        return self.steps[-1]

    @property
    def body(self) -> str:
        """What was written first."""
        return self.steps[0].words

    @property
    def due(self) -> date | None:
        return self.current.last_day

    @property
    def answer(self) -> str | None:
        return self.current.answer

    @property
    def answered(self) -> datetime | None:
        return self.current.answered

    @property
    def answered_by(self) -> str | None:
        return self.current.answered_by

    @property
    def unseen(self) -> bool:
        """Whether there is an answer that its writer has not opened."""
        return any(each.answered is not None and each.seen is None for each in self.steps)

    @property
    def state(self) -> RequestState:
        if self.closed is not None:
            return RequestState.CLOSED
        return RequestState.SENT if self.current.is_open else RequestState.ANSWERED

    @property
    def is_late(self) -> bool:
        return self.closed is None and self.current.is_overdue


def today() -> date:
    return now().astimezone().date()


def next_step(found: Request, calendar: Calendar) -> NextStep | None:
    """None where the current step waits in time, was the last one, or the request is closed. What
    was not answered in time may be taken on without end."""
    here = found.current
    if found.closed is not None or here.place >= len(found.category.steps):
        return None
    after = found.category.steps[here.place]
    if here.answered is not None:
        days = here.step.next_days
        answered = here.answered.astimezone().date()
        return NextStep(here.place + 1, after, calendar.last_day(answered, days) if days else None)
    return NextStep(here.place + 1, after, None) if here.is_overdue else None


def is_done(found: Request, calendar: Calendar) -> bool:
    """Whether nothing more can be done about it: it is closed, or it was answered and its inmate
    can ask for nothing more."""
    if found.closed is not None:
        return True
    following = next_step(found, calendar)
    return not found.current.is_open and (following is None or following.is_over)


def due_day(step: Step, came: date, calendar: Calendar) -> date | None:
    """The last day for the answer to what came on this day."""
    if not step.days:
        return None
    if step.working:
        return calendar.working_day_after(came, step.days)
    return came + timedelta(days=step.days)


def why_not(found: Request, by: Actor) -> str:
    """Why this person must not answer the current step; empty where they may."""
    if is_about(found.about, by.name):
        return "This request is about you. Somebody else answers it."
    if by.role is None or str(by.role) not in found.current.step.answered_by:
        return "Your role does not answer this step."
    if any(one_name(by.name) in each.took_part for each in found.steps[:-1]):
        return "You took part in an earlier step. Another official answers this one."
    return ""


def is_about(about: str, name: str) -> bool:
    """Whether somebody of this name is meant: ``is_meant``. In doubt they are: others can
    answer."""
    return is_meant(about, name)


# ---- in the tables


def add(
    tx: sa.Connection,
    category: Category,
    inmate_id: int,
    words: str,
    came: datetime,
    calendar: Calendar,
    *,
    emergency: bool = False,
    about: str = "",
    filed_by: str = "",
    entered_by: str = "",
    letter_id: str | None = None,
) -> int:
    """A new request at its first step; returns its number. ``words`` are empty where it came on a
    form, which says it."""
    made = tx.execute(
        sa.insert(inmate_request)
        .values(
            inmate_id=inmate_id,
            form=category.name,
            grievance=category.grievance,
            plan=category.model_dump(mode="json"),
            sent=came,
            about=about,
            filed_by=filed_by,
            entered_by=entered_by,
        )
        .returning(inmate_request.c.id)
    )
    number = int(made.scalar_one())
    ask(tx, number, category, 1, words, came, calendar, emergency=emergency, letter_id=letter_id)
    return number


def ask(
    tx: sa.Connection,
    number: int,
    category: Category,
    place: int,
    words: str,
    came: datetime,
    calendar: Calendar,
    *,
    emergency: bool = False,
    late: bool = False,
    letter_id: str | None = None,
) -> None:
    """A request is at this step from now on."""
    hours = category.emergency_hours if emergency else 0
    tx.execute(
        sa.insert(request_step).values(
            request_id=number,
            place=place,
            words=words,
            letter_id=letter_id,
            late=late,
            came=came,
            due=due_day(category.steps[place - 1], came.astimezone().date(), calendar),
            emergency_by=came + timedelta(hours=hours) if hours else None,
        )
    )


def change_step(tx: sa.Connection, found: Request, **values: object) -> bool:
    """Of the current step, while it is open. False where somebody else was quicker."""
    still = sa.update(request_step).where(
        request_step.c.request_id == found.number,
        request_step.c.place == found.current.place,
        request_step.c.answered.is_(None),
        request_step.c.passed_on.is_(None),
    )
    return tx.execute(still.values(**values)).rowcount == 1


def pass_on(tx: sa.Connection, found: Request, at: datetime) -> bool:
    """The current step is taken to the next one: once, and only as it is known here. False where it
    was answered or taken on meanwhile."""
    own = request_step.c.answered
    as_known = own.is_(None) if found.current.answered is None else own.is_not(None)
    still = sa.update(request_step).where(
        request_step.c.request_id == found.number,
        request_step.c.place == found.current.place,
        request_step.c.passed_on.is_(None),
        as_known,
    )
    return tx.execute(still.values(passed_on=at)).rowcount == 1


def see(tx: sa.Connection, number: int) -> None:
    """Its writer opened every answer that is there."""
    unseen = sa.update(request_step).where(
        request_step.c.request_id == number,
        request_step.c.answered.is_not(None),
        request_step.c.seen.is_(None),
    )
    tx.execute(unseen.values(seen=now()))


def waits() -> sa.ColumnElement[bool]:
    """Of a row of ``inmate_request``: a step of it waits for an answer."""
    open_step = sa.select(request_step.c.id).where(
        request_step.c.request_id == inmate_request.c.id,
        request_step.c.answered.is_(None),
        request_step.c.passed_on.is_(None),
    )
    return sa.and_(inmate_request.c.closed.is_(None), open_step.exists())


def waiting(tx: sa.Connection) -> tuple[Request, ...]:
    """What waits for an answer: what must be done soonest first, then the oldest."""
    found = look_up(tx, waits())
    return tuple(sorted(found, key=lambda each: (each.current.deadline, each.number)))


def one(tx: sa.Connection, number: int, *where: sa.ColumnElement[bool]) -> Request:
    """Raises NotFound."""
    for found in look_up(tx, inmate_request.c.id == number, *where):
        return found
    raise NotFound(f"There is no request {number}.")


def look_up(
    tx: sa.Connection,
    *where: sa.ColumnElement[bool],
    order: Sequence[sa.ColumnElement[object]] = (inmate_request.c.id,),
    most: int | None = None,
) -> tuple[Request, ...]:
    rows = tx.execute(sa.select(inmate_request).where(*where).order_by(*order).limit(most)).all()
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows})
    plans = {row.id: Category.model_validate(row.plan) for row in rows}
    steps = _steps(tx, plans)
    return tuple(
        Request(
            number=row.id,
            inmate=people[row.inmate_id],
            category=plans[row.id],
            sent=row.sent,
            about=row.about,
            filed_by=row.filed_by,
            entered_by=row.entered_by,
            closed=row.closed,
            steps=tuple(steps[row.id]),
        )
        for row in rows
    )


_AT_ONCE = 500


def _steps(tx: sa.Connection, plans: dict[int, Category]) -> dict[int, list[AskedStep]]:
    found: dict[int, list[AskedStep]] = {number: [] for number in plans}
    numbers = list(plans)
    for start in range(0, len(numbers), _AT_ONCE):
        some = request_step.c.request_id.in_(numbers[start : start + _AT_ONCE])
        asked = (
            sa.select(request_step, letter.c.state.label("paper"))
            .join(letter, letter.c.id == request_step.c.letter_id, isouter=True)
            .where(some)
            .order_by(request_step.c.place)
        )
        rows = tx.execute(asked).all()
        on_paper = delivered_texts(tx, [row.letter_id for row in rows if row.letter_id])
        for row in rows:
            plan = plans[row.request_id].steps
            found[row.request_id].append(
                AskedStep(
                    place=row.place,
                    step=plan[row.place - 1],
                    words=on_paper.get(row.letter_id, "") if row.letter_id else row.words,
                    letter=row.letter_id,
                    paper=LetterState(row.paper) if row.paper else None,
                    late=row.late,
                    came=row.came,
                    due=row.due,
                    emergency=_emergency(row),
                    extended=_extension(row),
                    answer=row.answer,
                    answered_by=row.answered_by,
                    answered=row.answered,
                    seen=row.seen,
                    passed_on=row.passed_on,
                )
            )
    return found


def _emergency(row: sa.Row[tuple[object, ...]]) -> Emergency | None:
    if row.emergency_by is None:
        return None
    return Emergency(
        row.emergency_by, row.confirmed, row.confirmed_by, row.confirmed_at, row.confirmed_why
    )


def _extension(row: sa.Row[tuple[object, ...]]) -> Extension | None:
    if row.extended_to is None:
        return None
    return Extension(row.extended_to, row.extended_by, row.extended_at, row.extended_why)


@dataclass(frozen=True, slots=True)
class Clocks:
    """``overdue``: how many wait longer than they may; ``first`` the last moment of the oldest of
    them, ``emergencies`` how many that cannot wait nobody has looked at."""

    overdue: int
    first: datetime | None
    emergencies: int


def clocks(tx: sa.Connection) -> Clocks:
    found = waiting(tx)
    late = [each.current.deadline for each in found if each.current.is_overdue]
    undecided = [
        each
        for each in found
        if each.current.emergency is not None and each.current.emergency.confirmed is None
    ]
    return Clocks(len(late), min(late, default=None), len(undecided))


def hidden_from(found: Collection[Request], by: Actor) -> tuple[Request, ...]:
    """Without those that are about this person."""
    return tuple(each for each in found if not is_about(each.about, by.name))
