"""Somebody else's mail by the code of a slip: found, guessed, early, late, or in another name."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from digitizer.departures import actions
from digitizer.engines.codes.cover_code import spelled_with_check
from digitizer.people import actions as people
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate
from tests.support.whole_facility import ACTORS, OWNER
from trials.break_in.playing import Play, shut_if
from trials.break_in.target import Target
from trials.break_in.visitor import Answer, Visitor

PAGE = "/family/takeaway"
_NAME = "Testvale"  # of the target's new inmates


def _left(target: Target) -> tuple[str, str]:
    """The number of somebody who left, and the code of their slip."""
    number = target.new_inmate(status="released", housing_unit="")
    return number, actions.make_code(target.facility, number, ACTORS["administrator"]).code


def _typed(visitor: Visitor, code: str, number: str, name: str = _NAME) -> Answer:
    return visitor.post(PAGE, {"code": code, "booking": number, "last_name": name})


def _opens(target: Target, code: str, number: str) -> bool:
    """At a device of its owner's."""
    return _typed(target.visitor(), code, number).to == PAGE


def _found(target: Target) -> str:
    """With every number and name but the right pair."""
    number, code = _left(target)
    tries = [
        (number, "Quillfeather"),
        (OWNER, _NAME),
        (OWNER, "Quillfeather"),
        ("", ""),
        (code, code),
    ]
    visitor = target.visitor()
    statuses = {_typed(visitor, code, *each).status for each in tries}
    opens = _opens(target, code, number)
    shut_if(statuses == {403} and opens, f"answered {statuses}; the owner's opens: {opens}")
    return f"{len(tries)} pairs refused, and its owner still opens it"


def _guessed(target: Target) -> str:
    """Codes that could be, one after another, at one device; then the right one there."""
    number, code = _left(target)
    visitor, before = target.visitor(), target.events("login failed")
    guesses = [spelled_with_check([each % 32] * 18 + [each // 32]) for each in range(40)]
    statuses = {_typed(visitor, each, number).status for each in guesses}
    checked = target.events("login failed") - before
    locked = _typed(visitor, code, number).status == 403
    opens = _opens(target, code, number)
    shut_if(
        statuses == {403} and checked <= 25 and locked and opens,
        f"{statuses}, {checked} checked, locked: {locked}, opens elsewhere: {opens}",
    )
    return f"{checked} of 40 checked, then none at this device; its owner opens it at another"


def _early(target: Target) -> str:
    """Right in all, while the roster says that they are here."""
    number = target.new_inmate()
    code = actions.make_code(target.facility, number, ACTORS["administrator"]).code
    visitor = target.visitor()
    answer = _typed(visitor, code, number)
    named = number in answer.text or _NAME in answer.text
    file = visitor.get(f"{PAGE}/file")
    shut_if(
        answer.status == 403 and not named and file.to == PAGE, f"{answer.status}, {file.status}"
    )
    return "told to try later, and not whose it is"


def _returned(target: Target) -> str:
    """They are back in custody, and left again."""
    number, code = _left(target)
    visitor = target.visitor()
    was_open = _typed(visitor, code, number).to == PAGE
    file = target.free().with_suffix(".csv")
    for status in ("in_custody", "released"):
        file.write_text(
            "booking_number,last_name,first_name,housing_unit,status\n"
            f"{number},{_NAME},Orson,B,{status}\n"
        )
        people.import_roster(target.facility, file, False, ACTORS["administrator"])
    again, taken = _typed(target.visitor(), code, number), visitor.get(f"{PAGE}/file")
    shut_if(
        was_open and again.status == 403 and taken.to == PAGE, f"{again.status}, {taken.status}"
    )
    return "what was open is shut, and the code opens nothing"


def _renamed(target: Target) -> str:
    """One's own code with the number and name of somebody else who left."""
    _, code = _left(target)
    other = target.new_inmate(status="released", last_name="Samplewood")
    with writing(target.facility.engine) as tx:
        tx.execute(
            sa.update(inmate).where(inmate.c.booking_number == other).values(first_name="Petra")
        )
    answer = _typed(target.visitor(), code, other, "Samplewood")
    shut_if(answer.status == 403, f"answered {answer.status}")
    return "refused"


def _other_pages(target: Target) -> str:
    """The cookie of an open slip at every other page, and made-up ones at the file."""
    number, code = _left(target)
    visitor = target.visitor()
    _typed(visitor, code, number)
    token = visitor.cookies["__Host-takeaway"]
    visitor.cookies |= {"__Host-digitizer": token, "__Host-family": token}
    pages = {path: visitor.get(path).status for path in ("/mail", "/staff", "/family/home")}
    stranger = target.visitor()
    stranger.cookies["__Host-takeaway"] = token[:-1]
    file = stranger.get(f"{PAGE}/file")
    shut_if(set(pages.values()) == {303} and file.to == PAGE, f"{pages}, {file.status}")
    return "each leads to a login, and a made-up cookie gets no file"


PLAYS: Mapping[str, Play] = {
    "a found slip": _found,
    "guessed codes": _guessed,
    "before they left": _early,
    "after a return": _returned,
    "with somebody else's name": _renamed,
    "by its cookie": _other_pages,
}
