"""One code, for one item, to one inmate, and its paper."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from digitizer.facility import Facility
from digitizer.legal import codes
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.legal import Answer
from digitizer.model.people import Actor, ActorKind, Scope
from tests.support.legal_kit import check, new_code, new_sender, scanned
from tests.support.made_mail import CLERK, GONE, ORSON, PETRA, SUPERVISOR

PROGRAM = Actor(ActorKind.TOKEN, "token law", scopes=frozenset({Scope.LEGAL_CODES}), sender=1)


def test_every_code_is_another_and_is_for_somebody_here(facility: Facility) -> None:
    sender = new_sender(facility)
    made = [new_code(facility, sender) for _ in range(3)]
    assert len({each.text for each in made}) == len({each.item.short_id for each in made}) == 3
    days = (made[0].item.last_day - made[0].item.made.astimezone().date()).days
    assert days == facility.settings.legal_mail.code_days == 28
    with pytest.raises(Conflict, match="not in custody"):
        new_code(facility, sender, GONE)
    with pytest.raises(NotFound):
        new_code(facility, sender, "Z-1")
    with pytest.raises(NotFound):
        new_code(facility, 99)
    with pytest.raises(NotAllowed):
        codes.make_code(facility, sender, ORSON, CLERK)


def test_a_senders_program_makes_codes_for_its_sender_and_learns_of_nobody(
    facility: Facility,
) -> None:
    sender = new_sender(facility)
    made = codes.make_own_code(facility, ORSON.lower(), "Orson Testvale", PROGRAM)
    assert (made.item.sender.number, made.item.inmate.booking_number) == (sender, ORSON)
    assert made.item.made_by == "token law"
    said = set()
    for number, name in ((PETRA, "Orson Testvale"), (GONE, "Gwen Mockford"), ("Z-1", "A B")):
        with pytest.raises(NotFound) as refused:
            codes.make_own_code(facility, number, name, PROGRAM)
        said.add(str(refused.value))
    assert len(said) == 1
    with pytest.raises(NotAllowed):
        codes.make_own_code(facility, ORSON, "Orson Testvale", replace(PROGRAM, sender=None))
    with pytest.raises(NotAllowed):
        codes.make_own_code(facility, ORSON, "Orson Testvale", SUPERVISOR)


def test_the_paper_is_printed_again_until_the_item_has_arrived(facility: Facility) -> None:
    made = new_code(facility, new_sender(check(facility, 0)))
    for paper in ("a4", "letter"):
        assert codes.code_paper(facility, made.item.id, "pdf", SUPERVISOR, paper)[:4] == b"%PDF"
    png = codes.code_paper(facility, made.item.id, "png", SUPERVISOR)
    assert Image.open(io.BytesIO(png)).info["dpi"][0] == pytest.approx(300, abs=1)
    assert scanned(facility, made.text) is Answer.PASS
    with pytest.raises(Conflict, match="has arrived"):
        codes.code_paper(facility, made.item.id, "pdf", SUPERVISOR)
    with pytest.raises(Conflict, match="arrived already"):
        codes.revoke_code(facility, made.item.id, SUPERVISOR, "late")


def test_a_revoked_code_does_not_pass(facility: Facility) -> None:
    made = new_code(facility, new_sender(facility))
    with pytest.raises(UsageError):
        codes.revoke_code(facility, made.item.id, SUPERVISOR, "")
    codes.revoke_code(facility, made.item.id, SUPERVISOR, "lost")
    with pytest.raises(Conflict):
        codes.revoke_code(facility, made.item.id, SUPERVISOR, "again")
    assert scanned(facility, made.text) is Answer.REVOKED
    assert codes.find_item(facility, made.item.id, SUPERVISOR).revoked_why == "lost"
    with pytest.raises(NotFound):
        codes.find_item(facility, "none", SUPERVISOR)
    assert codes.may_make(SUPERVISOR)
    assert not codes.may_make(CLERK)
