"""Staff: those who left or lost a role, codes and recovery codes, and acts without proof."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from digitizer.access import second_step, totp
from digitizer.access.password_hashing import hash_secret
from digitizer.model.events import Verb
from digitizer.model.people import StaffRole
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import staff
from digitizer.support.clock import now
from tests.support.web_kit import PASSWORD
from trials.break_in.playing import Attack, Play, Theme, shut_if
from trials.break_in.target import Target
from trials.break_in.visitor import Answer, Visitor

_NEW_PASSWORD = "lanterns over quiet water"
_ADMINISTRATOR, _SUPERVISOR = StaffRole.ADMINISTRATOR, StaffRole.SUPERVISOR


@dataclass(frozen=True, slots=True)
class _Person:
    """Someone at a device of theirs."""

    name: str
    visitor: Visitor


def _person(target: Target, role: StaffRole = StaffRole.CLERK) -> _Person:
    name, visitor = target.new_staff(role), target.visitor()
    assert visitor.staff_in(name)
    return _Person(name, visitor)


def _administer(target: Target, name: str, what: str, **form: str) -> Answer:
    """An administrator does it on the page Staff."""
    administrator = target.as_staff(_ADMINISTRATOR)
    path = f"/staff/people/{target.staff_id(name)}"
    return administrator.post(f"{path}/{what}", form, seen_on=path)


def _is_out(visitor: Visitor, *paths: str) -> str:
    """Nothing of the staff's is open any more."""
    asked = paths or ("/staff", "/staff/held", "/staff/mail", "/staff/me", "/staff/covers")
    seen = {path: visitor.get(path) for path in asked}
    still = [path for path, answer in seen.items() if answer.to != "/staff/login"]
    shut_if(not still, f"still open: {still}")
    return f"{len(seen)} pages closed at the next request"


# --- going on after leaving


def _after(target: Target, what: str, **form: str) -> str:
    person = _person(target, _SUPERVISOR)
    done = _administer(target, person.name, what, **form)
    assert done.status in (200, 303), done.status
    return _is_out(person.visitor)


def _after_own_change(target: Target) -> str:
    """Somebody who saw the password is logged in; its owner changes it."""
    person = _person(target)
    thief = target.visitor()
    assert thief.staff_in(person.name)
    form = {"proof_password": PASSWORD, "password": _NEW_PASSWORD, "again": _NEW_PASSWORD}
    changed = person.visitor.post("/staff/me/password", form, seen_on="/staff/me")
    assert changed.status == 303, changed.status
    shut_if(not target.visitor().staff_in(person.name), "the old password is still good")
    return _is_out(thief)


def _half_a_login(target: Target) -> str:
    """The password was right; before the code is typed, the person is deactivated."""
    known = _with_second_step(target)
    visitor = target.visitor()
    visitor.staff_in(known.name)
    csrf = visitor.hidden("/staff/login/code")
    _administer(target, known.name, "deactivate")
    visitor.post("/staff/login/code", {**csrf, "code": known.code()})
    return _is_out(visitor)


def _one_time_code_twice(target: Target) -> str:
    person = target.new_staff(password_hash=None)
    code = _only(_administer(target, person, "reset").text)
    first, second = target.visitor(), target.visitor()
    let_in = first.staff_in(person, code), second.staff_in(person, code)
    shut_if(let_in == (True, False), f"the same code let in: {let_in}")
    return _opens_nothing_else(first)


def _opens_nothing_else(visitor: Visitor) -> str:
    pages = [visitor.get(path).to for path in ("/staff", "/staff/held", "/staff/mail", "/staff/me")]
    shut_if(set(pages) == {"/staff/login/password"}, f"sent to {pages}")
    return "good once, and for nothing but a new password"


def _only(page: str) -> str:
    """The code on a page that shows one."""
    found = [word for word in page.replace("<", " ").replace(">", " ").split() if _is_code(word)]
    assert len(set(found)) == 1, found
    return found[0]


def _is_code(word: str) -> bool:
    parts = word.split("-")
    return len(parts) >= 3 and all(part.isalnum() and len(part) == len(parts[0]) for part in parts)


def _back_with_the_old_password(target: Target) -> str:
    person = _person(target)
    _administer(target, person.name, "deactivate")
    _administer(target, person.name, "reactivate")
    shut_if(not target.visitor().staff_in(person.name), "the password from before is good again")
    return _is_out(person.visitor)


