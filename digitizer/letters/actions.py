"""What people do with delivered mail: list it, open it, look at pages, search, correct a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa

from digitizer.access.acting import Action, Look, acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.audit import hashed_words
from digitizer.engines.words import index_words
from digitizer.facility import Facility
from digitizer.letters import mailboxes, reading_reasons, transcripts, whom_about
from digitizer.letters.mailboxes import LetterPage, OpenLetter
from digitizer.letters.replies import OwnReply, replies_under
from digitizer.letters.search.highlighting import matching_words
from digitizer.letters.search.indexing import index_again
from digitizer.letters.search.page_search import search_pages
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Hit, LetterKind, MailboxEntry, came_under
from digitizer.model.paper import Box
from digitizer.model.people import Actor, ActorKind
from digitizer.people import roster

_LONGEST_PAGE = 20_000
_LONGEST_QUERY = 500
_LONGEST_CASE = 40
_UNSEEN = ("Cc", "Cs")  # Unicode's categories of control characters and of surrogates


def mailbox(
    facility: Facility,
    booking_number: str,
    by: Actor,
    *,
    start: int = 0,
    most: int | None = None,
    only: Collection[str] | None = None,
) -> tuple[MailboxEntry, ...]:
    """The letters of one mailbox, newest first, as ``list_mailbox`` selects them. An inmate sees
    only their own. Raises NotFound."""
    with looking(facility, by, Act.READ, of=booking_number) as look:
        roster.find_inmate(look.tx, booking_number)
        return mailboxes.list_mailbox(look.tx, booking_number, start=start, most=most, only=only)


def replies(facility: Facility, booking_number: str, by: Actor) -> tuple[OwnReply, ...]:
    """Every reply that came in under an inmate's name, newest first. An inmate sees only their
    own. Raises NotFound."""
    with looking(facility, by, Act.READ, of=booking_number) as look:
        roster.find_inmate(look.tx, booking_number)
        return replies_under(look.tx, booking_number)


def open_reply(
    facility: Facility, letter_id: str, by: Actor, position: int | None = None
) -> OpenLetter:
    """Opens a reply that came in under this inmate's own name; the look is logged, as that of
    ``open_letter``, and the reply counts as seen from then on. Raises NotFound for anything
    else."""
    with acting(facility, by, Act.READ_OWN, of=by.name) as action:
        reply = mailboxes.open_own_reply(action.tx, by.name, letter_id)
        mailboxes.mark_read(action.tx, letter_id)
        action.record(Verb.OPEN_REPLY, Subject.letter(letter_id), **_shown(position))
    return reply


def reply_picture(facility: Facility, letter_id: str, position: int, by: Actor) -> bytes:
    """The picture of one page of an inmate's own reply. The look was logged when they opened it,
    and else is logged here. Raises NotFound."""
    with looking(facility, by, Act.READ_OWN, of=by.name) as look:
        reply = mailboxes.open_own_reply(look.tx, by.name, letter_id)
        opened = mailboxes.was_read(look.tx, letter_id)
    if not opened:
        reply = open_reply(facility, letter_id, by, position)
    for page in reply.pages:
        if page.position == position and (picture := page.shown(facility.pictures)) is not None:
            return picture
    raise NotFound(f"There is no reply {letter_id}.")


def give_reason(facility: Facility, letter_id: str, reason: str, by: Actor) -> None:
    """Staff say why they open a delivered letter; the reason counts for this letter and person, for
    the minutes of the setting, and stands in the event of each look. Raises NotFound, and
    UsageError where it is empty."""
    giving = acting(facility, by, Act.GIVE_REASON, reason=reason)
    with giving as action:
        _find(action, letter_id)
        action.record(Verb.GIVE_REASON, Subject.letter(letter_id))


def give_reason_to_search(facility: Facility, reason: str, by: Actor) -> None:
    """Staff say why they search the words of delivered letters; the reason counts for this person,
    for the minutes of the setting, and stands in the event of each search. Raises UsageError where
    it is empty."""
    with acting(facility, by, Act.GIVE_REASON, reason=reason) as action:
        action.record(Verb.GIVE_REASON, Subject.mailbox(None))


def name_case(facility: Facility, case: str, by: Actor) -> None:
    """An investigator names the case that they read for from now on; it counts for the minutes of
    the setting, and stands in the event of each look. Raises UsageError where it is empty, or
    longer than a line of a form."""
    naming, number = acting(facility, by, Act.NAME_CASE), " ".join(case.split())
    if not 0 < len(number) <= _LONGEST_CASE:
        raise UsageError(f"Give the number of the case, of {_LONGEST_CASE} characters at most.")
    with naming as action:
        action.record(Verb.NAME_CASE, Subject.staff(by.name), case=number)


def case_in_hand(facility: Facility, by: Actor) -> str:
    """The number of the case that this person reads for now; empty if they named none of late."""
    with looking(facility, by, Act.NAME_CASE) as look:
        return reading_reasons.case_in_hand(look.tx, facility.settings.web, by)


def open_letter(
    facility: Facility, letter_id: str, by: Actor, position: int | None = None
) -> OpenLetter:
    """Opens a letter: an inmate only their own, which then counts as read; staff any letter. The
    look is logged, with the page at ``position`` where only that one is shown. Raises NotFound, and
    NeedsReason where staff must say why first."""
    return _open(facility, letter_id, by, Verb.OPEN, position)


def _open(
    facility: Facility, letter_id: str, by: Actor, verb: Verb, position: int | None = None
) -> OpenLetter:
    with acting(facility, by, Act.READ) as action:
        letter = _find(action, letter_id)
        if by.kind is ActorKind.INMATE:
            mailboxes.mark_read(action.tx, letter_id)
        why = reading_reasons.need_reason_given(action.tx, facility.settings.web, by, letter_id)
        action.record(verb, Subject.letter(letter_id), **_shown(position), **why)
    return letter


def _shown(position: int | None) -> dict[str, int]:
    return {"page": position} if position else {}


def page_picture(facility: Facility, letter_id: str, position: int, by: Actor) -> bytes:
    """The picture of one page (JPEG or PNG), upright. Raises NotFound.

    An inmate's look at their own letter was logged when they opened it, and else is logged here, as
    staff's is; the letter then counts as read.
    """
    if by.kind is ActorKind.INMATE:
        with looking(facility, by, Act.READ) as look:
            page = _page(look, letter_id, position)
            opened = mailboxes.was_read(look.tx, letter_id)
        if not opened:
            with acting(facility, by, Act.READ) as action:
                page = _page(action, letter_id, position)
                mailboxes.mark_read(action.tx, letter_id)
                action.record(Verb.LOOK_AT_PAGE, Subject.letter(letter_id), page=position)
    else:
        with acting(facility, by, Act.READ) as action:
            page = _page(action, letter_id, position)
            why = reading_reasons.need_reason_given(action.tx, facility.settings.web, by, letter_id)
            action.record(Verb.LOOK_AT_PAGE, Subject.letter(letter_id), page=position, **why)
    picture = page.shown(facility.pictures)
    if picture is None:
        raise NotFound(f"Page {position} of letter {letter_id} has no picture.")
    return picture


def letter_pdf(facility: Facility, letter_id: str, by: Actor) -> bytes:
    """The letter as a searchable PDF: the pictures of its pages, with the words invisibly in place.
    It is a look, as in ``open_letter``, and logged as a copy that was taken."""
    from digitizer.engines.searchable_pdf import searchable_pdf

    letter = _open(facility, letter_id, by, Verb.COPY_AS_PDF)
    pages = [
        (picture, page.dpi, page.transcript)
        for page in letter.pages
        if (picture := page.shown(facility.pictures)) is not None
    ]
    if not pages:
        raise NotFound(f"Letter {letter_id} has no picture.")
    return searchable_pdf(pages, _title(letter))


def _title(letter: OpenLetter) -> str:
    """Whose it is, for a file that was saved says nothing else of it."""
    whose = ""
    if letter.inmate is not None:
        side = "for" if letter.kind is LetterKind.LETTER else "from"
        whose = f" {side} {letter.inmate.full_name} ({letter.inmate.booking_number})"
    if letter.kind is LetterKind.REPLY:
        return f"Reply {letter.letter}{whose}"
    if letter.kind is LetterKind.REQUEST:
        return f"Request {letter.letter}{whose}"
    return f"Letter {letter.letter}{whose}: {came_under(letter.sender)}"


def search_mail(
    facility: Facility, query: str, by: Actor, booking_number: str | None = None, limit: int = 20
) -> tuple[Hit, ...]:
    """The delivered pages that match, best first; an inmate searches only their own.

    A hit shows words of a letter, so a search by staff is logged as a look at each letter it finds.
    Those who must say why they open a letter say first why they search: else a word could be tried
    on letters that they did not open. Of such a letter a hit shows no words. Raises NeedsReason,
    whatever was asked for, and NotFound.
    """
    with looking(facility, by, Act.READ) as look:
        why = reading_reasons.need_reason_to_search(look.tx, facility.settings.web, by)
        scope = look.owner or booking_number
        if scope is not None:
            roster.find_inmate(look.tx, scope)
        hidden = whom_about.about(look.tx, by)
        found_hits = search_pages(look.tx, query, scope, limit)
        hits = tuple(hit for hit in found_hits if hit.letter not in hidden)
    if by.kind is not ActorKind.INMATE:
        with acting(facility, by, Act.READ) as action:
            found = list(dict.fromkeys(hit.letter for hit in hits))
            words = _as_recorded(facility, action, query)
            action.record(Verb.SEARCH, Subject.mailbox(scope), letters=found, words=words, **why)
            closed = reading_reasons.closed_to(action.tx, facility.settings.web, by, found)
        hits = tuple(replace(hit, snippet="") if hit.letter in closed else hit for hit in hits)
    return hits


def _as_recorded(facility: Facility, action: Action, query: str) -> str | list[str]:
    """What was searched for: as it was typed, or as keyed hashes where the settings say so."""
    if facility.settings.audit.search_words == "hashed":
        return hashed_words(action.tx, index_words(query[:_LONGEST_QUERY]))
    return query[:_LONGEST_QUERY]


def found_on(page: LetterPage, query: str) -> tuple[Box, ...]:
    """Where on the page's picture, in its pixels, are the words that a search asked for."""
    if page.transcript is None:
        return ()
    return tuple(word.box for word, _ in matching_words(page.transcript, query))


