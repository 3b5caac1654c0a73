"""The tables of a run, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trials.covers.levels import Level
from trials.covers.others import Stranger
from trials.covers.trial import Result


def report(results: Sequence[Result], strangers: Sequence[Stranger]) -> str:
    """Everything that a run found."""
    parts = [_by_level(results), _by_wear(results), _peers(results), _strangers(strangers)]
    return "\n\n".join([*parts, "\n".join(_failures(results))]) + "\n"


def _by_level(results: Sequence[Result]) -> str:
    head = [
        "| level | covers | read | known to be a cover | wrong accepts |",
        "|---|---:|---:|---:|---:|",
    ]
    levels = [level for level in Level if any(each.level is level for each in results)]
    rows = [_row(level.value, [e for e in results if e.level is level]) for level in levels]
    return "\n".join([*head, *rows, _row("**all**", results)])


def _by_wear(results: Sequence[Result]) -> str:
    """At level 3, where each cover has one wear beside its ordinary scan, and augraphy's two."""
    worn = [each for each in results if each.level in (Level.WORN, Level.AUGRAPHY)]
    head = [
        "| wear (level 3) | covers | read | known to be a cover | wrong accepts |",
        "|---|---:|---:|---:|---:|",
    ]
    names = sorted({name for each in worn for name in each.wears})
    rows = [_row(name, [each for each in worn if name in each.wears]) for name in names]
    return "\n".join([*head, *rows])


def _row(name: str, results: Sequence[Result]) -> str:
    wrong = sum(each.wrong for each in results)
    read = _share(sum(each.read for each in results), len(results))
    known = _share(sum(each.recognised for each in results), len(results))
    return f"| {name} | {len(results):,} | {read} | {known} | {wrong} |"


def _peers(results: Sequence[Result]) -> str:
    """The same covers for all three, so that the shares can be compared."""
    asked = [each for each in results if each.peers is not None]
    head = [
        "| level | covers | ours | plain QR, pyzbar | plain QR, zxing-cpp | peers misread |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    return "\n".join([*head, *_peer_rows(asked)])


def _peer_rows(asked: Sequence[Result]) -> Iterator[str]:
    for level in Level:
        some = [each for each in asked if each.level is level]
        if some:
            ours = _share(sum(each.read for each in some), len(some))
            peers = [
                _share(sum(each.peers[who] for each in some if each.peers), len(some))
                for who in (0, 1)
            ]
            misread = sum(each.peers_wrong for each in some)
            cells = (level.value, f"{len(some):,}", ours, *peers, str(misread))
            yield f"| {' | '.join(cells)} |"


def _strangers(strangers: Sequence[Stranger]) -> str:
    if not strangers:
        return "No corpus of letters and barcodes was looked at."
    letters = [each for each in strangers if each.letter]
    barcodes = [each for each in strangers if not each.letter]
    lines = [
        f"{len([e for e in some if e.taken])} of {len(some)} {name} taken for a cover."
        for name, some in (("letters", letters), ("foreign barcodes", barcodes))
    ]
    return "\n".join([*lines, *(f"- {e.name}: {e.taken}" for e in strangers if e.taken)])


def _failures(results: Sequence[Result], most: int = 25) -> Iterator[str]:
    """By name, to look at with ``--show``."""
    groups = {
        "Wrong accepts": [each for each in results if each.wrong],
        "Could not be opened": [each for each in results if not each.opened],
        "Ordinary or better, unread": [each for each in results if _should_be_read(each)],
        "Destroyed, and taken for a letter": [
            each for each in results if each.level is Level.DESTROYED and not each.recognised
        ],
        "Worn once or by augraphy, and taken for a letter": [
            each
            for each in results
            if each.level in (Level.WORN, Level.AUGRAPHY) and not each.recognised
        ],
        "Bad or ruined, and taken for a letter": [
            each
            for each in results
            if each.level in (Level.BAD, Level.RUIN) and not each.recognised
        ],
    }
    for title, some in groups.items():
        names = ", ".join(f"{each.name} ({' + '.join(each.wears)})" for each in some[:most])
        yield f"- {title}: {len(some)}{': ' + names if some else ''}"


def _should_be_read(result: Result) -> bool:
    return result.level in (Level.CLEAN, Level.LIGHT, Level.ORDINARY) and not result.read


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "–"
