"""How long trying a watch rule on past mail takes, and whether it finds what it marks once set.

    python -m benchmarks.watching [--letters 20000]

The mail is made up as in ``benchmarks.searching``: a page a letter, one in ten handwritten. A rule
is tried on all of it, and is then set while each letter waits for a review:
both must name the same letters. Seconds are the processor's.
"""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from benchmarks.made_mailboxes import MadeMailboxes
from benchmarks.searching import Scribbler
from digitizer.policies import marks, trying, watch_rules
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import letter
from digitizer.storage.tables_screening import watch_mark
from tests.support.provenance import commit

_HANDWRITTEN = 10  # one letter in so many


def tried(mail: MadeMailboxes, asked: NewRule) -> tuple[set[str], float, float]:
    """The letters that the rule would have marked, the seconds of all goes, and of the longest."""
    found: set[str] = set()
    start: int | None = 0
    taken: list[float] = []
    while start is not None:
        began = time.process_time()
        with reading(mail.engine) as tx:
            part = trying.try_on(tx, asked, today() - timedelta(days=30), start, shown=trying.MOST)
        taken.append(time.process_time() - began)
        found |= {each.id for each in part.newest}
        start = part.next
    return found, sum(taken), max(taken)


def marked(mail: MadeMailboxes, asked: NewRule) -> set[str]:
    """The letters that the rule marks once it is set, all of them waiting."""
    with writing(mail.engine) as tx:
        tx.execute(sa.update(letter).values(state="awaiting_review"))
        rule = watch_rules.add(tx, asked, "benchmark")
        marks.mark_open_letters(tx)
        found = sa.select(watch_mark.c.letter_id).where(watch_mark.c.rule_id == rule.id)
        kept = set(tx.execute(found).scalars())
        watch_rules.end(tx, rule.id, "benchmark")
        tx.execute(sa.update(letter).values(state="delivered"))
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=20_000)
    letters = parser.parse_args().letters
    console = Console(width=100)
    console.print(f"commit {commit()}, {letters} letters")
    scribbler, words = Scribbler(), []
    table = Table("rule", "marks", "the same once set", "s", "longest go, s")
    with TemporaryDirectory() as folder:
        mail = MadeMailboxes.make(Path(folder), inmates=100)
        with mail.writing() as tx:
            for number in range(letters):
                page = scribbler.page(number % _HANDWRITTEN == 0)
                mail.add_letter(tx, f"m{number}", [page], number % 100 + 1)
                if number < 3:
                    words.append(page.words[7].text)
        common = max(words, key=len)
        for asked in (
            NewRule(WatchKind.WORDS, common, "", "measured", today()),
            NewRule(WatchKind.WORDS, " ".join(page.text.split()[3:5]), "", "measured", today()),
            NewRule(WatchKind.INMATE, "", "made-7", "measured", today()),
            NewRule(WatchKind.PAIR, words[0], "made-7", "measured", today()),
        ):
            found, seconds, longest = tried(mail, asked)
            same = found == marked(mail, asked)
            cells = (str(len(found)), "yes" if same else "NO", f"{seconds:.1f}", f"{longest:.2f}")
            table.add_row(str(asked.kind), *cells)
        mail.close()
    console.print(table)


if __name__ == "__main__":
    main()
