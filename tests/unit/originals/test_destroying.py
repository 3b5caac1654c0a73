"""No paper is destroyed by one person alone, and none that must be kept."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer import audit
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import Conflict, DigitizerError, NeedsProof, NotAllowed, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.originals import Answer, GivenTo, Obstacle, Place
from digitizer.model.people import Actor
from digitizer.operations import findings, paper_destruction
from digitizer.originals import actions as originals
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import original, staff
from digitizer.storage.tables_appeals import appeal, rejection
from digitizer.storage.tables_originals import destruction, destruction_scan, paper
from digitizer.support.clock import now
from tests.support.boxed_paper import Boxed, boxed
from tests.support.made_mail import (
    ADMINISTRATOR,
    CLERK,
    INVESTIGATOR,
    ORSON,
    SUPERVISOR,
    fill_roster,
)
from tests.support.web_kit import Mail


def test_two_people_destroy_what_is_sound(facility: Facility) -> None:
    at = boxed(facility)
    (good, _), (bad, _), (asked, letter) = at.add(), at.add(), at.add()
    number = originals.propose(facility, [good, bad, asked], CLERK)
    with pytest.raises(Conflict, match="cannot be destroyed now"):
        originals.propose(facility, [good], CLERK)
    with pytest.raises(Conflict, match="proposed for destruction"):
        originals.give_paper(facility, good, GivenTo.SENDER, "", CLERK)
    originals.ask_for(facility, letter, "his mother", CLERK)
    at.damage(bad)
    with pytest.raises(NotAllowed):
        paper_destruction.confirm(facility, number, CLERK)
    done = paper_destruction.confirm(facility, number, SUPERVISOR)
    assert (done.destroyed, done.left_out) == (1, 2)
    found = originals.find_destruction(facility, number, CLERK)
    assert found.left_out == {bad: Obstacle.ALTERED, asked: Obstacle.ASKED}
    (row,) = found.destroyed
    assert (row.scan, row.box, row.pages) == (good, at.code, 2)
    places = {each.scan: each.place for each in found.scans}
    assert places == {good: Place.DESTROYED, bad: Place.BOX, asked: Place.BOX}
    with reading(facility.engine) as tx:
        assert audit.hash_at(tx, row.event) == row.digest
        assert audit.head(tx).hash == found.digest
        assert [each.actor for each in audit.events_of(tx, Subject.scan(good))][-1] == (
            SUPERVISOR.name
        )
        (alarm,) = [
            each
            for each in findings.of_the_tables(facility.settings, tx)
            if not each.good and each.what == "originals"
        ]
    assert alarm.alarm
    assert bad in alarm.message
    assert originals.certificate(facility, number, CLERK).startswith(b"%PDF")
    shown = originals.overview(facility, CLERK)
    (line,) = shown.done
    assert (line.number, line.scans, line.destroyed, line.left_out) == (number, 3, 1, 2)
    assert shown.lists == ()
    with pytest.raises(Conflict, match="over"):
        paper_destruction.confirm(facility, number, ADMINISTRATOR)


def test_one_person_is_not_two(facility: Facility) -> None:
    at = boxed(facility)
    scan, _ = at.add()
    number = originals.propose(facility, [scan], SUPERVISOR)
    same = replace(SUPERVISOR, name=" súper  VISOR")
    for each in (SUPERVISOR, same):
        with pytest.raises(Conflict, match="yourself"):
            paper_destruction.confirm(facility, number, each)
    with writing(facility.engine) as tx:
        audit.record(tx, SUPERVISOR, Verb.RESET_LOGIN, Subject.staff(ADMINISTRATOR.name))
    with pytest.raises(Conflict, match="gave the other a login"):
        paper_destruction.confirm(facility, number, ADMINISTRATOR)
    third = replace(ADMINISTRATOR, name="Third Person")
    with writing(facility.engine) as tx:
        gone = sa.update(staff).where(staff.c.name == SUPERVISOR.name)
        tx.execute(gone.values(active=False))
    with pytest.raises(Conflict, match="left or has another role"):
        paper_destruction.confirm(facility, number, third)
    originals.withdraw(facility, number, CLERK)
    assert at.obstacle(scan) is None
    with pytest.raises(Conflict, match="over"):
        originals.withdraw(facility, number, CLERK)


def test_nobody_proposes_who_did_not_prove_who_they_are(facility: Facility) -> None:
    at = boxed(facility)
    scan, _ = at.add()
    claimed = replace(CLERK, proven=False)
    with pytest.raises(NeedsProof):
        originals.propose(facility, [scan], claimed)
    originals.withdraw(facility, originals.propose(facility, [scan], CLERK), claimed)


def test_what_cannot_be_proposed(facility: Facility) -> None:
    at = boxed(facility)
    scan, letter = at.add()
    young, _ = at.add(age=timedelta(days=2))
    with pytest.raises(UsageError, match="Choose"):
        originals.propose(facility, [], CLERK)
    with pytest.raises(UsageError, match="not letters"):
        originals.propose(facility, [letter], CLERK)
    with pytest.raises(Conflict, match="cannot be destroyed"):
        originals.propose(facility, [scan, young], CLERK)
    with pytest.raises(Conflict, match="staff list"):
        originals.propose(facility, [scan], replace(CLERK, name="Nobody Listed"))


def test_letters_that_were_given_out_stand_on_the_certificate(facility: Facility) -> None:
    at = boxed(facility)
    scan, one, _ = at.add(ORSON, ORSON)
    originals.answer(
        facility, originals.ask_for(facility, one, "he", CLERK), Answer.PROPERTY, "", CLERK
    )
    number = originals.propose(facility, [scan], CLERK)
    paper_destruction.confirm(facility, number, SUPERVISOR)
    assert originals.find_destruction(facility, number, CLERK).destroyed[0].given == (one,)


def test_paper_whose_scan_was_destroyed_before_it_raises_no_alarm(facility: Facility) -> None:
    at = boxed(facility)
    (scan_id, _), (part, _), (lost, _) = at.add(), at.add(), at.add()
    at.change(scan_id, destroyed=now())
    stored = facility.originals.put(io.BytesIO(b"what is left of it"))[0]
    with writing(facility.engine) as tx:
        gone = original.c.scan_id.in_((scan_id, part, lost))
        tx.execute(sa.update(original).where(gone).values(destroyed=now()))
        left = {"scan_id": part, "ordinal": 2, "sha256": stored, "source": "part.pdf", "size": 18}
        tx.execute(sa.insert(original).values(**left))
    number = originals.propose(facility, [scan_id, part, lost], CLERK)
    done = paper_destruction.confirm(facility, number, SUPERVISOR)
    assert (done.destroyed, done.left_out) == (2, 1)
    found = originals.find_destruction(facility, number, CLERK)
    assert found.left_out == {lost: Obstacle.ALTERED}
    rows = {each.scan: each for each in found.destroyed}
    assert (rows[scan_id].files, rows[scan_id].scan_destroyed) == ((), True)
    assert (rows[part].files, rows[part].scan_destroyed) == ((("part.pdf", stored),), False)
    at.change(lost, destroyed=now())
    with reading(facility.engine) as tx:
        told = findings.of_the_tables(facility.settings, tx)
        assert all(each.good for each in told if each.what == "originals")


# ---- whatever anybody does, in whatever order

_STAFF = (CLERK, SUPERVISOR, ADMINISTRATOR, INVESTIGATOR)
_SCANS = 4
_ACTS = (
    *("propose", "propose", "confirm", "confirm", "withdraw", "ask", "answer"),
    *("refuse", "hold", "end hold", "appeal", "damage", "give", "put"),
)
_act = st.tuples(st.sampled_from(_ACTS), st.sampled_from(_STAFF), st.integers(0, _SCANS - 1))


@dataclass
class _World:
    """What must be kept, as whoever acts knows it."""

    at: Boxed
    scans: list[tuple[str, str]]
    damaged: set[str]

    def run(self, act: str, by: Actor, which: int) -> None:
        facility, (scan, letter) = self.at.facility, self.scans[which]
        match act:
            case "propose":
                wanted = [each.scan for each in originals.due(facility, by)][: which + 1]
                originals.propose(facility, wanted or [scan], by)
            case "confirm":
                paper_destruction.confirm(facility, self._a_list(), by)
            case "withdraw":
                originals.withdraw(facility, self._a_list(), by)
            case "ask":
                originals.ask_for(facility, letter, "somebody", by)
            case "answer" | "refuse":
                waiting = originals.overview(facility, by).asked
                given = Answer.REFUSED if act == "refuse" else Answer.PROPERTY
                number = waiting[0].request.number if waiting else 0
                originals.answer(facility, number, given, "why", by)
            case "hold":
                originals.hold_paper(facility, scan, now().astimezone().date(), by, "case")
            case "end hold":
                active = originals.overview(facility, by).holds
                originals.end_hold(facility, active[0].number if active else 0, by, "over")
            case "appeal":
                self._appeal(letter)
            case "damage":
                self.at.damage(scan)
                self.damaged.add(scan)
            case "give":
                originals.give_paper(facility, scan, GivenTo.SENDER, "", by)
            case _:
                originals.put_paper(facility, scan, self.at.code if which % 2 else "", by)

    def _a_list(self) -> int:
        with reading(self.at.facility.engine) as tx:
            newest = sa.select(sa.func.max(destruction.c.id))
            return tx.execute(newest).scalar() or 0

    def _appeal(self, letter: str) -> None:
        with writing(self.at.facility.engine) as tx:
            before = tx.execute(sa.select(sa.func.count()).select_from(rejection)).scalar_one()
            values = {
                **{
                    "what": "pages",
                    "item": letter,
                    "event": before + 1,
                    "parts": [1],
                    "reasons": [],
                },
                **{"decided": now(), "decided_by": "C", "sheet": "returned"},
                **{"kept_by": "", "kept_why": ""},
            }
            made = tx.execute(sa.insert(rejection).values(**values).returning(rejection.c.id))
            day = now().date()
            tx.execute(
                sa.insert(appeal).values(
                    **{"rejection_id": made.scalar_one(), "side": "inmate", "level": 1},
                    **{"words": "no", "at": now(), "came": day, "late": False, "due": day},
                    **{"entered_by": "", "decided_by": "", "why": ""},
                )
            )

    def kept(self) -> set[str]:
        """The scans whose paper nobody may destroy now."""
        facility = self.at.facility
        with reading(facility.engine) as tx:
            appealed = set(
                tx.execute(
                    sa.select(rejection.c.item).join(
                        appeal, appeal.c.rejection_id == rejection.c.id
                    )
                ).scalars()
            )
        seen = originals.overview(facility, CLERK)
        return {
            *(each.request.scan for each in seen.asked),
            *(each.scan for each in seen.holds),
            *(scan for scan, letter in self.scans if letter in appealed),
            *self.damaged,
        }

    def destroyed(self) -> set[str]:
        with reading(self.at.facility.engine) as tx:
            gone = paper.c.place == "destroyed"
            return set(tx.execute(sa.select(paper.c.scan_id).where(gone)).scalars())


@pytest.fixture(scope="module")
def begun(template_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with four scans in a box, copied for each example."""
    home = tmp_path_factory.mktemp("begun") / "home"
    copytree(template_home, home)
    facility = open_facility(home)
    with writing(facility.engine) as tx:
        fill_roster(tx)
    at = boxed(facility)
    for _ in range(_SCANS):
        at.add()
    facility.engine.dispose()
    return home


