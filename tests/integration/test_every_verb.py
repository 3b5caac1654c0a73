"""Every verb x every kind of actor. The verbs are found in the package itself: one that takes no
actor, or that the table does not know, fails here."""

from __future__ import annotations

import importlib
import inspect
import io
import pkgutil
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

import digitizer
from digitizer.access import acting, login
from digitizer.capture import ingest
from digitizer.facility import House
from digitizer.letters import actions as letters
from digitizer.messages import actions as messages
from digitizer.messages import rendering
from digitizer.model.errors import NotAllowed, NotFound
from digitizer.model.paper import Original
from digitizer.model.people import Actor
from digitizer.operations import backup, doctor
from digitizer.screening import legal_mail
from digitizer.storage.tables import event, reading
from tests.support.verb_rows import ROWS, Row
from tests.support.whole_house import ACTORS, OWNER, Place, copy_of, draft, make_whole_house

#: What takes the house and no actor, and why it may.
NOT_VERBS = {
    "access.login.enter_as_inmate": "before a login there is no actor",
    "access.login.answer_step": "before a login there is no actor",
    "access.login.enter_as_staff": "before a login there is no actor",
    "access.login.visit": "it says who the actor is",
    "access.login.leave": "whoever holds the session ends it",
    "people.actions.named_staff": "it says who the actor is, for the command line",
    "capture.worker.recover": "the service's own start",
    "capture.worker.give_back_of_the_dead": "the service's own start",
    "capture.worker.work_to_end": "the service's own work",
    "capture.worker.is_done": "the service's own work",
    "capture.worker.filed": "the service's own work; of what was just taken in",
    "capture.sealed_filing.seal_away": "the service's own work",
    "capture.private_folder.private_folder": "within another verb: where it keeps its files",
    "covers.actions.new_code": "within another verb's deed",
}


def _found() -> dict[str, inspect.Signature]:
    """Every public function outside the doors that takes the house."""
    found = {}
    for each in pkgutil.walk_packages(digitizer.__path__, "digitizer."):
        if each.name.startswith(("digitizer.entrances", "digitizer.storage.migrations")):
            continue
        module = importlib.import_module(each.name)
        for name, member in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(member):
                continue
            taken = inspect.signature(member)
            if member.__module__ == each.name and _takes(taken, House):
                found[f"{each.name.removeprefix('digitizer.')}.{name}"] = taken
    return found


def _takes(taken: inspect.Signature, kind: type) -> bool:
    return any(
        kind.__name__ in str(each.annotation).split(" | ") for each in taken.parameters.values()
    )


