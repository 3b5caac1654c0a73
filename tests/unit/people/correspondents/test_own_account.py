"""A correspondent's own account: changed, proven by its password, and deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.access.password_hashing import hash_secret
from digitizer.facility import Facility
from digitizer.messages import writing as conversing
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.people import Actor
from digitizer.people.correspondents import actions, own_account, own_contacts
from digitizer.people.correspondents.records import Entry
from digitizer.storage.database import reading
from digitizer.storage.tables_messages import message_draft
from tests.support.conversing import (
    IDA,
    a_photo,
    as_correspondent,
    give_account,
    make_contact,
    with_family,
)
from tests.support.made_mail import CLERK, ORSON, PETRA, as_inmate
from tests.support.web_kit import PASSWORD
from tests.support.whole_facility import cheap_hashes

HERE, OTHER = "10.0.0.7", "lanterns over quiet water"


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap_hashes():
        yield


@pytest.fixture
def home_of_families(facility: Facility) -> Facility:
    return with_family(facility)


@pytest.fixture
def ida(home_of_families: Facility) -> Actor:
    number = make_contact(home_of_families)
    give_account(home_of_families, number, "ida@example.org", hash_secret(PASSWORD))
    return as_correspondent(number)


def _change(facility: Facility, by: Actor, entry: Entry, *, tell: bool = True) -> None:
    own_account.change_own_account(facility, entry, by, tell=tell, tell_content=True)


def test_what_is_changed_stays_and_the_e_mail_does_too(
    home_of_families: Facility, ida: Actor
) -> None:
    _change(home_of_families, ida, Entry(IDA.name, "1 New Road", "x@y.example", "es"), tell=False)
    own = own_account.own_account(home_of_families, ida)
    assert (own.record.address, own.record.language) == (("1 New Road",), "es")
    assert (own.email, own.record.email) == ("ida@example.org", "ida@example.org")
    assert (own.tell, own.tell_content, own.name_is_fixed) == (False, True, True)


def test_the_name_that_staff_approved_is_not_theirs_to_change(
    home_of_families: Facility, ida: Actor
) -> None:
    with pytest.raises(Conflict):
        _change(home_of_families, ida, Entry("An Attorney"))
    free = actions.add_correspondent(home_of_families, Entry("Ben Orchard"), CLERK)
    give_account(home_of_families, free, "ben@example.org")
    _change(home_of_families, as_correspondent(free), Entry("Benjamin Orchard"))
    with pytest.raises(UsageError):
        _change(home_of_families, as_correspondent(free), Entry(" "))


def test_a_new_password_needs_the_old_one_and_ends_every_session(
    home_of_families: Facility, ida: Actor
) -> None:
    token = login.enter_as_correspondent(home_of_families, "ida@example.org", PASSWORD, HERE)
    change = own_account.change_own_password
    with pytest.raises(Refused):
        change(home_of_families, "wrong words here", OTHER, OTHER, ida, HERE)
    for new, again in (("short", "short"), (OTHER, PASSWORD)):
        with pytest.raises(UsageError):
            change(home_of_families, PASSWORD, new, again, ida, HERE)
    change(home_of_families, PASSWORD, OTHER, OTHER, ida, HERE)
    assert login.visit(home_of_families, token) is None
    assert login.enter_as_correspondent(home_of_families, "ida@example.org", OTHER, HERE)


def test_deleting_takes_login_and_drafts_and_leaves_the_mail(
    home_of_families: Facility, ida: Actor
) -> None:
    token = login.enter_as_correspondent(home_of_families, "ida@example.org", PASSWORD, HERE)
    sent = conversing.write(home_of_families, ORSON, "Hi", "Hello", ida)
    conversing.add_photo(home_of_families, ORSON, a_photo(), ida)
    conversing.save_draft(home_of_families, ida.name, "To Ida", "Not sent yet", as_inmate(ORSON))
    own_contacts.ask_to_write(home_of_families, PETRA, "Petra Samplewood", ida, HERE)
    with pytest.raises(Refused):
        own_account.delete_own_account(home_of_families, "wrong words here", ida, HERE)
    own_account.delete_own_account(home_of_families, PASSWORD, ida, HERE)
    assert login.visit(home_of_families, token) is None
    with pytest.raises(Refused):
        login.enter_as_correspondent(home_of_families, "ida@example.org", PASSWORD, HERE)
    with pytest.raises(NotFound):
        own_account.own_account(home_of_families, ida)
    with reading(home_of_families.engine) as tx:
        left = tx.execute(sa.select(message_draft.c.subject)).scalars().all()
    assert left == ["To Ida"]
    known = actions.correspondent(home_of_families, int(ida.name), CLERK)
    assert (known.record.email, len(known.contacts)) == ("", 1)
    assert actions.waiting_asks(home_of_families, CLERK) == ()
    talk = conversing.conversation(home_of_families, ORSON, ida)
    assert [each.id for each in talk.entries] == [sent]
