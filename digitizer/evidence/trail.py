"""The events about one letter, shown so far as they are about nobody else, and proven.

Events about a whole scan, or about an earlier owner, may say things of other people's mail. What
would name another inmate stays closed: only its hash is in the pack, and the event is proven all
the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.evidence.other_inmates import OtherInmates
from digitizer.model.errors import AuditError
from digitizer.model.events import LOG, Subject, Verb
from digitizer.model.evidence import PackAnchor, Trail, TrailRow
from digitizer.model.people import ActorKind
from digitizer.storage import event_tree
from digitizer.storage.event_tree import DETAIL, Part
from digitizer.storage.tables import event, letter
from digitizer.support.merkle import Path

#: Never shown: how a decision is undone, which says what other letters of the scan were.
_CLOSED = frozenset({"undo", "undo_of_new"})
#: Of events about a scan in which there are other letters too, these and no others are shown.
_OF_ANY_SCAN = frozenset(
    {
        "came",
        "claimed_name",
        "digests",
        "doubts",
        "profile",
        "proven_name",
        "user",
        "why",
    }
)
_PARTING = (str(Verb.CUT), str(Verb.JOIN))
#: Beside the event's number, time, actor and verb on paper; each stands in the trail's file.
_IN_COLUMNS = frozenset({"seq", "at", "actor_kind", "actor", "verb", "subject"})

#: Of the event of a pack: what its own pages list.
_ELSEWHERE = frozenset({f"{DETAIL}attached", f"{DETAIL}trail"})


@dataclass(frozen=True, slots=True)
class About:
    """Which events are about a letter. ``whole_scan``: its scan has no other letter."""

    letter: str
    scan: str
    cover: str | None
    appeals: tuple[int, ...]
    whole_scan: bool


@dataclass(frozen=True, slots=True)
class Proven:
    """The trail for people, and for a program (``file``, JSON)."""

    trail: Trail
    file: bytes


def events_about(tx: sa.Connection, about: About) -> tuple[int, ...]:
    """The numbers of the events, oldest first: of the letter, its scan, its cover and its appeals,
    and those by which it was cut from another, or joined with one."""
    subjects = [
        Subject.letter(about.letter),
        Subject.scan(about.scan),
        *([Subject.cover(about.cover)] if about.cover else []),
        *(Subject.appeal(each) for each in about.appeals),
    ]
    own = sa.select(event.c.seq).where(event.c.subject.in_([str(each) for each in subjects]))
    beside = sa.select(letter.c.id).where(
        letter.c.scan_id == about.scan, letter.c.id != about.letter
    )
    others = [str(Subject.letter(each)) for each in tx.execute(beside).scalars()]
    parted = sa.select(event.c.seq, event.c.detail).where(
        event.c.subject.in_(others), event.c.verb.in_(_PARTING)
    )
    came = [row.seq for row in tx.execute(parted) if row.detail.get("second") == about.letter]
    return tuple(sorted({*tx.execute(own).scalars(), *came}))


def prove(
    tx: sa.Connection,
    about: About,
    seqs: Sequence[int],
    others: OtherInmates,
    anchor: PackAnchor | None,
) -> Proven:
    """The events with these numbers, of which the last is that of the pack, by this anchor. Raises
    AuditError where the log is not as it was written: what was altered proves nothing."""
    wrong = audit.first_altered(tx, seqs)
    if wrong is not None:
        raise AuditError(f"Event {wrong} was altered. Run: digitizer audit verify")
    size = seqs[-1]
    anchors = _anchors(tx)
    roots = event_tree.roots_at(tx, {size, *(each.size for each in anchors)})
    for each in anchors:
        if roots[each.size] != each.root:
            raise AuditError(
                f"The log up to event {each.size} is not the one that was anchored. "
                "Run: digitizer audit verify"
            )
    old = [seq for seq in seqs if anchor and seq <= anchor.size]
    paths = event_tree.paths_to_root(tx, size, seqs[len(old) :])
    if anchor and old:
        paths |= event_tree.paths_to_root(tx, anchor.size, old)
    rows = tx.execute(
        sa.select(event).where(event.c.seq.in_(seqs)).order_by(event.c.seq)
    ).mappings()
    shown, written = [], []
    for row in rows:
        parts = event_tree.parts_of(row, row["salt"])
        opened = [_is_open(row, part, about, others) for part in parts]
        anchored = row["seq"] in old
        shown.append(_for_people(row, parts, opened, anchored))
        written.append(_for_programs(parts, opened, anchored, paths[row["seq"]]))
    trail = Trail(tuple(shown), size, roots[size], anchor)
    return Proven(trail, _file(about, trail, written))


def newest_anchor(tx: sa.Connection) -> PackAnchor | None:
    """The last that the log records with the root of its tree; None: it records none."""
    return next(reversed(_anchors(tx)), None)


def last_event(tx: sa.Connection) -> int:
    """The number of the event that was written last, in this transaction."""
    return audit.named_head(tx).seq


def _anchors(tx: sa.Connection) -> tuple[PackAnchor, ...]:
    """Those that the log records, oldest first. Of one that was lost with a restore it says
    nothing."""
    return tuple(
        PackAnchor(
            size=int(each.detail["head"]["seq"]),
            root=str(each.detail["root"]),
            at=each.at,
            ways=_ways(each.detail),
            line=str(each.detail["line"]),
        )
        for each in audit.events_of(tx, LOG)
        if each.verb == Verb.ANCHOR and each.detail.get("root")
    )


def _ways(detail: Mapping[str, Any]) -> tuple[str, ...]:
    """By the keys of the print's words."""
    known = (
        ("anchor_written", detail.get("path")),
        ("anchor_mailed", detail.get("mailed_to")),
        ("anchor_stamped", detail.get("stamped")),
    )
    return tuple(way for way, went in known if went)


