"""What two people decided is destroyed so that nothing of it remains, and nothing else changes."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from digitizer.capture.filing import file_scan
from digitizer.capture.scans import ledger
from digitizer.facility import Facility, open_facility
from digitizer.messages import photos
from digitizer.messages.drafts import Between
from digitizer.model.errors import StorageError
from digitizer.model.mail import Direction, LetterState
from digitizer.model.paper import Original
from digitizer.model.people import MACHINE
from digitizer.model.retention import Fate, HoldOn, MailKind, RunState
from digitizer.model.settings import Release
from digitizer.operations.actions import reconcile
from digitizer.operations.backup import back_up, damage_of
from digitizer.operations.restore import restore_home
from digitizer.operations.scrub import scrub
from digitizer.operations.stored_blobs import named_originals, named_pictures
from digitizer.retention import actions
from digitizer.storage import encryption
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import message, original, page, posting, scan, term, transcript
from digitizer.storage.tables_messages import added_photo
from digitizer.storage.tables_retention import leftover_file
from digitizer.support import failpoints
from tests.support.conversing import make_contact
from tests.support.kept_mail import (
    LONG_AGO,
    Planted,
    destroyed,
    grow_old,
    old_message,
    old_stack,
    pixels_of,
    planted,
    scheduled,
    tiff,
    with_schedules,
    words_left,
)
from tests.support.made_mail import (
    ADMINISTRATOR,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    letter_of,
    letters_of,
    new_cover,
    split_of,
    stored_letter,
    take,
    worked,
)
from tests.support.sealed_mail import balances, killed_at


def _words(some: Iterable[Planted]) -> list[str]:
    return [word for each in some for word in each.words]


def _kept_of(facility: Facility, letter_id: str) -> tuple[list[bytes], list[str], list[str]]:
    """What its readers have of a letter: pictures, texts, and by which words it is found."""
    with reading(facility.engine) as tx:
        rows = tx.execute(
            sa.select(page.c.picture, transcript.c.text)
            .outerjoin(transcript, transcript.c.page_id == page.c.id)
            .where(page.c.letter_id == letter_id)
            .order_by(page.c.number)
        ).all()
        found = tx.execute(
            sa.select(term.c.text, posting.c.weight)
            .join(posting, posting.c.term_id == term.c.id)
            .join(page, page.c.id == posting.c.page_id)
            .where(page.c.letter_id == letter_id)
            .order_by(term.c.text)
        ).all()
    texts = [row.text for row in rows if row.text]
    return [facility.pictures.get(row.picture) for row in rows], texts, [*map(str, found)]


def _is_tidy(facility: Facility) -> bool:
    """Every stored file is named by something, and every named one is stored."""
    with reading(facility.engine) as tx:
        named = (set(named_originals(tx)), set(named_pictures(tx)))
        assert tx.execute(sa.select(leftover_file)).first() is None
    return named == (set(facility.originals.names()), set(facility.pictures.names()))


def test_nothing_of_what_was_destroyed_remains_and_nothing_else_changes(
    facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "_COST", 2)
    here = scheduled(facility)
    mail = [each for n in range(5) for each in old_stack(here, [ORSON, PETRA, ORSON, PETRA], 4 * n)]
    orsons, petras = mail[0::2], mail[1::2]
    messages = [old_message(here, ORSON, 100), old_message(here, PETRA, 101)]
    every = [*mail, *messages]
    assert len(set(_words(every))) >= 200
    there = {each.split(" in ")[0] for each in words_left(here.home, _words(every))}
    assert there == set(_words(every)), "each is somewhere before"

    hold = actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim", "26-1")
    before = {each.id: _kept_of(here, each.id) for each in petras}
    pixels = {each.id: pixels_of(here, each.id, tmp_path) for each in petras}
    run = destroyed(here, MailKind.LETTERS)
    destroyed(here, MailKind.MESSAGES)
    gone = [*orsons, messages[0]]
    assert list(words_left(here.home, _words(gone))) == []

    assert {each.id: _kept_of(here, each.id) for each in petras} == before
    for each in petras:
        assert stored_letter(here, each.id).state is LetterState.DELIVERED
        now_at = pixels_of(here, each.id, tmp_path)
        assert len(now_at) == 3
        assert all(np.array_equal(a, b) for a, b in zip(now_at, pixels[each.id], strict=True))
    assert {stored_letter(here, each.id).state for each in orsons} == {LetterState.DESTROYED}
    found, items = actions.run_of(here, run, OPERATOR)
    assert (found.state, found.items) == (RunState.DONE, {Fate.DESTROYED: 10})
    assert {each.id for each in items} == {each.id for each in orsons}
    assert {(each.pages, len(each.hashes[:1])) for each in items} == {(3, 1)}
    assert balances(here)
    assert {
        (each.destroyed, each.delivered, each.covers) for each in reconcile(here, OPERATOR)
    } == {(6, 4, 2)}
    assert _is_tidy(here)
    assert scrub(here, OPERATOR, 1e12).sound
    made = back_up(here, tmp_path / "backup", "a long enough passphrase", OPERATOR)
    assert not damage_of(made)
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, "a long enough passphrase")
    again = open_facility(tmp_path / "again")
    assert balances(again)
    again.engine.dispose()

    actions.lift_hold(here, hold, SUPERVISOR, "settled")
    destroyed(here, MailKind.LETTERS)
    assert list(words_left(here.home, _words([*mail, messages[0]]))) == []
    assert set(here.originals.names()) == set()
    assert balances(here)
    assert {each.destroyed for each in reconcile(here, OPERATOR)} == {12}
    assert _is_tidy(here)
    with reading(here.engine) as tx:
        assert set(tx.execute(sa.select(scan.c.destroyed.is_not(None))).scalars()) == {True}
    same = tiff([planted(0, part) for part in ("cover", "page1", "page2")])
    assert take(here, same).id != mail[0].scan
    here.engine.dispose()
    words = _words([*mail[1:], messages[0]])
    assert list(words_left(here.home, words)) == []
    assert list(words_left(here.home, messages[1].words)), "who is held no more waits for a run"


def test_a_letter_is_whole_or_gone_wherever_the_process_is_killed(
    facility: Facility, tmp_path: Path
) -> None:
    here = scheduled(facility)
    actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    mail = [each for n in range(2) for each in old_stack(here, [ORSON, PETRA], 2 * n)]
    orsons, petras = mail[0::2], mail[1::2]
    pixels = {each.id: pixels_of(here, each.id, tmp_path) for each in petras}
    before = {each.id: _kept_of(here, each.id) for each in petras}
    run = actions.propose(here, MailKind.LETTERS, SUPERVISOR, "the time is over")
    actions.confirm(here, run, ADMINISTRATOR, "looked")

    def act(opened: Facility) -> None:
        actions.carry_out(with_schedules(opened), OPERATOR)

    for point in failpoints.RETENTION_POINTS[1:]:
        here.engine.dispose()
        assert killed_at(here.home, point, act), point
        for each in orsons:
            if stored_letter(here, each.id).state is not LetterState.DESTROYED:
                left = {found.split(" in ")[0] for found in words_left(here.home, each.words)}
                assert left == set(each.words), point
        assert balances(here), point
        assert {each.id: _kept_of(here, each.id) for each in petras} == before
    actions.carry_out(here, OPERATOR)
    assert list(words_left(here.home, _words(orsons))) == []
    for each in petras:
        now_at = pixels_of(here, each.id, tmp_path)
        assert all(np.array_equal(a, b) for a, b in zip(now_at, pixels[each.id], strict=True))
    assert balances(here)
    assert _is_tidy(here)
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.DONE


def test_a_file_of_a_stack_without_its_pages_stays_as_it_is(facility: Facility) -> None:
    here = scheduled(facility)
    codes = [new_cover(here, each) for each in (ORSON, PETRA)]
    says = [planted(n, "sheet") for n in range(6)]
    parts = [
        Original(here.originals.put(io.BytesIO(each))[0], "sheet.tif", len(each))
        for each in (tiff(says[:3]), tiff(says[3:]))
    ]
    with writing(here.engine) as tx:
        scan_ = ledger.enter(tx, parts, "default").scan
        ledger.claim(tx, scan_.id, "a test")
        split = split_of(letter_of(codes[0], 1, 3), letter_of(codes[1], 4, 6))
        file_scan(tx, worked(scan_, split), {}, Release.AUTOMATIC)
    orsons, petras = (each.id for each in letters_of(here, scan_.id))
    grow_old(here, [orsons, petras], scan_.id, LONG_AGO)
    hold = actions.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    destroyed(here, MailKind.LETTERS)
    assert list(here.originals.names()) == [parts[1].sha256]
    assert list(words_left(here.home, says[:3])) == []
    assert balances(here)
    actions.lift_hold(here, hold, SUPERVISOR, "settled")
    destroyed(here, MailKind.LETTERS)
    assert list(here.originals.names()) == []
    assert balances(here)


def test_a_rewrite_that_cannot_be_done_is_owed_and_not_tried_each_minute(
    facility: Facility,
) -> None:
    here = scheduled(facility)
    (mine,) = old_stack(here, [ORSON], 0)
    with reading(here.engine) as somebody:
        somebody.execute(sa.select(scan)).all()  # as a backup does
        run = destroyed(here, MailKind.LETTERS)
        assert actions.run_of(here, run, OPERATOR)[0].state is RunState.REWRITE_OWED
        assert not stored_files(here)
    assert actions.carry_out(here, MACHINE, at_once=False) == 0
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.REWRITE_OWED, "not yet again"
    tried = here.run_folder / "rewrite.tried"
    os.utime(tried, times=(0, 0))
    actions.carry_out(here, MACHINE, at_once=False)
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.DONE
    assert not tried.exists()
    assert list(words_left(here.home, mine.words)) == []

    old_stack(here, [ORSON], 1)
    spared = actions.propose(here, MailKind.LETTERS, SUPERVISOR, "the time is over")
    actions.confirm(here, spared, ADMINISTRATOR, "looked")
    actions.set_hold(here, HoldOn.INMATE, ORSON, SUPERVISOR, "a claim")
    with reading(here.engine) as somebody:
        somebody.execute(sa.select(scan)).all()
        actions.carry_out(here, OPERATOR)
    assert actions.run_of(here, spared, OPERATOR)[0].state is RunState.DONE, "nothing to rewrite"


def stored_files(facility: Facility) -> list[str]:
    return [*facility.originals.names(), *facility.pictures.names()]


def test_a_file_that_cannot_be_erased_stops_no_other(facility: Facility) -> None:
    here = scheduled(facility)
    mail = [old_stack(here, [ORSON], n)[0] for n in range(2)]
    with reading(here.engine) as tx:
        of_first = original.c.scan_id == mail[0].scan
        name = tx.execute(sa.select(original.c.sha256).where(of_first)).scalar_one()
    stuck = here.home / "originals" / name[:2] / name
    kept = stuck.read_bytes()
    run = actions.propose(here, MailKind.LETTERS, SUPERVISOR, "the time is over")
    actions.confirm(here, run, ADMINISTRATOR, "looked")
    sent = old_message(here, ORSON, 50)
    other = actions.propose(here, MailKind.MESSAGES, SUPERVISOR, "the time is over")
    actions.confirm(here, other, ADMINISTRATOR, "looked")
    blocked = here.home / "originals" / ".incoming" / f"erase-{name}"
    blocked.mkdir()  # it cannot be set aside
    with pytest.raises(StorageError, match="erase"):
        actions.carry_out(here, OPERATOR)
    assert [stored_letter(here, each.id).state for each in mail] == [LetterState.DESTROYED] * 2
    assert list(here.originals.names()) == [name]
    states = [actions.run_of(here, each, OPERATOR)[0].state for each in (run, other)]
    assert states == [RunState.CONFIRMED, RunState.DONE]
    assert list(words_left(here.home, sent.words)) == []
    assert stuck.read_bytes() == kept
    blocked.rmdir()
    assert actions.carry_out(here, OPERATOR) == 0
    assert actions.run_of(here, run, OPERATOR)[0].state is RunState.DONE
    assert list(words_left(here.home, _words(mail))) == []
    assert _is_tidy(here)


def test_a_photo_that_somebody_else_adds_stays_for_them(facility: Facility) -> None:
    here = scheduled(facility)
    sent = old_message(here, ORSON, 50)
    ida = make_contact(here)
    with writing(here.engine) as tx:
        (photo,) = tx.execute(sa.select(message.c.photos)).scalar_one()
        inmate_id = tx.execute(sa.select(message.c.inmate_id)).scalar_one()
        between = Between(Direction.TO_INMATE, inmate_id, ida)
        number = photos.begin_adding(tx, between, 10)
        tx.execute(sa.update(added_photo).values(stored=photo))
    destroyed(here, MailKind.MESSAGES)
    assert here.pictures.exists(photo)
    with writing(here.engine) as tx:
        assert tx.execute(sa.select(added_photo.c.id)).scalars().all() == [number]
        assert tx.execute(sa.select(leftover_file)).first() is None
    assert list(words_left(here.home, sent.words[:3])) == []
