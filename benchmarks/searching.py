"""How long a search takes in one large mailbox, and over the mail of a whole facility.

    python -m benchmarks.searching [--mailbox 2000] [--facility 200000] [--filed N] [--keep FOLDER]

Wall clock and this process's processor time, of each kind of query and of all. To file a facility
takes long: ``--keep`` files it once, and finds it there the next time; with ``--filed`` only so
many of its pages are filed, and of the others only the vocabulary is kept.

The mail is made up: words of syllables, as frequent as words are (Zipf), 200 on a page. On
handwritten pages every word has six other spellings with their probabilities, as the reader
leaves them; in the facility one page in ten is handwritten. Queries are words, beginnings, misspelt
words, pairs and phrases from those pages. The first search of a process, which reads the
vocabulary, is measured apart.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from benchmarks.made_mailboxes import MadeMailboxes
from digitizer.letters.search.page_search import search_pages
from digitizer.letters.search.terms import shelve_terms
from digitizer.model.paper import Box, Transcript, Word
from digitizer.storage.database import reading
from digitizer.storage.tables import term

_WORDS_A_PAGE = 200
_VOCABULARY = 60_000
_SPELLINGS = 6
_PAGES_A_MAILBOX = 100
_HANDWRITTEN = 0.1
_QUERIES = 200
_KINDS = ("a word", "a misspelt word", "a beginning", "two words", "a phrase")
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
        self._frequencies = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))

    def page(self, handwritten: bool) -> Transcript:
        tokens = self.chance.choices(self._words, cum_weights=self._frequencies, k=_WORDS_A_PAGE)
        box = Box(100, 100, 90, 30)
        words = tuple(
            Word(token, box, 0.6, number // 10, self._spellings(token) if handwritten else ())
            for number, token in enumerate(tokens)
        )
        return Transcript("made-up", " ".join(tokens), 0.8, words)

    def _spellings(self, token: str) -> tuple[tuple[str, float], ...]:
        return tuple((self.misspelt(token), 0.1) for _ in range(_SPELLINGS))

    def misspelt(self, token: str) -> str:
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
                self.misspelt(max(tokens[start : start + 3], key=len)),
                max(tokens[start : start + 3], key=len)[:4],
                f"{word} {tokens[-1]}",
                f'"{word} {beside}"',
            )[number % len(_KINDS)]


def time_searches(
    mail: MadeMailboxes, queries: Sequence[str], owner: str | None
) -> list[tuple[float, float]]:
    """Milliseconds of each search, by the clock and of the processor."""
    times = []
    for query in queries:
        start, worked = time.perf_counter(), time.process_time()
        with reading(mail.engine) as tx:
            search_pages(tx, query, owner)
        clock, processor = time.perf_counter() - start, time.process_time() - worked
        times.append((1000 * clock, 1000 * processor))
    return times


def _rows(
    table: Table, name: str, mail: MadeMailboxes, texts: Sequence[str], owner: str | None
) -> None:
    (first,) = time_searches(mail, [texts[0].split(" ")[0] + "q"], owner)
    times = time_searches(mail, list(Scribbler().queries(texts)), owner)
    table.add_section()
    table.add_row(f"[bold]{name}")
    table.add_row(
        "the first", *[f"{part:.0f}" for part in (first[0], first[0], first[1], first[1])]
    )
    for place, kind in enumerate(_KINDS):
        table.add_row(kind, *_spread(times[place :: len(_KINDS)]))
    table.add_row("all", *_spread(times))


def _spread(times: Sequence[tuple[float, float]]) -> Iterator[str]:
    for part in (0, 1):
        some = sorted(pair[part] for pair in times)
        yield f"{statistics.median(some):.1f}"
        yield f"{some[int(0.95 * len(some))]:.1f}"


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


def add_vocabulary(mail: MadeMailboxes, pages: int, handwritten: float) -> None:
    """Adds the words, and other spellings, of so many more pages, but not the pages."""
    scribbler = Scribbler()
    scribbler.chance = Random(8)
    for start in range(0, pages, 100):
        words: set[str] = set()
        for _ in range(min(100, pages - start)):
            for word in scribbler.page(scribbler.chance.random() < handwritten).words:
                words.update([word.text, *(other for other, _ in word.alternatives)])
        with mail.writing() as tx:
            tx.execute(
                sa.insert(term).prefix_with("OR IGNORE"),
                [{"text": word} for word in sorted(words - {""})],
            )
            shelve_terms(tx, 20_000)


def mailboxes(
    folder: Path, pages: int, handwritten: float, inmates: int, filed: int | None = None
) -> tuple[MadeMailboxes, list[str]]:
    """The mail in ``folder``, filed unless it is there, and some of its texts."""
    kept = folder / "texts.json"
    if kept.exists():
        return MadeMailboxes.find(folder), json.loads(kept.read_text("utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    start = time.process_time()
    mail = MadeMailboxes.make(folder, inmates)
    filed = pages if filed is None else filed
    texts = fill(mail, filed, handwritten, inmates)
    took = 1000 * (time.process_time() - start) / filed
    Console().print(f"{folder.name}: {took:.1f} ms of processor a page filed", highlight=False)
    add_vocabulary(mail, pages - filed, handwritten)
    kept.write_text(json.dumps(texts), "utf-8")
    return mail, texts


def _size(mail: MadeMailboxes, folder: Path) -> str:
    with reading(mail.engine) as tx:
        counts = [
            f"{tx.execute(sa.text(f'SELECT count(*) FROM {name}')).scalar_one():,} {name}s"
            for name in ("term", "posting")
        ]
    return f"{', '.join(counts)}, {(folder / 'made.db').stat().st_size / 1e9:.2f} GB of database"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--mailbox", type=int, default=2000, help="pages of the one mailbox")
    parser.add_argument("--facility", type=int, default=200_000, help="pages of the whole facility")
    parser.add_argument("--filed", type=int, help="pages of the facility that are filed: all")
    parser.add_argument("--keep", type=Path, help="folder where the mail is kept for next time")
    chosen = parser.parse_args(arguments)
    table = Table(title=f"Milliseconds a search, {_QUERIES} searches each")
    for heading in ("mail", "median", "p95", "processor, median", "p95"):
        table.add_column(heading, justify="left" if heading == "mail" else "right")
    console = Console(width=110)
    with ExitStack() as stack:
        root = chosen.keep or Path(stack.enter_context(TemporaryDirectory()))
        for kind, handwritten in (("typed", 0.0), ("handwritten", 1.0)) if chosen.mailbox else ():
            mail, texts = mailboxes(root / kind, chosen.mailbox, handwritten, 1)
            name = f"a mailbox of {chosen.mailbox:,} {kind} pages"
            _rows(table, name, mail, texts, mail.owner)
            console.print(f"{kind}: {_size(mail, root / kind)}", highlight=False)
            mail.close()
        if chosen.facility:
            filed = chosen.filed or chosen.facility
            inmates = max(1, filed // _PAGES_A_MAILBOX)
            mail, texts = mailboxes(
                root / "facility", chosen.facility, _HANDWRITTEN, inmates, filed
            )
            _rows(table, f"a facility of {chosen.facility:,} pages", mail, texts, None)
            _rows(table, "one mailbox of that facility", mail, texts, mail.owner)
            console.print(f"facility: {_size(mail, root / 'facility')}", highlight=False)
            mail.close()
    console.print(table)


if __name__ == "__main__":
    main()
