"""Whom a held letter may be for: those whom its cover or its pages may name, and those found."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from digitizer.engines.codes.cover_code import read_short_id
from digitizer.letters.transcripts import whole_transcripts_of
from digitizer.model.errors import UsageError
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.people.correspondents.contacts import who_wrote
from digitizer.screening.exception_queue import ScanPage
from digitizer.storage.tables import cover, inmate

_MOST_SUGGESTED = 4
#: Pages that are looked at for names: the envelope and the first pages, where letters name people.
_MOST_READ = 6
#: Nine letters and digits in three groups, as a person copies them from a cover sheet.
_SHEET_NUMBER = re.compile(r"\b\w{4}\W{0,2}\w{4}\W{0,2}\w\b")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An inmate whom a letter may be for; ``why`` is empty where staff searched for them."""

    inmate: Inmate
    why: tuple[str, ...] = ()

    @property
    def is_here(self) -> bool:
        return self.inmate.status is CustodyStatus.IN_CUSTODY


def candidates(
    tx: sa.Connection, pages: Sequence[ScanPage], named: Inmate | None, label: bool = False
) -> tuple[Candidate, ...]:
    """The inmate whom the cover names, or the ``label`` that staff stuck on, if one was read; then
    those whom the pages may name."""
    from digitizer.screening.suggestions import (  # numpy takes longer than most commands
        Known,
        ReadPage,
        named_on,
        suggest,
    )

    why = "named by the label" if label else "named by the cover sheet"
    by_cover = (Candidate(named, (why,)),) if named else ()
    first = pages[:_MOST_READ]
    read = whole_transcripts_of(tx, [page.id for page in first])
    seen = [ReadPage(read[each.id], each.width, each.height) for each in first if each.id in read]
    if not seen:
        return by_cover
    by_number = {each.booking_number: each for each in roster.all_inmates(tx)}
    by_sheets = _named_by_sheets(tx, [each.transcript.text for each in seen])
    known = Known(_senders(tx), by_sheets, who_wrote(tx, named_on(seen)))
    likely = suggest(seen, tuple(by_number.values()), _MOST_SUGGESTED, known)
    return by_cover + tuple(
        Candidate(by_number[each.booking_number], each.reasons)
        for each in likely
        if named is None or each.booking_number != named.booking_number
    )


def _senders(tx: sa.Connection) -> dict[str, list[str]]:
    """For whom each inmate's cover sheets were printed, by booking number."""
    found: dict[str, list[str]] = defaultdict(list)
    named = (
        sa.select(inmate.c.booking_number, cover.c.sender)
        .join(inmate, cover.c.inmate_id == inmate.c.id)
        .where(cover.c.sender.is_not(None), cover.c.revoked.is_(None))
        .distinct()
    )
    for booking_number, sender in tx.execute(named):
        found[booking_number].append(sender)
    return found


def _named_by_sheets(tx: sa.Connection, texts: Sequence[str]) -> dict[str, str]:
    """Whom the sheet numbers are for that stand in the texts with a check character that fits."""
    numbers = {each for text in texts for each in _sheet_numbers(text)}
    rows = tx.execute(
        sa.select(inmate.c.booking_number, cover.c.short_id)
        .join(inmate, cover.c.inmate_id == inmate.c.id)
        .where(cover.c.short_id.in_(sorted(numbers)), cover.c.revoked.is_(None))
    )
    return {row.booking_number: row.short_id for row in rows}


def _sheet_numbers(text: str) -> set[str]:
    """The sheet numbers in a text, in their normal form; the check character of each fits."""
    numbers = set()
    for each in _SHEET_NUMBER.findall(text):
        try:
            numbers.add(read_short_id(re.sub(r"\W", "", each)))
        except UsageError:  # most words of nine letters are no number: nothing is wrong
            continue
    return numbers


def found_in_roster(tx: sa.Connection, text: str, most: int) -> tuple[Candidate, ...]:
    """Whose cover sheet has the number that was typed; else inmates whose number or name contains
    every word of ``text``. Those in custody come first."""
    if _sheet_numbers(text) and (of_sheet := _printed_for(tx, text)):
        return of_sheet
    words = _plain(text).split()
    everyone = roster.all_inmates(tx) if words else ()
    found = [each for each in everyone if _has_all(each, words)]
    found.sort(key=lambda each: (each.status is not CustodyStatus.IN_CUSTODY, each.last_name))
    return tuple(Candidate(each) for each in found[:most])


def _printed_for(tx: sa.Connection, text: str) -> tuple[Candidate, ...]:
    """For whom the covers were printed whose numbers stand in the text, also revoked ones: which
    of them count is said, for it is a person who typed the number."""
    rows = tx.execute(
        sa.select(inmate.c.booking_number, cover.c.short_id, cover.c.sender, cover.c.revoked)
        .join(inmate, cover.c.inmate_id == inmate.c.id)
        .where(cover.c.short_id.in_(sorted(_sheet_numbers(text))))
        .order_by(cover.c.printed)
    )
    return tuple(
        Candidate(roster.find_inmate(tx, row.booking_number), _about_sheet(row)) for row in rows
    )


def _about_sheet(row: sa.Row[tuple[str, str, str | None, datetime | None]]) -> tuple[str, ...]:
    _, short_id, sender, revoked = row
    sheet = f"cover sheet {short_id}"
    why = f"{sheet}, printed for {sender} to send" if sender else sheet
    return (why, "which was revoked") if revoked else (why,)


def _has_all(person: Inmate, words: list[str]) -> bool:
    text = _plain(f"{person.booking_number} {person.full_name}")
    return all(word in text for word in words)


@lru_cache(maxsize=16_384)  # a roster is searched with each key that is pressed
def _plain(text: str) -> str:
    """Without capitals, accents and punctuation, as people type in a hurry."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = (c for c in folded if not unicodedata.combining(c))
    return "".join(" " if c in ",;" else c for c in kept)
