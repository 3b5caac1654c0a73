"""Every verb x every kind of actor. The verbs are found in the package itself: one that takes no
actor, or that the table does not know, fails here."""

from __future__ import annotations

import importlib
import inspect
import io
import pkgutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

import digitizer
from digitizer.access import acting, login
from digitizer.access.permissions import MayNot
from digitizer.capture import ingest
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.messages import actions as messages
from digitizer.messages import rendering
from digitizer.messages import writing as conversing
from digitizer.model.errors import NeedsReason, NotAllowed, NotFound
from digitizer.model.events import Verb
from digitizer.model.paper import Original
from digitizer.model.people import MACHINE, Actor
from digitizer.operations import backup, doctor, restore
from digitizer.screening import legal_mail
from digitizer.storage.database import reading
from digitizer.storage.tables import event
from tests.support.verb_rows import ROWS, Row
from tests.support.whole_facility import ACTORS, OWNER, Place, copy_of, make_whole_facility

#: What takes the facility and no actor, and why it may.
NOT_VERBS = {
    "calls.actions.own_call": "within other verbs",
    "calls.recordings.store_of": "within other verbs",
    "calls.recordings.keys_of": "within other verbs",
    "calls.recordings.left_over": "within the doctor",
    "calls.recordings.incomplete": "within the doctor",
    "calls.actions.relay_urls": "within another verb",
    "calls.guests.of_link": "whoever has the link",
    "calls.guests.open_link": "whoever has the link",
    "calls.guests.visit_of": "it finds out who the actor is",
    "calls.service.board_of": "within other verbs, and the service's own start",
    "calls.service.relay_secret": "within another verb",
    "calls.service.relay_answers": "within another verb",
    "calls.service.stop": "the service's own end",
    "access.login.enter_as_inmate": "before a login there is no actor",
    "access.login.answer_step": "before a login there is no actor",
    "access.login.enter_as_staff": "before a login there is no actor",
    "access.login.enter_code": "before a login there is no actor",
    "access.login.prove": "whoever holds the session proves who they are",
    "access.login.prove_in_shell": "it finds out who the actor is, for the command line",
    "access.login.go_on": "whoever holds the session goes on in a new one",
    "access.second_step.begin": "within another verb's action",
    "access.second_step.pending": "within another verb's action",
    "access.second_step.finish": "within another verb's action",
    "access.second_step.accept": "within a login",
    "access.login.visit": "it finds out who the actor is",
    "access.login.leave": "whoever holds the session ends it",
    "access.login.enter_as_correspondent": "before a login there is no actor",
    "people.correspondents.sign_up.ask_for_account": "before a login there is no actor",
    "people.correspondents.sign_up.name_to_confirm": "whoever has the link of an e-mail",
    "people.correspondents.sign_up.confirm": "whoever has the link of an e-mail",
    "people.correspondents.sign_up.ask_for_reset": "before a login there is no actor",
    "people.correspondents.sign_up.check_reset": "whoever has the link of an e-mail",
    "people.correspondents.sign_up.reset_password": "whoever has the link of an e-mail",
    "people.correspondents.sign_up.leave_news": "whoever has the link of an e-mail",
    "protected_line.addressees.lines": "within another verb, and by the doctor",
    "protected_line.addressees.line_to": "within another verb",
    "screening.notices.waits_as_evidence": "within another verb's action",
    "retention.carrying_out.carry_out_confirmed": "carries out what two people decided before",
    "retention.neighbours.part": "within another verb's action",
    "operations.call_looks.video_calls": "within the doctor",
    "emptying.files.erase_unnamed": "within a run, or a transfer, that people decided",
    "transfers.stores.loading": "within a transfer that a person takes over",
    "operations.backup_by_key.copy_files": "within a backup",
    "operations.backup_by_key.copy_inbox_files": "within a backup",
    "operations.key_keeping.book_of": "within a backup, and the doctor's",
    "operations.key_keeping.forget_lost_copies": "within a backup",
    "operations.key_keeping.let_go": "within a run that two people decided",
    "operations.key_keeping.replace_copy": "within a backup or a run",
    "operations.key_keeping.take_up": "within a backup",
    "operations.key_keeping.works_by_keys": "of the settings alone",
    "operations.restore_by_key.empty_destroyed": "within a restore's action",
    "operations.staff_mail.put": "within alarms and the digest",
    "operations.staff_mail.of_link": "whoever has the link of an e-mail",
    "operations.staff_mail.leave_by_link": "whoever has the link of an e-mail",
    "operations.staff_mail.take_up_by_link": "whoever has the link of an e-mail",
    "covers.following.follow": "whoever has the number of a cover; states and dates only",
    "access.enrolment.enrol": "the device has a code that staff gave it",
    "access.enrolment.kiosk_of": "it finds out which device asks",
    "access.attempts.attempt": "before a login there is no actor",
    "access.attempts.give_back": "within a login",
    "access.bearers.bearer_of": "it finds out who the actor is, for the API",
    "access.answered_once.take": "around another verb: whether it was done before",
    "access.answered_once.keep": "around another verb",
    "access.answered_once.give_up": "around another verb",
    "access.noting.note_forwarder": "the service's own notes; of no person",
    "notifications.announcements.shown_now": "anyone may read it, also before a login",
    "people.actions.named_staff": "it finds out who the actor is, for the command line",
    "capture.recovery.recover": "the service's own start",
    "capture.recovery.give_back_from_dead_workers": "the service's own start",
    "capture.recovery.give_back_from_the_silent": "the service's own work",
    "capture.recovery.look_after_outposts": "the service's own work",
    "capture.scans.home_rules.digest": "within another verb: by what a machine works",
    "capture.scans.home_rules.are_noted": "within another verb: by what a machine works",
    "capture.scans.home_rules.note": "within another verb: by what a machine works",
    "capture.scans.home_rules.check": "within another verb: by what a machine works",
    "capture.pulse.watching": "the service's own signs of life",
    "capture.worker.work_to_end": "the service's own work",
    "capture.worker.is_done": "the service's own work",
    "capture.worker.filed": "the service's own work; of what was just taken in",
    "capture.sealed_filing.seal_away": "the service's own work",
    "capture.private_folder.private_folder": "within another verb: where it keeps its files",
    "transfers.stores.carry": "within another verb",
    "transfers.neighbours.agency_home": "where an agency's facilities are",
    "transfers.neighbours.others": "where an agency's facilities are",
    "transfers.neighbours.member": "where an agency's facilities are",
    "transfers.neighbours.hands": "who the actor is, in another facility",
    "screening.recalled_copies.tell_others": "after another verb, in the facility's own name",
    "departures.taking.is_open": "what the settings say",
    "departures.taking.enter": "before a code there is no actor",
    "departures.taking.opened": "whoever bears the token of a code",
    "departures.taking.close": "whoever bears the token of a code",
    "departures.taking.take": "whoever bears the token; it acts as the inmate whose it is",
    "departures.keeping.kept": "within another verb",
    "departures.keeping.forget": "of a file that a code opened, which ended",
    "departures.making.made": "within another verb",
    "departures.building.build": "within another verb",
    "visits.notices.tell": "within another verb's action",
    "prints.printers.printers": "what the settings name",
    "prints.printers.find_printer": "what the settings name",
    "covers.actions.drawn": "within another verb's action",
    "covers.actions.new_code": "within another verb's action",
    "covers.drawing.cover_sheet_of": "within another verb's action",
    "legal.codes.drawn": "within another verb",
    "logbook.papers.label": "within another verb",
    "logbook.papers.receipt": "within another verb",
    "originals.drawn.label": "within another verb",
    "originals.drawn.certificate": "within another verb",
    "screening.decisions.reject_within": "within another verb's action",
    "screening.message_review.release_within": "within another verb's action",
    "screening.notices.draw_notice": "within another verb's action",
    "evidence.contents.gather": "within another verb",
    "messages.rendering.render_message": "within another verb",
}


