"""What is recorded of a call: who agrees to it, what is kept of it, and who may take it out.

The media server writes into a folder of ours while a call goes on. Once it is over, each file is
encrypted under a key of its call, stored, synced, read again and compared; then the transaction
names it; then the plain file is overwritten and removed. Whoever dies in between is followed by the
next who does this: a plain file that is there is taken in, or was and goes. What nobody can take in
is never left without a word (``left_over``, which the doctor asks).

The keys are files beside those of sealed scans. An attorney's call has no recording: nobody is
asked, nothing starts one (``rooms``), and nothing of one would be kept.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from time import time
from typing import IO, Any

import sqlalchemy as sa

from digitizer.access.acting import acting, looking, permit
from digitizer.access.permissions import Act
from digitizer.calls import records, states
from digitizer.calls.actions import changed, need_seat, own_call
from digitizer.calls.records import CallRecord
from digitizer.calls.service import board_of, media_plan
from digitizer.engines.calls.port import Seat
from digitizer.engines.calls.recorded import Frame, NotRecorded, frames, read_head
from digitizer.engines.calls.webm import Tracks, film
from digitizer.facility import Facility
from digitizer.model.call_settings import Unrecorded
from digitizer.model.errors import Conflict, NotFound, StorageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.storage.blobs import LocalBlobs, sync_folder
from digitizer.storage.database import reading, writing
from digitizer.storage.encrypted_files import chunks_of
from digitizer.storage.one_at_a_time import one_at_a_time
from digitizer.storage.overwriting import overwrite
from digitizer.storage.seal_keys import SealKey, SealKeys
from digitizer.storage.tables_calls import recorded_file, recording, video_call
from digitizer.support.clock import now
from digitizer.support.failpoints import failpoint

log = logging.getLogger("digitizer")

FOLDER = "recordings"
#: Seconds in which nothing was written into a file that the media server is done with.
_SETTLED = 10.0
#: After so many what still lies there is told to people.
_LATE = 600.0
_NAME = re.compile(
    r"videoroom-monitored-(?P<room>[0-9a-f]{32})"
    r"-user-(?P<seat>visitor(?:-[2-4])?|inmate|interpreter)-(?P<began>\d+)"
    r"-(?P<medium>audio|video)-\d+\.mjr"
)
#: Microseconds between the beginnings of sound and picture of one connection.
_TOGETHER = 1_000_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """Of one call. ``files`` and ``size`` are of what was written; ``destroyed``: since when
    nothing of it is there."""

    call: str
    made: datetime
    files: int
    size: int
    destroyed: datetime | None


@dataclass(frozen=True, slots=True)
class Film:
    """``pieces`` of a ZIP file, which is made while it is read."""

    name: str
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many calls' recordings were kept, and how many files went that nobody agreed to."""

    calls: int
    refused: int


def answer(facility: Facility, call_id: str, by: Actor, *, agrees: bool) -> None:
    """One of those in a call says whether it may be recorded, before they come in. Raises Conflict
    where nobody asks, it is recorded already, or it is over. Where the facility holds no visit
    without, who does not agree stays out, and ends it unless another visitor can come."""
    own = facility.settings.calls
    with acting(facility, by, Act.OWN_CALL) as action:
        record = own_call(action, facility, call_id)
        if not record.is_asked(own) or record.call.stage.is_over:
            raise Conflict("Nobody asks for this now.")
        if record.is_recorded(own) and record.call.stage is states.Stage.LIVE:
            raise Conflict("The call is on.")
        seat = need_seat(record, by)
        records.note_answer(action.tx, record.id, seat, agrees=agrees)
        said = {"agrees": agrees, "seat": str(seat)}
        action.record(Verb.ANSWER_RECORDING, Subject.call(record.id), **said)
        needs_all = own.without_agreement is Unrecorded.NO_VISIT
        ends = needs_all and not agrees and not record.goes_on_without(seat)
        if ends:
            call = changed(lambda each: states.decline(each, now()), record.call)
            records.keep(action.tx, record.id, call, ended_by=str(seat))
    if ends:
        board_of(facility).close(record)


def recorded(facility: Facility, call_id: str, by: Actor) -> Recorded | None:
    """None: nothing was."""
    with looking(facility, by, Act.SEE_RECORDINGS) as look:
        return _recorded(look.tx, call_id)


def export(facility: Facility, call_id: str, by: Actor, reason: str) -> Film:
    """The films of everybody who was in the call, one for each of their connections. Raises
    NotFound where there is no recording, or none any more, NobodyWatches for an attorney's call,
    StorageError for one whose files or key are not here, and UsageError without a reason."""
    with acting(facility, by, Act.EXPORT_RECORDING, reason=reason) as action:
        records.get(action.tx, call_id, records.rules_of(facility.settings.calls)).rooms.watched()
        found = _recorded(action.tx, call_id)
        if found is None or found.destroyed:
            raise NotFound("There is no recording of this call.")
        rows = _files(action.tx, call_id)
        key = keys_of(facility).find(_key_of(action.tx, call_id))
        store = store_of(facility, call_id, key)
        if not _are_there(facility, call_id, rows):
            raise StorageError("A file of this recording is gone. Run: digitizer doctor")
        action.record(
            Verb.EXPORT_RECORDING,
            Subject.call(call_id),
            files=found.files,
            bytes=found.size,
        )
    return Film(f"visit-{call_id}.zip", _zipped(store, rows))


