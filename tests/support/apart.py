"""Two facilities of one agency, in which random things are done that leave words nobody else has,
and where of each word it is known which facility may have it."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from starlette.testclient import TestClient

from digitizer.agency import FOLDER
from digitizer.auditing import actions as auditing
from digitizer.covers import actions as covers
from digitizer.covers.terms import CoverTerms
from digitizer.departures import actions as departures
from digitizer.entrances.web.app import make_app
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.logbook import actions as logbook
from digitizer.model.auditing import Wanted
from digitizer.model.logbook import Done, NewReturn, Why
from digitizer.model.people import CustodyStatus, Inmate, StaffRole
from digitizer.notifications import announcements
from digitizer.people import actions as people
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import decisions
from digitizer.support.clock import now
from tests.support.agencies import (
    ORSON_THERE,
    PETRA_THERE,
    Two,
    all_text,
    list_again,
    list_people,
    move,
)
from tests.support.kept_mail import old_message, old_stack, words_left
from tests.support.made_mail import (
    ADMINISTRATOR,
    CLERK,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    held_letter,
    new_cover,
    take,
)
from tests.support.sealed_mail import sealed

#: The numbers of each of two people, in either facility.
PEOPLE = ((ORSON, ORSON_THERE), (PETRA, PETRA_THERE))
#: Of a letter, these stay with whoever printed or sent them.
_STAYS = ("copy", "news")
#: So many words of the other are searched for at a time.
_SEARCHED = 3


@dataclass(slots=True)
class Word:
    """A planted word: ``who`` is the place among PEOPLE of whose mail it is, None where it stays
    with the facility; ``may`` are the facilities that may have it, by their place."""

    text: str
    who: int | None
    may: set[int]


@dataclass(slots=True, repr=False)
class Apart:
    """The facilities, and all words that were planted so far. ``logged`` is what the service's log
    said, with the facilities in whose name."""

    two: Two
    folder: Path
    words: list[Word] = field(default_factory=list)
    logged: list[tuple[frozenset[int], str]] = field(default_factory=list)
    count: int = 0

    def of(self, place: int) -> Facility:
        return (self.two.first, self.two.north)[place]

    def number(self, place: int, who: int) -> str:
        return PEOPLE[who][place]

    def new(self, place: int, what: str, who: int | None = None) -> str:
        """A word of this facility that nothing else has."""
        self.count += 1
        text = f"qx{what}{self.count:05d}vjk"
        self.words.append(Word(text, who, {place}))
        return text

    def next_number(self, few: int = 10) -> int:
        self.count += few
        return self.count

    def add(self, place: int, found: tuple[str, ...], who: int) -> None:
        for text in found:
            mine = None if any(each in text for each in _STAYS) else who
            self.words.append(Word(text, mine, {place}))

    @contextmanager
    def in_the_name_of(self, *places: int) -> Iterator[None]:
        """What is logged meanwhile is of these."""
        out = io.StringIO()
        handler, root = logging.StreamHandler(out), logging.getLogger()
        root.addHandler(handler)
        try:
            yield
        finally:
            root.removeHandler(handler)
            self.logged.append((frozenset(places), out.getvalue()))


Step = Callable[[Apart, int, int], None]


def _letters(at: Apart, place: int, who: int) -> None:
    """A stack of two people's letters, with words in all that is kept of them."""
    owners = [at.number(place, who), at.number(place, 1 - who)]
    stack = old_stack(at.of(place), owners, at.next_number())
    for each, own in zip(stack, (who, 1 - who), strict=True):
        at.add(place, each.words, own)


def _message(at: Apart, place: int, who: int) -> None:
    sent = old_message(at.of(place), at.number(place, who), at.next_number())
    at.add(place, sent.words, who)


def _held(at: Apart, place: int, who: int) -> None:
    """Held, and rejected with a reason."""
    facility = at.of(place)
    code = new_cover(facility, at.number(place, who))
    letter = held_letter(facility, code, at.new(place, "held").encode())
    decisions.reject(facility, letter, SUPERVISOR, at.new(place, "why"))


def _waits(at: Apart, place: int, who: int) -> None:
    take(at.of(place), at.new(place, "waits").encode(), at.new(place, "file") + ".pdf")


def _seal(at: Apart, place: int, who: int) -> None:
    """Sealed bytes are a secret everywhere: nothing is to be found of them at all."""
    at.next_number()
    sealed(at.of(place), at.folder / f"sealed{at.count}", f"stack {at.count}".encode())


def _contact(at: Apart, place: int, who: int) -> None:
    facility, name = at.of(place), at.new(place, "friend", who)
    entry = Entry(name, at.new(place, "street", who))
    number = correspondents.add_correspondent(facility, entry, CLERK)
    owner = at.number(place, who)
    correspondents.approve_contact(facility, number, owner, SUPERVISOR, "both")
    correspondents.block_mail(facility, number, owner, SUPERVISOR, at.new(place, "block", who))


def _stranger(at: Apart, place: int, who: int) -> None:
    """Whoever writes with nobody here stays."""
    entry = Entry(at.new(place, "stranger"), at.new(place, "road"))
    correspondents.add_correspondent(at.of(place), entry, CLERK)


def _watch(at: Apart, place: int, who: int) -> None:
    """Once for one person, once for all mail, which stays."""
    of, day = at.number(place, who), today() + timedelta(days=9)
    why = at.new(place, "suspect", who)
    policies.add_rule(at.of(place), NewRule(WatchKind.INMATE, "", of, why, day), SUPERVISOR)
    words = at.new(place, "watched")
    rule = NewRule(WatchKind.WORDS, words, "", at.new(place, "because"), day)
    policies.add_rule(at.of(place), rule, SUPERVISOR)


