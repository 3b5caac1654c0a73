"""The verbs of rejections and appeals, but for deciding them: who looks, who appeals, and what
staff enter. Whoever decides, see ``screening.appeal_decisions``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from digitizer.access.acting import Action, Look, acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.appeals import impartial, records, rejections
from digitizer.appeals.records import NextAppeal
from digitizer.appeals.refusals import refused_now
from digitizer.appeals.rejections import local_day, today
from digitizer.facility import Facility
from digitizer.letters import whom_about
from digitizer.model.appeals import Appeal, Refused, Rejection, SheetGoes, Side
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import PageRole
from digitizer.model.people import Actor, ActorKind
from digitizer.people import roster
from digitizer.people.names import one_name
from digitizer.storage.tables import letter, message, page, scan
from digitizer.storage.tables_appeals import rejection
from digitizer.support.visible import HIDDEN

_LATEST = 20
_LONGEST_KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class OwnRejection:
    """A rejection as one side sees it, with its own appeals; ``possible`` is what it can appeal
    now, if anything. ``others`` are the other side's appeals that were decided, of which only the
    decision is theirs to read."""

    rejection: Rejection
    appeals: tuple[Appeal, ...]
    possible: NextAppeal | None
    others: tuple[Appeal, ...] = ()

    @property
    def may_appeal(self) -> bool:
        return self.possible is not None and today() <= self.possible.last_day


@dataclass(frozen=True, slots=True)
class Queue:
    """``waiting``: the appeals to be decided, the first that is due first; ``kept`` the rejections
    whose notice is withheld, ``untold`` those of which nobody could tell everyone by itself.
    ``today`` is the day by which clocks are read."""

    waiting: tuple[Appeal, ...]
    decided: tuple[Appeal, ...]
    kept: tuple[Rejection, ...]
    untold: tuple[Rejection, ...]
    today: date


@dataclass(frozen=True, slots=True)
class Opened:
    """An appeal with the others of its rejection. ``parts`` are the numbers of the pages or photos
    that can be looked at, ``words`` a refused message's subject and text. ``partial``: whoever
    looks took part in the rejection, and cannot decide. ``following`` is the appeal due next."""

    appeal: Appeal
    others: tuple[Appeal, ...]
    parts: tuple[int, ...]
    words: tuple[str, str] | None
    partial: bool
    following: int | None


@dataclass(frozen=True, slots=True)
class KnownRejection:
    """A rejection as staff see it; ``possible`` is what each side can appeal."""

    rejection: Rejection
    appeals: tuple[Appeal, ...]
    possible: dict[Side, NextAppeal]


def own_rejections(facility: Facility, by: Actor) -> tuple[OwnRejection, ...]:
    """Those of which this inmate or correspondent was told, newest first."""
    side = _side(by)
    with looking(facility, by, Act.APPEAL, of=_owner(by)) as look:
        found = [each for each in _theirs(look, by) if side in each.told]
        return tuple(_own(look.tx, facility, each, side) for each in reversed(found))


def appeal(facility: Facility, number: int, words: str, by: Actor) -> int:
    """An appeal of whoever was told of the rejection; returns its number. Raises NotFound for what
    is not theirs, UsageError for an empty or too long text, and Conflict where they appealed
    already, or it is too late."""
    side, appealing = _side(by), acting(facility, by, Act.APPEAL, of=_owner(by))
    words = _checked(facility, words)
    with appealing as action:
        for each in _theirs(action, by):
            if each.number == number and side in each.told:
                made = records.add(action.tx, facility.settings, each, side, words, today())
                _record(action, each, Verb.APPEAL, made)
                return made.number
        raise NotFound("There is no such rejection.")


def queue(facility: Facility, by: Actor) -> Queue:
    """Names no words of an appeal, and nothing of what was refused."""
    with looking(facility, by, Act.SEE_APPEALS) as look:
        untold = rejections.untold(look.tx)
        return Queue(
            waiting=records.waiting(look.tx),
            decided=records.decided_lately(look.tx, _LATEST),
            kept=rejections.kept_back(look.tx),
            untold=tuple(each for each in untold if not each.is_kept),
            today=today(),
        )


def open_appeal(facility: Facility, number: int, by: Actor) -> Opened:
    """With its words; the look is logged. Raises NotFound."""
    with acting(facility, by, Act.SEE_APPEALS) as action:
        tx, found = action.tx, records.find(action.tx, number)
        action.record(Verb.LOOK_AT_APPEAL, Subject.appeal(number))
        sees = is_permitted(by, Act.SEE_REFUSED) and _is_open(found)
        sees = sees and found.rejection.item not in whom_about.about(tx, by)
        others = records.of_rejection(tx, found.rejection.number)
        return Opened(
            appeal=found,
            others=tuple(each for each in others if each.number != number),
            parts=_parts(tx, found.rejection) if sees else (),
            words=_words(tx, found.rejection) if sees else None,
            partial=one_name(by.name) in impartial.took_part(tx, found),
            following=next((e.number for e in records.waiting(tx) if e.number != number), None),
        )


def refused_picture(facility: Facility, number: int, part: int, by: Actor) -> bytes:
    """The picture of a page or photo that an appeal is about, as JPEG or PNG; the look is logged,
    and counts as having been shown. Raises NotFound."""
    with acting(facility, by, Act.SEE_REFUSED) as action:
        found = records.find(action.tx, number)
        of = found.rejection
        whom_about.check_not_about(action.tx, of.item, by)
        if not _is_open(found) or part not in _parts(action.tx, of):
            raise NotFound(f"There is no picture {part}.")
        if of.what.is_paper:
            action.record(Verb.LOOK_AT_PAGE, Subject.letter(of.item), page=part, appeal=number)
            asked = sa.select(page.c.picture).where(
                page.c.letter_id == of.item, page.c.number == part
            )
            stored = action.tx.execute(asked).scalar()
        else:
            action.record(Verb.LOOK_AT_PHOTO, Subject.message(of.item), photo=part)
            photos = action.tx.execute(sa.select(message.c.photos).where(message.c.id == of.item))
            stored = photos.scalar_one()[part - 1]
    if stored is None:
        raise NotFound(f"There is no picture {part}.")
    return facility.pictures.get(stored)


def rejections_of(facility: Facility, item: str, by: Actor) -> tuple[KnownRejection, ...]:
    """Those of a letter or message, over or not, the newest first."""
    with looking(facility, by, Act.SEE_APPEALS) as look:
        found = rejections.look_up(look.tx, rejection.c.item == item)
        return tuple(_known(look.tx, facility, each) for each in reversed(found))


def find_rejection(facility: Facility, number: int, by: Actor) -> KnownRejection:
    """Raises NotFound."""
    with looking(facility, by, Act.SEE_APPEALS) as look:
        return _known(look.tx, facility, rejections.find(look.tx, number))


def enter_appeal(
    facility: Facility, number: int, side: Side, words: str, came: date, by: Actor
) -> int:
    """An appeal that came on paper, on the day ``came``; returns its number. One that came after
    the last day is taken all the same, and says so. Raises NotFound, UsageError, and Conflict where
    this side cannot appeal now."""
    entering = acting(facility, by, Act.ENTER_APPEAL)
    words = _checked(facility, words)
    with entering as action:
        of = rejections.find(action.tx, number)
        if not local_day(of.decided) <= came <= today():
            raise UsageError("It came between the day of the decision and today. Correct the day.")
        made = records.add(action.tx, facility.settings, of, side, words, came, by.name)
        _record(action, of, Verb.APPEAL, made, came=came.isoformat())
        return made.number


def say_sheet(facility: Facility, number: int, sheet: SheetGoes, by: Actor) -> None:
    """What becomes of the refused paper. Raises NotFound, UsageError for an e-message, which has
    none, and Conflict once both were told."""
    with acting(facility, by, Act.ENTER_APPEAL) as action:
        of = rejections.find(action.tx, number)
        if not of.what.is_paper or sheet is SheetGoes.NONE:
            raise UsageError("Choose what becomes of the paper.")
        if not of.untold:
            raise Conflict("Both have been told already what becomes of it.")
        if SheetGoes.EVIDENCE in (sheet, of.sheet) and not is_permitted(by, Act.KEEP_NOTICE):
            raise Conflict("Whether it is evidence is a supervisor's to say.")
        rejections.change(action.tx, number, sheet=str(sheet))
        action.record(Verb.SAY_SHEET, Subject.letter(of.item), as_=str(sheet))


def withhold_notice(
    facility: Facility, letter_id: str, until: date, by: Actor, reason: str
) -> Rejection:
    """Nobody outside is told of a rejected letter that is evidence before the end of a day; then
    the notice is given by itself. Raises NotFound, UsageError without a reason or for a day that is
    over or too far, and Conflict where it was not rejected, or somebody was told."""
    with acting(facility, by, Act.KEEP_NOTICE, reason=reason) as action:
        if not today() <= until <= today() + _LONGEST_KEPT:
            raise UsageError("Give the last day of withholding: today or later, a year at most.")
        of = _rejected(action.tx, facility, letter_id)
        if of.told:
            raise Conflict("The notice was given already: it cannot be withheld any more.")
        evidence = str(SheetGoes.EVIDENCE)
        kept = {"kept_until": until, "kept_by": by.name, "kept_why": action.why}
        rejections.change(action.tx, of.number, sheet=evidence, **kept)
        about = Subject.letter(letter_id)
        action.record(Verb.WITHHOLD_NOTICE, about, until=until.isoformat())
        return rejections.find(action.tx, of.number)


def current_day() -> date:
    """By which clocks are read."""
    return today()


def may_enter(by: Actor) -> bool:
    """Whether this person may enter appeals; the verb checks it again."""
    return is_permitted(by, Act.ENTER_APPEAL)


def may_decide(by: Actor) -> bool:
    """Whether this person may decide appeals, those of others' rejections."""
    return is_permitted(by, Act.DECIDE_APPEAL)


