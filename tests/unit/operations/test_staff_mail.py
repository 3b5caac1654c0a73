"""Alarms and digests end for an address by the link in one, and nothing else ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound
from digitizer.notifications.sending import send_due
from digitizer.operations import alarms, digest, staff_mail
from digitizer.operations.findings import staff_mail as finding
from digitizer.operations.staff_mail import StaffMail
from digitizer.storage.database import reading
from tests.support.made_mail import ADMINISTRATOR, CLERK, OPERATOR, events
from tests.support.mail_server import MadeMailServer, mail_server, with_mail

ANNE, BO = "Anne@jail.example", "bo@jail.example"
PAGES = "https://mail.jail.example"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MadeMailServer]:
    with mail_server(tmp_path / "server") as made:
        yield made


@pytest.fixture
def mailing(facility: Facility, server: MadeMailServer) -> Facility:
    """Two get both; something is wrong, for there is no room on any disk."""
    made = with_mail(facility, server.settings)
    to = {"mail_to": (ANNE, BO), "digest_to": (ANNE, BO), "digest_hour": 0}
    own = made.settings.alarms.model_copy(
        update=to | {"free_gigabytes": 10.0**9, "backup_hours": 0, "oldest_hours": 0}
    )
    family = made.settings.family.model_copy(update={"enabled": True, "address": PAGES})
    return replace(
        made, settings=made.settings.model_copy(update={"alarms": own, "family": family})
    )


def _token(mailing: Facility, server: MadeMailServer, to: str, what: StaffMail) -> str:
    """Of the e-mail that was sent to them."""
    wanted = "Alarm" if what is StaffMail.ALARMS else "2"
    (sent,) = (
        each for each in server.taken if each["To"] == to and each["Subject"].startswith(wanted)
    )
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(rf"<{PAGES}/family/staff-mail/([0-9a-z]{{32}})>", sent["List-Unsubscribe"])
    assert found is not None
    assert f"No more of these e-mails: {PAGES}/family/staff-mail/{found[1]}" in sent.get_content()
    return found[1]


def _send(mailing: Facility) -> None:
    alarms.check_alarms(mailing, OPERATOR)
    digest.mail_digest(mailing, OPERATOR)
    send_due(mailing, OPERATOR)


@pytest.mark.parametrize("what", list(StaffMail))
def test_only_this_address_leaves_only_this(
    mailing: Facility, server: MadeMailServer, what: StaffMail
) -> None:
    _send(mailing)
    assert len(server.taken) == 4
    token = _token(mailing, server, ANNE, what)
    assert staff_mail.of_link(mailing, token) == (what, False)
    for _ in range(2):  # pressed twice, it stands in the log once
        staff_mail.leave_by_link(mailing, token)
    assert [verb for verb, _, _ in events(mailing)].count("leave staff mail") == 1
    with reading(mailing.engine) as tx:
        to = {each: staff_mail.recipients(tx, mailing.settings, each) for each in StaffMail}
        seen = finding(mailing.settings, tx)
    assert to == {each: (BO,) if each is what else (ANNE, BO) for each in StaffMail}
    assert seen is not None
    assert (seen.good, seen.message) == (False, f"{ANNE} has left {what.setting}")
    (left,) = staff_mail.who_left(mailing, ADMINISTRATOR)
    assert (left.what, left.address) == (what, ANNE)
    staff_mail.take_up_by_link(mailing, token)
    assert staff_mail.who_left(mailing, ADMINISTRATOR) == ()


def test_what_everybody_left_is_not_sent(mailing: Facility, server: MadeMailServer) -> None:
    _send(mailing)
    for to in (ANNE, BO):
        for what in StaffMail:
            staff_mail.leave_by_link(mailing, _token(mailing, server, to, what))
    done = len(events(mailing))
    assert alarms.check_alarms(mailing, OPERATOR) == 0
    assert digest.mail_digest(mailing, OPERATOR) == 0
    assert len(events(mailing)) == done


def test_an_administrator_sends_again(mailing: Facility, server: MadeMailServer) -> None:
    _send(mailing)
    staff_mail.leave_by_link(mailing, _token(mailing, server, BO, StaffMail.DIGEST))
    with pytest.raises(NotAllowed):
        staff_mail.send_again(mailing, StaffMail.DIGEST, BO, CLERK)
    with pytest.raises(Conflict, match="has not left"):
        staff_mail.send_again(mailing, StaffMail.ALARMS, BO, ADMINISTRATOR)
    staff_mail.send_again(mailing, StaffMail.DIGEST, BO, ADMINISTRATOR)
    assert staff_mail.who_left(mailing, ADMINISTRATOR) == ()
    with pytest.raises(Conflict, match="has not left"):
        staff_mail.send_again(mailing, StaffMail.DIGEST, BO, ADMINISTRATOR)


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "\udcff", "é"])
def test_a_link_that_is_not_good_does_nothing(mailing: Facility, token: str) -> None:
    for do in (staff_mail.leave_by_link, staff_mail.take_up_by_link, staff_mail.of_link):
        with pytest.raises(NotFound):
            do(mailing, token)


def test_an_address_that_is_not_named_any_more_has_no_link(
    mailing: Facility, server: MadeMailServer
) -> None:
    _send(mailing)
    token = _token(mailing, server, BO, StaffMail.ALARMS)
    own = mailing.settings.alarms.model_copy(update={"mail_to": (ANNE,)})
    later = replace(mailing, settings=mailing.settings.model_copy(update={"alarms": own}))
    with pytest.raises(NotFound):
        staff_mail.leave_by_link(later, token)


def test_without_a_way_in_from_outside_the_e_mail_says_whom_to_ask(
    mailing: Facility, server: MadeMailServer
) -> None:
    family = mailing.settings.family.model_copy(update={"address": ""})
    inside = replace(mailing, settings=mailing.settings.model_copy(update={"family": family}))
    _send(inside)
    assert {each["List-Unsubscribe"] for each in server.taken} == {None}
    assert all("to take you out of alarms." in each.get_content() for each in server.taken)


def test_nothing_is_found_where_nobody_is_named(facility: Facility) -> None:
    with reading(facility.engine) as tx:
        assert finding(facility.settings, tx) is None
