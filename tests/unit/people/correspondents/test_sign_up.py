"""Getting an account and a new password by links, without showing who has one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, TooOften, UsageError
from digitizer.model.people import ActorKind
from digitizer.operations.actions import verify_audit
from digitizer.people.correspondents import actions, own_account, sign_up
from digitizer.people.correspondents.records import Entry
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from digitizer.storage.tables_correspondents import (
    correspondent,
    correspondent_account,
    leave_link,
    password_reset,
)
from digitizer.storage.tables_correspondents import sign_up as sign_ups
from digitizer.storage.tables_upkeep import outbox
from digitizer.support.clock import now
from tests.support.conversing import IDA, give_account, link_in, mailed, make_contact, with_family
from tests.support.made_mail import CLERK, OPERATOR, ORSON, SUPERVISOR
from tests.support.web_kit import PASSWORD
from tests.support.whole_facility import cheap_hashes

HERE, OTHER = "10.0.0.7", "lanterns over quiet water"
NORA = Entry("Nora Kessel", "", "Nora@example.org", "es")


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap_hashes():
        yield


@pytest.fixture
def home_of_families(facility: Facility) -> Facility:
    return with_family(facility)


def _token(body: str) -> str:
    return link_in(body).rpartition("/")[2]


def _ask(facility: Facility, entry: Entry = NORA, terminal: str = HERE) -> None:
    sign_up.ask_for_account(facility, entry, PASSWORD, PASSWORD, terminal)


def _joined(facility: Facility) -> str:
    """With an account, whose session's token is returned."""
    _ask(facility)
    email = sign_up.confirm(facility, _token(mailed(facility)[-1].body), PASSWORD, HERE)
    return login.enter_as_correspondent(facility, email, PASSWORD, HERE)


def test_a_link_and_the_password_make_an_account(home_of_families: Facility) -> None:
    token = _joined(home_of_families)
    visit = login.visit(home_of_families, token)
    assert visit is not None
    assert visit.called == "Nora Kessel"
    assert visit.actor.kind is ActorKind.CORRESPONDENT
    own = own_account.own_account(home_of_families, visit.actor)
    assert (own.email, own.record.language, own.tell, own.tell_content) == (
        "Nora@example.org",
        "es",
        True,
        False,
    )
    login.leave(home_of_families, token)
    assert login.visit(home_of_families, token) is None


def test_the_link_alone_does_nothing(home_of_families: Facility) -> None:
    """Neither for a stranger to whom it was sent, nor for a program that follows links."""
    _ask(home_of_families)
    token = _token(mailed(home_of_families)[0].body)
    assert sign_up.name_to_confirm(home_of_families, token) == "Nora Kessel"
    with pytest.raises(Refused):
        sign_up.confirm(home_of_families, token, "not the password", HERE)
    with pytest.raises(Refused):
        login.enter_as_correspondent(home_of_families, NORA.email, PASSWORD, HERE)


def test_a_link_is_good_once_and_for_a_day(home_of_families: Facility) -> None:
    _ask(home_of_families)
    token = _token(mailed(home_of_families)[0].body)
    sign_up.confirm(home_of_families, token, PASSWORD, HERE)
    for wrong in (token, "nothing", ""):
        with pytest.raises(NotFound):
            sign_up.confirm(home_of_families, wrong, PASSWORD, HERE)
    _ask(home_of_families, replace(NORA, email="late@example.org"))
    late = _token(mailed(home_of_families)[-1].body)
    with writing(home_of_families.engine) as tx:
        tx.execute(sa.update(sign_ups).values(until=now() - timedelta(seconds=1)))
    with pytest.raises(NotFound):
        sign_up.confirm(home_of_families, late, PASSWORD, HERE)


def test_who_has_an_account_hears_of_it_by_mail_alone(home_of_families: Facility) -> None:
    _joined(home_of_families)
    _ask(home_of_families, replace(NORA, name="Somebody Else", email=" NORA@example.org"))
    told = mailed(home_of_families)[-1]
    assert told.recipient == "Nora@example.org"
    assert "Ya tiene una cuenta" in told.subject
    sign_up.check_reset(home_of_families, _token(told.body))
    with reading(home_of_families.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(sign_ups)).scalar_one() == 0