def take_in(facility: Facility, by: Actor) -> TakenIn:
    """Keeps what was recorded of calls that are over. Nothing where another process is at it.
    Raises StorageError once all else was done; then the rest is done the next time."""
    permit(facility, by, Act.OPERATE)
    problem, calls, refused = "", 0, 0
    with one_at_a_time(facility.run_folder, FOLDER) as alone:
        if not alone:
            return TakenIn(0, 0)
        ready = _ready(facility)
        if ready:  # somebody may have died over these very files
            _sweep(facility)
        for record, files in ready:
            try:
                if _keep(facility, record, files, by):
                    calls += 1
                else:
                    refused += len(files)
            except (StorageError, OSError) as error:
                problem = problem or str(error)
    if problem:
        raise StorageError(f"A recording was not kept: {problem}")
    return TakenIn(calls, refused)


def store_of(facility: Facility, call_id: str, key: bytes | None = None) -> LocalBlobs:
    """The files of a call's recording, which its key opens. Each call has a folder of its own:
    what is stored is named by what it says, whatever its key is."""
    return LocalBlobs(facility.home / FOLDER / call_id, key)


def keys_of(facility: Facility) -> SealKeys:
    return facility.seal_keys.beside(FOLDER)


def left_over(facility: Facility) -> tuple[str, ...]:
    """Files of the media server that nobody took in, although nobody writes them any more."""
    folder, before = _written_into(facility), time() - _LATE
    old = [each for each in _files_in(folder) if each.stat().st_mtime < before]
    return tuple(sorted(each.name for each in old))


def incomplete(facility: Facility) -> tuple[str, ...]:
    """Calls whose recording should be here, and whose key or files are not."""
    keys = keys_of(facility)
    with reading(facility.engine) as tx:
        kept = sa.select(recording.c.call_id, recording.c.key)
        rows = tx.execute(kept.where(recording.c.destroyed.is_(None))).all()
        return tuple(
            row.call_id
            for row in rows
            if not keys.exists(row.key)
            or not _are_there(facility, row.call_id, _files(tx, row.call_id))
        )


def _ready(facility: Facility) -> Sequence[tuple[CallRecord, list[Path]]]:
    """Files that nobody writes any more, of calls that are over, by call."""
    before, rooms = time() - _SETTLED, defaultdict[str, list[Path]](list)
    for each in sorted(_files_in(_written_into(facility))):
        named = _NAME.fullmatch(each.name)
        if named and each.stat().st_mtime < before:
            rooms[named["room"]].append(each)
    if not rooms:
        return ()
    rules = records.rules_of(facility.settings.calls)
    with reading(facility.engine) as tx:
        found = records.find(tx, rules, video_call.c.room_key.in_(list(rooms)))
    return [(each, rooms[each.rooms.key]) for each in found if each.call.stage.is_over]


def _keep(facility: Facility, record: CallRecord, files: Sequence[Path], by: Actor) -> bool:
    """False: nobody may have it, so it goes."""
    with reading(facility.engine) as tx:
        before = _recorded(tx, record.id)
        key_id = _key_of(tx, record.id) if before and not before.destroyed else None
    came = (Seat.INMATE, *(each.seat for each in record.call.guests if each.last))
    agreed = all(record.agrees.get(each, False) for each in came)
    kept = record.rooms.is_watchable and agreed and not (before and before.destroyed)
    if kept:
        _store(facility, record, files, key_id, by)
    else:
        log.error("what was recorded of call %s may not be kept, and goes", record.id)
        _note(facility, record, by, kept=False, files=len(files))
    failpoint("recordings.named")
    for each in files:
        overwrite(each)
        each.unlink()
    sync_folder(_written_into(facility))
    return kept


def _store(
    facility: Facility, record: CallRecord, files: Sequence[Path], key_id: str | None, by: Actor
) -> None:
    keys = keys_of(facility)
    with ExitStack() as until_named:
        key = (
            SealKey(key_id, keys.find(key_id)) if key_id else until_named.enter_context(keys.new())
        )
        stored = {
            each.name: _proven(store_of(facility, record.id, key.key), each) for each in files
        }
        failpoint("recordings.stored")
        with acting(facility, by, Act.OPERATE) as action:
            _name(action.tx, record.id, key.id, stored)
            hashes = sorted(digest for digest, _ in stored.values())
            size = sum(size for _, size in stored.values())
            about = Subject.call(record.id)
            action.record(Verb.KEEP_RECORDING, about, kept=True, bytes=size, sha256=hashes)