def _found() -> dict[str, inspect.Signature]:
    """Every public function outside the entrances that takes the facility."""
    found = {}
    for each in pkgutil.walk_packages(digitizer.__path__, "digitizer."):
        if each.name.startswith(("digitizer.entrances", "digitizer.storage.migrations")):
            continue
        module = importlib.import_module(each.name)
        for name, member in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(member):
                continue
            taken = inspect.signature(member)
            if member.__module__ == each.name and _takes(taken, Facility):
                found[f"{each.name.removeprefix('digitizer.')}.{name}"] = taken
    return found


def _takes(taken: inspect.Signature, kind: type) -> bool:
    return any(
        kind.__name__ in str(each.annotation).split(" | ") for each in taken.parameters.values()
    )


def test_every_verb_takes_an_actor_and_has_a_row() -> None:
    guard = {f"access.acting.{name}" for name in ("acting", "looking", "keeping", "permit")}
    assert guard <= set(_found())
    verbs = {name: taken for name, taken in _found().items() if name not in guard}
    assert {name for name, taken in verbs.items() if not _takes(taken, Actor)} == set(NOT_VERBS)
    assert set(verbs) - set(NOT_VERBS) == {row.verb for row in ROWS}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return make_whole_facility(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def _no_slow_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens in other processes does not depend on permissions."""
    drawn = SimpleNamespace(pdf=b"%PDF", pages=1, missing=None)
    monkeypatch.setattr(rendering, "render_message", lambda *_: drawn)
    monkeypatch.setattr(rendering, "render_unit", lambda *_: drawn)
    monkeypatch.setattr(ingest, "Worker", lambda *_: nullcontext())
    monkeypatch.setattr(ingest, "_worked", lambda *_: ())
    monkeypatch.setattr(legal_mail, "_cut_out", _cut_out)


def _cut_out(facility: Facility, *_: object) -> Original:
    sha256, size = facility.originals.put(io.BytesIO(b"cut"))
    return Original(sha256, "cut.pdf", size)


def _recorded(facility: Facility) -> list[tuple[str, str]]:
    with reading(facility.engine) as tx:
        columns = (event.c.verb, event.c.actor)
        asked = sa.select(*columns).where(event.c.verb != str(Verb.REFUSE))
        return [tuple(row) for row in tx.execute(asked.order_by(event.c.seq))]


def _refused(facility: Facility) -> set[str]:
    """Whose role did not allow something, as the log has it."""
    with reading(facility.engine) as tx:
        asked = sa.select(event.c.actor).where(event.c.verb == str(Verb.REFUSE))
        return set(tx.execute(asked).scalars())


@pytest.mark.usefixtures("_no_slow_work")
@pytest.mark.parametrize("row", ROWS, ids=[row.verb for row in ROWS])
def test_who_may(made: Place, tmp_path: Path, row: Row) -> None:
    may = row.may.split()
    assert set(may) < set(ACTORS)
    with copy_of(made, tmp_path / "refused") as at:
        before, told = _recorded(at.facility), set()
        for who in set(ACTORS) - set(may):
            with pytest.raises((NotAllowed, NotFound)) as refused:
                row.do(at.facility, at, ACTORS[who])
            wanted_refusal = NeedsReason if who in row.asked.split() else MayNot
            asked_first = issubclass(refused.type, wanted_refusal)
            assert who in ("another", "stranger") or asked_first, who
            told |= {ACTORS[who].name} if refused.type is MayNot else set()
        assert (_recorded(at.facility), _refused(at.facility)) == (before, told)
    for who in may:
        by = ACTORS[who]
        with copy_of(made, tmp_path / who) as at:
            before = _recorded(at.facility)
            row.do(at.facility, at, by)
            named = MACHINE.name if who in row.nameless.split() else by.name
            done = _recorded(at.facility)[len(before) :]
            new = [verb for verb, actor in done if actor == named]
            assert named == by.name or by.name not in repr(done)
        wanted = [] if row.recorded is None or who in row.silent.split() else [row.recorded]
        assert list(dict.fromkeys(new)) == [*row.prepared, *wanted], who


_BY_ID: dict[str, Callable[[Facility, str, Actor], object]] = {
    "open": letters.open_letter,
    "PDF": letters.letter_pdf,
    "picture": lambda h, an_id, by: letters.page_picture(h, an_id, 1, by),
    "reply": letters.open_reply,
    "picture of a reply": lambda h, an_id, by: letters.reply_picture(h, an_id, 1, by),
    "mailbox": letters.mailbox,
    "replies": letters.replies,
    "threads": messages.threads,
    "conversation": conversing.conversation,
    "write": lambda h, an_id, by: conversing.write(h, an_id, "", "Hello", by),
    "photo": lambda h, an_id, by: conversing.photo(h, an_id, 1, by),
}


@pytest.mark.parametrize("look", _BY_ID.values(), ids=_BY_ID)
def test_anothers_id_looks_like_one_that_does_not_exist(
    made: Place, tmp_path: Path, look: Callable[[Facility, str, Actor], object]
) -> None:
    with copy_of(made, tmp_path / "copy") as at:
        before, answers = _recorded(at.facility), set()
        for an_id in (at["letter"], at["reply"], at["held"], at["seal"], OWNER, "none", "", "%"):
            with pytest.raises(NotFound) as caught:
                look(at.facility, an_id, ACTORS["another"])
            answers.add((caught.type, str(caught.value).replace(an_id, "") if an_id else None))
        assert len(answers - {(NotFound, None)}) == 1
        assert _recorded(at.facility) == before


def test_who_may_restore_and_who_may_see_the_doctor(facility: Facility, tmp_path: Path) -> None:
    """They take no facility: there is none yet, or it may be impossible to open."""
    copy = tmp_path / "backup"
    backup.back_up(facility, copy, "an invented phrase", ACTORS["machine"])
    for who, by in ACTORS.items():
        if who in ("administrator", "machine"):
            restore.restore_home(copy, tmp_path / who, by)
            assert next(iter(doctor.examine(None, by)))
            continue
        with pytest.raises(NotAllowed):
            restore.restore_home(copy, tmp_path / "new", by)
        with pytest.raises(NotAllowed):
            doctor.examine(None, by)
        assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", sorted(NOT_VERBS))
def test_the_exceptions_still_exist(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert callable(getattr(importlib.import_module(f"digitizer.{module}"), function))


def test_events_of_verbs_are_written_by_the_guard_alone() -> None:
    """A verb that wrote its event itself could leave out the guard."""
    by_hand = set()
    for name in {row.verb.rpartition(".")[0] for row in ROWS}:
        source = inspect.getsource(importlib.import_module(f"digitizer.{name}"))
        if "audit.record(" in source or "writing(facility.engine)" in source:
            by_hand.add(name)
    explained = {
        "screening.legal_mail",
        "screening.sealing_by_hand",
        "operations.health",
        "operations.alarms",
        "operations.own_backups",
        "operations.staff_mail",
        "notifications.sending",
        "calls.guests",
        "calls.recordings",
    }
    assert by_hand == explained, "these explain why"
    assert "audit.record(" in inspect.getsource(acting)
    assert "audit.record(" in inspect.getsource(login)