def test_a_record_that_staff_have_is_never_taken_over(home_of_families: Facility) -> None:
    known = actions.add_correspondent(home_of_families, replace(IDA, name="Nora Kessel"), CLERK)
    actions.approve_contact(home_of_families, known, ORSON, SUPERVISOR, "known")
    _joined(home_of_families)
    with reading(home_of_families.engine) as tx:
        named = tx.execute(
            sa.select(correspondent.c.id).where(correspondent.c.name == "Nora Kessel")
        )
        assert len(named.all()) == 2
        owner = tx.execute(sa.select(correspondent_account.c.correspondent_id)).scalar_one()
    assert owner != known
    actions.merge_correspondents(home_of_families, owner, known, SUPERVISOR, "one person")
    token = login.enter_as_correspondent(home_of_families, NORA.email, PASSWORD, HERE)
    visit = login.visit(home_of_families, token)
    assert visit is not None
    assert visit.actor.name == str(known)


@pytest.mark.parametrize(
    "entry",
    [
        replace(NORA, name=" "),
        replace(NORA, email="nobody"),
        replace(NORA, email="a@b"),
        replace(NORA, email="a@b.example\nBcc: c@d.example"),
        replace(NORA, email="é@b.example"),
        replace(NORA, email="a" * 250 + "@b.example"),
        replace(NORA, language="fr"),
    ],
)
def test_what_cannot_be_kept(home_of_families: Facility, entry: Entry) -> None:
    with pytest.raises(UsageError):
        _ask(home_of_families, entry)
    assert mailed(home_of_families) == []


@pytest.mark.parametrize(
    ("password", "again"),
    [("short", "short"), (PASSWORD, OTHER), ("norakessel2026", "norakessel2026")],
)
def test_a_password_that_is_no_good(home_of_families: Facility, password: str, again: str) -> None:
    with pytest.raises(UsageError):
        sign_up.ask_for_account(home_of_families, NORA, password, again, HERE)


def test_a_stranger_is_not_flooded_with_mail(home_of_families: Facility) -> None:
    """By one address, from many devices; nor by one device, to many addresses."""
    for number in range(6):
        _ask(home_of_families, terminal=f"10.0.1.{number}")
        sign_up.ask_for_reset(home_of_families, NORA.email, f"10.0.2.{number}")
    assert len(mailed(home_of_families)) == 2  # each of them was for the same address
    for number in range(10):
        _ask(home_of_families, replace(NORA, email=f"n{number}@example.org"))
    with pytest.raises(TooOften):
        _ask(home_of_families, replace(NORA, email="one.more@example.org"))
    assert len(mailed(home_of_families)) == 12


def test_a_new_password_by_a_link_that_is_good_once(home_of_families: Facility) -> None:
    session = _joined(home_of_families)
    before = len(mailed(home_of_families))
    sign_up.ask_for_reset(home_of_families, "nobody@example.org", HERE)
    assert len(mailed(home_of_families)) == before
    sign_up.ask_for_reset(home_of_families, "nora@EXAMPLE.org ", HERE)
    token = _token(mailed(home_of_families)[-1].body)
    with pytest.raises(UsageError):
        sign_up.reset_password(home_of_families, token, "short", "short")
    sign_up.reset_password(home_of_families, token, OTHER, OTHER)
    with pytest.raises(NotFound):
        sign_up.reset_password(home_of_families, token, PASSWORD, PASSWORD)
    assert login.visit(home_of_families, session) is None
    with pytest.raises(Refused):
        login.enter_as_correspondent(home_of_families, NORA.email, PASSWORD, HERE)
    assert login.enter_as_correspondent(home_of_families, NORA.email, OTHER, HERE)


def test_a_newer_link_ends_the_older_and_time_ends_all(home_of_families: Facility) -> None:
    _joined(home_of_families)
    tokens = []
    for _ in range(2):
        sign_up.ask_for_reset(home_of_families, NORA.email, HERE)
        tokens.append(_token(mailed(home_of_families)[-1].body))
    with pytest.raises(NotFound):
        sign_up.check_reset(home_of_families, tokens[0])
    sign_up.check_reset(home_of_families, tokens[1])
    with writing(home_of_families.engine) as tx:
        tx.execute(sa.update(password_reset).values(until=now() - timedelta(seconds=1)))
    with pytest.raises(NotFound):
        sign_up.check_reset(home_of_families, tokens[1])


def test_of_a_link_only_the_hash_of_its_token_is_kept(home_of_families: Facility) -> None:
    _joined(home_of_families)
    sign_up.ask_for_reset(home_of_families, NORA.email, HERE)
    token = _token(mailed(home_of_families)[-1].body)
    with reading(home_of_families.engine) as tx:
        for table in (sign_ups, password_reset, leave_link):
            assert all(token not in str(row) for row in tx.execute(sa.select(table)))


