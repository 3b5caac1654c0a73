"""The evidence pack of a letter: all that is printed in it, and what is attached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of the pack. ``says`` is the key of what it is, in the words of the print; ``data`` is
    whether it is what others were made from: the scan and its pages."""

    name: str
    says: str
    media_type: str
    content: bytes
    sha256: str
    data: bool = False


@dataclass(frozen=True, slots=True)
class Corrected:
    """A text that a person put in place of what was read, or of an earlier correction."""

    text: str
    by: str
    made: datetime


@dataclass(frozen=True, slots=True)
class PackedPage:
    """A side of the letter. ``number`` is its page of the scan, ``position`` its place in the
    letter, None for a cover and for what was withheld; ``role`` what it counts as. ``file`` is the
    name of its picture among the files, None where none is kept, or where it ``is_lost``: it should
    be here, and cannot be read; then ``sha256`` is as it was recorded. ``engine`` read it, None:
    nobody did."""

    number: int
    position: int | None
    role: str
    file: str | None
    sha256: str | None
    engine: str | None
    confidence: float
    text: str
    corrections: tuple[Corrected, ...]
    is_lost: bool = False

    @property
    def newest_text(self) -> str:
        """As people read and search it."""
        return self.corrections[-1].text if self.corrections else self.text


@dataclass(frozen=True, slots=True)
class PackedOriginal:
    """A file as it came from the scanner. ``file`` is its name among the files; None: it is not
    attached. ``is_lost``: it should be here, and cannot be read."""

    source: str
    sha256: str
    size: int
    file: str | None
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class PackedAppeal:
    """``outcome`` is "granted", "denied" or "open"."""

    side: str
    level: int
    came: date
    outcome: str
    decided: datetime | None
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class PackedDecision:
    """A decision by which the letter, or ``pages`` of it, were refused. ``reasons`` have their
    rules with them. ``told`` is whom a notice reached, and when."""

    pages: tuple[int, ...]
    reasons: tuple[str, ...]
    decided: datetime
    by: str
    sheet: str
    told: tuple[tuple[str, datetime], ...]
    withheld_until: date | None
    ended: datetime | None
    appeals: tuple[PackedAppeal, ...]


@dataclass(frozen=True, slots=True)
class PackedMark:
    """A watch rule that marked the letter: what it watches for, why, and who set it."""

    says: str
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class TrailRow:
    """An event, as far as it is shown. ``who`` is None where that would name another inmate,
    ``closed`` how many of its parts are. ``anchored``: the anchor covers it."""

    seq: int
    at: datetime
    who: str | None
    verb: str
    details: str
    closed: int
    leaf: str
    anchored: bool


@dataclass(frozen=True, slots=True)
class PackAnchor:
    """The newest anchor that is recorded in the log. ``ways`` are how it was kept outside."""

    size: int
    root: str
    at: datetime
    ways: tuple[str, ...]
    line: str


@dataclass(frozen=True, slots=True)
class Trail:
    """The events about the letter, with the tree that proves them: its size and root when the pack
    was made, and at the ``anchor``."""

    rows: tuple[TrailRow, ...]
    size: int
    root: str
    anchor: PackAnchor | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the tables say about a letter. ``whole_scan``: nothing of anybody else is in its scan.
    ``inmate`` is whose it is, or whom its cover names."""

    letter: str
    kind: str
    state: str
    inmate: str
    sender: str
    subject: str
    received: datetime
    scan: str
    profile: str
    cover: str
    whole_scan: bool
    originals: tuple[PackedOriginal, ...]
    pages: tuple[PackedPage, ...]
    marks: tuple[PackedMark, ...]
    decisions: tuple[PackedDecision, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """All that is drawn. ``files`` are those that the log's last event of the trail names."""

    facility: str
    evidence: Evidence
    trail: Trail
    files: tuple[PackedFile, ...]
    made: datetime
    by: str
    reason: str
    case: str
    script: str