def _from_the_shell(target: Target) -> str:
    """Whoever left signs a decision, with the right password."""
    person = _person(target, _SUPERVISOR)
    _administer(target, person.name, "deactivate")
    held = target.place["held"]
    signed = target.run("assign", held, "--to", "2026-00117", "--by", person.name, "--reason", "x")
    proven = _shell(target, "legal", "lift", target.place["seal"], "--reason", "x", by=person.name)
    codes = (signed.returncode, proven)
    shut_if(codes[0] != 0 and codes[1] == 1, f"commands ended with {codes}")
    return "neither signing nor proving works"


# --- the last administrator


def _alone(target: Target, how_many: int) -> list[_Person]:
    """So many administrators, and no others who can log in."""
    with writing(target.facility.engine) as tx:
        others = sa.update(staff).where(staff.c.role == str(_ADMINISTRATOR))
        tx.execute(others.values(active=False))
    return [_person(target, _ADMINISTRATOR) for _ in range(how_many)]


def _one_is_left(target: Target) -> str:
    with reading(target.facility.engine) as tx:
        left = tx.execute(
            sa.select(sa.func.count())
            .select_from(staff)
            .where(
                staff.c.role == str(_ADMINISTRATOR),
                staff.c.active,
                staff.c.password_hash.is_not(None),
            )
        ).scalar_one()
    shut_if(left >= 1, "nobody administers any more")
    return f"{left} left"


def _administers(target: Target, who: _Person, whom: str, what: str, **form: str) -> int:
    path = f"/staff/people/{target.staff_id(whom)}"
    return who.visitor.post(f"{path}/{what}", form, seen_on=path).status


def _the_last_leaves(target: Target, what: str, **form: str) -> str:
    (last,) = _alone(target, 1)
    _administers(target, last, last.name, what, **form)
    return _one_is_left(target)


def _one_then_oneself(target: Target) -> str:
    first, second = _alone(target, 2)
    _administers(target, first, second.name, "role", role="investigator")
    _administers(target, first, first.name, "deactivate")
    return _one_is_left(target)


def _each_other(target: Target) -> str:
    """Two remove each other at the same moment, ten times."""
    for _ in range(10):
        pair = _alone(target, 2)
        with ThreadPoolExecutor(2) as both:
            names = [pair[1].name, pair[0].name]
            list(
                both.map(
                    lambda who, whom: _administers(target, who, whom, "deactivate"), pair, names
                )
            )
        _one_is_left(target)
    return "ten races, one is left each time"


def _by_command(target: Target) -> str:
    (last,) = _alone(target, 1)
    ended = _shell(target, "staff", "deactivate", last.name, by=last.name)
    shut_if(ended == 1, f"the command ended with {ended}")
    return _one_is_left(target)


def _rescue_without_need(target: Target) -> str:
    """The way back in from the shell, while an administrator can log in."""
    _alone(target, 1)
    other = target.new_staff()
    ended = target.run("staff", "reset", other).returncode
    shut_if(ended == 1, f"the command ended with {ended}")
    return "the reset without a password is refused"


# --- codes


@dataclass(frozen=True, slots=True)
class _Known:
    """Someone with a second step, and what their telephone knows."""

    target: Target
    name: str
    secret: bytes
    recovery: tuple[str, ...]

    def code(self, steps: int = 0) -> str:
        return totp.code_of(self.secret, totp.step_at(now()) + steps)


def _with_second_step(target: Target) -> _Known:
    name = target.new_staff()
    number = target.staff_id(name)
    with writing(target.facility.engine) as tx:
        second_step.begin(target.facility, tx, number)
        waiting = second_step.pending(target.facility, tx, number)
        assert waiting is not None
        secret = base64.b32decode(waiting.key.replace(" ", ""))
        code = totp.code_of(secret, totp.step_at(now()))
        codes = second_step.finish(target.facility, tx, number, code)
        # as if the first code had been typed an hour ago
        tx.execute(sa.update(staff).where(staff.c.id == number).values(totp_step=1))
    return _Known(target, name, secret, codes)


def _enter(known: _Known, code: str, visitor: Visitor | None = None) -> bool:
    """Logs in with the password and this code."""
    if visitor is None:
        visitor = known.target.visitor()
        visitor.staff_in(known.name)
    visitor.post("/staff/login/code", {"code": code}, seen_on="/staff/login/code")
    return visitor.get("/staff").status == 200


