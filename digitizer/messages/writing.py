"""What inmates and correspondents do on their pages: see their conversations, and write.

Everything is between one inmate and one correspondent whose contact is approved. An inmate gives
the correspondent's number, a correspondent the inmate's booking number; what is not theirs and what
does not exist give the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from digitizer.access.acting import Look, acting, keeping, looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.letters.withheld_parts import parts_of, picture_outside
from digitizer.messages import conversations, drafts, outgoing, photos, releasing
from digitizer.messages.actions import check_characters, readable
from digitizer.messages.conversations import Entry, EntryKind, Side, Summary
from digitizer.messages.drafts import BOTH_KEPT, Between, KeptDraft, Save
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Direction, Draft, MessageState
from digitizer.model.paper import Transcript
from digitizer.model.people import Actor, ActorKind, CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.people.correspondents import blocks, contacts, records
from digitizer.people.correspondents.blocks import Block, WantedBy
from digitizer.people.correspondents.records import Correspondent
from digitizer.policies import marks
from digitizer.policies.watch_rules import WatchRule, current_rules
from digitizer.storage.tables import letter, message, page
from digitizer.support.clock import now

__all__ = [
    "BOTH_KEPT",
    "BothKept",
    "Conversation",
    "Entry",
    "EntryKind",
    "KeptDraft",
    "Save",
    "Summary",
    "add_photo",
    "conversation",
    "conversations_of",
    "draft_photo",
    "photo",
    "remove_photo",
    "reply_picture",
    "save_draft",
    "write",
]

_LONGEST_SUBJECT = 200
#: Of a correspondent's number.
_DIGITS = 9
#: Characters of a draft that are kept, more than any message may have.
_LONGEST_KEPT = 40_000
#: In place of the reason of a block that is of somebody else of the same name.
_OF_A_NAMESAKE = "ask staff why"


@dataclass(frozen=True, slots=True)
class Conversation:
    """An open conversation. ``draft`` is what the one who looks was writing; ``left`` is how many
    messages they may still write today; ``form`` is the name of the form that is shown now, to be
    sent with all that is typed on it. ``stopped`` is why nobody can write now, None if they can:
    because mail between the two is ``blocked``, because the facility ``needs_address`` of a
    correspondent without a login, or because the inmate left.
    """

    inmate: Inmate
    correspondent: Correspondent
    entries: tuple[Entry, ...]
    draft: KeptDraft
    form: str
    left: int
    stopped: str | None
    blocked: Block | None = None
    needs_address: bool = False


class BothKept(Conflict):
    """The draft had words from another page: it has both now, and nothing else was done."""


def conversations_of(facility: Facility, by: Actor) -> tuple[Summary, ...]:
    """Those of whoever asks, the one in which something happened last first. An inmate's are those
    with approved contacts; a correspondent sees besides with whom they asked for one."""
    with looking(facility, by, Act.CONVERSE) as look:
        if look.correspondent is not None:
            return conversations.of_correspondent(look.tx, look.correspondent)
        found = conversations.of_inmate(look.tx, look.owner or "")
        return tuple(each for each in found if each.approved)


def conversation(facility: Facility, with_whom: str, by: Actor) -> Conversation:
    """Opens it: what the other sent counts as read. ``with_whom`` is a correspondent's number for
    an inmate, a booking number for a correspondent. Raises NotFound."""
    with acting(facility, by, Act.CONVERSE, of=_inmate_asked_for(by, with_whom)) as action:
        between, side, person, other = _parties(action, with_whom)
        entries = conversations.entries_between(action.tx, person.booking_number, other.id, side)
        conversations.mark_read(action.tx, entries, side)
        if side is Side.CORRESPONDENT and not facility.settings.family.show_opened:
            entries = tuple(map(_without_opening, entries))
        action.record(
            Verb.OPEN_CONVERSATION,
            Subject.mailbox(person.booking_number),
            correspondent=other.id,
        )
        draft = drafts.kept(action.tx, between)
        return Conversation(
            inmate=person,
            correspondent=other,
            entries=entries,
            draft=draft,
            form=drafts.form_for(draft),
            left=_left_today(action.tx, between, facility.settings.messages.a_day),
            stopped=_stopped(action.tx, between, person, other),
            blocked=_block(action.tx, between, other),
            needs_address=_needs_address(action.tx, between, other),
        )


def _without_opening(entry: Entry) -> Entry:
    """When the inmate opened a letter on paper is not for everybody to know."""
    return replace(entry, read=None) if entry.kind is EntryKind.LETTER else entry


def save_draft(
    facility: Facility, with_whom: str, subject: str, body: str, by: Actor, save: Save | None = None
) -> datetime:
    """Keeps what is being written, with the photos that it has already; returns when. Nothing is
    refused that is only too long: that is said when it is sent. Raises NotFound; Conflict for what
    a page saves by itself, and that was sent or is written on another page by now; and BothKept."""
    with keeping(facility, by, Act.WRITE, of=_inmate_asked_for(by, with_whom)) as look:
        between, _, _, _ = _parties(look, with_whom)
        are_two = drafts.keep_typed(look.tx, between, *_kept_of(subject, body), save or Save())
        saved = drafts.kept(look.tx, between).saved or now()
    if are_two:
        raise BothKept(BOTH_KEPT)
    return saved


def _kept_of(subject: str, body: str) -> tuple[str, str]:
    return subject[:_LONGEST_SUBJECT], body[:_LONGEST_KEPT]


def add_photo(
    facility: Facility, with_whom: str, data: bytes, by: Actor, sending: Save | None = None
) -> int:
    """Adds a photo to the draft; returns how many it has. ``sending``: the form is sent at once;
    one that was sent already has its photo. Raises NotFound, UsageError for what is no photo, or
    one too many, and Conflict for one too many in an hour."""
    settings, asked = facility.settings.messages, _inmate_asked_for(by, with_whom)
    most = settings.photos
    with keeping(facility, by, Act.WRITE, of=asked) as look:
        between, _, _, _ = _parties(look, with_whom)
        _check_photos(len(drafts.kept(look.tx, between).photos) + 1, most)
        number = photos.begin_adding(look.tx, between, settings.photos_an_hour)
    clean = photos.cleaned(data)
    with keeping(facility, by, Act.WRITE, of=asked) as look:
        stored = photos.name_added(look.tx, number, clean)
    photos.store(facility.pictures, clean)
    with keeping(facility, by, Act.WRITE, of=_inmate_asked_for(by, with_whom)) as look:
        if sending is not None and drafts.sent_on(look.tx, between, sending.form):
            return 0
        had = drafts.kept(look.tx, between)
        if stored in had.photos:  # its button was pressed twice
            return len(had.photos)
        _check_photos(len(had.photos) + 1, most)
        drafts.keep(look.tx, between, had.subject, had.body, (*had.photos, stored))
        return len(had.photos) + 1


def remove_photo(facility: Facility, with_whom: str, place: int, by: Actor) -> None:
    """Takes a photo out of the draft, by its place from 1. Raises NotFound."""
    with keeping(facility, by, Act.WRITE, of=_inmate_asked_for(by, with_whom)) as look:
        between, _, _, _ = _parties(look, with_whom)
        had = drafts.kept(look.tx, between)
        if not 1 <= place <= len(had.photos):
            raise NotFound("There is no such photo.")
        left = [each for at, each in enumerate(had.photos, start=1) if at != place]
        drafts.keep(look.tx, between, had.subject, had.body, left)


def draft_photo(facility: Facility, with_whom: str, place: int, by: Actor) -> bytes:
    """A photo of the own draft, as JPEG. Raises NotFound."""
    with looking(facility, by, Act.WRITE, of=_inmate_asked_for(by, with_whom)) as look:
        between, _, _, _ = _parties(look, with_whom)
        had = drafts.kept(look.tx, between)
    if not 1 <= place <= len(had.photos):
        raise NotFound("There is no such photo.")
    return facility.pictures.get(had.photos[place - 1])


class _SentAlready(Exception):
    """Sending begins anew what is done."""

    def __init__(self, message_id: str) -> None:
        super().__init__(message_id)
        self.message_id = message_id


def write(
    facility: Facility, with_whom: str, subject: str, body: str, by: Actor, save: Save | None = None
) -> str:
    """Sends a message with the photos of the draft, which is gone then; returns its id. It waits
    for a review where the facility asks for one, else it is on its way at once. What is sent twice
    from one form is one message: the second time its id is returned, and nothing else is done.

    Raises NotFound, UsageError for what cannot be sent as it is, and Conflict where nobody can
    write now, where other words were sent from this form, and where the draft has words from
    another page (BothKept, or a page that saved just now); the draft is kept then.
    """
    save = save or Save()
    save_draft(facility, with_whom, subject, body, by, save)
    try:
        return _send(facility, with_whom, subject, body, by, save.form)
    except _SentAlready as known:
        return known.message_id


def _send(facility: Facility, with_whom: str, subject: str, body: str, by: Actor, form: str) -> str:
    settings = facility.settings.messages
    with acting(facility, by, Act.WRITE, of=_inmate_asked_for(by, with_whom)) as action:
        between, side, person, other = _parties(action, with_whom)
        _check_first(action.tx, between, form, subject, body)
        drafts.check_unchanged(action.tx, between, *_kept_of(subject, body))
        had = drafts.kept(action.tx, between)
        draft = readable(_draft(side, person, other, subject, body))
        _check(draft, had.photos, settings.characters, settings.photos)
        check_characters(draft)
        stopped = _stopped(action.tx, between, person, other)
        if stopped:
            raise Conflict(stopped)
        if _left_today(action.tx, between, settings.a_day) < 1:
            raise Conflict(
                "You have written as many messages today as the facility allows. This one is kept: "
                "send it tomorrow."
            )
        message_id = outgoing.send(
            action.tx, draft, facility.keys, had.photos, MessageState.IN_REVIEW, other.id, form
        )
        if not _needs_review(action.tx, settings.review, draft, between):
            releasing.release(action.tx, facility.settings, message_id)
        drafts.discard(action.tx, between)
        action.record(
            Verb.WRITE_MESSAGE,
            Subject.message(message_id),
            direction=str(draft.direction),
            booking=person.booking_number,
            correspondent=other.id,
            photos=len(had.photos),
        )
    return message_id


def _check_first(tx: sa.Connection, between: Between, form: str, subject: str, body: str) -> None:
    """In the transaction that sends. Raises _SentAlready, and Conflict for other words."""
    known = drafts.sent_on(tx, between, form)
    if known is None:
        return
    if known.says(subject, body):
        raise _SentAlready(known.id)
    raise Conflict(
        "You sent this message already, and changed it since. What you changed is kept. Send it "
        "if you want to send both."
    )


def photo(facility: Facility, message_id: str, place: int, by: Actor) -> bytes:
    """A photo of a message that the asker wrote, or that was sent to them and released, as JPEG;
    one that staff refused only its writer sees. Raises NotFound."""
    with looking(facility, by, Act.CONVERSE) as look:
        stored = _photo(look, message_id, place)
    return facility.pictures.get(stored)


def reply_picture(facility: Facility, letter_id: str, position: int, by: Actor) -> bytes:
    """For a correspondent: a page of a reply sheet that came back to them, as JPEG or PNG. Raises
    NotFound."""
    with looking(facility, by, Act.SEE_ANSWERS) as look:
        row = look.tx.execute(
            sa.select(page.c.id, page.c.picture, message.c.inmate_id)
            .join(letter, page.c.letter_id == letter.c.id)
            .join(message, letter.c.message_id == message.c.id)
            .where(
                letter.c.id == letter_id,
                letter.c.kind == "reply",
                letter.c.state == "delivered",
                page.c.role == "content",
                page.c.position == position,
                message.c.correspondent_id == (look.correspondent or 0),
            )
        ).first()
        if row is None or row.picture is None or not _may_see(look, row.inmate_id):
            raise NotFound("There is no such page.")
        parts = parts_of(look.tx, [row.id])[row.id]
    return picture_outside(facility.pictures, row.picture, parts)


def _may_see(look: Look, inmate_id: int) -> bool:
    me = look.correspondent
    return me is not None and contacts.is_approved(look.tx, me, inmate_id)


def _photo(look: Look, message_id: str, place: int) -> str:
    """The name of the stored photo. Raises NotFound."""
    missing = NotFound("There is no such photo.")
    row = look.tx.execute(sa.select(message).where(message.c.id == message_id)).first()
    if row is None or row.correspondent_id is None:
        raise missing
    number = roster.inmate_of_row(look.tx, row.inmate_id).booking_number
    side = Side.INMATE if look.by.kind is ActorKind.INMATE else Side.CORRESPONDENT
    ids = (look.owner, number), (look.correspondent, row.correspondent_id)
    me, its = ids[0] if side is Side.INMATE else ids[1]
    mine = row.direction == side.writes
    if me != its or not (mine or row.released):
        raise missing
    if not contacts.is_approved(look.tx, row.correspondent_id, row.inmate_id):
        raise missing
    refused = outgoing.refused_photos(look.tx, [row.id]).get(row.id, {})
    found = conversations.photos_of(row, refused)
    if not 1 <= place <= len(found) or (found[place - 1].refused and not mine):
        raise missing
    return found[place - 1].stored


def _inmate_asked_for(by: Actor, with_whom: str) -> str | None:
    """For a correspondent the booking number, of which the guarded entry checks the contact."""
    return with_whom if by.kind is ActorKind.CORRESPONDENT else None


def _parties(look: Look, with_whom: str) -> tuple[Between, Side, Inmate, Correspondent]:
    """Who the two are. Raises NotFound where their contact is not approved."""
    if look.correspondent is not None:
        side, number, other_id = Side.CORRESPONDENT, with_whom, look.correspondent
    else:
        side, number = Side.INMATE, look.owner or ""
        is_number = with_whom.isascii() and with_whom.isdecimal() and len(with_whom) <= _DIGITS
        other_id = int(with_whom) if is_number else 0
    inmate_id = roster.inmate_row_id(look.tx, number)
    if not contacts.is_approved(look.tx, other_id, inmate_id):
        raise NotFound(f"There is no conversation with {with_whom}.")
    person = roster.find_inmate(look.tx, number)
    other = records.get(look.tx, other_id)
    return Between(side.writes, inmate_id, other_id), side, person, other


def _draft(side: Side, person: Inmate, other: Correspondent, subject: str, body: str) -> Draft:
    return Draft(
        direction=side.writes,
        booking_number=person.booking_number,
        correspondent=other.name,
        subject=subject,
        body=body,
        address="\n".join(other.address) if side is Side.INMATE and other.address else None,
    )


def _check(draft: Draft, added: Sequence[str], characters: int, most_photos: int) -> None:
    if not draft.body.strip() and not added:
        raise UsageError("The message is empty. Write something first.")
    if len(draft.body) > characters:
        raise UsageError(
            f"The message has {len(draft.body)} characters; at most {characters} are allowed. "
            "Send it as two messages."
        )
    if len(draft.subject) > _LONGEST_SUBJECT:
        raise UsageError(f"A subject has at most {_LONGEST_SUBJECT} characters.")
    _check_photos(len(added), most_photos)


def _check_photos(number: int, most: int) -> None:
    if number > most:
        raise UsageError(f"At most {most} photos can go with one message.")


def _left_today(tx: sa.Connection, between: Between, a_day: int) -> int:
    """How many messages the one who writes may still write today, to anybody."""
    writer = (
        message.c.inmate_id == between.inmate_id
        if between.direction is Direction.FROM_INMATE
        else message.c.correspondent_id == between.correspondent_id
    )
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    written = sa.select(sa.func.count()).where(
        writer,
        message.c.direction == str(between.direction),
        message.c.correspondent_id.is_not(None),
        message.c.created >= midnight,
    )
    return max(0, a_day - int(tx.execute(written).scalar_one()))


def _stopped(
    tx: sa.Connection, between: Between, person: Inmate, other: Correspondent
) -> str | None:
    """Why the two cannot write to each other now, in words for both; None if they can."""
    if person.status is not CustodyStatus.IN_CUSTODY:
        return "Messages cannot be sent now: the person is not in custody here any more."
    first = _block(tx, between, other)
    if first is None and _needs_address(tx, between, other):
        return f"The facility has no address of {other.name} yet. Ask staff to add it."
    if first is None:
        return None
    until, why = f" until {first.until}" if first.until else "", first.reason.rstrip(".")
    match first.wanted_by:
        case WantedBy.FACILITY:
            return f"The facility has stopped your mail to each other{until}: {why}."
        case WantedBy.INMATE:
            return f"The person inside has stopped your mail to each other{until}: {why}."
        case WantedBy.CORRESPONDENT:
            return f"The person outside has stopped your mail to each other{until}: {why}."


def _block(tx: sa.Connection, between: Between, other: Correspondent) -> Block | None:
    """One that is of another record by its name stops them too; of it, nothing is told to them."""
    found = blocks.between(tx, [other.id], between.inmate_id, [other.name])
    theirs = (each for each in found if each.correspondent in (None, other))
    alike = (replace(each, wanted_by=WantedBy.FACILITY, reason=_OF_A_NAMESAKE) for each in found)
    return next(theirs, next(alike, None))


def _needs_address(tx: sa.Connection, between: Between, other: Correspondent) -> bool:
    """Whether what an inmate writes could neither be shown nor posted."""
    outwards = between.direction is Direction.FROM_INMATE
    return outwards and not other.address and not releasing.has_account(tx, other.id)


def _needs_review(tx: sa.Connection, review: str, draft: Draft, between: Between) -> bool:
    if review != "marked":
        return review == "all"
    rules = current_rules(tx)
    return bool(marks_on(rules, draft.subject, draft.body, draft.correspondent, between.inmate_id))


def marks_on(
    rules: Sequence[WatchRule], subject: str, body: str, correspondent: str, inmate_id: int
) -> tuple[marks.Hit, ...]:
    """What watch rules find in a message, to or from the inmate: in its words, and about the two
    people."""
    text = f"{subject}\n{body}"
    read = Transcript(engine="typed", confidence=1.0, text=text, words=())
    return marks.hits(rules, [inmate_id], correspondent, {0: (read,)})
