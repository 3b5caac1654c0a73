"""The records of correspondents: finding, keeping and merging them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.storage.tables import cover, message, session
from digitizer.storage.tables_appeals import rejection
from digitizer.storage.tables_calls import call_seat, video_call
from digitizer.storage.tables_correspondents import (
    contact,
    contact_ask,
    correspondent,
    correspondent_account,
    cut_part,
    earlier_name,
    letter_sender,
    mail_block,
)
from digitizer.storage.tables_messages import added_photo, message_draft
from digitizer.storage.tables_originals import paper_request
from digitizer.storage.tables_retention import legal_hold
from digitizer.storage.tables_transfers import correspondent_mark
from digitizer.storage.tables_visits import visit, visit_guest, visit_hold, visit_restriction
from digitizer.support.clock import id_after, now
from digitizer.support.visible import as_name

#: Characters: of a name, and of an address in all.
_LONGEST_NAME, _LONGEST_ADDRESS = 120, 600
_MOST_LINES = 8
LANGUAGES = ("", "en", "es")


@dataclass(frozen=True, slots=True)
class Entry:
    """What staff write down of a correspondent. ``address`` is free lines; ``language`` is that in
    which they are written to, empty where it is not known."""

    name: str
    address: str = ""
    email: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A person outside. ``address`` is their lines, empty where none is known."""

    id: int
    name: str
    address: tuple[str, ...]
    email: str
    language: str