@settings(max_examples=6, deadline=None)
@given(acts=st.lists(_act, min_size=12, max_size=30))
def test_nothing_is_destroyed_that_must_be_kept(
    begun: Path, tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, Actor, int]]
) -> None:
    home = tmp_path_factory.mktemp("random") / "home"
    copytree(begun, home)
    facility = open_facility(home)
    try:
        _play(facility, acts)
    finally:
        facility.engine.dispose()


def _play(facility: Facility, acts: list[tuple[str, Actor, int]]) -> None:
    (box,) = originals.overview(facility, CLERK).boxes
    inside = originals.find_box(facility, box.code, CLERK).papers
    scans = [
        (each.scan, originals.find_paper(facility, each.scan, CLERK).letters[0]) for each in inside
    ]
    world = _World(Boxed(Mail(facility), box.code), scans, set())
    for act, by, which in acts:
        before = world.destroyed()
        kept = world.kept() if act == "confirm" else set()
        try:
            world.run(act, by, which)
        except DigitizerError:
            assert world.destroyed() == before, "what was refused changed something"
        new = world.destroyed() - before
        assert before <= world.destroyed()
        assert not new or act == "confirm"
        assert not new & kept
    with reading(facility.engine) as tx:
        for each in tx.execute(sa.select(destruction).where(destruction.c.confirmed.is_not(None))):
            assert each.proposed_by != each.confirmed_by
        done = sa.select(destruction_scan.c.scan_id).where(destruction_scan.c.facts.is_not(None))
        assert set(tx.execute(done).scalars()) >= world.destroyed()
        assert audit.verify_chain(tx)[1] is None
