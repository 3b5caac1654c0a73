"""Inmates who leave, and booking numbers that come back with another person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import sqlalchemy as sa

from digitizer.model.people import CustodyStatus
from digitizer.storage.database import reading
from digitizer.storage.tables import inmate
from tests.support.web_kit import PIN
from trials.break_in.playing import Attack, Play, Theme, shut_if
from trials.break_in.target import Target
from trials.break_in.visitor import Visitor

_HEADER = "booking_number,last_name,first_name,housing_unit,status"


def _import(target: Target, rows: Sequence[str], *more: str) -> str:
    """What ``roster import`` prints."""
    file = target.free()
    file.write_text("\n".join((_HEADER, *rows)) + "\n", "utf-8")
    done = target.run("roster", "import", str(file), *more, "--json")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _all_rows(target: Target, without: str = "") -> list[str]:
    """The roster as it is, as a --full file has it."""
    with reading(target.facility.engine) as tx:
        found = tx.execute(sa.select(inmate)).all()
    return [
        f'{each.booking_number},"{each.last_name}","{each.first_name}",{each.housing_unit},'
        f"{each.status}"
        for each in found
        if each.booking_number != without
    ]


def _logged_in(target: Target, **values: str) -> tuple[str, Visitor]:
    number, visitor = target.new_inmate(**values), target.visitor()
    assert visitor.log_in(number)
    return number, visitor


# --- released


def _is_gone(target: Target, number: str, visitor: Visitor, pin_is_good: bool = False) -> str:
    """Neither the session nor the PIN opens anything; with ``pin_is_good`` the PIN still does."""
    paths = ("/mail", "/mail/replies", "/mail/x/1", "/mail/x/1/picture", "/mail?q=x")
    still = [path for path in paths if visitor.get(path).to != "/login"]
    shut_if(not still, f"the session still opens {still}")
    let_in = target.visitor(visitor.address).log_in(number)
    shut_if(let_in is pin_is_good, f"the PIN lets in: {let_in}")
    return "logged out" + (", the PIN is good" if pin_is_good else ", the PIN is gone")


def _listed_as(target: Target, status: str) -> str:
    number, visitor = _logged_in(target)
    _import(target, [f"{number},Testvale,Orson,B,{status}"])
    return _is_gone(target, number, visitor)


def _not_listed(target: Target) -> str:
    number, visitor = _logged_in(target)
    _import(target, _all_rows(target, without=number), "--full")
    return _is_gone(target, number, visitor, pin_is_good=True)


def _back_again(target: Target) -> str:
    """Released, and back in custody under the same number: the old PIN is not good again."""
    number, visitor = _logged_in(target)
    for status in (CustodyStatus.RELEASED, CustodyStatus.IN_CUSTODY):
        _import(target, [f"{number},Testvale,Orson,B,{status}"])
    return _is_gone(target, number, visitor)


def _released_in_capitals(target: Target) -> str:
    """Another spelling of the same person, and released in the same line."""
    number, visitor = _logged_in(target)
    _import(target, [f"{number},TESTVALE JR,ORSON LEE,B,released"])
    return _is_gone(target, number, visitor)


def _between_steps(target: Target) -> str:
    """Released while the login page of another device is open."""
    number, visitor = _logged_in(target)
    other = target.visitor()
    other.get("/login")
    _import(target, [f"{number},Testvale,Orson,B,transferred"])
    shut_if(not other.log_in(number), "the PIN was still good")
    return _is_gone(target, number, visitor)


# --- another person


def _named(target: Target, known: str, listed: str) -> tuple[str, Visitor, str]:
    """The number of ``known``, who is logged in; then the roster lists ``listed`` under it."""
    last, _, first = known.partition(", ")
    number, visitor = _logged_in(target, last_name=last, first_name=first)
    last, _, first = listed.partition(", ")
    return number, visitor, _import(target, [f'{number},"{last}","{first}",C-1,in_custody'])


def _is_held(target: Target, known: str, listed: str) -> str:
    number, visitor, said = _named(target, known, listed)
    shut_if(number in said, "the import does not name it")
    shut_if(not visitor.is_in(), "who is logged in reads on")
    shut_if(not target.visitor().log_in(number), "the PIN lets in")
    pin = target.run("inmate", "pin", number)
    new = pin.stdout.strip() if pin.returncode == 0 else PIN
    shut_if(not target.visitor().log_in(number, new), "a new PIN lets in")
    with reading(target.facility.engine) as tx:
        row = tx.execute(sa.select(inmate).where(inmate.c.booking_number == number)).one()
    shut_if(f"{row.last_name}, {row.first_name}" == known, "the person known here was changed")
    return "held: nobody logs in, nothing is changed"


def _stays(target: Target, known: str, listed: str) -> str:
    number, visitor, said = _named(target, known, listed)
    shut_if(number not in said and visitor.is_in(), "a way of writing is held")
    return "goes in, and nobody is logged out"


def _new_person_confirmed(target: Target) -> str:
    number, visitor, _ = _named(target, "Testvale, Orson", "Samplewood, Petra")
    words = ("--new-person", "--by", "Ruth Harrow", "--reason", "two people")
    target.run("roster", "confirm", number, *words)
    shut_if(not target.visitor().log_in(number) and not visitor.is_in(), "somebody is in")
    return "still nobody logs in under that number"


def _twice_in_one_file(target: Target) -> str:
    """Once as known, once as another: the file is refused, or the number held."""
    number, visitor = _logged_in(target)
    file = target.free()
    rows = (f"{number},Testvale,Orson,B,in_custody", f"{number},Samplewood,Petra,B,in_custody")
    file.write_text("\n".join((_HEADER, *rows)) + "\n", "utf-8")
    done = target.run("roster", "import", str(file))
    shut_if(done.returncode != 0 and visitor.is_in(), f"ended with {done.returncode}")
    return "the file is refused as a whole"


def _other_capitals(target: Target) -> str:
    """The number itself in other capitals, for another person."""
    number, visitor = _logged_in(target)
    _import(target, [f"{number.lower()},Samplewood,Petra,B,in_custody"])
    other = target.visitor()
    let_in = other.log_in(number.lower())
    shut_if(not let_in, "the PIN of the one opens the other's number")
    return f"two people; the first is in: {visitor.is_in()}, the PIN opens nothing of the other"


_SAME = {
    "capitals": ("Testvale, Orson", "TESTVALE, ORSON"),
    "accents": ("Núñez, José", "NUNEZ, JOSE"),
    "a suffix": ("Testvale, Orson", "Testvale Jr., Orson"),
    "a middle name": ("Testvale, Orson", "Testvale, Orson Lee"),
    "umlauts spelt out": ("Müller, Jörg", "Mueller, Joerg"),
    "a hyphen": ("Smith-Jones, Ana", "Smith Jones, Ana"),
    "an apostrophe": ("O'Brien, Ana", "O’BRIEN, Ana"),
}
_DIFFERENT = {
    "another person": ("Testvale, Orson", "Samplewood, Petra"),
    "a brother": ("Testvale, Orson", "Testvale, Oscar"),
    "one letter": ("Testvale, Jon", "Testvale, Jan"),
    "a married name": ("Smith, Ana", "Jones, Ana"),
    "one of two last names": ("García López, Ana", "García, Ana"),
    "first and last name swapped": ("James, Thomas", "Thomas, James"),
    "a nickname": ("Testvale, William", "Testvale, Bill"),
    "letters of another alphabet that look alike": ("Testvale, Orson", "Tеstvale, Orson"),
    "an initial": ("Testvale, Orson", "Testvale, O."),
}
_RELEASED: Mapping[str, Play] = {
    "released": partial(_listed_as, status="released"),
    "transferred": partial(_listed_as, status="transferred"),
    "not in a full roster": _not_listed,
    "released, and back": _back_again,
    "released in another spelling": _released_in_capitals,
    "released while a login page is open": _between_steps,
}
_GIVEN: Mapping[str, Play] = {
    **{
        name: partial(_is_held, known=known, listed=listed)
        for name, (known, listed) in _DIFFERENT.items()
    },
    "confirmed as a new person": _new_person_confirmed,
    "both in one file": _twice_in_one_file,
    "the number in other capitals": _other_capitals,
}
_WRITTEN: Mapping[str, Play] = {
    name: partial(_stays, known=known, listed=listed) for name, (known, listed) in _SAME.items()
}

THEMES = (
    Theme(
        "leavers",
        (
            Attack("who was released goes on reading", "logged out, no PIN", _RELEASED, short=2),
            Attack("a number given to another person", "held for a person", _GIVEN, short=2),
            Attack("keep somebody out by a way of writing", "goes in", _WRITTEN),
        ),
    ),
)
