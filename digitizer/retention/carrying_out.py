"""Carrying out what two people decided, so that nothing of it remains.

For each thing, in steps that are each durable before the next: its neighbours' pages are stored by
themselves and proven; all of it leaves the tables, with its event, in one transaction; its files
are overwritten and removed. After all runs what was destroyed loses its keys in the key book, and
the database is written anew, so that nothing is left in its free pages or its log; until then they
say that this is owed. Whoever dies in it is followed
by the next start: a thing is whole, or it is recorded as destroyed and what is left of it goes.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.calls import recordings
from digitizer.emptying import tables as emptying
from digitizer.emptying import visits
from digitizer.emptying.files import is_named
from digitizer.emptying.stacks import Parted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, DigitizerError, SettingsError, StorageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.model.retention import Due, Fate, Run, RunItem, RunState, Thing
from digitizer.operations.key_keeping import let_go
from digitizer.retention import due as dues
from digitizer.retention import runs
from digitizer.retention.neighbours import part
from digitizer.storage.blobs import BlobStore
from digitizer.storage.database import reading, rewrite, writing
from digitizer.storage.one_at_a_time import one_at_a_time
from digitizer.storage.tables import page
from digitizer.storage.tables_retention import leftover_file
from digitizer.support.clock import now
from digitizer.support.failpoints import failpoint
from digitizer.support.slices import in_slices

log = logging.getLogger("digitizer")

_NOT_DUE = "not due any more"
#: Files that are erased in one transaction.
_AT_ONCE = 10
#: Seconds that rewriting the database waits for others: the mail waits behind it.
_PATIENCE = 2.0
#: It takes as long as a copy of the database: after a failure it is not tried again at once.
_TRIED, _PAUSE = "rewrite.tried", timedelta(hours=1)


def carry_out_confirmed(facility: Facility, at_once: bool = True) -> int:
    """Carries out every confirmed run, and finishes what a crash interrupted; returns how many
    things were destroyed. Nothing where another process is at it. ``at_once``: the database is
    rewritten now, too, where that just failed. Raises StorageError, also for a file that cannot be
    erased, once all else was done; then the rest is done the next time."""
    with one_at_a_time(facility.run_folder, "retention") as alone:
        if not alone:
            return 0
        with reading(facility.engine) as tx:
            waiting = runs.in_state(tx, RunState.CONFIRMED)
        destroyed, problems = 0, []
        for run in waiting:
            destroyed += _carry_out(facility, run)
            problem = _erase_leftovers(facility, run.number)
            if problem:
                problems.append(problem)
            else:
                _settle(facility, run)
        _rewrite(facility, at_once)
    if problems:
        raise StorageError(problems[0])
    return destroyed


def _carry_out(facility: Facility, run: Run) -> int:
    _erase_leftovers(facility, run.number)  # of what a crash interrupted
    with reading(facility.engine) as tx:
        items = runs.waiting_items(tx, run.number)
    return sum(_destroy(facility, run, row_id, item) for row_id, item in items)


def _settle(facility: Facility, run: Run) -> None:
    """All of it is decided, and its files are gone."""
    with writing(facility.engine) as tx:
        if Fate.DESTROYED in runs.find(tx, run.number).items:
            runs.end(tx, run.number, RunState.REWRITE_OWED)
        else:
            _finish(tx, run)
    failpoint("retention.settled")


def _rewrite(facility: Facility, at_once: bool) -> None:
    """Once for all runs that are settled: what was destroyed loses its keys, by which older backups
    can be read, and the database is written anew."""
    with reading(facility.engine) as tx:
        owed = runs.in_state(tx, RunState.REWRITE_OWED)
    tried = facility.run_folder / _TRIED
    if not owed or (not at_once and _was_just_tried(tried)):
        return
    tried.touch(mode=0o600)
    try:
        let_go(facility)
        rewrite(facility.engine, _PATIENCE)
    except (SettingsError, StorageError) as error:
        log.warning("%s It is tried again in an hour.", error, extra={"event": "rewrite owed"})
        return
    tried.unlink(missing_ok=True)
    failpoint("retention.rewritten")
    with writing(facility.engine) as tx:
        for run in owed:
            _finish(tx, run)
    failpoint("retention.finished")


def _was_just_tried(tried: Path) -> bool:
    try:
        at = tried.stat().st_mtime
    except FileNotFoundError:
        return False
    return now().timestamp() < at + _PAUSE.total_seconds()


def _finish(tx: sa.Connection, run: Run) -> None:
    """Nothing of what it destroyed is left in the home."""
    runs.end(tx, run.number, RunState.DONE)
    counts = {str(fate): number for fate, number in runs.find(tx, run.number).items.items()}
    audit.record(
        tx, _decider(run), Verb.FINISH_DESTRUCTION, Subject.retention_run(run.number), **counts
    )


def _decider(run: Run) -> Actor:
    """They proved who they are when they confirmed it."""
    return Actor(ActorKind.STAFF, run.confirmed_by, proven=True)


def _destroy(facility: Facility, run: Run, row_id: int, item: RunItem) -> bool:
    """Whether it is destroyed now; else it is spared, and why is kept."""
    parted = None
    with reading(facility.engine) as tx:
        why = _why_not(tx, facility, run, item)
    if not why and item.thing is Thing.LETTER:
        try:
            parted = part(facility, item.id, partial(_note, facility, run.number))
        except DigitizerError as error:
            log.error("%s %s is not destroyed: %s", item.thing, item.id, error)
            why = str(error)
    with writing(facility.engine) as tx:
        why = why or _why_not(tx, facility, run, item)
        try:
            if not why:
                with tx.begin_nested():
                    _empty(tx, facility, run, row_id, item, parted)
                failpoint("retention.emptied")
        except (Conflict, StorageError) as error:
            why = str(error)
        if why:
            runs.settle(tx, row_id, Fate.SPARED, why)
    failpoint("retention.committed")
    _erase_leftovers(facility, run.number)
    return not why


def _why_not(tx: sa.Connection, facility: Facility, run: Run, item: RunItem) -> str:
    """Asked right before, in the same transaction that destroys: a hold set meanwhile counts."""
    found: Due | None = dues.still_due(tx, facility.settings, run.kind, item.thing, item.id)
    if found is None:
        return _NOT_DUE
    return ", ".join(found.waits)


def _note(facility: Facility, run: int, sha256: str) -> None:
    with writing(facility.engine) as tx:
        emptying.note_leftover(tx, run, "originals", sha256)


def _empty(
    tx: sa.Connection,
    facility: Facility,
    run: Run,
    row_id: int,
    item: RunItem,
    parted: Parted | None,
) -> None:
    pages = _pages(tx, item)
    if item.thing is Thing.LETTER:
        assert parted is not None
        hashes = emptying.empty_letter(tx, facility.originals, run.number, item.id, parted)
    elif item.thing is Thing.SCAN:
        hashes = emptying.empty_scan(tx, run.number, item.id)
    elif item.thing is Thing.RECORDING:
        hashes = visits.empty_recording(tx, run.number, item.id)
    elif item.thing is Thing.VISIT:
        hashes = visits.empty_visit(tx, item.id)
    else:
        hashes = emptying.empty_message(tx, run.number, item.id)
    runs.settle(tx, row_id, Fate.DESTROYED, "", pages, hashes)
    audit.record(
        tx,
        _decider(run),
        Verb.DESTROY,
        Subject(str(item.thing), item.id),
        run=run.number,
        rule=item.rule,
        due=item.due.isoformat(),
        pages=pages,
        sha256=list(hashes),
        proposed_by=run.proposed_by,
    )


def _pages(tx: sa.Connection, item: RunItem) -> int:
    which = page.c.letter_id if item.thing is Thing.LETTER else page.c.scan_id
    asked = sa.select(sa.func.count()).select_from(page).where(which == item.id)
    return int(tx.execute(asked).scalar_one())


def _erase_leftovers(facility: Facility, run: int) -> str:
    """Returns why one could not be erased, empty where all were. Under the write lock: nobody
    begins to name one meanwhile. A few at a time, so that nobody waits long for it."""
    with reading(facility.engine) as tx:
        left = tx.execute(sa.select(leftover_file).where(leftover_file.c.run_id == run)).all()
    problem = ""
    for some in in_slices(left, _AT_ONCE):
        with writing(facility.engine) as tx:
            for row in some:
                try:
                    _erase(tx, facility, row)
                except StorageError as error:  # its row stays: it is tried again
                    problem = problem or str(error)
        failpoint("retention.files_forgotten")
    return problem


def _erase(tx: sa.Connection, facility: Facility, left: sa.Row[Any]) -> None:
    stores: dict[str, BlobStore] = {
        "originals": facility.originals,
        "pictures": facility.pictures,
    }
    if left.store in (visits.FILES, visits.KEY):
        _erase_recording(tx, facility, left.store, left.sha256)
    elif not is_named(tx, left.store, left.sha256):
        stores[left.store].erase(left.sha256)
        failpoint("retention.erased")
    this = leftover_file.c.store == left.store, leftover_file.c.sha256 == left.sha256
    tx.execute(sa.delete(leftover_file).where(*this))


def _erase_recording(tx: sa.Connection, facility: Facility, store: str, name: str) -> None:
    """The key of a call, or its files: either alone makes the other worth nothing."""
    if visits.is_named(tx, store, name):
        return
    if store == visits.KEY:
        recordings.keys_of(facility).destroy(name)
        return
    files = recordings.store_of(facility, name)
    for each in [*files.names()]:
        files.erase(each)
    failpoint("retention.erased")