def test_every_verb_takes_an_actor_and_has_a_row() -> None:
    guard = {"access.acting.acting", "access.acting.looking"}
    assert guard <= set(_found())
    verbs = {name: taken for name, taken in _found().items() if name not in guard}
    assert {name for name, taken in verbs.items() if not _takes(taken, Actor)} == set(NOT_VERBS)
    assert set(verbs) - set(NOT_VERBS) == {row.verb for row in ROWS}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return make_whole_house(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def _no_slow_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens in other processes is no matter of permission."""
    drawn = SimpleNamespace(pdf=b"%PDF", pages=1, missing=None)
    monkeypatch.setattr(rendering, "render_message", lambda *_: drawn)
    monkeypatch.setattr(rendering, "render_unit", lambda *_: drawn)
    monkeypatch.setattr(ingest, "Worker", lambda *_: nullcontext())
    monkeypatch.setattr(ingest, "_worked", lambda *_: ())
    monkeypatch.setattr(legal_mail, "_cut_out", _cut_out)


def _cut_out(house: House, *_: object) -> Original:
    sha256, size = house.originals.put(io.BytesIO(b"cut"))
    return Original(sha256, "cut.pdf", size)


def _told(house: House) -> list[tuple[str, str]]:
    with reading(house.engine) as tx:
        columns = (event.c.verb, event.c.actor)
        return [tuple(row) for row in tx.execute(sa.select(*columns).order_by(event.c.seq))]


@pytest.mark.usefixtures("_no_slow_work")
@pytest.mark.parametrize("row", ROWS, ids=[row.verb for row in ROWS])
def test_who_may(made: Place, tmp_path: Path, row: Row) -> None:
    may = row.may.split()
    assert set(may) < set(ACTORS)
    with copy_of(made, tmp_path / "refused") as at:
        before = _told(at.house)
        for who in set(ACTORS) - set(may):
            with pytest.raises((NotAllowed, NotFound)) as refused:
                row.do(at.house, at, ACTORS[who])
            assert who == "another" or refused.type is NotAllowed, who
        assert _told(at.house) == before
    for who in may:
        by = ACTORS[who]
        with copy_of(made, tmp_path / who) as at:
            before = _told(at.house)
            row.do(at.house, at, by)
            new = [verb for verb, actor in _told(at.house)[len(before) :] if actor == by.name]
        wanted = [] if row.told is None or who in row.silent.split() else [row.told]
        assert list(dict.fromkeys(new)) == wanted, who


_BY_ID: dict[str, Callable[[House, str, Actor], object]] = {
    "open": letters.open_letter,
    "PDF": letters.letter_pdf,
    "picture": lambda h, an_id, by: letters.page_picture(h, an_id, 1, by),
    "reply": letters.open_reply,
    "picture of a reply": lambda h, an_id, by: letters.reply_picture(h, an_id, 1, by),
    "mailbox": letters.mailbox,
    "replies": letters.replies,
    "threads": messages.threads,
    "send": lambda h, an_id, by: messages.send(h, replace(draft(), booking_number=an_id), by),
}


@pytest.mark.parametrize("look", _BY_ID.values(), ids=_BY_ID)
def test_anothers_id_and_one_that_does_not_exist_look_the_same(
    made: Place, tmp_path: Path, look: Callable[[House, str, Actor], object]
) -> None:
    with copy_of(made, tmp_path / "copy") as at:
        before, said = _told(at.house), set()
        for an_id in (at["letter"], at["reply"], at["held"], at["seal"], OWNER, "none", "", "%"):
            with pytest.raises(NotFound) as caught:
                look(at.house, an_id, ACTORS["another"])
            said.add((caught.type, str(caught.value).replace(an_id, "") if an_id else None))
        assert len(said - {(NotFound, None)}) == 1
        assert _told(at.house) == before


def test_who_may_restore_and_who_may_see_the_doctor(house: House, tmp_path: Path) -> None:
    """They take no house: there is none yet, or it may not open."""
    copy = tmp_path / "backup"
    backup.back_up(house, copy, "an invented phrase", ACTORS["machine"])
    for who, by in ACTORS.items():
        if who in ("administrator", "machine"):
            backup.restore_home(copy, tmp_path / who, by)
            assert next(iter(doctor.examine(None, by)))
            continue
        with pytest.raises(NotAllowed):
            backup.restore_home(copy, tmp_path / "new", by)
        with pytest.raises(NotAllowed):
            doctor.examine(None, by)
        assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", sorted(NOT_VERBS))
def test_what_is_no_verb_is_still_there(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert callable(getattr(importlib.import_module(f"digitizer.{module}"), function))


def test_events_of_verbs_are_written_by_the_guard_alone() -> None:
    """A verb that wrote its event by hand could do without the guard."""
    by_hand = set()
    for name in {row.verb.rpartition(".")[0] for row in ROWS}:
        source = inspect.getsource(importlib.import_module(f"digitizer.{name}"))
        if "audit.record(" in source or "writing(house.engine)" in source:
            by_hand.add(name)
    assert by_hand == {"screening.legal_mail", "operations.health"}, "see there why"
    assert "audit.record(" in inspect.getsource(acting)
    assert "audit.record(" in inspect.getsource(login)