def _proven(store: LocalBlobs, path: Path) -> tuple[str, int]:
    """Stores it, and reads it again. Raises StorageError where that is not what was stored."""
    with path.open("rb") as stream:
        digest, size = store.put(stream)
    with path.open("rb") as plain, store.open(digest) as kept:
        if file_digest(plain, "sha256").hexdigest() != digest or _digest(kept) != digest:
            raise StorageError("what was stored did not come back as it was.")
    return digest, size


def _digest(stream: IO[bytes]) -> str:
    digest = sha256()
    for chunk in chunks_of(stream):
        digest.update(chunk)
    return digest.hexdigest()


def _name(
    tx: sa.Connection, call_id: str, key_id: str, stored: Mapping[str, tuple[str, int]]
) -> None:
    if _recorded(tx, call_id) is None:
        tx.execute(sa.insert(recording).values(call_id=call_id, made=now(), key=key_id))
    known = {row.name for row in _files(tx, call_id)}
    for name, (digest, size) in stored.items():
        if name not in known:
            row = {"call_id": call_id, "name": name, "sha256": digest, "size": size}
            tx.execute(sa.insert(recorded_file).values(**row))


def _note(facility: Facility, record: CallRecord, by: Actor, *, kept: bool, files: int) -> None:
    with acting(facility, by, Act.OPERATE) as action:
        action.record(Verb.KEEP_RECORDING, Subject.call(record.id), kept=kept, files=files)


def _sweep(facility: Facility) -> None:
    """Erases what nothing names: whoever stored it died, and its key is nobody's any more. No act
    of anybody's: nothing is recorded. In a transaction, so that nobody names one meanwhile."""
    keys, folder = keys_of(facility), facility.home / FOLDER
    with writing(facility.engine) as tx:
        for call_id in (each.name for each in folder.iterdir()) if folder.is_dir() else ():
            store, named = store_of(facility, call_id), {x.sha256 for x in _files(tx, call_id)}
            for each in [*store.names()]:
                if each not in named:
                    store.erase(each)
            store.sweep()
        used = sa.select(recording.c.key).where(recording.c.key.is_not(None))
        keys.sweep(lambda: set(tx.execute(used).scalars()))


def _are_there(facility: Facility, call_id: str, rows: Sequence[sa.Row[Any]]) -> bool:
    store = store_of(facility, call_id)
    return all(store.exists(each.sha256) for each in rows)


def _written_into(facility: Facility) -> Path:
    return media_plan(facility.home, facility.settings.calls).recordings


def _files_in(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if each.is_file()] if folder.is_dir() else []


def _recorded(tx: sa.Connection, call_id: str) -> Recorded | None:
    row = tx.execute(sa.select(recording).where(recording.c.call_id == call_id)).first()
    if row is None:
        return None
    files = _files(tx, call_id)
    return Recorded(call_id, row.made, len(files), sum(each.size for each in files), row.destroyed)


def _key_of(tx: sa.Connection, call_id: str) -> str:
    asked = sa.select(recording.c.key).where(recording.c.call_id == call_id)
    return str(tx.execute(asked).scalar_one())


def _files(tx: sa.Connection, call_id: str) -> Sequence[sa.Row[Any]]:
    asked = sa.select(recorded_file).where(recorded_file.c.call_id == call_id)
    return tx.execute(asked.order_by(recorded_file.c.name)).all()


class _Pipe(io.RawIOBase):
    """What is written, until it is taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _zipped(store: LocalBlobs, rows: Sequence[sa.Row[Any]]) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as made:
        for name, sound, picture in _connections(rows):
            with ExitStack() as opened, made.open(f"{name}.webm", "w", force_zip64=True) as out:
                tracks = Tracks(*(_opened(store, each, opened) for each in (sound, picture)))
                for piece in film(tracks):
                    out.write(piece)
                    yield pipe.taken()
    yield pipe.taken()


def _opened(store: LocalBlobs, digest: str | None, opened: ExitStack) -> Iterator[Frame] | None:
    """A file into which nothing was written is as none."""
    if digest is None:
        return None
    stream = opened.enter_context(store.open(digest))
    try:
        return frames(read_head(stream), stream)
    except NotRecorded as error:
        log.warning("a file of a recording cannot be shown: %s", error)
        return None


def _connections(rows: Sequence[sa.Row[Any]]) -> Iterator[tuple[str, str | None, str | None]]:
    """The name of each, and the digests of its sound and its picture, which began together."""
    begun: list[tuple[str, int, dict[str, str]]] = []
    for row in sorted(rows, key=lambda each: _began(each.name)):
        seat, medium, began = _said(row.name)
        last = next((each for each in reversed(begun) if each[0] == seat), None)
        if last and began - last[1] < _TOGETHER and medium not in last[2]:
            last[2][medium] = row.sha256
        else:
            begun.append((seat, began, {medium: row.sha256}))
    for number, (seat, _, files) in enumerate(begun, 1):
        yield f"{number}-{seat}", files.get("audio"), files.get("video")


def _began(name: str) -> int:
    return _said(name)[2]


def _said(name: str) -> tuple[str, str, int]:
    """The seat, the medium, and the microsecond at which it began."""
    found = _NAME.fullmatch(name)
    assert found is not None
    return found["seat"], found["medium"], int(found["began"])