def _rejected(tx: sa.Connection, facility: Facility, letter_id: str) -> Rejection:
    """The rejection of a whole letter, noted now where it was not before."""
    for known in rejections.in_force(tx, letter_id):
        if known.what is Refused.LETTER:
            return known
    for each in refused_now(tx, letter_id):
        if each.what is Refused.LETTER:
            return rejections.find(tx, rejections.note(tx, facility.settings, each))
    if tx.execute(sa.select(letter.c.id).where(letter.c.id == letter_id)).first() is None:
        raise NotFound(f"There is no letter {letter_id}.")
    raise Conflict(f"Letter {letter_id} was not rejected.")


def _side(by: Actor) -> Side:
    return Side.SENDER if by.kind is ActorKind.CORRESPONDENT else Side.INMATE


def _owner(by: Actor) -> str | None:
    return by.name if by.kind is ActorKind.INMATE else None


def _theirs(look: Look, by: Actor) -> tuple[Rejection, ...]:
    if look.correspondent is not None:
        return rejections.look_up(look.tx, rejection.c.correspondent_id == look.correspondent)
    row = roster.inmate_row_id(look.tx, by.name)
    return rejections.look_up(look.tx, rejection.c.inmate_id == row)


def _own(tx: sa.Connection, facility: Facility, of: Rejection, side: Side) -> OwnRejection:
    every = records.of_rejection(tx, of.number)
    own = tuple(each for each in every if each.side is side)
    others = (each for each in every if each.side is not side and each.decided is not None)
    possible = records.next_appeal(facility.settings, of, side, own)
    return OwnRejection(of, own, possible, tuple(replace(each, words="") for each in others))


