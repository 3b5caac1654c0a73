"""A database of made-up mailboxes, for what is measured of searching in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from digitizer.letters.search.indexing import index_letter
from digitizer.letters.transcripts import words_to_json
from digitizer.model.paper import Transcript
from digitizer.storage.database import open_engine, writing
from digitizer.storage.schema import upgrade
from digitizer.storage.tables import inmate, letter, page, scan, transcript
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class MadeMailboxes:
    """The database, and the booking number of its first inmate, ``owner``."""

    engine: sa.Engine
    owner: str = "made-1"

    @staticmethod
    def make(folder: Path, inmates: int = 1) -> MadeMailboxes:
        """Empty mailboxes in a new SQLite file in ``folder``."""
        engine = open_engine(f"sqlite:///{folder / 'made.db'}")
        upgrade(engine)
        with writing(engine) as tx:
            tx.execute(
                sa.insert(inmate),
                [
                    {
                        "id": number,
                        "booking_number": f"made-{number}",
                        "last_name": "Madeup",
                        "first_name": str(number),
                        "status": "in_custody",
                        "changed": now(),
                    }
                    for number in range(1, inmates + 1)
                ],
            )
        return MadeMailboxes(engine)

    @staticmethod
    def find(folder: Path) -> MadeMailboxes:
        """The mailboxes that were made in ``folder`` before."""
        engine = open_engine(f"sqlite:///{folder / 'made.db'}")
        upgrade(engine)
        return MadeMailboxes(engine)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        with writing(self.engine) as tx:
            yield tx

    def add_letter(
        self, tx: sa.Connection, name: str, pages: Sequence[Transcript], inmate_id: int = 1
    ) -> None:
        """Delivers a letter called ``name`` of these pages, as filing would."""
        tx.execute(
            sa.insert(scan).values(
                id=name,
                fingerprint=name,
                profile="made",
                state="filed",
                taken_in=now(),
                rejected=False,
                tries=1,
                deaths=0,
                sealed=False,
            )
        )
        tx.execute(
            sa.insert(letter).values(
                id=name,
                scan_id=name,
                kind="letter",
                state="delivered",
                inmate_id=inmate_id,
                received=now(),
                doubts=[],
            )
        )
        for number, read in enumerate(pages, start=1):
            done = tx.execute(
                sa.insert(page).values(
                    scan_id=name,
                    number=number,
                    place=number,
                    role="content",
                    letter_id=name,
                    position=number,
                    width=1700,
                    height=2200,
                    dpi=200,
                    ink=0.05,
                    quality=[],
                )
            )
            assert done.inserted_primary_key is not None
            tx.execute(
                sa.insert(transcript).values(
                    page_id=done.inserted_primary_key[0],
                    engine=read.engine,
                    text=read.text,
                    confidence=read.confidence,
                    words=words_to_json(read.words),
                )
            )
        index_letter(tx, name)

    def close(self) -> None:
        self.engine.dispose()
