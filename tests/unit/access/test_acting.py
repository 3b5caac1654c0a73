"""The guarded entry: who acts, whose mail, why, in one transaction, and told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import House
from digitizer.model.errors import NotAllowed, NotFound, UsageError
from digitizer.model.events import DECISIONS, ROSTER, Subject, Verb
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.storage.tables import event, inmate, reading
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    events,
)

ABOUT = Subject.letter("x1")
ADMINISTRATOR = Actor(ActorKind.STAFF, "Ada Ministrator", StaffRole.ADMINISTRATOR)
ACTORS = {
    "clerk": CLERK, "supervisor": SUPERVISOR, "administrator": ADMINISTRATOR,
    "investigator": INVESTIGATOR, "inmate": as_inmate(ORSON), "machine": OPERATOR,
    "no role": Actor(ActorKind.STAFF, "no role"),
}  # fmt: skip
MAY = {
    Act.READ: "clerk supervisor administrator investigator inmate machine",
    Act.READ_OWN: "inmate",
    Act.SEND: "clerk supervisor administrator inmate machine",
    Act.LOOK: "clerk supervisor administrator investigator machine",
    Act.SETTLE: "clerk supervisor administrator",
    Act.CORRECT: "clerk supervisor administrator machine",
    Act.TAKE_IN: "clerk supervisor administrator machine",
    Act.PRINT: "clerk supervisor administrator machine",
    Act.REVOKE: "clerk supervisor administrator machine",
    Act.PEOPLE: "administrator machine",
    Act.LOOK_AT_SEAL: "supervisor administrator machine",
    Act.LOOK_UNDER_SEAL: "supervisor administrator",
    Act.UNSEAL: "supervisor administrator",
    Act.OPERATE: "administrator machine",
}
NEEDS_A_REASON = (Act.SETTLE, Act.REVOKE, Act.UNSEAL)


@pytest.mark.parametrize("act", Act)
def test_who_may(house: House, act: Act) -> None:
    assert {who for who, by in ACTORS.items() if is_permitted(by, act)} == set(MAY[act].split())
    for who, by in ACTORS.items():
        if who in MAY[act].split():
            with looking(house, by, act) as look:
                assert look.by is by
        else:
            with pytest.raises(NotAllowed):
                looking(house, by, act)
            with pytest.raises(NotAllowed):
                acting(house, by, act, reason="because")


@pytest.mark.parametrize("act", Act)
def test_a_reason_where_one_is_needed(house: House, act: Act) -> None:
    by = as_inmate(ORSON) if act is Act.READ_OWN else ADMINISTRATOR
    if act in NEEDS_A_REASON:
        with pytest.raises(UsageError, match="why"):
            acting(house, by, act, reason=" ")
    with acting(house, by, act, reason=" because ") as deed:
        deed.record(Verb.LOOK, ABOUT, page=1)
    with reading(house.engine) as tx:
        (detail,) = tx.execute(sa.select(event.c.detail)).scalars()
    assert detail == {"page": 1} | ({"why": "because"} if act in NEEDS_A_REASON else {})


@pytest.mark.parametrize("enter", [acting, looking])
def test_another_inmates_mail_and_none_are_the_same(
    house: House, enter: Callable[..., object]
) -> None:
    said = set()
    for of in (PETRA, "no such inmate"):
        with pytest.raises(NotFound) as caught:
            enter(house, as_inmate(ORSON), Act.READ, of=of)
        said.add(str(caught.value).replace(of, "OF"))
    assert len(said) == 1


@pytest.mark.parametrize(
    ("by", "of", "owner"),
    [
        (as_inmate(ORSON), ORSON, ORSON),
        (as_inmate(ORSON), None, ORSON),
        (CLERK, PETRA, PETRA),
        (CLERK, None, None),
        (OPERATOR, None, None),
    ],
)
def test_whose_mail_every_query_is_limited_to(
    house: House, by: Actor, of: str | None, owner: str | None
) -> None:
    with looking(house, by, Act.READ, of=of) as look:
        assert look.owner == owner


def _rename(tx: sa.Connection) -> None:
    tx.execute(sa.update(inmate).values(last_name="Changed"))


def _names(house: House) -> set[str]:
    with reading(house.engine) as tx:
        return set(tx.execute(sa.select(inmate.c.last_name)).scalars())


def test_a_deed_and_its_event_stand_or_fall_together(house: House) -> None:
    def fail() -> None:
        with acting(house, OPERATOR, Act.PEOPLE) as deed:
            _rename(deed.tx)
            deed.record(Verb.IMPORT_ROSTER, ROSTER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (events(house), "Changed" in _names(house)) == ([], False)
    with acting(house, OPERATOR, Act.PEOPLE) as deed:
        _rename(deed.tx)
        deed.record(Verb.IMPORT_ROSTER, ROSTER)
    assert events(house) == [("import roster", "roster", OPERATOR.name)]
    assert _names(house) == {"Changed"}


def test_what_no_event_tells_of_is_not_done(house: House) -> None:
    def forget() -> None:
        with acting(house, OPERATOR, Act.PEOPLE) as deed:
            _rename(deed.tx)

    with pytest.raises(AssertionError, match="no event"):
        forget()
    assert "Changed" not in _names(house)


def test_what_is_refused_opens_no_transaction(house: House) -> None:
    house.engine.dispose()
    with pytest.raises(NotAllowed):
        acting(house, CLERK, Act.PEOPLE)
    assert house.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # QueuePool has it


def test_the_words_of_the_chain_do_not_change() -> None:
    """They stand in the chains of every home; a word that changes here makes old events unread."""
    assert {str(verb) for verb in Verb} >= {
        "add staff", "assign", "copy as PDF", "correct text", "cut", "cut out", "deliver",
        "destroy seal", "duplicate", "give back", "hold", "import roster", "join", "lift seal",
        "lock", "log in", "log out", "login failed", "look", "look at page", "look at seal",
        "look at sealed page", "mark page", "open", "open reply", "print batch sheet",
        "print cover", "print legal sheet", "print message", "print notice", "print reply sheet",
        "reject", "release", "rescanned", "revoke cover", "rotate keys", "scrub", "seal", "search",
        "send message", "set PIN", "set security question", "take in", "try failed",
    }  # fmt: skip
    assert max(map(len, Verb)) <= 40, "the chain's column is so wide"
    assert set(Verb) > DECISIONS


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        (Subject.letter("ab12"), "letter:ab12"),
        (Subject.scan("ab12"), "scan:ab12"),
        (Subject.cover("ab12"), "cover:ab12"),
        (Subject.message("ab12"), "message:ab12"),
        (Subject.mailbox("A-1"), "mailbox:A-1"),
        (Subject.mailbox(None), "mailbox:all"),
        (Subject.inmate("A-1"), "inmate:A-1"),
        (Subject.staff("Ana B"), "staff:Ana B"),
        (Subject.terminal("10.0.0.1"), "terminal:10.0.0.1"),
        (Subject.key(3), "key:3"),
        (ROSTER, "roster"),
        (Subject.terminal("x" * 99), "terminal:" + "x" * 71),
    ],
)
def test_subjects_are_written_as_ever(subject: Subject, told: str) -> None:
    assert str(subject) == told
