"""Marks: that a watch rule found something about a letter, or on one of its pages.

A mark never rejects, and is no verdict: it says what to look at, and why. Legal mail has none, for
nothing of it is read.

Marks follow from today's rules and from what is known of a letter, and of all that it was before it
was cut, joined or scanned again (``correspondents.origins``); and from all that was ever held to
stand on its pages. So they can be made anew at any time, and nothing that people do with pages
loses one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.letters.transcripts import wordings_of
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import Box, Transcript, Word
from digitizer.people.correspondents.origins import origins_of_many
from digitizer.policies.watch_rules import WatchKind, WatchRule, current_rules, rules_by_id
from digitizer.storage.tables import letter, page
from digitizer.storage.tables_screening import watch_mark
from digitizer.support.slices import in_slices

_OPEN = (LetterState.HELD, LetterState.AWAITING_REVIEW)
_AT_ONCE = 200
_ON_PAGES = (PageRole.CONTENT, PageRole.WITHHELD)
#: What holds a letter, by the word of the setting ``screening.watch_holds``.
HOLDING: Mapping[str, frozenset[WatchKind]] = {
    "words": frozenset({WatchKind.WORDS}),
    "people": frozenset({WatchKind.INMATE, WatchKind.SENDER, WatchKind.PAIR}),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that found something: on the page with this key, or about the letter (None)."""

    rule: WatchRule
    page: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as people see it. ``page`` is the page's row, None for the whole letter."""

    rule: WatchRule
    letter: str
    page: int | None


def hits(
    rules: Sequence[WatchRule],
    inmate_ids: Iterable[int | None],
    senders: Collection[str],
    pages: Mapping[int, Sequence[Transcript]],
) -> tuple[Hit, ...]:
    """What the rules find about a letter: whom it is for or may be for, who may have sent it, and
    what may stand on its pages (by any key)."""
    if not rules:
        return ()
    people = {each for each in inmate_ids if each is not None}
    about = [each for each in rules if each.inmate_id is None or each.inmate_id in people]
    found: list[Hit] = []
    for rule in about:
        if rule.kind is WatchKind.INMATE or any(_is_from(rule, each) for each in senders):
            found.append(Hit(rule, None))
    with_words = [each for each in about if each.words]
    for key, wordings in pages.items():
        for read in wordings:
            places = _places(with_words, read)
            rows = zip(with_words, places, strict=True)
            found += [Hit(rule, key) for rule, boxes in rows if boxes]
    return tuple(dict.fromkeys(found))


def _is_from(rule: WatchRule, sender: str) -> bool:
    from digitizer.policies.matching import same_sender  # numpy takes longer than most commands

    return rule.kind in (WatchKind.SENDER, WatchKind.PAIR) and same_sender(rule.words, sender)


def _places(rules: Sequence[WatchRule], read: Transcript) -> list[tuple[Box, ...]]:
    from digitizer.policies.matching import found_on, phrase_of

    found = found_on(read, [phrase_of(rule.words) for rule in rules]) if rules else []
    return [tuple(word.box for word in words) for words in found]


def frames(rules: Sequence[WatchRule], wordings: Sequence[Transcript]) -> tuple[Box, ...]:
    """Where on the page's picture, in its pixels, what these rules watch for is."""
    with_words = [each for each in rules if each.words]
    found = (box for read in wordings for boxes in _places(with_words, read) for box in boxes)
    return tuple(dict.fromkeys(box for box in found if box.width))


def marked(rules: Sequence[WatchRule], text: str) -> tuple[tuple[str, bool], ...]:
    """A typed text in pieces, of which those that are True are what these rules watch for; together
    they are the text."""
    words = [
        Word(each[0], Box(each.start(), 0, len(each[0]), 1), 1.0)
        for each in re.finditer(r"\S+", text)
    ]
    read = Transcript(engine="typed", confidence=1.0, text=text, words=tuple(words))
    found = sorted({(box.left, box.left + box.width) for box in frames(rules, [read])})
    pieces: list[tuple[str, bool]] = []
    end = 0
    for start, stop in found:
        pieces += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    pieces.append((text[end:], False))
    return tuple(each for each in pieces if each[0])


def holds(found: Iterable[Hit], holding: Iterable[str]) -> bool:
    """Whether any of the hits is of a kind that holds a letter here."""
    kinds = frozenset[WatchKind]().union(*(HOLDING[each] for each in holding))
    return any(hit.rule.kind in kinds for hit in found)


