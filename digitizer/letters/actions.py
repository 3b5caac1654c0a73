"""What people do with delivered mail: list, open, look at pages, search, put a reading right."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa

from digitizer.access.acting import Look, acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import House
from digitizer.letters import mailboxes, transcripts
from digitizer.letters.mailboxes import LetterPage, OpenLetter
from digitizer.letters.replies import OwnReply, replies_under
from digitizer.letters.search import page_search
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Hit, LetterKind, MailboxEntry, came_under
from digitizer.model.paper import Box
from digitizer.model.people import Actor, ActorKind
from digitizer.people import roster

_LONGEST_PAGE = 20_000
_UNSEEN = ("Cc", "Cs")  # control characters, halves of letters


def mailbox(house: House, booking_number: str, by: Actor) -> tuple[MailboxEntry, ...]:
    """Newest first. An inmate sees only his own. Raises NotFound."""
    with looking(house, by, Act.READ, of=booking_number) as look:
        roster.find_inmate(look.tx, booking_number)
        return mailboxes.list_mailbox(look.tx, booking_number)


def replies(house: House, booking_number: str, by: Actor) -> tuple[OwnReply, ...]:
    """Every reply that came in under an inmate's name, newest first. An inmate sees only their
    own. Raises NotFound."""
    with looking(house, by, Act.READ, of=booking_number) as look:
        roster.find_inmate(look.tx, booking_number)
        return replies_under(look.tx, booking_number)


def open_reply(house: House, letter_id: str, by: Actor) -> OpenLetter:
    """Opens a reply that came in under this inmate's own name; the look is logged, and the reply
    then counts as seen by them. Raises NotFound for anything else."""
    with acting(house, by, Act.READ_OWN, of=by.name) as deed:
        reply = mailboxes.open_own_reply(deed.tx, by.name, letter_id)
        mailboxes.mark_read(deed.tx, letter_id)
        deed.record(Verb.OPEN_REPLY, Subject.letter(letter_id))
    return reply


def reply_picture(house: House, letter_id: str, position: int, by: Actor) -> bytes:
    """The picture of one page of their own reply, whose opening was logged. Raises NotFound."""
    with looking(house, by, Act.READ_OWN, of=by.name) as look:
        reply = mailboxes.open_own_reply(look.tx, by.name, letter_id)
    for page in reply.pages:
        if page.position == position and page.picture is not None:
            return house.pictures.get(page.picture)
    raise NotFound(f"There is no reply {letter_id}.")


def open_letter(house: House, letter_id: str, by: Actor) -> OpenLetter:
    """Opens a letter: an inmate his own, which is then read; staff any. The look is logged."""
    return _open(house, letter_id, by, Verb.OPEN)


def _open(house: House, letter_id: str, by: Actor, verb: Verb) -> OpenLetter:
    with acting(house, by, Act.READ) as deed:
        letter = mailboxes.open_letter(deed.tx, deed.owner, letter_id)
        if by.kind is ActorKind.INMATE:
            mailboxes.mark_read(deed.tx, letter_id)
        deed.record(verb, Subject.letter(letter_id))
    return letter


def page_picture(house: House, letter_id: str, position: int, by: Actor) -> bytes:
    """The derived picture of one page (JPEG or PNG). Raises NotFound.

    An inmate's own look was logged when he opened the letter; anyone else's is logged here.
    """
    if by.kind is ActorKind.INMATE:
        with looking(house, by, Act.READ) as look:
            page = _page(look, letter_id, position)
    else:
        with acting(house, by, Act.READ) as deed:
            page = _page(deed, letter_id, position)
            deed.record(Verb.LOOK_AT_PAGE, Subject.letter(letter_id), page=position)
    if page.picture is None:
        raise NotFound(f"Page {position} of letter {letter_id} has no picture.")
    return house.pictures.get(page.picture)


def letter_pdf(house: House, letter_id: str, by: Actor) -> bytes:
    """The letter as a searchable PDF: its page pictures with the words invisibly in place. It is
    a look as in ``open_letter``, and logged as a copy that was taken."""
    from digitizer.engines.searchable_pdf import searchable_pdf

    letter = _open(house, letter_id, by, Verb.COPY_AS_PDF)
    pages = [
        (house.pictures.get(page.picture), page.dpi, page.transcript)
        for page in letter.pages
        if page.picture is not None
    ]
    if not pages:
        raise NotFound(f"Letter {letter_id} has no picture.")
    return searchable_pdf(pages, _title(letter))


def _title(letter: OpenLetter) -> str:
    if letter.kind is LetterKind.REPLY:
        return f"Reply {letter.letter}"
    return f"Letter {letter.letter}: {came_under(letter.sender)}"


def search_mail(
    house: House, query: str, by: Actor, booking_number: str | None = None, limit: int = 20
) -> tuple[Hit, ...]:
    """The delivered pages that answer, best first; an inmate searches only his own.

    A hit shows words of a letter, so a search by anyone else is a look at each letter it finds.
    """
    with looking(house, by, Act.READ) as look:
        scope = look.owner or booking_number
        if scope is not None:
            roster.find_inmate(look.tx, scope)
        hits = page_search.search_pages(look.tx, query, scope, limit)
    if by.kind is not ActorKind.INMATE:
        with acting(house, by, Act.READ) as deed:
            found = list(dict.fromkeys(hit.letter for hit in hits))
            deed.record(Verb.SEARCH, Subject.mailbox(scope), letters=found)
    return hits


def found_on(page: LetterPage, query: str) -> tuple[Box, ...]:
    """Where on the page's picture (in its pixels) stands what a search asked for."""
    if page.transcript is None:
        return ()
    return tuple(word.box for word, _ in page_search.matching_words(page.transcript, query))


