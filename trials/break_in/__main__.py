"""Plays the attacks and prints the table."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.support import postgres
from tests.support.provenance import commit
from trials.break_in import (
    destroyed,
    families,
    floods,
    leavers,
    logins,
    past,
    small,
    staff,
    theirs,
    web,
)
from trials.break_in.playing import Attack, Played, Theme, play
from trials.break_in.target import databases, target

THEMES: tuple[Theme, ...] = (
    *logins.THEMES,
    *floods.THEMES,
    *staff.THEMES,
    *leavers.THEMES,
    *past.THEMES,
    *destroyed.THEMES,
    *small.THEMES,
    *web.THEMES,
    *theirs.THEMES,
    *families.THEMES,
)


def chosen(only: Sequence[str]) -> Iterator[Theme]:
    """The themes of these names, or of which an attack has one of them in its name; all if none."""
    for theme in THEMES:
        if not only or theme.name in only:
            yield theme
        elif kept := tuple(each for each in theme.attacks if any(one in each.name for one in only)):
            yield Theme(theme.name, kept, theme.web, theme.more, theme.needs_service)


def variations(attack: Attack, short: bool) -> list[str]:
    return [*attack.variations][: attack.short if short else None]


def play_all(only: Sequence[str], kinds: Sequence[str], short: bool) -> Iterator[Played]:
    """Each theme on a new target of each database."""
    for kind in kinds:
        with databases(kind) as urls:
            for theme in chosen(only):
                names = [(each, variations(each, short)) for each in theme.attacks]
                if kind not in theme.databases or not any(named for _, named in names):
                    continue
                with target(kind, next(urls), theme.web, theme.more, theme.needs_service) as made:
                    for attack, named in names:
                        for variation in named:
                            yield play(made, attack, variation)


def report(played: Sequence[Played], seconds: float) -> str:
    lines = [
        f"Commit {commit()}: {len(played)} variations in {seconds:.0f} s.",
        "",
        "| attack | variation | database | expected | happened | |",
        "|---|---|---|---|---|---|",
    ]
    for each in played:
        words = (each.attack, each.variation, each.database, each.expected, each.happened)
        cells = " | ".join(word.replace("|", "/").replace("\n", " ") for word in words)
        lines.append(f"| {cells} | {'**OPEN**' if each.is_open else 'shut'} |")
    counted = Counter("open" if each.is_open else "shut" for each in played)
    lines += ["", f"{counted['shut']} shut, {counted['open']} open."]
    return "\n".join([*lines, *(each.trace for each in played if each.trace)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a sample, in a minute or two")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    asked = parser.parse_args()
    kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    if "postgresql" in kinds and (why := postgres.missing()):
        parser.error(why)
    begun, played = time.monotonic(), []
    for each in play_all(asked.only, kinds, asked.short):
        played.append(each)
        mark = "OPEN" if each.is_open else "shut"
        at = f"{time.monotonic() - begun:.0f} s"
        print(f"{at} {mark} {each.database}: {each.attack}: {each.variation}", file=sys.stderr)
    print(report(played, time.monotonic() - begun))
    return 1 if not played or any(each.is_open for each in played) else 0


if __name__ == "__main__":
    sys.exit(main())