def keep(tx: sa.Connection, letter_id: str, found: Iterable[Hit]) -> None:
    """The letter's marks are these from now on; keys of pages are their rows' ids."""
    own = sa.select(page.c.id).where(page.c.letter_id == letter_id)
    tx.execute(
        sa.delete(watch_mark).where(
            sa.or_(
                watch_mark.c.page_id.in_(own),
                sa.and_(watch_mark.c.page_id.is_(None), watch_mark.c.letter_id == letter_id),
            )
        )
    )
    rows = [
        {"rule_id": each.rule.id, "letter_id": letter_id, "page_id": each.page} for each in found
    ]
    if rows:
        tx.execute(sa.insert(watch_mark), rows)


def mark(tx: sa.Connection, letter_id: str, rules: Sequence[WatchRule] | None = None) -> list[Hit]:
    """Looks at a letter as it is now, by today's rules, and keeps what they find."""
    known = current_rules(tx) if rules is None else rules
    found = found_in_many(tx, [letter_id], known)[letter_id] if known else []
    keep(tx, letter_id, found)
    return found


def found_in_many(
    tx: sa.Connection, letter_ids: Sequence[str], rules: Sequence[WatchRule]
) -> dict[str, list[Hit]]:
    """What the rules find in each letter as it is now, and keep nothing of.

    On pages of which there is a better scan since, a rule finds something about the letter."""
    found: dict[str, list[Hit]] = {}
    for some in in_slices(letter_ids, _AT_ONCE):
        origins = origins_of_many(tx, some)
        asked = _pages_of({*some, *(old for each in origins.values() for old in each.replaced)})
        pages: dict[str, list[int]] = {}
        for row in tx.execute(asked):
            pages.setdefault(row.letter_id, []).append(row.id)
        every = [each for some_pages in pages.values() for each in some_pages]
        reads = wordings_of(tx, every) if any(rule.words for rule in rules) else {}
        for letter_id in some:
            its = origins[letter_id]
            own = frozenset(pages.get(letter_id, ()))
            of = (each for old in (letter_id, *its.replaced) for each in pages.get(old, ()))
            read = {each: reads[each] for each in of if each in reads}
            hit = hits(rules, its.inmates, its.senders, read)
            kept = (each if each.page in own else Hit(each.rule, None) for each in hit)
            found[letter_id] = list(dict.fromkeys(kept))
    return found


def _pages_of(letters: Collection[str]) -> sa.Select[tuple[int, str]]:
    its = page.c.letter_id.in_(letters), page.c.role.in_(_ON_PAGES)
    return sa.select(page.c.id, page.c.letter_id).where(*its)


def mark_open_letters(tx: sa.Connection, among: Collection[str] | None = None) -> int:
    """Looks at all letters that wait for a person, or at those ``among`` these that do; returns how
    many are marked now."""
    rules = current_rules(tx)
    wait = sa.select(letter.c.id).where(letter.c.state.in_(_OPEN))
    asked = wait if among is None else wait.where(letter.c.id.in_(list(among)))
    ids = tx.execute(asked).scalars().all()
    return sum(bool(mark(tx, each, rules)) for each in ids)


def marks_of(tx: sa.Connection, letter_ids: Sequence[str]) -> dict[str, tuple[Mark, ...]]:
    """The marks of these letters, by letter. A mark on a page goes with the page, where a letter
    was cut or joined since."""
    wanted = set(letter_ids)
    its = sa.func.coalesce(page.c.letter_id, watch_mark.c.letter_id)
    found: dict[str, list[Mark]] = {}
    rows: list[sa.Row[Any]] = []
    for start in range(0, len(letter_ids), 500):
        some = list(letter_ids[start : start + 500])
        rows += tx.execute(
            sa.select(watch_mark.c.rule_id, watch_mark.c.page_id, its.label("letter"))
            .join(page, watch_mark.c.page_id == page.c.id, isouter=True)
            .where(sa.or_(page.c.letter_id.in_(some), watch_mark.c.letter_id.in_(some)))
            .order_by(watch_mark.c.id)
        ).all()
    rules = rules_by_id(tx, list({row.rule_id for row in rows}))
    for row in rows:
        if row.letter in wanted:
            mark_ = Mark(rules[row.rule_id], row.letter, row.page_id)
            found.setdefault(row.letter, []).append(mark_)
    return {each: tuple(dict.fromkeys(marks)) for each, marks in found.items()}
