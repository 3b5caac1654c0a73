"""How often a search finds a word on handwritten and mixed pages, through the real index.

    python -m benchmarks.keywords --only mss1288 mss1540 mss8343

Every word of five letters or more that stands on at most ten of the pages, and is none of the
language's commonest, is searched for; the pages that people transcribed it on are the answers.
Peers: the words that plain Tesseract and plain PP-OCRv6 read, looked up exactly and by likeness.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import sqlalchemy as sa
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.made_mailboxes import MadeMailboxes
from benchmarks.reading import CORPUS, PAPER_INCHES, READERS, choose_pages, use_weights
from digitizer.engines.reading.text.plausible import common_words
from digitizer.engines.words import index_words, similarity
from digitizer.letters.search.page_search import search_pages
from digitizer.model.paper import Transcript
from digitizer.storage.database import reading

_KINDS = ("handwritten", "mixed")
_LETTERS, _PAGES = 5, 10
_LIKE = 0.65

#: A word to page names, best first.
Search = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the corpus with what each reader made of it."""

    name: str
    words: frozenset[str]
    read: Mapping[str, Transcript]


@dataclass(frozen=True, slots=True)
class Found:
    """How well a way of searching does over all keywords."""

    average_precision: float
    recall_at: Mapping[int, float]


def keywords(pages: Sequence[Page]) -> dict[str, frozenset[str]]:
    """Each word to search for, with the names of the pages that have it."""
    common = set(common_words("en"))
    counts = Counter(word for page in pages for word in page.words)
    return {
        word: frozenset(page.name for page in pages if word in page.words)
        for word, count in sorted(counts.items())
        if len(word) >= _LETTERS and word.isalpha() and count <= _PAGES and word not in common
    }


def average_precision(ranked: Sequence[str], wanted: frozenset[str]) -> float:
    """The mean, over the wanted pages, of the precision at each one's place; 0 for one that is
    not found (Manning, Introduction to Information Retrieval, 8.4)."""
    found, total = 0, 0.0
    for place, name in enumerate(ranked, start=1):
        if name in wanted:
            found += 1
            total += found / place
    return total / len(wanted)


def measure(search: Search, wanted: Mapping[str, frozenset[str]]) -> Found:
    ranked = {word: search(word) for word in wanted}
    return Found(
        statistics.mean(average_precision(ranked[word], names) for word, names in wanted.items()),
        {
            depth: statistics.mean(
                len(names.intersection(ranked[word][:depth])) / len(names)
                for word, names in wanted.items()
            )
            for depth in (1, 5, 10)
        },
    )


def read_page_of(path: Path, readers: Sequence[str], writing: Path | None) -> Page:
    use_weights(writing, None)
    image = np.asarray(Image.open(path))
    dpi = round(max(image.shape) / PAPER_INCHES)
    truth = index_words(path.with_suffix(".txt").read_text("utf-8"))
    return Page(path.stem, frozenset(truth), {name: READERS[name](image, dpi) for name in readers})


def by_likeness(pages: Sequence[Page], reader: str, cutoff: float) -> Search:
    """A search over what ``reader`` read: pages by their word most like the one asked for."""
    words = {page.name: set(index_words(page.read[reader].text)) for page in pages}

    def search(asked: str) -> list[str]:
        best = {
            name: max((similarity(asked, word) for word in some), default=0.0)
            for name, some in words.items()
        }
        found = [name for name, score in best.items() if score >= cutoff]
        return sorted(found, key=lambda name: -best[name])

    return search


def by_index(mail: MadeMailboxes) -> Search:
    def search(asked: str) -> list[str]:
        with reading(mail.engine) as tx:
            return [hit.letter for hit in search_pages(tx, asked, mail.owner, limit=1000)]

    return search


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="*", default=[""], metavar="PREFIX", help="of page names")
    parser.add_argument("--peers", action="store_true", help="read with the peers too")
    parser.add_argument("--writing", type=Path, help="other weights (.onnx) than the package's")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder of letters")
    chosen = parser.parse_args(arguments)
    paths = [
        path
        for kind in _KINDS
        for path in choose_pages(chosen.corpus, kind, prefixes=tuple(chosen.only))
    ]
    if not paths:
        parser.error(f"no page of {chosen.corpus} has such a name")
    readers = list(READERS) if chosen.peers else ["digitizer"]
    with Pool(2) as pool:
        pages = pool.map(partial(read_page_of, readers=readers, writing=chosen.writing), paths, 1)
    wanted = keywords(pages)
    table = Table(title=f"{len(wanted)} keywords on {len(pages)} pages")
    for heading in ("search", "mean average precision", "recall at 1", "at 5", "at 10"):
        table.add_column(heading, justify="left" if heading == "search" else "right")
    with TemporaryDirectory() as folder:
        mail = MadeMailboxes.make(Path(folder))
        with mail.writing() as tx:
            for page in pages:
                mail.add_letter(tx, page.name, [page.read["digitizer"]])
        ways = {"digitizer": by_index(mail)}
        for reader in readers:
            ways[f"{reader}'s words, exact"] = by_likeness(pages, reader, 1.0)
            ways[f"{reader}'s words, alike"] = by_likeness(pages, reader, _LIKE)
        for name, way in ways.items():
            found = measure(way, wanted)
            recalls = [f"{recall:.3f}" for recall in found.recall_at.values()]
            table.add_row(name, f"{found.average_precision:.3f}", *recalls)
        with reading(mail.engine) as tx:
            postings = tx.execute(sa.text("SELECT count(*) FROM posting")).scalar_one()
        mail.close()
    console = Console(width=110)
    console.print(table)
    console.print(f"{postings / len(pages):.0f} postings a page", highlight=False)


if __name__ == "__main__":
    main()
