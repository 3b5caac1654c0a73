"""A blind check of a message: the second person sees it as the first did, and no decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.facility import Facility
from digitizer.messages import writing as verbs
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.people import Actor, StaffRole
from digitizer.screening import message_checks as checks
from digitizer.screening import message_review as review
from digitizer.screening import message_undo
from tests.support.conversing import a_photo, as_correspondent, make_contact
from tests.support.made_mail import CLERK, INVESTIGATOR, ORSON, SUPERVISOR, one_more_event

OTHER = replace(CLERK, name="Olga Other", role=StaffRole.CLERK)


@pytest.fixture
def watched(facility: Facility) -> Facility:
    """Every message that one person decides about is drawn."""
    return _with_percent(facility, 100.0)


def _with_percent(facility: Facility, percent: float) -> Facility:
    screening = facility.settings.screening.model_copy(update={"checked_percent": percent})
    settings = facility.settings.model_copy(update={"screening": screening})
    return replace(facility, settings=settings)


@pytest.fixture
def ida(facility: Facility) -> int:
    return make_contact(facility)


def _sent(facility: Facility, ida: int) -> str:
    """With two photos, which the clerk has seen."""
    for colour in ("red", "blue"):
        verbs.add_photo(facility, ORSON, a_photo(colour), as_correspondent(ida))
    sent = verbs.write(facility, ORSON, "Hi", "Hello", as_correspondent(ida))
    for place in (1, 2):
        review.message_photo(facility, sent, place, CLERK)
    return sent


def _see(facility: Facility, sent: str, by: Actor = SUPERVISOR) -> None:
    for place in (1, 2):
        assert checks.photo(facility, sent, place, by)


def _decided(facility: Facility, ida: int) -> tuple[str, str, str]:
    """Released, released without a photo, refused."""
    whole, part, refused = (_sent(facility, ida) for _ in range(3))
    review.release_message(facility, whole, CLERK, "fine")
    review.refuse_photo(facility, part, 2, CLERK, "a map")
    review.release_message(facility, part, CLERK, "fine")
    review.refuse_message(facility, refused, CLERK, "in code")
    return whole, part, refused


def test_whatever_was_decided_it_looks_the_same(watched: Facility, ida: int) -> None:
    ids = _decided(watched, ida)
    assert checks.waiting(watched, SUPERVISOR) == ids
    found = [checks.look_at(watched, each, SUPERVISOR) for each in ids]
    seen = [
        (each.subject, each.body, [(p.place, p.refused) for p in each.waiting.photos])
        for each in found
    ]
    assert seen[0] == seen[1] == seen[2]
    assert {(each.waiting.first_by, each.waiting.unseen) for each in found} == {(None, (1, 2))}
    assert [each.following for each in found] == [ids[1], ids[2], ids[0]]


def test_what_was_missed_is_measured(watched: Facility, ida: int) -> None:
    whole, part, refused = _decided(watched, ida)
    for each in (whole, part, refused):
        _see(watched, each)
    with one_more_event(watched, "check", f"message:{whole}", SUPERVISOR):
        assert not checks.judge(watched, whole, [], "", SUPERVISOR).is_miss
    assert not checks.judge(watched, part, [2], "a map", SUPERVISOR).is_miss  # the first saw it
    assert not checks.judge(watched, refused, [], "", SUPERVISOR).is_miss
    assert checks.waiting(watched, SUPERVISOR) == ()
    another = _sent(watched, ida)
    review.release_message(watched, another, CLERK, "fine")
    _see(watched, another)
    assert checks.judge(watched, another, [0, 1], "in code", SUPERVISOR).is_miss
    found = checks.measured(watched, SUPERVISOR)
    assert (found.missed.found, found.missed.of) == (1, 3)
    assert (found.refused_alone.found, found.refused_alone.of) == (1, 1)
    assert [(each.message, each.first_by, each.by, each.why) for each in found.misses] == [
        (another, CLERK.name, SUPERVISOR.name, "in code")
    ]


def test_nothing_is_judged_before_each_photo_was_shown(watched: Facility, ida: int) -> None:
    sent = _sent(watched, ida)
    review.release_message(watched, sent, CLERK, "fine")
    checks.photo(watched, sent, 1, SUPERVISOR)
    with pytest.raises(Conflict, match="every photo"):
        checks.judge(watched, sent, [], "", SUPERVISOR)
    checks.photo(watched, sent, 2, SUPERVISOR)
    with pytest.raises(UsageError, match="Say why"):
        checks.judge(watched, sent, [0], " ", SUPERVISOR)
    with pytest.raises(UsageError, match="of this message"):
        checks.judge(watched, sent, [3], "why", SUPERVISOR)
    with pytest.raises(NotFound):
        checks.photo(watched, sent, 3, SUPERVISOR)
    checks.judge(watched, sent, [], "", SUPERVISOR)
    with pytest.raises(NotFound):
        checks.judge(watched, sent, [], "", SUPERVISOR)


def test_nobody_checks_what_they_decided_about(watched: Facility, ida: int) -> None:
    sent = _sent(watched, ida)
    review.refuse_photo(watched, sent, 1, OTHER, "a map")
    review.release_message(watched, sent, CLERK, "fine")
    same = replace(CLERK, name=CLERK.name.upper())
    for by in (CLERK, OTHER, same):
        assert checks.waiting(watched, by) == ()
        with pytest.raises(NotFound):
            checks.look_at(watched, sent, by)
    assert checks.waiting(watched, SUPERVISOR) == (sent,)
    with pytest.raises(NotAllowed):
        checks.waiting(watched, INVESTIGATOR)


def test_what_was_undone_is_not_checked_until_it_is_drawn_again(
    watched: Facility, ida: int
) -> None:
    sent = _sent(watched, ida)
    review.release_message(watched, sent, CLERK, "fine")
    found = message_undo.last_decision(watched, sent, CLERK)
    assert found is not None
    message_undo.undo(watched, sent, found.event.seq, CLERK)
    assert checks.waiting(watched, SUPERVISOR) == ()
    review.release_message(_with_percent(watched, 0), sent, CLERK, "fine")
    assert checks.waiting(watched, SUPERVISOR) == ()


def test_what_two_released_or_nobody_proves_is_not_drawn(watched: Facility, ida: int) -> None:
    screening = watched.settings.screening.model_copy(update={"second_look": "all"})
    strict = replace(watched, settings=watched.settings.model_copy(update={"screening": screening}))
    sent = _sent(strict, ida)
    review.release_message(strict, sent, CLERK, "fine")
    for place in (1, 2):
        review.message_photo(strict, sent, place, SUPERVISOR)
    assert review.release_message(strict, sent, SUPERVISOR, "fine")
    claimed = replace(CLERK, shell="root", proven=False)
    review.refuse_message(watched, _sent(watched, ida), claimed, "in code")
    assert checks.waiting(watched, OTHER) == ()
