"""Recovery: gives back the scans of dead workers, and finishes what a crash interrupted."""

from __future__ import annotations

import shutil

import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.scans import (
    home_rules,
    leases,
    ledger,
    seal_destruction,
    sealing,
    signs_of_life,
)
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import ScanState
from digitizer.model.people import MACHINE
from digitizer.storage.database import reading, writing
from digitizer.support.failpoints import failpoint


def recover(facility: Facility) -> int:
    """Gives back what dead workers held, and finishes a sealing that a crash interrupted.

    Returns how many scans wait again, or are held because the service died over them too often.
    """
    failpoint("recover.begun")
    given_back = give_back_from_dead_workers(facility)
    if not facility.is_outpost:
        with writing(facility.engine) as tx:
            sealing.drop_plain(tx, facility.originals, facility.seal_keys)
            sealing.drop_pictures(tx, facility.pictures)
    failpoint("recover.plain_dropped")
    return given_back


def _finish_destructions(facility: Facility) -> None:
    """Destroys the seal keys that a supervisor decided to destroy before a crash, in their name."""
    with reading(facility.engine) as tx:
        decisions = seal_destruction.undone(tx)
    for each in decisions:
        facility.seal_keys.destroy(each.key_id)
        with writing(facility.engine) as tx:
            done = seal_destruction.finish(tx, facility.originals, facility.seal_keys, each)
            if done:
                audit.record(
                    tx,
                    each.by,
                    Verb.DESTROY_SEAL,
                    Subject.scan(each.scan_id),
                    cut_out=list(done.cut_out),
                    why=each.why,
                    finished="after a crash",
                    **seal_destruction.take_request(tx, each),
                )
        for picture in done.pictures if done else ():
            facility.pictures.delete(picture)


def _sweep_keys(facility: Facility) -> None:
    """Destroys seal keys that no scan names: those of attempts that died, and of lifted seals."""
    with reading(facility.engine) as tx:
        if facility.seal_keys.names() <= sealing.used_keys(tx):
            return
    with writing(facility.engine) as tx:
        facility.seal_keys.sweep(lambda: sealing.used_keys(tx))


def give_back_from_dead_workers(facility: Facility) -> int:
    """Gives back what dead workers held, counted as a death; returns how many scans.

    Also removes their folders, those of whoever died while cutting a sealed scan, files that the
    dead had not finished storing, and seal keys that they made for nothing; and carries out the
    destruction of a key that a crash interrupted.
    """
    given_back = _give_back(facility, judge=False)
    for name in leases.dead(facility.run_folder):  # they had no scans left, but maybe pictures
        _sweep(facility, name)
    leases.forget_unknown(facility.run_folder)
    for store in (facility.originals, facility.pictures):
        store.sweep()
    if not facility.is_outpost:  # it has no seal key, and must not take one for destroyed
        _finish_destructions(facility)
        _sweep_keys(facility)
    return given_back


def give_back_from_the_silent(facility: Facility) -> int:
    """Gives back what is held by workers that give no sign of life, on whatever machine, counted as
    a death; returns how many scans. Only for who may judge (see ``signs_of_life``)."""
    return _give_back(facility, judge=True)


def look_after_outposts(facility: Facility) -> None:
    """What only the home can do for machines elsewhere: it says by which rules they work, and
    removes plain originals of sealed scans that came in again there."""
    with reading(facility.engine) as tx:
        noted, told = home_rules.are_noted(tx, facility), ledger.is_told(tx)
    if not noted:
        with writing(facility.engine) as tx:
            home_rules.note(tx, facility)
    if told:
        with writing(facility.engine) as tx:
            if ledger.take_told(tx):
                sealing.drop_plain(tx, facility.originals, facility.seal_keys)


def _give_back(facility: Facility, *, judge: bool) -> int:
    given_back = 0
    for name in _dead(facility, judge):
        with writing(facility.engine) as tx:
            signs_of_life.end_if_still(tx)
            if not _is_off(tx, facility, name):
                continue
            scans = ledger.give_back(tx, name, died=True)
            for scan_id in scans:
                state = ledger.scan_state(tx, scan_id)
                verb = Verb.HOLD if state is ScanState.HELD else Verb.GIVE_BACK
                about = Subject.scan(scan_id)
                audit.record(tx, MACHINE, verb, about, why="the service died")
            failpoint("recover.given_back")
        failpoint("recover.committed")
        given_back += len(scans)
        if not leases.is_alive(facility.run_folder, name):  # else it only stood still
            _sweep(facility, name)
        failpoint("recover.swept")
    return given_back


def _dead(facility: Facility, judge: bool) -> tuple[str, ...]:
    with reading(facility.engine) as tx:
        names = ledger.claimants_at_work(tx)
        if signs_of_life.are_written(facility.engine):
            return signs_of_life.perhaps_dead(tx, facility.run_folder, names, judge=judge)
    return tuple(name for name in names if not leases.is_alive(facility.run_folder, name))


def _is_off(tx: sa.Connection, facility: Facility, name: str) -> bool:
    written = signs_of_life.are_written(facility.engine)
    return not written or signs_of_life.strike(tx, facility.run_folder, name)


def _sweep(facility: Facility, name: str) -> None:
    """The pictures of a dead worker's pages go first: while its lock file exists, it is known."""
    shutil.rmtree(facility.work_folder / name, ignore_errors=True)
    leases.forget(facility.run_folder, name)