def _replay(target: Target, recovery: bool) -> str:
    known = _with_second_step(target)
    code = known.recovery[3] if recovery else known.code()
    let_in = _enter(known, code), _enter(known, code)
    shut_if(let_in == (True, False), f"the same code let in: {let_in}")
    return "good once"


def _replay_at_once(target: Target) -> str:
    """Ten visitors with one code at the same moment."""
    known = _with_second_step(target)
    visitors = [target.visitor() for _ in range(4)]
    for each in visitors:
        each.staff_in(known.name)
    code = known.code()
    with ThreadPoolExecutor(4) as crowd:
        let_in = sum(crowd.map(lambda each: _enter(known, code, each), visitors))
    shut_if(let_in <= 1, f"one code let in {let_in}")
    return f"one code lets in {let_in}"


def _old_code(target: Target) -> str:
    known = _with_second_step(target)
    codes = [known.code(steps) for steps in (-10, -3, 3, 10)]
    let_in = [_enter(known, each) for each in codes]
    shut_if(not any(let_in), f"codes of another time let in: {let_in}")
    return f"{len(codes)} codes of other times refused"


def _guess_codes(target: Target) -> str:
    known, visitor = _with_second_step(target), target.visitor()
    visitor.staff_in(known.name)
    before = target.events(str(Verb.LOGIN_FAILED))
    for number in range(30):
        guess = f"{number:06d}"
        if guess not in {known.code(steps) for steps in range(-2, 3)}:
            _enter(known, guess, visitor)
    tried = target.events(str(Verb.LOGIN_FAILED)) - before
    shut_if(0 < tried <= 5, f"{tried} codes checked")
    return f"{tried} of 30 codes checked"


def _guess_between_logins(target: Target) -> str:
    """The password again after each guess must not give the guesses back."""
    known, address = _with_second_step(target), target.address()
    before = target.events(str(Verb.LOGIN_FAILED))
    for number in range(30):
        visitor = target.visitor(address)
        visitor.staff_in(known.name)
        _enter(known, f"{number:06d}", visitor)
    tried = target.events(str(Verb.LOGIN_FAILED)) - before
    shut_if(0 < tried <= 5, f"{tried} codes checked")
    return f"{tried} of 30 codes checked"


def _code_of_another(target: Target) -> str:
    known, other = _with_second_step(target), _with_second_step(target)
    let_in = _enter(known, other.code()), _enter(known, other.recovery[0])
    shut_if(not any(let_in), f"another's codes let in: {let_in}")
    return "refused"


def _without_a_code(target: Target) -> str:
    known, visitor = _with_second_step(target), target.visitor()
    visitor.staff_in(known.name)
    paths = ("/staff", "/staff/held", "/staff/me", "/staff/second-step", "/staff/people")
    sent = {visitor.get(path).to for path in paths}
    let_in = [_enter(known, each) for each in ("", " ", "000000 ", "None")]
    shut_if(sent == {"/staff/login/code"} and not any(let_in), f"sent to {sent}, {let_in}")
    return "nothing is open before the code"


# --- acts that cannot be undone, without proof


def _grave(target: Target) -> Mapping[str, tuple[Verb, dict[str, str]]]:
    """Each by its address, with what it records."""
    clerk = target.staff_id(target.new_staff())
    seal = target.sealed()
    why = {"reason": "why"}
    return {
        f"/staff/held/{seal}/seal/lift": (Verb.LIFT_SEAL, why),
        f"/staff/held/{seal}/seal/cut": (Verb.CUT_OUT, {**why, "pages": "3"}),
        f"/staff/held/{seal}/seal/destroy": (Verb.DESTROY_SEAL, {**why, "confirm": "DESTROY"}),
        "/staff/people": (Verb.ADD_STAFF, {"name": "Mal Lory", "role": "administrator"}),
        f"/staff/people/{clerk}/role": (Verb.CHANGE_ROLE, {"role": "administrator"}),
        f"/staff/people/{clerk}/deactivate": (Verb.DEACTIVATE_STAFF, {}),
        f"/staff/people/{clerk}/reset": (Verb.RESET_LOGIN, {}),
        f"/staff/people/{clerk}/sessions/all/end": (Verb.END_SESSION, {}),
        "/staff/me/password": (
            Verb.CHANGE_PASSWORD,
            {"password": _NEW_PASSWORD, "again": _NEW_PASSWORD},
        ),
        "/staff/second-step": (Verb.BEGIN_SECOND_STEP, {}),
    }


