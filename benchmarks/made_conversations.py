"""Conversations of inmates with people outside, put into the tables directly, for what is measured
of their pages: messages of both, reply sheets that came back, and letters whose sender is known."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.access.password_hashing import hash_secret
from digitizer.facility import Facility
from digitizer.letters.transcripts import words_to_json
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate, letter, message, page, scan, transcript
from digitizer.storage.tables_correspondents import (
    contact,
    correspondent,
    correspondent_account,
    letter_sender,
)
from digitizer.support.clock import now
from tests.support.web_kit import PASSWORD, PIN

#: Of each inmate.
CORRESPONDENTS = 2
#: Of each conversation.
_MESSAGES, _REPLIES, _LETTERS = 20, 3, 10
_SETTINGS = """
[mail]
host = "127.0.0.1"
security = "none"
[family]
address = "https://mail.jail.example"
"""
_WORDS = "All is well here, and the garden is in bloom. Write when you can. " * 8


def email_of(number: int) -> str:
    return f"family{number}@example.org"


def correspondent_of(inmate_number: int) -> int:
    """The number of the first correspondent of the n-th inmate."""
    return 1 + CORRESPONDENTS * inmate_number


def add_conversations(facility: Facility, inmates: int, letters: int) -> None:
    """For inmates of ids from 100 on, to whom letters ``made…`` were delivered one after another.
    All can log in: inmates with PIN, correspondents with PASSWORD."""
    with (facility.home / "config.toml").open("a") as file:
        file.write(_SETTINGS)
    pin, password, came = hash_secret(PIN), hash_secret(PASSWORD), now() - timedelta(days=200)
    numbers = range(inmates)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(inmate).where(inmate.c.id >= 100).values(pin_hash=pin))
        everybody = [
            (number, correspondent_of(number) + place)
            for number in numbers
            for place in range(CORRESPONDENTS)
        ]
        tx.execute(sa.insert(correspondent), [_person(who) for _, who in everybody])
        tx.execute(
            sa.insert(correspondent_account), [_account(who, password) for _, who in everybody]
        )
        tx.execute(
            sa.insert(contact),
            [
                {"correspondent_id": who, "inmate_id": 100 + to, "asked": came, "approved": came}
                for to, who in everybody
            ],
        )
        for to, who in everybody:
            tx.execute(sa.insert(message), [_message(to, who, n, came) for n in range(_MESSAGES)])
        _add_replies(tx, everybody, came)
        mine = letters // inmates
        tx.execute(
            sa.insert(letter_sender),
            [
                {
                    "letter_id": f"made{number + inmates * place:010d}",
                    "correspondent_id": correspondent_of(number) + place % CORRESPONDENTS,
                    "at": came,
                }
                for number in numbers
                for place in range(min(mine, _LETTERS * CORRESPONDENTS))
            ],
        )


def _person(number: int) -> dict[str, object]:
    name = f"Aunt Imaginary {number}"
    return {
        "id": number,
        "name": name,
        "address": "1 Elm Street\nHarbor Bay",
        "email": email_of(number),
        "language": "en",
        "plain_name": name.lower(),
        "plain": f"{name} 1 Elm Street Harbor Bay".lower(),
        "changed": now(),
    }


def _account(number: int, password_hash: str) -> dict[str, object]:
    return {
        "correspondent_id": number,
        "email": email_of(number),
        "plain_email": email_of(number),
        "password_hash": password_hash,
        "made": now(),
        "tell": True,
        "tell_content": False,
    }


def _message(to: int, who: int, number: int, came: datetime) -> dict[str, object]:
    at = came + timedelta(days=number)
    inwards = number % 2 == 0
    return {
        "id": f"said{who:08d}{number:04d}",
        "direction": "to_inmate" if inwards else "from_inmate",
        "inmate_id": 100 + to,
        "correspondent": f"Aunt Imaginary {who}",
        "subject": "Hello",
        "body": _WORDS,
        "photos": [],
        "state": "answered" if inwards and number < 2 * _REPLIES else "delivered",
        "created": at,
        "released": at,
        "read": at if number < _MESSAGES - 2 else None,
        "correspondent_id": who,
    }


def _add_replies(tx: sa.Connection, everybody: list[tuple[int, int]], came: datetime) -> None:
    """Each in a scan of its own, of one page that was read."""
    made = [(to, who, number) for to, who in everybody for number in range(_REPLIES)]
    first = (tx.execute(sa.select(sa.func.max(page.c.id))).scalar() or 0) + 1
    ids = [f"back{who:08d}{number:04d}" for _, who, number in made]
    scans: list[dict[str, object]] = []
    letters: list[dict[str, object]] = []
    pages: list[dict[str, object]] = []
    read: list[dict[str, object]] = []
    for place, (an_id, (to, who, number)) in enumerate(zip(ids, made, strict=True)):
        at = came + timedelta(days=2 * number + 1)
        scans.append(
            {
                "id": an_id,
                "fingerprint": f"{2 * 10**9 + place:064x}",
                "profile": "default",
                "state": "filed",
                "taken_in": at,
                "finished": at,
                "pages": 1,
            }
        )
        letters.append(
            {
                "id": an_id,
                "scan_id": an_id,
                "kind": "reply",
                "received": at,
                "state": "delivered",
                "inmate_id": 100 + to,
                "message_id": f"said{who:08d}{2 * number:04d}",
            }
        )
        pages.append(
            {
                "id": first + place,
                "scan_id": an_id,
                "number": 1,
                "place": 1,
                "role": "content",
                "letter_id": an_id,
                "position": 1,
                "width": 850,
                "height": 1100,
                "dpi": 100,
                "ink": 0.03,
                "quality": [],
            }
        )
        read.append(
            {
                "page_id": first + place,
                "engine": "invented",
                "text": _WORDS,
                "confidence": 0.8,
                "words": words_to_json(()),
            }
        )
    for table, rows in ((scan, scans), (letter, letters), (page, pages), (transcript, read)):
        tx.execute(sa.insert(table), rows)
