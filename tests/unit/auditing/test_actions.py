"""One person's week is looked through by another: what is counted, who ends it, what is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer import audit
from digitizer.auditing import actions as auditing
from digitizer.auditing import records, weeks
from digitizer.facility import Facility
from digitizer.model.auditing import Figures, Review, Wanted
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.events import ABOUT_LEGAL_MAIL, GRAVE, LOG, Subject, Verb
from digitizer.model.people import MACHINE, Actor, ActorKind, StaffRole
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from digitizer.support.clock import midnight, now
from tests.support.made_mail import CLERK, INVESTIGATOR, OPERATOR, ORSON, SUPERVISOR, deliver

RUTH = Actor(ActorKind.STAFF, "Ruth Other", StaffRole.SUPERVISOR, proven=True)
THIS = weeks.monday_of(datetime.now().date())
LAST = THIS - weeks.WEEK


def _did(facility: Facility, by: Actor, verb: Verb, about: Subject, many: int, week: date) -> None:
    """So many events of this person in the middle of that week."""
    with writing(facility.engine) as tx:
        for _ in range(many):
            audit.record(tx, by, verb, about)
            seq = tx.execute(sa.select(sa.func.max(event.c.seq))).scalar_one()
            at = midnight(week + timedelta(days=3))
            tx.execute(sa.update(event).where(event.c.seq == seq).values(at=at))


def _open(facility: Facility, figures: Figures, week: date = LAST, who: Actor = CLERK) -> int:
    with writing(facility.engine) as tx:
        records.open_week(tx, week, {(str(who.kind), who.name): figures})
        return max(each.number for each in records.waiting(tx))


def test_a_week_in_numbers(facility: Facility) -> None:
    letter = Subject.letter(deliver(facility, ORSON, "words", b"1"))
    _did(facility, CLERK, Verb.OPEN, letter, 12, LAST)
    _did(facility, CLERK, Verb.SEARCH, Subject.mailbox(None), 3, LAST)
    _did(facility, SUPERVISOR, Verb.RECALL, letter, 1, LAST)
    _did(facility, SUPERVISOR, Verb.OPEN, letter, 1, THIS)
    _did(facility, RUTH, Verb.PRINT_COVER, letter, 1, LAST)  # nothing to review
    for each in ABOUT_LEGAL_MAIL:
        _did(facility, RUTH, each, Subject.legal_item("abc"), 1, LAST)
    assert auditing.open_reviews(facility, MACHINE) == 2
    found = {each.person: each for each in auditing.reviews(facility, SUPERVISOR).waiting}
    assert found[CLERK.name].figures == Figures(15, 0, 0, 12, ORSON)
    assert found[CLERK.name].is_on_one
    assert found[SUPERVISOR.name].figures == Figures(0, 1, 0, 0, "")
    assert set(found) == {CLERK.name, SUPERVISOR.name}


def test_each_week_is_opened_once_and_none_is_left_out(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ago in (1, 2, 3):
        _did(facility, CLERK, Verb.OPEN, Subject.letter("x"), ago, THIS - ago * weeks.WEEK)
    assert auditing.open_reviews(facility, MACHINE) == 1, "of a new home the last week alone"
    assert auditing.open_reviews(facility, MACHINE) == 0
    later = now() + 3 * weeks.WEEK
    monkeypatch.setattr(auditing, "now", lambda: later)
    _did(facility, CLERK, Verb.OPEN, Subject.letter("x"), 5, THIS)
    assert auditing.open_reviews(facility, MACHINE) == 1, "the service stood still for weeks"
    with reading(facility.engine) as tx:
        assert records.newest_week(tx) == THIS + 2 * weeks.WEEK
    with writing(facility.engine) as tx, pytest.raises(Conflict):
        records.open_week(tx, LAST, {})


def test_nobody_ends_their_own(facility: Facility) -> None:
    own = _open(facility, Figures(1), who=SUPERVISOR)
    for name in (SUPERVISOR.name, SUPERVISOR.name.upper().replace(" ", "  ")):
        with pytest.raises(NotAllowed, match="about you"):
            auditing.end_review(facility, own, "", replace(SUPERVISOR, name=name), raised=False)
    assert auditing.open_review(facility, own, SUPERVISOR, 0, 9).own
    auditing.end_review(facility, own, "", RUTH, raised=False)
    with pytest.raises(Conflict):
        auditing.end_review(facility, own, "", RUTH, raised=False)
    with pytest.raises(NotFound):
        auditing.end_review(facility, 99, "", RUTH, raised=False)


def test_what_is_raised_stands_until_somebody_closes_it(facility: Facility) -> None:
    number = _open(facility, Figures(1))
    with pytest.raises(UsageError, match="followed up"):
        auditing.end_review(facility, number, "  ", SUPERVISOR, raised=True)
    with pytest.raises(UsageError, match="at most"):
        auditing.end_review(facility, number, "x" * 1001, SUPERVISOR, raised=True)
    with pytest.raises(Conflict):
        auditing.close_review(facility, number, "Settled.", SUPERVISOR)
    auditing.end_review(facility, number, "Why so often?", SUPERVISOR, raised=True)
    (followed,) = auditing.reviews(facility, RUTH).followed
    assert (followed.note, followed.is_followed) == ("Why so often?", True)
    with pytest.raises(UsageError):
        auditing.close_review(facility, number, " ", RUTH)
    auditing.close_review(facility, number, "She answered.", RUTH)
    found = auditing.reviews(facility, RUTH)
    assert (found.followed, [each.closing for each in found.over]) == ((), ["She answered."])
    with pytest.raises(Conflict):
        auditing.close_review(facility, number, "Again.", RUTH)


def test_what_is_usual_takes_four_weeks_to_know(facility: Facility) -> None:
    for ago in (5, 4, 3):
        _open(facility, Figures(10), THIS - ago * weeks.WEEK)
    fourth = _open(facility, Figures(200), THIS - 2 * weeks.WEEK)
    last = _open(facility, Figures(31), LAST)
    with reading(facility.engine) as tx:
        assert records.find(tx, fourth).usual is None
        found = records.find(tx, last)
    assert (found.usual, found.is_unusual) == (10, True)
    assert not replace(found, figures=Figures(30)).is_unusual


def test_a_review_that_waits_a_week_is_overdue(facility: Facility) -> None:
    _open(facility, Figures(1))
    with reading(facility.engine) as tx:
        assert records.overdue(tx, THIS + timedelta(days=6)) == 0
        assert records.overdue(tx, THIS + timedelta(days=7)) == 1


def test_a_review_shows_what_it_is_about(facility: Facility) -> None:
    _did(facility, INVESTIGATOR, Verb.OPEN, Subject.letter("x"), 3, LAST)
    _did(facility, INVESTIGATOR, Verb.SCAN_LEGAL_CODE, Subject.legal_item("abc"), 1, LAST)
    _did(facility, INVESTIGATOR, Verb.OPEN, Subject.letter("y"), 1, THIS)
    _did(facility, CLERK, Verb.OPEN, Subject.letter("z"), 1, LAST)
    number = _open(facility, Figures(3), who=INVESTIGATOR)
    other = _open(facility, Figures(1), LAST - weeks.WEEK, who=SUPERVISOR)
    opened = auditing.open_review(facility, number, SUPERVISOR, 1, 50)
    assert [(each.verb, each.subject) for each in opened.events] == [("open", "letter:x")] * 2
    assert opened.following is None, "the other that waits is the reader's own"
    assert auditing.open_review(facility, number, RUTH, 0, 1).following == other


def test_a_search_finds_by_person_subject_verb_and_day(facility: Facility) -> None:
    _did(facility, CLERK, Verb.OPEN, Subject.letter("x"), 2, LAST)
    _did(facility, RUTH, Verb.SEARCH, Subject.mailbox(ORSON), 1, THIS)
    _did(facility, RUTH, Verb.MAKE_LEGAL_CODE, Subject.legal_item("abc"), 1, THIS)

    def found(**wanted: object) -> list[str]:
        asked = replace(Wanted(), **wanted)  # type: ignore[arg-type]
        return [each.verb for each in auditing.search_log(facility, asked, SUPERVISOR, 0, 99)]

    assert found(person=f" {CLERK.name} ") == ["open", "open"]
    assert found(about="x") == ["open", "open"] == found(about="letter:x")
    assert found(about=ORSON) == ["search"] == found(verb=Verb.SEARCH)
    assert found(about="abc") == [] == found(verb=Verb.MAKE_LEGAL_CODE)
    middle = LAST + timedelta(days=3)
    assert found(first=middle, last=middle) == ["open", "open"]
    assert found(person=RUTH.name, last=middle) == []
    with pytest.raises(UsageError, match="before the first"):
        found(first=middle, last=middle - timedelta(days=1))
    with reading(facility.engine) as tx:
        asked = audit.last_by(tx, SUPERVISOR.name, [Verb.LOOK_AT_LOG])
    assert asked is not None
    assert dict(asked.detail) == {"person": RUTH.name, "last": middle.isoformat()}


def test_the_copy_has_every_event_once_but_those_of_legal_mail(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "_AT_ONCE", 3)
    _did(facility, CLERK, Verb.OPEN, Subject.letter("=x"), 7, LAST)
    _did(facility, CLERK, Verb.SCAN_LEGAL_CODE, Subject.legal_item("abc"), 2, LAST)
    with reading(facility.engine) as tx:
        hidden = event.c.verb != str(Verb.SCAN_LEGAL_CODE)
        all_of_them = list(tx.execute(sa.select(event.c.seq).where(hidden)).scalars())
    saved = [each.seq for each in auditing.export_log(facility, Wanted(), OPERATOR)]
    assert saved == sorted(all_of_them)
    rows = auditing.log_csv(facility, Wanted(person=CLERK.name), SUPERVISOR).decode("utf-8-sig")
    assert rows.count("letter:=x") == 7
    with reading(facility.engine) as tx:
        saved_by = [each.actor for each in audit.events_of(tx, LOG) if each.verb == "export log"]
    assert saved_by == [OPERATOR.name, SUPERVISOR.name]


_NAMES = st.sampled_from(["Ruth Other", "ruth  other", "Ana Clerk", "Ada Third", "ADA THIRD"])


@given(st.lists(st.tuples(_NAMES, _NAMES, st.booleans()), max_size=12))
@settings(max_examples=60)
def test_no_sequence_of_acts_lets_somebody_end_their_own(
    acts: list[tuple[str, str, bool]],
) -> None:
    """Whoever is asked, in whatever spelling of their name: ``_is_about`` alone decides."""
    for person, reviewer, raised in acts:
        actor = Actor(ActorKind.STAFF, reviewer, StaffRole.SUPERVISOR)
        review = replace(_BLANK, person=person, raised=raised)
        same = person.split()[0].casefold() == reviewer.split()[0].casefold()
        assert auditing._is_about(review, actor) == same


_BLANK = Review(1, LAST, "staff", "", Figures(), None, None, "", "", False, None, "", "")


@pytest.mark.parametrize("word", ["destroy", "hold", "merge", "unseal", "lift", "role", "key"])
def test_what_destroys_or_opens_is_reviewed_by_itself(word: str) -> None:
    """Whoever adds such a verb adds it there, or says here why not."""
    named = {each for each in Verb if word in each.value.split() or word in each.name.split("_")}
    assert named - GRAVE <= _NOT_GRAVE


_NOT_GRAVE = {
    Verb.HOLD,  # mail, for a person
    Verb.HOLD_NAME,  # nothing opens by it
    Verb.HOLD_PAPER,  # it keeps
}