def test_leaving_by_one_click(home_of_families: Facility) -> None:
    visit = login.visit(home_of_families, _joined(home_of_families))
    assert visit is not None
    number = int(visit.actor.name)
    actions.approve_contact(home_of_families, number, ORSON, SUPERVISOR, "known")
    leave = mailed(home_of_families)[-1].leave
    assert leave is not None
    assert leave in mailed(home_of_families)[-1].body
    sign_up.leave_news(home_of_families, "nothing")
    assert own_account.own_account(home_of_families, visit.actor).tell
    for _ in range(2):
        sign_up.leave_news(home_of_families, leave.rpartition("/")[2])
    assert not own_account.own_account(home_of_families, visit.actor).tell
    before = len(mailed(home_of_families))
    actions.remove_contact(home_of_families, number, ORSON, SUPERVISOR, "moved")
    assert len(mailed(home_of_families)) == before


def test_guessing_a_password_is_charged_like_any_login(home_of_families: Facility) -> None:
    _joined(home_of_families)
    for _ in range(6):
        with pytest.raises(Refused):
            login.enter_as_correspondent(home_of_families, NORA.email, "wrong words", "10.9.9.9")
    with pytest.raises(Refused):
        login.enter_as_correspondent(home_of_families, NORA.email, PASSWORD, "10.9.9.9")
    assert login.enter_as_correspondent(home_of_families, NORA.email, PASSWORD, HERE)
    for _ in range(6):  # an address that nobody has locks in the same way
        with pytest.raises(Refused):
            login.enter_as_correspondent(home_of_families, "x@y.example", PASSWORD, "10.9.9.8")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_stranger_gets_nothing_that_somebody_typed(
    home_of_families: Facility, language: str
) -> None:
    _ask(home_of_families, Entry("You owe bail: http://evil.example", "", "a@b.org", language))
    (sent,) = mailed(home_of_families)
    assert "evil.example" not in sent.subject + sent.body


def _work(facility: Facility, do: Callable[[], None]) -> Counter[str]:
    """What was asked of the database, by kind, without the marks of a part that can be undone."""
    seen: list[str] = []

    def note(*what: object) -> None:
        seen.append(str(what[2]).split()[0].upper())

    sa.event.listen(facility.engine, "before_cursor_execute", note)
    try:
        do()
    finally:
        sa.event.remove(facility.engine, "before_cursor_execute", note)
    return Counter(each for each in seen if each in ("SELECT", "INSERT", "UPDATE", "DELETE"))


@pytest.mark.parametrize("asks", ["account", "reset"])
def test_a_known_and_an_unknown_address_are_as_much_work(
    home_of_families: Facility, asks: str
) -> None:
    """So that nobody learns from how long an answer takes who has an account."""
    number = make_contact(home_of_families)
    give_account(home_of_families, number, "known@example.org")

    def ask(email: str, terminal: str) -> None:
        if asks == "reset":
            sign_up.ask_for_reset(home_of_families, email, terminal)
        else:
            entry = Entry("Iva Renn", "", email, "en")
            sign_up.ask_for_account(home_of_families, entry, PASSWORD, PASSWORD, terminal)

    ask("warm@example.org", "10.0.0.1")
    works: list[Counter[str]] = []
    for turn in range(3):
        for name in ("known", f"unknown{turn}"):
            terminal = f"10.0.{turn + 1}.{len(works)}"
            works.append(_work(home_of_families, partial(ask, f"{name}@example.org", terminal)))
    unknown = works[1::2]
    assert works[0]["INSERT"] >= 3
    assert works[0] == unknown[0], "the first e-mails to either"
    assert all(each == unknown[0] for each in unknown)


def test_nothing_is_kept_of_a_new_password_that_nobody_can_get(home_of_families: Facility) -> None:
    tables = (sign_ups, password_reset, outbox, event)

    def kept() -> list[int]:
        with reading(home_of_families.engine) as tx:
            counts = (sa.select(sa.func.count()).select_from(each) for each in tables)
            return [tx.execute(each).scalar_one() for each in counts]

    before = kept()
    sign_up.ask_for_reset(home_of_families, "nobody@example.org", HERE)
    assert kept() == before
    sign_up.ask_for_account(home_of_families, NORA, PASSWORD, PASSWORD, HERE)
    assert kept() != before
    assert verify_audit(home_of_families, OPERATOR)[1] is None