def correct_page(
    house: House, letter_id: str, position: int, text: str, by: Actor, *,
    based_on: int | None = None, may_be_empty: bool = False,
) -> None:  # fmt: skip
    """Puts right what a machine read on a page: ``text`` is what people read from now on, and
    what is searched. What the machine read is kept, and every earlier correction.

    ``based_on`` is the correction that its author had before him (0: none): Conflict where
    another came meanwhile. No text at all is taken for a slip unless ``may_be_empty``. Raises
    NotAllowed, NotFound, UsageError.
    """
    correcting = acting(house, by, Act.CORRECT)
    said = _as_kept(text)
    if not said and not may_be_empty:
        raise UsageError("Nothing was kept: there is no text. If the page has none, say so too.")
    if len(said) > _LONGEST_PAGE:
        raise UsageError(f"A page has at most {_LONGEST_PAGE} characters; this text has more.")
    with correcting as deed:
        page = _page(deed, letter_id, position)
        _check_newest(deed.tx, page.id, based_on)
        transcripts.correct(deed.tx, page.id, said, by.name)
        page_search.index_again(deed.tx, page.id)
        deed.record(Verb.CORRECT_TEXT, Subject.letter(letter_id), page=position)


def may_correct(by: Actor) -> bool:
    """Whether this person may put texts right; ``correct_page`` asks again."""
    return is_permitted(by, Act.CORRECT)


def _as_kept(text: str) -> str:
    """Without what nobody can see: ends of lines, control characters."""
    plain = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    return "\n".join(line.rstrip() for line in plain.strip().split("\n"))


def _check_newest(tx: sa.Connection, page_id: int, based_on: int | None) -> None:
    newest = transcripts.corrections_of(tx, [page_id]).get(page_id)
    if based_on is not None and newest is not None and newest.id != based_on:
        raise Conflict(
            f"{newest.author} put this text right while you wrote, as it now stands above. Yours "
            "is not kept yet: compare the two, and keep what is right."
        )


def _page(look: Look, letter_id: str, position: int) -> LetterPage:
    letter = mailboxes.open_letter(look.tx, look.owner, letter_id)
    for page in letter.pages:
        if page.position == position:
            return page
    raise NotFound(f"There is no letter {letter_id}.")