def _known(tx: sa.Connection, facility: Facility, of: Rejection) -> KnownRejection:
    every = records.of_rejection(tx, of.number)
    possible = {}
    for side in Side:
        own = tuple(each for each in every if each.side is side)
        found = records.next_appeal(facility.settings, of, side, own)
        if found is not None:
            possible[side] = found
    return KnownRejection(of, every, possible)


def _checked(facility: Facility, words: str) -> str:
    words = HIDDEN.sub("", words).strip()
    if not words:
        raise UsageError("Write why the decision is wrong.")
    if len(words) > facility.settings.appeals.characters:
        raise UsageError("That is too long. Shorten it.")
    return words


def _record(
    action: Action, of: Rejection, verb: Verb, made: Appeal, came: str | None = None
) -> None:
    about = Subject.letter(of.item) if of.what.is_paper else Subject.message(of.item)
    late = {"late": True} if made.late else {}
    paper = {"came": came} if came else {}
    number, side = made.number, str(made.side)
    action.record(verb, about, appeal=number, side=side, level=made.level, **paper, **late)


def _is_open(found: Appeal) -> bool:
    """What was decided is no reason to look any more: what was granted is delivered mail."""
    return found.decided is None and found.rejection.ended is None


def _parts(tx: sa.Connection, of: Rejection) -> tuple[int, ...]:
    """Nothing of what is sealed."""
    if of.what is Refused.PHOTOS:
        return of.parts
    if not of.what.is_paper:
        asked = sa.select(message.c.photos).where(message.c.id == of.item)
        return tuple(range(1, len(tx.execute(asked).scalar() or ()) + 1))
    roles = [PageRole.CONTENT, PageRole.WITHHELD]
    pages = (
        sa.select(page.c.number)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(
            page.c.letter_id == of.item,
            page.c.role.in_([str(each) for each in roles]),
            page.c.picture.is_not(None),
            ~scan.c.sealed,
        )
        .order_by(page.c.place)
    )
    numbers = tuple(tx.execute(pages).scalars())
    whole = of.what is Refused.LETTER
    return tuple(each for each in numbers if whole or each in of.parts)


def _words(tx: sa.Connection, of: Rejection) -> tuple[str, str] | None:
    if of.what.is_paper:
        return None
    row = tx.execute(sa.select(message).where(message.c.id == of.item)).first()
    return None if row is None else (row.subject, row.body)
