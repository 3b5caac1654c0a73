"""Marks: that a watch rule found something about a letter, or on one of its pages.

A mark never rejects, and is no verdict: it says what to look at, and why. Legal mail has none, for
nothing of it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.letters.transcripts import transcripts_of
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import Box, Transcript, Word
from digitizer.policies.watch_rules import WatchKind, WatchRule, current_rules, rules_by_id
from digitizer.storage.tables import cover, inmate, letter, page
from digitizer.storage.tables_screening import watch_mark

_OPEN = (LetterState.HELD, LetterState.AWAITING_REVIEW)
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
    sender: str | None,
    pages: Mapping[int, Transcript],
) -> tuple[Hit, ...]:
    """What the rules find about a letter: whom it is for or may be for, for whom its cover was
    printed, and what was read on its pages (by any key)."""
    if not rules:
        return ()
    people = {each for each in inmate_ids if each is not None}
    about = [each for each in rules if each.inmate_id is None or each.inmate_id in people]
    found: list[Hit] = []
    for rule in about:
        if rule.kind is WatchKind.INMATE or (rule.words and _is_from(rule, sender)):
            found.append(Hit(rule, None))
    with_words = [each for each in about if each.words]
    for key, read in pages.items():
        places = _places(with_words, read)
        found += [Hit(rule, key) for rule, boxes in zip(with_words, places, strict=True) if boxes]
    return tuple(found)


def _is_from(rule: WatchRule, sender: str | None) -> bool:
    from digitizer.policies.matching import same_sender  # numpy takes longer than most commands

    return rule.kind in (WatchKind.SENDER, WatchKind.PAIR) and same_sender(rule.words, sender)


def _places(rules: Sequence[WatchRule], read: Transcript) -> list[tuple[Box, ...]]:
    from digitizer.policies.matching import found_on, phrase_of

    found = found_on(read, [phrase_of(rule.words) for rule in rules]) if rules else []
    return [tuple(word.box for word in words) for words in found]


def frames(rules: Sequence[WatchRule], read: Transcript) -> tuple[Box, ...]:
    """Where on the page's picture, in its pixels, what these rules watch for is."""
    with_words = [each for each in rules if each.words]
    return tuple(box for boxes in _places(with_words, read) for box in boxes if box.width)


def marked(rules: Sequence[WatchRule], text: str) -> tuple[tuple[str, bool], ...]:
    """A typed text in pieces, of which those that are True are what these rules watch for; together
    they are the text."""
    words = [
        Word(each[0], Box(each.start(), 0, len(each[0]), 1), 1.0)
        for each in re.finditer(r"\S+", text)
    ]
    read = Transcript(engine="typed", confidence=1.0, text=text, words=tuple(words))
    found = sorted({(box.left, box.left + box.width) for box in frames(rules, read)})
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
    row = tx.execute(
        sa.select(letter.c.inmate_id, inmate.c.id, letter.c.sender, cover.c.sender)
        .join(inmate, inmate.c.booking_number == letter.c.proposed, isouter=True)
        .join(cover, cover.c.id == letter.c.cover_id, isouter=True)
        .where(letter.c.id == letter_id)
    ).one()
    ids = tx.execute(
        sa.select(page.c.id).where(page.c.letter_id == letter_id, page.c.role.in_(_ON_PAGES))
    ).scalars()
    known = current_rules(tx) if rules is None else rules
    reads = transcripts_of(tx, list(ids)) if known else {}
    found = hits(known, row[:2], row[2] or row[3], reads)
    keep(tx, letter_id, found)
    return list(found)


def mark_open_letters(tx: sa.Connection) -> int:
    """Looks at all letters that wait for a person; returns how many are marked now."""
    rules = current_rules(tx)
    ids = tx.execute(sa.select(letter.c.id).where(letter.c.state.in_(_OPEN))).scalars().all()
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
