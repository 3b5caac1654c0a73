"""The verb: a letter's evidence pack, in one PDF, which an outsider can verify without us."""

from __future__ import annotations

from dataclasses import dataclass

from digitizer.access.acting import acting
from digitizer.access.permissions import Act, is_permitted
from digitizer.evidence import contents, trail
from digitizer.evidence.contents import packed
from digitizer.facility import Facility
from digitizer.letters import reading_reasons, whom_about
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.evidence import Pack, PackAnchor, PackedFile
from digitizer.model.people import Actor
from digitizer.operations import timestamps
from digitizer.storage.database import reading
from digitizer.support.clock import now
from digitizer.support.paths import EVIDENCE_TEMPLATES

LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class MadePack:
    """The PDF, how many pages of the letter and events are in it, and which anchor covers how many
    of these; ``anchor`` is None where the log records none. ``event`` is that of the pack."""

    pdf: bytes
    pages: int
    events: int
    event: int
    root: str
    anchor: int | None
    anchored: int
    files: tuple[str, ...]


def may_make_pack(by: Actor) -> bool:
    """Whether to offer it at all; ``make_pack`` checks it again."""
    return is_permitted(by, Act.MAKE_EVIDENCE)


def make_pack(
    facility: Facility, letter_id: str, by: Actor, reason: str, language: str = "en"
) -> MadePack:
    """All that is known of a letter, whatever happened to it, with its files and its proof.

    The event that records it names the SHA-256 of each file, and is itself in the proof. Raises
    NotAllowed, NotFound, UsageError without a reason, NeedsCase, Conflict for legal mail, and
    AuditError where the log is not as it was written.
    """
    making = acting(facility, by, Act.MAKE_EVIDENCE, reason=reason)
    if language not in LANGUAGES:
        raise UsageError(f"A pack can be in these languages: {', '.join(LANGUAGES)}.")
    with reading(facility.engine) as tx:
        whom_about.check_not_about(tx, letter_id, by)
        found = contents.gather(tx, facility, letter_id, language)
        seqs = trail.events_about(tx, found.about)
        newest = trail.newest_anchor(tx)
    script = packed(
        "verify.py",
        "file_script",
        "text/x-python",
        (EVIDENCE_TEMPLATES / "verify.py").read_bytes(),
    )
    files = (*found.files, *_anchor_files(facility, newest), script)
    with making as action:
        case = reading_reasons.need_case(action.tx, facility.settings.web, by)
        if trail.events_about(action.tx, found.about) != seqs:
            raise Conflict("Something happened to this letter just now. Make the pack again.")
        digests = {each.name: each.sha256 for each in files}
        subject = Subject.letter(letter_id)
        action.record(Verb.MAKE_EVIDENCE, subject, attached=digests, trail=list(seqs), **case)
        event = trail.last_event(action.tx)
    with reading(facility.engine) as tx:
        proven = trail.prove(tx, found.about, (*seqs, event), found.others, newest)
    attached = packed("trail.json", "file_trail", "application/json", proven.file)
    pdf = _drawn(
        facility,
        Pack(
            facility=facility.settings.facility.name,
            evidence=found.evidence,
            trail=proven.trail,
            files=(*files, attached),
            made=now(),
            by=by.name,
            reason=found.others.shown(action.why),
            case=case.get("case", ""),
            script=script.content.decode("ascii"),
        ),
        language,
    )
    rows, anchor = proven.trail.rows, proven.trail.anchor
    return MadePack(
        pdf=pdf,
        pages=len(found.evidence.pages),
        events=len(rows),
        event=event,
        root=proven.trail.root,
        anchor=anchor.size if anchor else None,
        anchored=sum(each.anchored for each in rows),
        files=tuple(each.name for each in (*files, attached)),
    )


def _anchor_files(facility: Facility, newest: PackAnchor | None) -> tuple[PackedFile, ...]:
    """The line of the newest anchor, byte for byte as an authority stamped it, and its reply."""
    if newest is None:
        return ()
    line = packed("anchor.txt", "file_anchor", "text/plain", newest.line.encode("ascii"))
    reply = timestamps.reply_about(facility.home, newest.line)
    if reply is None:
        return (line,)
    return line, packed("anchor.tsr", "file_timestamp", "application/timestamp-reply", reply)


def _drawn(facility: Facility, pack: Pack, language: str) -> bytes:
    from digitizer.engines.printing.kit.attaching import with_files
    from digitizer.engines.printing.sheets.evidence_pack import evidence_pdf, words_of

    words = words_of(language)
    drawn = evidence_pdf(pack, words, language, facility.settings.facility.paper)
    return with_files(drawn, pack.files, words)