def _at_a_screen_left_open(target: Target, proof: Mapping[str, str]) -> str:
    """An administrator's screen, six minutes after the login."""
    acts = _grave(target)
    visitor = target.as_staff(_ADMINISTRATOR)
    target.pass_time(timedelta(minutes=6))
    csrf = visitor.hidden("/staff/me")["csrf"]
    done = []
    for path, (verb, form) in acts.items():
        before = target.events(str(verb))
        answer = visitor.post(path, {**form, **proof, "csrf": csrf})
        if target.events(str(verb)) != before or answer.status != 403:
            done.append(f"{verb} ({answer.status})")
    shut_if(not done, f"done: {', '.join(done)}")
    return f"{len(acts)} acts ask for the password"


def _with_anothers_password(target: Target) -> str:
    """The attacker's own right password, at somebody else's screen."""
    other = target.new_staff(_ADMINISTRATOR, password_hash=hash_secret(_NEW_PASSWORD))
    assert target.visitor().staff_in(other, _NEW_PASSWORD)
    return _at_a_screen_left_open(target, {"proof_password": _NEW_PASSWORD, "name": other})


def _guessing_proof(target: Target) -> str:
    visitor = target.as_staff(_SUPERVISOR)
    target.pass_time(timedelta(minutes=6))
    before = target.events(str(Verb.LOGIN_FAILED))
    csrf = visitor.hidden("/staff/me")["csrf"]
    form = {"csrf": csrf, "password": _NEW_PASSWORD, "again": _NEW_PASSWORD}
    for number in range(30):
        visitor.post("/staff/me/password", {**form, "proof_password": f"guess {number}"})
    tried = target.events(str(Verb.LOGIN_FAILED)) - before
    shut_if(0 < tried <= 5, f"{tried} passwords checked")
    return f"{tried} of 30 passwords checked"


# --- beyond one's role


def _beyond(target: Target, role: StaffRole) -> str:
    """Every act of supervisors and administrators, by someone who is neither, freshly logged in."""
    acts = dict(_grave(target))
    for own in ("/staff/me/password", "/staff/second-step"):
        del acts[own]
    more: dict[str, tuple[Verb, dict[str, str]]] = {
        "/staff/kiosks": (Verb.INVITE_KIOSK, {"name": f"kiosk of {role}"}),
        "/staff/kiosks/revoke": (Verb.REVOKE_KIOSK, {"name": target.place["kiosk"]}),
        "/staff/unlock": (Verb.UNLOCK, {"kind": "inmate", "name": "2026-00117"}),
    }
    visitor = target.as_staff(role)
    csrf = visitor.hidden("/staff/me")["csrf"]
    done = []
    for path, (verb, form) in {**acts, **more}.items():
        before = target.events(str(verb))
        visitor.post(path, {**form, "csrf": csrf, "proof_password": PASSWORD})
        if target.events(str(verb)) != before:
            done.append(str(verb))
    shut_if(not done, f"done by {role}: {', '.join(done)}")
    return f"{len(acts) + len(more)} acts refused"


def _sealed_page(target: Target, role: StaffRole) -> str:
    visitor, scan = target.as_staff(role), target.place["seal"]
    pages = [visitor.get(f"/staff/held/{scan}/seal/{number}/picture") for number in range(1, 5)]
    pages += [visitor.get(f"/staff/held/{scan}/page/{number}/picture") for number in range(1, 5)]
    kinds = {answer.headers.get("content-type", "") for answer in pages}
    shut_if(not any("image" in kind for kind in kinds), f"answered {kinds}")
    return f"{len(pages)} addresses of its pages show none"


def _inmate_on_staff_pages(target: Target) -> str:
    visitor = target.visitor()
    visitor.log_in(target.new_inmate())
    paths = ("/staff", "/staff/held", "/staff/people", "/staff/kiosks", "/staff/mail?q=garden")
    sent = {visitor.get(path).to for path in paths}
    shut_if(sent == {"/staff/login"}, f"sent to {sent}")
    return f"{len(paths)} pages closed"


# --- from the shell


def _shell(target: Target, *words: str, by: str = "", password: str | None = PASSWORD) -> int:
    """The exit status of a command, with a name and a password file where they are given."""
    more = ["--by", by] if by else []
    if password is not None and by:
        file = target.free() / "password"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{password}\n")
        file.chmod(0o600)
        more += ["--password-file", str(file)]
    return target.run(*words, *more).returncode


