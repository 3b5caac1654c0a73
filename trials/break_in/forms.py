"""Forged forms: without the token of this session, or from another site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlencode

from digitizer.model.people import StaffRole
from trials.break_in.playing import Attack, Play, shut_if
from trials.break_in.routes import forms_of_staff
from trials.break_in.target import Target
from trials.break_in.visitor import Visitor


def _forged(target: Target, token: Callable[[Target, Visitor], str], **headers: str) -> str:
    visitor = target.as_staff(StaffRole.ADMINISTRATOR)
    csrf, before, through = token(target, visitor), target.events(), []
    forms = forms_of_staff(target)
    for each in forms:
        answer = visitor.post(each.address(), {**each.form, "csrf": csrf}, **headers)
        if answer.status != 403:
            through.append(f"{each.row.path} {answer.status}")
    shut_if(not through, f"answered: {through}")
    changed = target.events() - before
    shut_if(changed == 0, f"{changed} events of forged forms")
    return f"{len(forms)} forms refused"


def _no_token(_: Target, __: Visitor) -> str:
    return ""


def _anothers_token(target: Target, _: Visitor) -> str:
    return target.as_staff(StaffRole.ADMINISTRATOR).hidden("/staff/me")["csrf"]


def _inmates_token(target: Target, _: Visitor) -> str:
    other = target.visitor()
    other.log_in(target.new_inmate())
    return other.hidden("/mail")["csrf"]


def _old_token(target: Target, visitor: Visitor) -> str:
    """Of the session before this one, of the same person in the same browser."""
    old, name = visitor.hidden("/staff/me")["csrf"], target.new_staff(StaffRole.ADMINISTRATOR)
    visitor.staff_in(name)
    older = visitor.hidden("/staff/me")["csrf"]
    visitor.staff_in(name)
    assert len({old, older, visitor.hidden("/staff/me")["csrf"]}) == 3
    return older


def _near_token(_: Target, visitor: Visitor) -> str:
    return visitor.hidden("/staff/me")["csrf"][:-1]


def _right_token(_: Target, visitor: Visitor) -> str:
    """A right one, but the request comes from another site."""
    return visitor.hidden("/staff/me")["csrf"]


def _by_get(target: Target) -> str:
    """A picture on another page that asks for the address of a form."""
    visitor = target.as_staff(StaffRole.ADMINISTRATOR)
    csrf, before, done = _right_token(target, visitor), target.throttled(), []
    for each in forms_of_staff(target):
        if each.row.recorded is None:
            continue
        events = target.events(str(each.row.recorded))
        visitor.get(f"{each.address()}?{urlencode({**each.form, 'csrf': csrf})}")
        if target.events(str(each.row.recorded)) != events:
            done.append(each.row.path)
    shut_if(not done and target.throttled() == before, f"done by GET: {done}")
    return "no address of a form does anything by GET"


_FORMS: Mapping[str, Play] = {
    "no token": partial(_forged, token=_no_token),
    "another administrator's token": partial(_forged, token=_anothers_token),
    "an inmate's token": partial(_forged, token=_inmates_token),
    "the token of the session before": partial(_forged, token=_old_token),
    "a token that lacks its last letter": partial(_forged, token=_near_token),
    "from another site, by Origin": partial(
        _forged, token=_right_token, Origin="https://evil.example"
    ),
    "from another site, by Sec-Fetch-Site": partial(
        _forged, token=_right_token, Sec_Fetch_Site="cross-site"
    ),
    "from a sister site": partial(_forged, token=_right_token, Sec_Fetch_Site="same-site"),
    "from a page without an origin": partial(_forged, token=_right_token, Origin="null"),
    "by GET": _by_get,
}

ATTACK = Attack("forged forms", "403, nothing done", _FORMS)