def _is_open(row: Mapping[Any, Any], part: Part, about: About, others: OtherInmates) -> bool:
    if part.name == "actor":
        return row["actor_kind"] != ActorKind.INMATE or not others.has_number(row["actor"])
    detail = part.name.removeprefix(DETAIL)
    if detail == part.name:
        return True
    if detail in _CLOSED:
        return False
    if part.name in _ELSEWHERE:  # names of files, and numbers of events
        return True
    shared = not about.whole_scan and row["subject"] == str(Subject.scan(about.scan))
    if shared and detail not in _OF_ANY_SCAN:
        return False
    return part.value == row["actor"] or not others.are_named_in(part.value)


def _for_people(
    row: Mapping[Any, Any], parts: Sequence[Part], opened: Sequence[bool], anchored: bool
) -> TrailRow:
    known = {part.name: part.value for part, open_ in zip(parts, opened, strict=True) if open_}
    own = row["verb"] == Verb.MAKE_EVIDENCE
    details = {
        name.removeprefix(DETAIL): value
        for name, value in known.items()
        if name not in _IN_COLUMNS and not (own and name in _ELSEWHERE)
    }
    at: datetime = row["at"]
    return TrailRow(
        seq=row["seq"],
        at=at,
        who=known.get("actor"),
        verb=f"{row['verb']} ({row['subject']})",
        details="; ".join(f"{name}: {_said(value)}" for name, value in details.items()),
        closed=len(parts) - len(known),
        leaf=row["leaf"].hex(),
        anchored=anchored,
    )


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(each)}" for name, each in value.items()) or "–"
    return "–" if value is None else str(value)


def _for_programs(
    parts: Sequence[Part], opened: Sequence[bool], anchored: bool, path: Path
) -> dict[str, Any]:
    return {
        "tree": "anchor" if anchored else "now",
        "parts": [
            [part.salt.hex(), part.text] if open_ else ["", part.digest.hex()]
            for part, open_ in zip(parts, opened, strict=True)
        ],
        "path": [each.hex() for each in path],
    }


def _file(about: About, trail: Trail, events: Collection[dict[str, Any]]) -> bytes:
    anchor = trail.anchor
    content = {
        "letter": about.letter,
        "now": {"size": trail.size, "root": trail.root},
        "anchor": anchor
        and {
            "size": anchor.size,
            "root": anchor.root,
            "at": anchor.at.isoformat(),
            "line": anchor.line,
            "kept": list(anchor.ways),
        },
        "events": list(events),
    }
    return json.dumps(content, indent=1).encode("ascii")