def _shell_acts(target: Target) -> Mapping[Verb, tuple[str, ...]]:
    scan, clerk = target.sealed(), target.new_staff()
    return {
        Verb.LIFT_SEAL: ("legal", "lift", scan, "--reason", "x"),
        Verb.CUT_OUT: ("legal", "cut", scan, "--pages", "3", "--reason", "x"),
        Verb.DESTROY_SEAL: ("legal", "destroy", scan, "--reason", "x", "--confirm"),
        Verb.ROTATE_KEYS: ("cover", "rotate-keys"),
        Verb.RETIRE_KEY: ("cover", "retire-key", "1", "--reason", "x", "--confirm"),
        Verb.CHANGE_ROLE: ("staff", "role", clerk, "--role", "administrator"),
    }


def _refused_in_shell(target: Target, ended: Callable[[tuple[str, ...]], int]) -> str:
    acts = _shell_acts(target)
    wrong = []
    for verb, words in acts.items():
        before = target.events(str(verb))
        if (status := ended(words)) == 0 or target.events(str(verb)) != before:
            wrong.append(f"{' '.join(words[:2])} ended with {status}")
    shut_if(not wrong, ", ".join(wrong))
    return f"{len(acts)} commands refused"


def _shell_without(target: Target) -> str:
    """With a claimed name, but no password file: exactly 1."""
    name = target.new_staff(_ADMINISTRATOR)
    statuses: list[int] = []

    def ended(words: tuple[str, ...]) -> int:
        statuses.append(_shell(target, *words, by=name, password=None))
        return statuses[-1]

    told = _refused_in_shell(target, ended)
    shut_if(set(statuses) == {1}, f"ended with {statuses}")
    return told


def _shell_with(target: Target, password: str, role: StaffRole = _ADMINISTRATOR) -> str:
    name = target.new_staff(role)
    return _refused_in_shell(
        target, lambda words: _shell(target, *words, by=name, password=password)
    )


def _shell_unlisted(target: Target) -> str:
    return _refused_in_shell(target, lambda words: _shell(target, *words, by="No Body"))


def _shell_left(target: Target) -> str:
    name = target.new_staff(_ADMINISTRATOR, active=False)
    return _refused_in_shell(target, lambda words: _shell(target, *words, by=name))


# --- a second person


def _key_is_there(target: Target, scan: str, told: str) -> str:
    shut_if(
        target.seal_key_of(scan) in target.facility.seal_keys.names(),
        "one person alone destroyed the key",
    )
    return told


def _ask_to_destroy(target: Target, visitor: Visitor, scan: str) -> int:
    """As the two pages lead: the second one shows who asked before, if anybody did."""
    path, form = f"/staff/held/{scan}", {"reason": "handed over"}
    page = visitor.post(f"{path}/seal/destroy", form, seen_on=path).text
    asked = re.search(r'name="asked_by" value="([^"]*)"', page)
    confirmed = {**form, "confirm": "DESTROY", "asked_by": asked[1] if asked else ""}
    return visitor.post(f"{path}/seal/destroy", confirmed, seen_on=path).status


def _twice(target: Target, again: Callable[[Target, _Person, str], object]) -> str:
    scan, person = target.sealed(), _person(target, _SUPERVISOR)
    _ask_to_destroy(target, person.visitor, scan)
    again(target, person, scan)
    return _key_is_there(target, scan, "the key is still there")


def _same_session(target: Target, person: _Person, scan: str) -> None:
    for _ in range(3):
        _ask_to_destroy(target, person.visitor, scan)


def _other_session(target: Target, person: _Person, scan: str) -> None:
    other = target.visitor()
    other.staff_in(person.name)
    _ask_to_destroy(target, other, scan)


def _in_the_shell(target: Target, person: _Person, scan: str) -> None:
    words = ("legal", "destroy", scan, "--reason", "x", "--confirm")
    _shell(target, *words, by=person.name)


def _a_clerk(target: Target, _: _Person, scan: str) -> None:
    _ask_to_destroy(target, target.as_staff(), scan)


def _a_day_later(target: Target, _: _Person, scan: str) -> None:
    target.pass_time(timedelta(hours=25))
    _ask_to_destroy(target, target.as_staff(_SUPERVISOR), scan)


def _first_has_left(target: Target, person: _Person, scan: str) -> None:
    _administer(target, person.name, "deactivate")
    _ask_to_destroy(target, target.as_staff(_SUPERVISOR), scan)