def plain(text: str) -> str:
    """Without capitals, accents and punctuation: as names are compared and searched."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", kept))


def checked(entry: Entry) -> Entry:
    """As it is kept: lines without spaces at their ends, and nothing that cannot be seen. Raises
    UsageError."""
    lines = [line for each in entry.address.splitlines() if (line := as_name(each))]
    kept = Entry(as_name(entry.name), "\n".join(lines), as_name(entry.email), entry.language)
    if not plain(kept.name) or len(kept.name) > _LONGEST_NAME:
        raise UsageError(f"A correspondent needs a name of at most {_LONGEST_NAME} characters.")
    if len(lines) > _MOST_LINES or len(kept.address) > _LONGEST_ADDRESS:
        raise UsageError(
            f"An address has at most {_MOST_LINES} lines, and {_LONGEST_ADDRESS} characters."
        )
    if kept.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", kept.email):
        raise UsageError(f"{kept.email} is no e-mail address. Leave it empty if none is known.")
    if kept.language not in LANGUAGES:
        raise UsageError("The language must be en, es, or empty.")
    return kept


def add(tx: sa.Connection, entry: Entry) -> int:
    """Keeps a new record of a checked entry; returns its id."""
    done = tx.execute(sa.insert(correspondent).values(**_values(entry)))
    key = done.inserted_primary_key
    assert key is not None
    return int(key[0])


def change(tx: sa.Connection, correspondent_id: int, entry: Entry) -> None:
    """Raises NotFound."""
    before = get(tx, correspondent_id).name
    if plain(before) != plain(entry.name):
        _keep_name(tx, correspondent_id, before)
    this = sa.update(correspondent).where(correspondent.c.id == correspondent_id)
    tx.execute(this.values(**_values(entry)))


def _keep_name(tx: sa.Connection, correspondent_id: int, name: str) -> None:
    """They are known by this name, too, from now on."""
    this = earlier_name.c.correspondent_id == correspondent_id
    same = earlier_name.c.plain_name == plain(name)
    if tx.execute(sa.select(earlier_name).where(this, same)).first() is None:
        values = {"correspondent_id": correspondent_id, "plain_name": plain(name)}
        tx.execute(sa.insert(earlier_name).values(**values))


def _values(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "address": entry.address,
        "email": entry.email,
        "language": entry.language,
        "plain_name": plain(entry.name),
        "plain": plain(f"{entry.name} {entry.address} {entry.email}"),
        "changed": now(),
    }


def find(tx: sa.Connection, text: str, most: int) -> tuple[Correspondent, ...]:
    """Whose name, address and e-mail have every word of ``text``, by name; of no words, all."""
    holds = [correspondent.c.plain.contains(word, autoescape=True) for word in plain(text).split()]
    asked = sa.select(correspondent).where(*holds).order_by(correspondent.c.plain_name)
    return tuple(_of(row) for row in tx.execute(asked.limit(most)))


def get(tx: sa.Connection, correspondent_id: int) -> Correspondent:
    """Raises NotFound."""
    asked = sa.select(correspondent).where(correspondent.c.id == correspondent_id)
    row = tx.execute(asked).first()
    if row is None:
        raise _missing(correspondent_id)
    return _of(row)


def get_all(tx: sa.Connection, ids: set[int]) -> dict[int, Correspondent]:
    asked = sa.select(correspondent).where(correspondent.c.id.in_(sorted(ids)))
    return {row.id: _of(row) for row in tx.execute(asked)}


def named(tx: sa.Connection, name: str) -> tuple[int, ...]:
    """Who has this name, or had it before, whatever its capitals, accents and punctuation."""
    wanted = plain(name)
    if not wanted:
        return ()
    has = sa.select(correspondent.c.id).where(correspondent.c.plain_name == wanted)
    had = sa.select(earlier_name.c.correspondent_id).where(earlier_name.c.plain_name == wanted)
    return tuple(sorted({*tx.execute(has).scalars(), *tx.execute(had).scalars()}))


#: Where a record is named.
_NAMING = (
    added_photo,
    contact,
    contact_ask,
    correspondent_mark,
    cover,
    cut_part,
    letter_sender,
    mail_block,
    message,
    message_draft,
    paper_request,
    rejection,
    legal_hold,
    visit,
    visit_guest,
    visit_hold,
    visit_restriction,
    call_seat,
    video_call,
)


def merge(tx: sa.Connection, correspondent_id: int, into: int) -> None:
    """All that names the first record names the second, and the first is gone. Raises NotFound."""
    gone = get(tx, correspondent_id)
    get(tx, into)
    _give_account(tx, correspondent_id, into)
    _give_names(tx, gone, into)
    drop_doubled_contacts(tx, contact.c.correspondent_id, correspondent_id, into)
    join_doubled_drafts(tx, message_draft.c.correspondent_id, correspondent_id, into)
    for each in _NAMING:
        own = sa.update(each).where(each.c.correspondent_id == correspondent_id)
        tx.execute(own.values(correspondent_id=into))
    tx.execute(sa.delete(correspondent).where(correspondent.c.id == correspondent_id))


def _give_account(tx: sa.Connection, correspondent_id: int, into: int) -> None:
    """Raises Conflict where both have one: two people may own them, and neither may get the other's
    mail by that."""
    of = correspondent_account.c.correspondent_id
    owners = tx.execute(sa.select(of).where(of.in_([correspondent_id, into]))).scalars().all()
    if len(owners) > 1:
        raise Conflict("Both have an account of their own: one must delete theirs first.")
    own = sa.update(correspondent_account).where(of == correspondent_id)
    tx.execute(own.values(correspondent_id=into))
    # They log in anew: pages that are open now know nothing of what is joined.
    tx.execute(sa.delete(session).where(session.c.correspondent_id.in_([correspondent_id, into])))


def join_doubled_drafts(
    tx: sa.Connection, of: sa.ColumnElement[int], gone: int, stays: int
) -> None:
    """Before ``gone`` becomes ``stays``: two drafts to one person become one, with the words and
    photos of the later first. It is of no form that is open: what is typed there is not kept over
    it unless somebody asks for that."""
    other = (
        message_draft.c.inmate_id
        if of is message_draft.c.correspondent_id
        else message_draft.c.correspondent_id
    )
    both = sa.select(message_draft).where(of.in_([gone, stays])).order_by(message_draft.c.saved)
    earlier: dict[tuple[str, int], sa.Row[Any]] = {}
    for row in tx.execute(both).all():
        twin = earlier.setdefault((row.direction, row._mapping[other.key]), row)
        if twin is not row:
            tx.execute(sa.delete(message_draft).where(message_draft.c.id == twin.id))
            later = sa.update(message_draft).where(message_draft.c.id == row.id)
            tx.execute(later.values(**_joined(row, twin)))


def _joined(later: sa.Row[Any], earlier: sa.Row[Any]) -> dict[str, Any]:
    subject, body = joined_words((later.subject, later.body), (earlier.subject, earlier.body))
    return {
        "subject": subject,
        "body": body,
        "photos": list(dict.fromkeys([*later.photos, *earlier.photos])),
        "form": id_after(max(later.form, earlier.form)),
        "save": 0,
    }


def joined_words(later: tuple[str, str], earlier: tuple[str, str]) -> tuple[str, str]:
    """Subject and body of one draft from those of two; nothing is said twice."""
    parts = [later[1]]
    if earlier[0] not in ("", later[0]) and later[0]:
        parts.append(earlier[0])
    if earlier[1].strip() not in later[1]:
        parts.append(earlier[1])
    return later[0] or earlier[0], "\n\n".join(each for each in parts if each.strip())


def _give_names(tx: sa.Connection, gone: Correspondent, into: int) -> None:
    its = earlier_name.c.correspondent_id == gone.id
    names = tx.execute(sa.select(earlier_name.c.plain_name).where(its)).scalars().all()
    tx.execute(sa.delete(earlier_name).where(its))
    for name in (gone.name, *names):
        _keep_name(tx, into, name)


def drop_doubled_contacts(
    tx: sa.Connection, of: sa.ColumnElement[int], gone: int, stays: int
) -> None:
    """Before ``gone`` becomes ``stays`` (correspondents or inmates, by the column): where both have
    a contact with the same person, one is left, approved if one of them was."""
    other = contact.c.inmate_id if of is contact.c.correspondent_id else contact.c.correspondent_id
    for row in tx.execute(sa.select(contact).where(of == gone)).all():
        partner = row._mapping[other.key]
        twin = tx.execute(sa.select(contact).where(of == stays, other == partner)).first()
        if twin is None:
            continue
        if twin.approved is None and row.approved is not None:
            approve = sa.update(contact).where(contact.c.id == twin.id)
            tx.execute(approve.values(approved=row.approved))
        tx.execute(sa.delete(contact).where(contact.c.id == row.id))


def _of(row: sa.Row[Any]) -> Correspondent:
    lines = tuple(row.address.splitlines())
    return Correspondent(row.id, row.name, lines, row.email, row.language)


def _missing(correspondent_id: int) -> NotFound:
    return NotFound(f"There is no correspondent {correspondent_id}.")
