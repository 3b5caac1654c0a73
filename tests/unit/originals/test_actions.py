"""The verbs of originals, from a new box to who gets the paper."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture import intake
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.originals import Answer, GivenTo, Obstacle, Place
from digitizer.model.retention import HoldOn
from digitizer.originals import actions as originals
from digitizer.retention import actions as retention
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, inmate, letter
from digitizer.storage.tables_originals import paper_hold
from digitizer.support.clock import now
from tests.support.boxed_paper import boxed
from tests.support.made_mail import CLERK, INVESTIGATOR, OPERATOR, ORSON, PETRA, SUPERVISOR


def test_the_box_in_use_takes_each_new_scan(facility: Facility, tmp_path: Path) -> None:
    file = tmp_path / "one.pdf"
    file.write_bytes(b"%PDF one")
    before = intake.take_in(facility, [file], "default", ["one.pdf"], OPERATOR).scan
    assert originals.find_paper(facility, before, CLERK).paper.place is Place.NOWHERE
    first = originals.make_box(facility, "Shelf 1", CLERK, "default")
    file.write_bytes(b"%PDF two")
    taken = intake.take_in(facility, [file], "default", ["two.pdf"], OPERATOR).scan
    again = intake.take_in(facility, [file], "default", ["two.pdf"], OPERATOR)
    assert again.duplicate
    assert originals.find_paper(facility, taken, CLERK).paper.box == first
    with reading(facility.engine) as tx:
        about = event.c.subject == f"scan:{taken}", event.c.verb == "take in"
        assert tx.execute(sa.select(event.c.detail).where(*about)).scalar_one()["box"] == first
    second = originals.make_box(facility, "", CLERK)
    originals.use_box(facility, second, "default", CLERK)
    file.write_bytes(b"%PDF three")
    third = intake.take_in(facility, [file], "default", ["three.pdf"], OPERATOR).scan
    assert originals.find_paper(facility, third, CLERK).paper.box == second
    shown = {each.code: each for each in originals.overview(facility, CLERK).boxes}
    assert (shown[first].profiles, shown[first].scans) == ((), 1)
    assert (shown[second].profiles, shown[second].scans) == (("default",), 1)
    originals.close_box(facility, second, CLERK)
    file.write_bytes(b"%PDF four")
    fourth = intake.take_in(facility, [file], "default", ["four.pdf"], OPERATOR).scan
    assert originals.find_paper(facility, fourth, CLERK).paper.place is Place.NOWHERE
    with pytest.raises(Conflict, match="closed"):
        originals.put_paper(facility, fourth, second, CLERK)
    with pytest.raises(UsageError, match="no scanner profile"):
        originals.use_box(facility, first, "elsewhere", CLERK)


def test_a_box_is_found_as_its_label_is_scanned(facility: Facility) -> None:
    code = originals.make_box(facility, "Shelf 1", CLERK)
    originals.stand_box(facility, code, "Basement", CLERK)
    typed = code.lower().replace("-", "")
    assert originals.find_box(facility, typed, CLERK).box.shelf == "Basement"
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    with pytest.raises(UsageError, match="typing mistake"):
        originals.find_box(facility, wrong, CLERK)
    assert originals.box_label(facility, code, CLERK).startswith(b"%PDF")


def test_paper_is_moved_and_given_out(facility: Facility) -> None:
    at = boxed(facility)
    scan, letter = at.add()
    originals.put_paper(facility, letter, "", CLERK)
    assert originals.find_paper(facility, scan, CLERK).paper.place is Place.NOWHERE
    originals.put_paper(facility, letter, at.code, CLERK)
    with pytest.raises(UsageError, match="to whom"):
        originals.give_paper(facility, scan, GivenTo.OTHER, " ", CLERK)
    originals.give_paper(facility, scan, GivenTo.OTHER, "The sheriff", CLERK)
    found = originals.find_paper(facility, scan, CLERK).paper
    assert (found.place, found.note, found.box) == (Place.GIVEN, "The sheriff", at.code)
    for act in (
        lambda: originals.give_paper(facility, scan, GivenTo.SENDER, "", CLERK),
        lambda: originals.put_paper(facility, scan, at.code, CLERK),
        lambda: originals.ask_for(facility, letter, "his mother", CLERK),
    ):
        with pytest.raises(Conflict, match="gone"):
            act()
    assert originals.find_box(facility, at.code, CLERK).papers == ()
    assert at.obstacle(scan) is Obstacle.GONE


def test_a_hold_keeps_the_whole_stack(facility: Facility) -> None:
    at = boxed(facility)
    scan, first, _ = at.add(ORSON, ORSON)
    today = now().astimezone().date()
    with pytest.raises(NotAllowed):
        originals.hold_paper(facility, first, today, CLERK, "case 12")
    with pytest.raises(UsageError):
        originals.hold_paper(facility, first, today, INVESTIGATOR, " ")
    with pytest.raises(UsageError, match="between today"):
        originals.hold_paper(facility, first, today - timedelta(days=1), INVESTIGATOR, "case 12")
    number = originals.hold_paper(facility, first, today, INVESTIGATOR, "case 12")
    assert at.obstacle(scan) is Obstacle.HOLD
    assert [each.number for each in originals.overview(facility, CLERK).holds] == [number]
    with pytest.raises(Conflict, match="on hold"):
        originals.give_paper(facility, scan, GivenTo.PROPERTY, "", CLERK)
    assert originals.end_hold(facility, number, SUPERVISOR, "closed") == scan
    assert at.obstacle(scan) is None
    with pytest.raises(Conflict, match="over already"):
        originals.end_hold(facility, number, SUPERVISOR, "closed")


def test_staff_ask_for_somebody_and_answer(facility: Facility) -> None:
    at = boxed(facility)
    scan, first, second = at.add(ORSON, ORSON)
    with pytest.raises(UsageError, match="who asks"):
        originals.ask_for(facility, first, "", CLERK)
    number = originals.ask_for(facility, first, "his mother, by telephone", CLERK)
    assert at.obstacle(scan) is Obstacle.ASKED
    with pytest.raises(Conflict, match="already"):
        originals.ask_for(facility, first, "his mother", CLERK)
    (waiting,) = originals.overview(facility, CLERK).asked
    assert (waiting.request.number, waiting.paper.box) == (number, at.code)
    with pytest.raises(UsageError, match="why it is refused"):
        originals.answer(facility, number, Answer.REFUSED, "", CLERK)
    originals.answer(facility, number, Answer.SENDER, "", CLERK)
    with pytest.raises(Conflict, match="in the meantime"):
        originals.answer(facility, number, Answer.PROPERTY, "", CLERK)
    assert originals.find_paper(facility, scan, CLERK).paper.place is Place.BOX
    other = originals.ask_for(facility, second, "his mother", CLERK)
    originals.answer(facility, other, Answer.PROPERTY, "", CLERK)
    assert originals.find_paper(facility, scan, CLERK).paper.place is Place.GIVEN
    with pytest.raises(NotFound):
        originals.ask_for(facility, "nothing", "his mother", CLERK)


def test_a_hold_is_over_with_its_last_day(facility: Facility) -> None:
    at = boxed(facility)
    scan, own = at.add()
    today = now().astimezone().date()
    number = originals.hold_paper(facility, own, today, INVESTIGATOR, "case 12")
    assert [each.active for each in originals.find_paper(facility, scan, CLERK).holds] == [True]
    with writing(facility.engine) as tx:
        tx.execute(sa.update(paper_hold).values(until=today - timedelta(days=1)))
    assert at.obstacle(scan) is None
    assert originals.overview(facility, CLERK).holds == ()
    assert [each.active for each in originals.find_paper(facility, scan, CLERK).holds] == [False]
    with pytest.raises(Conflict, match="over already"):
        originals.end_hold(facility, number, SUPERVISOR, "closed")
    originals.give_paper(facility, scan, GivenTo.PROPERTY, "", CLERK)


@pytest.mark.parametrize("held", ["inmate", "letter", "earlier scan", "later scan", "nobody's"])
def test_a_legal_hold_keeps_paper_from_being_given_out(facility: Facility, held: str) -> None:
    at = boxed(facility)
    (scan, own), (other, its) = at.add(), at.add(PETRA)
    number = originals.ask_for(facility, own, "his mother", CLERK)
    with writing(facility.engine) as tx:
        again = sa.update(letter).values(state="replaced")
        if held == "earlier scan":
            tx.execute(again.where(letter.c.id == its).values(replaced_by=scan))
        elif held == "later scan":
            tx.execute(sa.update(letter).where(letter.c.id == own).values(replaced_by=other))
        elif held == "nobody's":
            tx.execute(sa.delete(letter).where(letter.c.id == its))
    of = {"inmate": ORSON, "letter": own}.get(held, PETRA)
    on = HoldOn.LETTER if held == "letter" else HoldOn.INMATE
    hold = retention.set_hold(facility, on, of, SUPERVISOR, "a claim")
    wanted = other if held == "nobody's" else scan
    with pytest.raises(Conflict, match="legal hold"):
        originals.give_paper(facility, wanted, GivenTo.PROPERTY, "", CLERK)
    if wanted is scan:
        with pytest.raises(Conflict, match="legal hold"):
            originals.answer(facility, number, Answer.PROPERTY, "", CLERK)
    retention.lift_hold(facility, hold, SUPERVISOR, "settled")
    originals.give_paper(facility, wanted, GivenTo.PROPERTY, "", CLERK)


def test_a_scan_is_found_by_its_files_name(facility: Facility) -> None:
    at = boxed(facility)
    scan, _ = at.add()
    name = originals.find_paper(facility, scan, CLERK).paper.source or ""
    assert [each.scan for each in originals.find_by_name(facility, name, CLERK)] == [scan]
    assert originals.find_by_name(facility, "other.pdf", CLERK) == ()


def test_paper_is_given_only_for_whom_the_letter_is_now(facility: Facility) -> None:
    at = boxed(facility)
    scan, moved = at.add()
    number = originals.ask_for(facility, moved, "his mother", CLERK)

    def change(**values: object) -> None:
        with writing(facility.engine) as tx:
            tx.execute(sa.update(letter).where(letter.c.id == moved).values(**values))

    def refused_with(words: str) -> None:
        for given in (Answer.PROPERTY, Answer.SENDER, Answer.INMATE):
            with pytest.raises(Conflict, match=words):
                originals.answer(facility, number, given, "", CLERK)

    with reading(facility.engine) as tx:
        hers = sa.select(inmate.c.id).where(inmate.c.booking_number == PETRA)
        petra = tx.execute(hers).scalar_one()
    change(state="held")  # it was recalled
    refused_with("no longer delivered")
    change(state="delivered", inmate_id=petra)
    refused_with("another inmate")
    (shown,) = originals.overview(facility, CLERK).asked
    assert shown.inmate is not None
    assert shown.inmate.booking_number == PETRA
    assert shown.moved
    at.change(scan, sealed=True)
    refused_with("sealed")
    at.change(scan, sealed=False)
    originals.answer(facility, number, Answer.REFUSED, "It is not his letter.", CLERK)
    assert at.obstacle(scan) is None
