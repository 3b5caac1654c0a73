"""How long a search takes in one large mailbox, and over the mail of a whole house.

    python -m benchmarks.searching [--mailbox 2000] [--house 200000]

The mail is made up: words of syllables, as frequent as words are (Zipf), 200 on a page. On
handwritten pages every word has six other spellings with their probabilities, as the reader
leaves them; in the house one page in ten is handwritten. Queries are words, beginnings, slips of
the pen, pairs and phrases from those pages. The first search of a process, which reads the
vocabulary, is told apart.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from benchmarks.made_mailboxes import MadeMailboxes
from digitizer.parts.tables import reading
from digitizer.processes.search import search_pages
from digitizer.vocabulary.paper import Box, Transcript, Word

_WORDS_A_PAGE = 200
_VOCABULARY = 60_000
_SPELLINGS = 6
_PAGES_A_MAILBOX = 100
_HANDWRITTEN = 0.1
_QUERIES = 200
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Scribbler:
    """Makes pages up, the same ones each time."""

    def __init__(self) -> None:
        self.chance = Random(7)
        parts = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "ea", "on")]
        words: dict[str, None] = {}
        while len(words) < _VOCABULARY:
            words["".join(self.chance.choices(parts, k=self.chance.randint(1, 4)))] = None
        self._words = list(words)
        self._frequencies = [1 / rank for rank in range(1, _VOCABULARY + 1)]

    def page(self, handwritten: bool) -> Transcript:
        tokens = self.chance.choices(self._words, self._frequencies, k=_WORDS_A_PAGE)
        box = Box(100, 100, 90, 30)
        words = tuple(
            Word(token, box, 0.6, number // 10, self._spellings(token) if handwritten else ())
            for number, token in enumerate(tokens)
        )
        return Transcript("made-up", " ".join(tokens), 0.8, words)

    def _spellings(self, token: str) -> tuple[tuple[str, float], ...]:
        return tuple((self.slip(token), 0.1) for _ in range(_SPELLINGS))

    def slip(self, token: str) -> str:
        place = self.chance.randrange(len(token))
        kind = self.chance.randrange(3)
        middle = "" if kind == 0 else self.chance.choice(_LETTERS)
        return token[:place] + middle + token[place + (kind != 2) :]

    def queries(self, pages: Sequence[str]) -> Iterator[str]:
        for number in range(_QUERIES):
            tokens = self.chance.choice(pages).split(" ")
            start = self.chance.randrange(len(tokens) - 2)
            word, beside = tokens[start], tokens[start + 1]
            yield (
                word,
                self.slip(max(tokens[start : start + 3], key=len)),
                max(tokens[start : start + 3], key=len)[:4],
                f"{word} {tokens[-1]}",
                f'"{word} {beside}"',
            )[number % 5]


def time_searches(mail: MadeMailboxes, queries: Sequence[str], owner: str | None) -> list[float]:
    """Milliseconds of each search."""
    times = []
    for query in queries:
        start = time.perf_counter()
        with reading(mail.engine) as tx:
            search_pages(tx, query, owner)
        times.append(1000 * (time.perf_counter() - start))
    return times


def _row(
    table: Table, name: str, mail: MadeMailboxes, texts: Sequence[str], owner: str | None
) -> None:
    scribbler = Scribbler()
    (first,) = time_searches(mail, [texts[0].split(" ")[0]], owner)
    times = sorted(time_searches(mail, list(scribbler.queries(texts)), owner))
    table.add_row(
        name, f"{first:.0f}", f"{statistics.median(times):.1f}",
        f"{times[int(0.95 * len(times))]:.1f}", f"{times[-1]:.0f}",
    )  # fmt: skip


def fill(mail: MadeMailboxes, pages: int, handwritten: float, inmates: int) -> list[str]:
    """Delivers ``pages``, each inmate's a letter of up to twenty; returns some of their texts."""
    scribbler, texts = Scribbler(), []
    for start in range(0, pages, 20):
        made = [
            scribbler.page(scribbler.chance.random() < handwritten)
            for _ in range(min(20, pages - start))
        ]
        texts.append(made[0].text)
        owner = 1 + start * inmates // pages
        with mail.writing() as tx:
            mail.add_letter(tx, f"letter{start}", made, owner)
    return texts


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--mailbox", type=int, default=2000, help="pages of the one mailbox")
    parser.add_argument("--house", type=int, default=200_000, help="pages of the whole house")
    chosen = parser.parse_args(arguments)
    table = Table(title=f"Milliseconds a search, {_QUERIES} searches each")
    for heading in ("mail", "first", "median", "p95", "worst"):
        table.add_column(heading, justify="left" if heading == "mail" else "right")
    console = Console(width=110)
    for handwritten in (0.0, 1.0):
        with TemporaryDirectory() as folder:
            mail = MadeMailboxes.make(Path(folder))
            texts = fill(mail, chosen.mailbox, handwritten, 1)
            kind = "handwritten" if handwritten else "typed"
            _row(table, f"a mailbox of {chosen.mailbox:,} {kind} pages", mail, texts, mail.owner)
            mail.close()
    if chosen.house:
        with TemporaryDirectory() as folder:
            inmates = max(1, chosen.house // _PAGES_A_MAILBOX)
            mail = MadeMailboxes.make(Path(folder), inmates)
            start = time.perf_counter()
            texts = fill(mail, chosen.house, _HANDWRITTEN, inmates)
            console.print(f"{chosen.house:,} pages filed in {time.perf_counter() - start:.0f} s")
            _row(table, f"a house of {chosen.house:,} pages", mail, texts, None)
            _row(table, "one mailbox of that house", mail, texts, mail.owner)
            with reading(mail.engine) as tx:
                for name in ("term", "posting"):
                    count = tx.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one()
                    console.print(f"{count:,} {name}s", highlight=False)
            size = (Path(folder) / "made.db").stat().st_size
            console.print(f"{size / 1e9:.1f} GB of database", highlight=False)
            mail.close()
    console.print(table)


if __name__ == "__main__":
    main()