def _two_people(target: Target) -> str:
    """That it works at all, when two ask."""
    scan = target.sealed()
    key = target.seal_key_of(scan)
    for _ in range(2):
        _ask_to_destroy(target, target.as_staff(_SUPERVISOR), scan)
    shut_if(key not in target.facility.seal_keys.names(), "two people could not destroy it")
    return "two supervisors destroy it"


_LEFT: Mapping[str, Play] = {
    "deactivated": partial(_after, what="deactivate"),
    "given another role": partial(_after, what="role", role="clerk"),
    "reset": partial(_after, what="reset"),
    "sessions ended by an administrator": partial(_after, what="sessions/all/end"),
    "own password changed elsewhere": _after_own_change,
    "deactivated between password and code": _half_a_login,
    "a one-time code, twice": _one_time_code_twice,
    "reactivated: the old password": _back_with_the_old_password,
    "by command, with the right password": _from_the_shell,
}
_LAST: Mapping[str, Play] = {
    "leaves": partial(_the_last_leaves, what="deactivate"),
    "becomes a clerk": partial(_the_last_leaves, what="role", role="clerk"),
    "removes the other, then themselves": _one_then_oneself,
    "two remove each other at the same moment": _each_other,
    "by command": _by_command,
    "the way back in, without need": _rescue_without_need,
}
_CODES: Mapping[str, Play] = {
    "a code, twice": partial(_replay, recovery=False),
    "a recovery code, twice": partial(_replay, recovery=True),
    "one code, four visitors at once": _replay_at_once,
    "codes of other times": _old_code,
    "thirty guesses": _guess_codes,
    "thirty guesses, the password before each": _guess_between_logins,
    "the codes of another person": _code_of_another,
    "no code at all": _without_a_code,
}
_PROOF: Mapping[str, Play] = {
    "at a screen left open": partial(_at_a_screen_left_open, proof={}),
    "an empty password": partial(_at_a_screen_left_open, proof={"proof_password": ""}),
    "a wrong password": partial(_at_a_screen_left_open, proof={"proof_password": "wrong one"}),
    "a field that says it is proven": partial(
        _at_a_screen_left_open, proof={"proven": "true", "proof": "1", "visit": "proven"}
    ),
    "another administrator's password": _with_anothers_password,
    "thirty guesses": _guessing_proof,
}
_ROLES: Mapping[str, Play] = {
    "a clerk": partial(_beyond, role=StaffRole.CLERK),
    "an investigator": partial(_beyond, role=StaffRole.INVESTIGATOR),
    "a clerk looks at sealed pages": partial(_sealed_page, role=StaffRole.CLERK),
    "an investigator looks at sealed pages": partial(_sealed_page, role=StaffRole.INVESTIGATOR),
    "an inmate on the staff's pages": _inmate_on_staff_pages,
}
_SHELL: Mapping[str, Play] = {
    "no password file": _shell_without,
    "no name": lambda target: _refused_in_shell(target, lambda words: _shell(target, *words)),
    "a wrong password": partial(_shell_with, password="wrong one"),
    "an empty file": partial(_shell_with, password=""),
    "a clerk's own password": partial(_shell_with, password=PASSWORD, role=StaffRole.CLERK),
    "a name that is on no list": _shell_unlisted,
    "an administrator who left": _shell_left,
}
_SECOND: Mapping[str, Play] = {
    "the same session": partial(_twice, again=_same_session),
    "the same person in another session": partial(_twice, again=_other_session),
    "the same person by command": partial(_twice, again=_in_the_shell),
    "a clerk is the second": partial(_twice, again=_a_clerk),
    "a second supervisor, a day too late": partial(_twice, again=_a_day_later),
    "the first has left meanwhile": partial(_twice, again=_first_has_left),
    "two supervisors (it must work)": _two_people,
}

THEMES = (
    Theme(
        "staff",
        (
            Attack("staff who left or lost a role", "every page closed at once", _LEFT, short=2),
            Attack("the last administrator", "one is left who can log in", _LAST),
            Attack("codes of a second step", "each good once, five wrong ones", _CODES, short=2),
            Attack("grave acts without proof", "the password is asked for", _PROOF),
            Attack("beyond one's role", "refused, nothing recorded", _ROLES),
            Attack("grave acts by command", "exit 1, nothing recorded", _SHELL, short=0),
        ),
    ),
    Theme(
        "second person",
        (Attack("one person where two are needed", "the key is still there", _SECOND, short=0),),
        ('second_person_for = ["destroy"]',),
    ),
)