def correct_page(
    facility: Facility,
    letter_id: str,
    position: int,
    text: str,
    by: Actor,
    *,
    based_on: int | None = None,
    may_be_empty: bool = False,
) -> None:
    """Corrects what the program read on a page: ``text`` is what people read and search from now
    on. What the program read is kept, and so is every earlier correction.

    ``based_on`` is the correction that its author saw (0: none): Conflict where there is a newer
    one. An empty text is taken for an accident unless ``may_be_empty``. Raises NotAllowed,
    NeedsReason where this person did not say why they open the letter, NotFound and UsageError.
    """
    correcting = acting(facility, by, Act.CORRECT)
    kept = _as_kept(text)
    if not kept and not may_be_empty:
        raise UsageError(
            "Nothing was kept, because there is no text. If the page has none, say so as well."
        )
    if len(kept) > _LONGEST_PAGE:
        raise UsageError(f"A page can have at most {_LONGEST_PAGE} characters; this has more.")
    with correcting as action:
        page = _page(action, letter_id, position)
        _check_newest(action.tx, page.id, based_on)
        web = facility.settings.web
        why = reading_reasons.need_reason_given(action.tx, web, by, letter_id, correcting=True)
        transcripts.correct(action.tx, page.id, kept, by.name)
        index_again(action.tx, page.id)
        action.record(Verb.CORRECT_TEXT, Subject.letter(letter_id), page=position, **why)


def may_correct(by: Actor) -> bool:
    """Whether this person may correct transcripts; ``correct_page`` checks it again."""
    return is_permitted(by, Act.CORRECT)


def _as_kept(text: str) -> str:
    """Without what nobody can see: spaces at the ends of lines, control characters."""
    plain = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    return "\n".join(line.rstrip() for line in plain.strip().split("\n"))


def _check_newest(tx: sa.Connection, page_id: int, based_on: int | None) -> None:
    newest = transcripts.corrections_of(tx, [page_id]).get(page_id)
    if based_on is not None and newest is not None and newest.id != based_on:
        raise Conflict(
            f"{newest.author} corrected this text while you were writing; the page now shows that "
            "correction. Yours is not kept yet: compare the two, and keep the right one."
        )


def _find(look: Look, letter_id: str) -> OpenLetter:
    """Raises NotFound, also for the form of a request that is about whoever looks."""
    whom_about.check_not_about(look.tx, letter_id, look.by)
    return mailboxes.open_letter(look.tx, look.owner, letter_id)


def _page(look: Look, letter_id: str, position: int) -> LetterPage:
    letter = _find(look, letter_id)
    for page in letter.pages:
        if page.position == position:
            return page
    raise NotFound(f"There is no letter {letter_id}.")