def _logbook(at: Apart, place: int, who: int) -> None:
    whom = at.new(place, "nobody")
    entry = NewReturn("", whom, Why.UNKNOWN, Done.RETURNED, at.new(place, "note"))
    logbook.record_return(at.of(place), entry, CLERK)


def _staff(at: Apart, place: int, who: int) -> None:
    people.add_staff(at.of(place), at.new(place, "clerk"), StaffRole.CLERK, ADMINISTRATOR)


def _roster(at: Apart, place: int, who: int) -> None:
    number, name = at.new(place, "number"), at.new(place, "name")
    person = Inmate(number, name, "Ann", at.new(place, "unit"), CustodyStatus.IN_CUSTODY)
    list_people(at.of(place), person)


def _cover(at: Apart, place: int, who: int) -> None:
    terms = CoverTerms(sender=at.new(place, "aunt"))
    covers.print_inmate_cover(at.of(place), at.number(place, who), CLERK, terms)


def _announce(at: Apart, place: int, who: int) -> None:
    start, text = now(), at.new(place, "lockdown")
    announcements.announce(at.of(place), text, "", start, start + timedelta(days=1), SUPERVISOR)


def _correct(at: Apart, place: int, who: int) -> None:
    mine = letters.mailbox(at.of(place), at.number(place, who), OPERATOR)
    if not mine:
        return
    opened = letters.open_letter(at.of(place), mine[0].letter, OPERATOR)
    page = opened.pages[0]
    based = page.correction.id if page.correction else None
    letters.correct_page(
        at.of(place), mine[0].letter, 1, at.new(place, "said", who), OPERATOR, based_on=based
    )


def _search(at: Apart, place: int, who: int) -> None:
    """What is searched for is in nobody's log but that facility's."""
    letters.search_mail(at.of(place), at.new(place, "asked"), SUPERVISOR)


def _move(at: Apart, place: int, who: int) -> None:
    """To the other facility. What is theirs may be there from now on, too."""
    other = 1 - place
    for each in (0, 1):
        list_again(at.of(each), at.number(each, who))
    with at.in_the_name_of(0, 1):
        move(at.of(place), at.number(place, who), at.of(other), at.number(other, who))
    for word in at.words:
        if word.who == who and place in word.may:
            word.may.add(other)
    list_again(at.of(place), at.number(place, who))


STEPS: tuple[Step, ...] = (
    _letters,
    _message,
    _held,
    _waits,
    _seal,
    _contact,
    _stranger,
    _watch,
    _logbook,
    _staff,
    _roster,
    _cover,
    _announce,
    _correct,
    _search,
    _move,
)


def check(at: Apart) -> None:
    """Nothing of the one is anywhere in the other; and each word is where it was planted, so that
    it would be found. Raises AssertionError."""
    for place in (0, 1):
        facility, foreign = at.of(place), [w.text for w in at.words if place not in w.may]
        own = [w.text for w in at.words if place in w.may]
        kept = all_text(facility) + "\n".join(_in_files(facility, [*own, *foreign]))
        said = "\n".join((*_exports(at, place), *_logs(at, place)))
        assert _among(foreign, kept) == []
        assert _among(foreign, said) == []
        planted = [w.text for w in at.words if w.may == {place}]
        assert [each for each in planted if each not in kept and "asked" not in each] == []
        searched = [w.text for w in at.words if place not in w.may and "page1" in w.text]
        for word in searched[-_SEARCHED:]:
            _find_nothing(at, place, word)


def _find_nothing(at: Apart, place: int, word: str) -> None:
    """Nothing but words that are like it, of letters of this facility. Who searches are inmates:
    the log has of that no word, as it has of what staff search."""
    facility = at.of(place)
    for who in (0, 1):
        inmate = as_inmate(at.number(place, who))
        own = {each.letter for each in letters.mailbox(facility, inmate.name, OPERATOR)}
        for hit in letters.search_mail(facility, word, inmate):
            assert hit.letter in own
            assert word not in hit.snippet


def _among(words: list[str], text: str) -> list[str]:
    return [each for each in words if each in text]


def _in_files(facility: Facility, words: list[str]) -> list[str]:
    """In any byte of its home, without the homes of others in it."""
    return [
        found
        for entry in sorted(facility.home.iterdir())
        if entry.name != FOLDER and entry.is_dir()
        for found in words_left(entry, words)
    ]


def _exports(at: Apart, place: int) -> Iterator[str]:
    facility = at.of(place)
    yield logbook.returned_csv(facility, OPERATOR).decode()
    yield auditing.log_csv(facility, Wanted(), SUPERVISOR).decode()
    yield TestClient(make_app(facility), client=("127.0.0.1", 50000)).get("/metrics").text
    for who in (0, 1):
        out = at.folder / f"mailbox-{place}-{who}.zip"
        departures.export_mailbox(facility, at.number(place, who), out, SUPERVISOR, "a desk")
        with zipfile.ZipFile(out) as zipped:
            for name in zipped.namelist():
                yield zipped.read(name).decode("utf-8", "replace")


def _logs(at: Apart, place: int) -> Iterator[str]:
    """What was logged in its name alone."""
    yield from (text for places, text in at.logged if places == {place})


def do(at: Apart, step: Step, place: int, who: int) -> None:
    if step is _move:
        step(at, place, who)
        return
    with at.in_the_name_of(place):
        step(at, place, who)
