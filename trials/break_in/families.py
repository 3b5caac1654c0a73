"""Accounts of people outside: taken over, guessed, made on somebody else's e-mail, or found out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

import sqlalchemy as sa

from digitizer.model.events import Verb
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_correspondents import correspondent_account, password_reset
from digitizer.storage.tables_upkeep import outbox
from tests.support.web_kit import PASSWORD
from tests.support.whole_facility import ANOTHER, FAMILY_EMAILS
from trials.break_in.playing import Attack, Play, Theme, shut_if
from trials.break_in.routes import routes
from trials.break_in.target import Target
from trials.break_in.theirs import visiting
from trials.break_in.visitor import Answer, Visitor

_FAILED = str(Verb.LOGIN_FAILED)
_OURS = "https://mail.jail.example/family/"
_NEW = "quite another secret"
_CORA = FAMILY_EMAILS["family"]


def _wrong(times: int) -> Iterator[str]:
    return (f"a wrong password {number}" for number in range(times))


def _checked(target: Target, attack: Callable[[], object]) -> int:
    target.forget_failures()
    before = target.events(_FAILED)
    attack()
    return target.events(_FAILED) - before


# --- guessing a password


def _one_device(target: Target) -> str:
    visitor = target.visitor()
    tried = _checked(target, lambda: [visitor.family_in(_CORA, each) for each in _wrong(40)])
    let_in = visitor.family_in(_CORA)
    shut_if(0 < tried <= 5 and not let_in, f"{tried} checked, then let in: {let_in}")
    return f"{tried} passwords checked, then the right one is refused there"


def _many_devices(target: Target) -> str:
    own = target.address()
    shut_if(target.visitor(own).family_in(_CORA), "the owner is not let in")

    def attack() -> None:
        for _ in range(12):
            visitor = target.visitor()
            for each in _wrong(8):
                visitor.family_in(_CORA, each)

    tried, let_in = _checked(target, attack), target.visitor(own).family_in(_CORA)
    shut_if(0 < tried <= 20 and let_in, f"{tried} checked; the owner is let in: {let_in}")
    return f"{tried} passwords checked, and the owner is let in where they were before"


def _spellings(target: Target) -> str:
    """One address written in many ways has one budget."""
    ways = (_CORA, _CORA.upper(), f" {_CORA}", f"{_CORA}\t", _CORA.title(), f"{_CORA}\u00a0")
    visitor = target.visitor()

    def attack() -> None:
        for way in ways:
            for each in _wrong(6):
                visitor.family_in(way, each)

    tried = _checked(target, attack)
    shut_if(0 < tried <= 10, f"{tried} checked")
    return f"{len(ways)} spellings, {tried} passwords checked"


def _as_another_kind(target: Target) -> str:
    """The e-mail and password at the logins of inmates and staff, and theirs at the family's."""
    visitor = target.visitor()
    wrongly = (
        visitor.log_in(_CORA, PASSWORD),
        visitor.staff_in(_CORA),
        visitor.family_in(target.new_staff()),
        visitor.family_in(target.new_inmate()),
        visitor.is_in(),
    )
    shut_if(not any(wrongly), f"let in: {wrongly}")
    return "each secret opens its own login alone"


# --- links of e-mails


def _newest_mail(target: Target, to: str) -> str:
    with reading(target.facility.engine) as tx:
        rows = tx.execute(sa.select(outbox.c.body, outbox.c.put).where(outbox.c.recipient == to))
        return str(max(rows.all(), key=lambda row: row.put).body)


def _link(target: Target, to: str) -> str:
    """The path of the link in the newest e-mail to this address."""
    found = re.search(rf"{re.escape(_OURS)}((?:confirm|reset)/\S+)", _newest_mail(target, to))
    assert found is not None, "the e-mail has no link"
    return f"/family/{found[1]}"


def _asked(target: Target, what: str, email: str, **headers: str) -> Answer:
    target.forget_failures()
    words = {"name": "Mallory", "password": PASSWORD, "again": PASSWORD, "language": "en"}
    form = {"email": email} if what == "forgot" else {"email": email, **words}
    return target.visitor().post(f"/family/{what}", form, **headers)


def _set_by(target: Target, link: str, password: str = _NEW) -> Answer:
    return target.visitor().post(link, {"password": password, "again": password})


def _by_reset(target: Target, link: Callable[[str], str]) -> str:
    """With a link that is not the one that was sent."""
    _asked(target, "forgot", _CORA)
    answer = _set_by(target, link(_link(target, _CORA)))
    let_in = target.visitor().family_in(_CORA, _NEW)
    shut_if(answer.status == 404 and not let_in, f"answered {answer.status}, let in: {let_in}")
    return "404, and the password stays"


def _reset_twice(target: Target) -> str:
    """The owner used it; whoever finds it later, in the mail or in a history, does not."""
    inside = visiting(target, "family")
    _asked(target, "forgot", _CORA)
    link = _link(target, _CORA)
    first, again = _set_by(target, link).status, _set_by(target, link, "a third secret").status
    ended = not inside.is_in()
    target.forget_failures()
    _asked(target, "forgot", _CORA)
    _set_by(target, _link(target, _CORA), PASSWORD)
    shut_if((first, again, ended) == (303, 404, True), f"{first}, {again}; ended: {ended}")
    return "good once, and every session of before is over"


def _reset_of_before(target: Target) -> str:
    _asked(target, "forgot", _CORA)
    old = _link(target, _CORA)
    _asked(target, "forgot", _CORA)
    status = _set_by(target, old).status
    shut_if(status == 404, f"answered {status}")
    return "a newer link ends the one before"


def _reset_too_late(target: Target) -> str:
    _asked(target, "forgot", _CORA)
    link, hour = _link(target, _CORA), timedelta(minutes=61)
    with writing(target.facility.engine) as tx:
        until = tx.execute(sa.select(password_reset.c.until)).scalar_one()
        tx.execute(sa.update(password_reset).values(until=until - hour))
    status = _set_by(target, link).status
    shut_if(status == 404, f"answered {status}")
    return "404 after an hour"


def _followed_by_a_program(target: Target, what: str) -> str:
    """A mail program opens every link: that changes nothing."""
    email = _CORA if what == "forgot" else "nobody-yet@example.org"
    _asked(target, what, email)
    link, visitor = _link(target, email), target.visitor()
    for method in ("GET", "HEAD", "GET"):
        visitor.ask(method, link)
    still = target.visitor().get(link).status
    shut_if(still == 200 and not visitor.is_in(), f"then {still}; in: {visitor.is_in()}")
    return "opened three times, and nothing is done"


def _on_anothers_email(target: Target) -> str:
    """Who typed somebody else's address sees no link, and its owner does not know the password."""
    email = "victim@example.org"
    _asked(target, "sign-up", email)
    owner = target.visitor()
    link = _link(target, email)
    statuses = {owner.post(link, {"password": each}).status for each in _wrong(8)}
    made = _accounts(target, email)
    typist = target.visitor().family_in(email)
    shut_if(made == 0 and not typist and statuses <= {403}, f"{made} accounts, {statuses}")
    return "8 guesses refused, no account"


def _known_again(target: Target) -> str:
    """Signing up with an address that has an account: it keeps its password."""
    _asked(target, "sign-up", _CORA)
    let_in, accounts = target.visitor().family_in(_CORA), _accounts(target, _CORA)
    shut_if(let_in and accounts == 1, f"let in: {let_in}, {accounts} accounts")
    return "one account, and its password stays"


def _accounts(target: Target, email: str) -> int:
    asked = sa.select(sa.func.count()).where(correspondent_account.c.plain_email == email)
    with reading(target.facility.engine) as tx:
        return int(tx.execute(asked).scalar_one())


def _led_by_host(target: Target) -> str:
    """Links are made of the facility's own address, whatever a request says that the host is."""
    evil = {"X_Forwarded_Host": "evil.example", "Forwarded": "host=evil.example"}
    for what, email in (("forgot", _CORA), ("sign-up", "host@example.org")):
        _asked(target, what, email, **evil)
        mail = _newest_mail(target, email)
        shut_if("evil" not in mail and _OURS in mail, f"the e-mail says {mail[:200]}")
    target.forget_failures()
    direct = target.direct().ask(
        "POST", "/family/forgot", {"email": _CORA}, {"Host": "evil.example"}
    )
    shut_if("evil" not in _newest_mail(target, _CORA), f"answered {direct.status}")
    return "every link leads to the facility's own pages"


def _into_the_head(target: Target) -> str:
    """Line ends and other addresses where an e-mail is typed."""
    evil = (
        f"{_CORA}\r\nBcc: evil@example.org",
        f"{_CORA},evil@example.org",
        f"{_CORA} evil@example.org",
        f"<evil@example.org>{_CORA}",
        "évil@example.org",
    )
    with reading(target.facility.engine) as tx:
        before = set(tx.execute(sa.select(outbox.c.id)).scalars())
    for each in evil:
        _asked(target, "forgot", each)
        _asked(target, "sign-up", each)
    with reading(target.facility.engine) as tx:
        rows = tx.execute(sa.select(outbox.c.id, outbox.c.recipient)).all()
    to = {row.recipient for row in rows if row.id not in before}
    shut_if(not to, f"e-mails to {to}")
    return f"{len(evil)} addresses, no e-mail"


def _hash(link: str) -> str:
    """What whoever read the database has."""
    start, _, token = link.rpartition("/")
    return f"{start}/{hashlib.sha256(token.encode()).hexdigest()}"


# --- learning who has an account, and who is here


def _alike(target: Target, what: str) -> str:
    """An address that has an account and one that has none, of one length."""
    known, unknown = _CORA, "zora@example.org"
    told = {email: _asked(target, what, email) for email in (known, unknown)}
    seen = {_seen(answer, email) for email, answer in told.items()}
    shut_if(len(seen) == 1, f"answered {[each.status for each in told.values()]}")
    return "one answer: status, headers, length, page"


def _seen(answer: Answer, typed: str) -> tuple[object, ...]:
    kept = sorted(each for each in answer.headers.items() if each[0] != "date")
    return answer.status, tuple(kept), answer.bare.replace(typed, "TYPED")


def _login_alike(target: Target) -> str:
    forms = {"known": _CORA, "unknown": "zora@example.org", "no address": "noraexampleorg!!"}
    told = {}
    for name, email in forms.items():
        form = {"email": email, "password": "a wrong password"}
        told[name] = _seen(target.visitor().post("/family/login", form), email)
    shut_if(len(set(told.values())) == 1, f"told apart: {[*told]}")
    return f"{len(forms)} kinds of wrong login, one answer"


def _as_long(target: Target, ask: Callable[[Target, Visitor, str], object]) -> str:
    """Medians, by turns."""
    visitor = visiting(target, "family")
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for _ in range(31):
        for kind, some in took.items():
            target.forget_failures()
            begun = perf_counter()
            ask(target, visitor, kind)
            some.append(perf_counter() - begun)
    known, unknown = (1000 * median(some) for some in took.values())
    shown = f"known {known:.1f} ms, unknown {unknown:.1f} ms"
    shut_if(max(known, unknown) < 1.3 * min(known, unknown), shown)
    return shown


_EMAILS = {"known": _CORA, "unknown": "zora@example.org"}


def _ask_to_log_in(target: Target, _: Visitor, kind: str) -> None:
    target.visitor().family_in(_EMAILS[kind], "a wrong password")


def _ask_for_reset(target: Target, _: Visitor, kind: str) -> None:
    target.visitor().post("/family/forgot", {"email": _EMAILS[kind]})


def _ask_for_account(target: Target, _: Visitor, kind: str) -> None:
    words = {"name": "Mallory", "password": PASSWORD, "again": PASSWORD, "language": "en"}
    target.visitor().post("/family/sign-up", {"email": _EMAILS[kind], **words})


def _ask_to_write(target: Target, visitor: Visitor, kind: str) -> None:
    booking = {"known": ANOTHER, "unknown": "2026-99118"}[kind]
    csrf = visitor.hidden("/family/account")["csrf"]
    form = {"booking": booking, "name": "José Okonkwo-Ruiz", "csrf": csrf}
    visitor.post("/family/ask", form)


def _who_is_here(target: Target) -> str:
    """Asking to write: the right number and name, another name, and a number of nobody."""
    visitor, seen = visiting(target, "family"), set()
    tried = ((ANOTHER, "José Okonkwo-Ruiz"), (ANOTHER, "Josh Okonkwo-Ruiz"))
    for booking, name in (*tried, ("2026-99118", "José Okonkwo-Ruiz")):
        form = {"booking": booking, "name": name}
        answer = visitor.post("/family/ask", form, seen_on="/family/ask")
        home = visitor.get("/family/home").text
        seen.add((_seen(answer, booking), home.count(booking) > 0))
    shut_if(len(seen) == 1, f"{len(seen)} kinds of answer")
    return "three kinds of people asked for, one answer"


def _covers_alike(target: Target) -> str:
    """A cover for a number of nobody, and for somebody under another name."""
    visitor, seen = visiting(target, "family"), set()
    for booking in (ANOTHER, "2026-99118"):
        form = {"other": booking, "name": "Josh Okonkwo-Ruiz"}
        answer = visitor.post("/family/letters", form, seen_on="/family/letters")
        seen.add(_seen(answer, booking))
    shut_if(len(seen) == 1, f"{len(seen)} kinds of answer")
    return "one answer"


# --- forged forms


def _forged(target: Target, role: str, token: Callable[[Target, Visitor], str], **head: str) -> str:
    """Every form of this person's pages."""
    login = "/login" if role == "owner" else "/family/login"
    visitor = visiting(target, role)
    csrf, before, through, asked = token(target, visitor), target.events(), [], 0
    for each in routes(target):
        row = each.row
        if row.method != "POST" or row.answers.login_page != login:
            continue
        asked += 1
        status = visitor.post(each.address(), {**each.form, "csrf": csrf}, **head).status
        through += [f"{row.path} {status}"] if status != 403 else []
    changed = target.events() - before
    shut_if(asked > 0 and not through and not changed, f"answered {through}; {changed} events")
    return f"{asked} forms refused"


def _no_token(_: Target, __: Visitor) -> str:
    return ""


def _strangers_token(target: Target, _: Visitor) -> str:
    return visiting(target, "stranger").hidden("/family/account")["csrf"]


def _own_token(_: Target, visitor: Visitor) -> str:
    page = "/family/account" if "__Host-family" in visitor.cookies else "/mail"
    return visitor.hidden(page)["csrf"]


def _by_get(target: Target, role: str) -> str:
    """A picture on another page that asks for the address of a form."""
    login, visitor = ("/login" if role == "owner" else "/family/login"), visiting(target, role)
    csrf, done = _own_token(target, visitor), []
    for each in routes(target):
        row = each.row
        if row.method == "POST" and row.answers.login_page == login and row.recorded is not None:
            before = target.events(str(row.recorded))
            visitor.get(f"{each.address()}?{urlencode({**each.form, 'csrf': csrf})}")
            done += [row.path] if target.events(str(row.recorded)) != before else []
    shut_if(not done, f"done by GET: {done}")
    return "nothing is done by GET"


_GUESSING: Mapping[str, Play] = {
    "at one device": _one_device,
    "at twelve devices": _many_devices,
    "the address in other spellings": _spellings,
    "how long a wrong login takes": partial(_as_long, ask=_ask_to_log_in),
    "at another login": _as_another_kind,
}
_LINKS: Mapping[str, Play] = {
    "a link that was used": _reset_twice,
    "signing up on somebody else's e-mail": _on_anothers_email,
    "the link's hash": partial(_by_reset, link=_hash),
    "a link that lacks its last letter": partial(_by_reset, link=lambda link: link[:-1]),
    "an empty token": partial(_by_reset, link=lambda link: "/family/reset/%20"),
    "a link of before": _reset_of_before,
    "a link of an hour ago": _reset_too_late,
    "a reset that a program follows": partial(_followed_by_a_program, what="forgot"),
    "a confirmation that a program follows": partial(_followed_by_a_program, what="sign-up"),
    "signing up where there is an account": _known_again,
    "another host": _led_by_host,
    "addresses with line ends": _into_the_head,
}
_LEARNING: Mapping[str, Play] = {
    "a new password": partial(_alike, what="forgot"),
    "signing up": partial(_alike, what="sign-up"),
    "a wrong login": _login_alike,
    "how long a new password takes": partial(_as_long, ask=_ask_for_reset),
    "how long signing up takes": partial(_as_long, ask=_ask_for_account),
    "how long asking to write takes": partial(_as_long, ask=_ask_to_write),
    "asking to write": _who_is_here,
    "a cover under another name": _covers_alike,
}
_FORMS: Mapping[str, Play] = {
    **{
        f"no token, {role}": partial(_forged, role=role, token=_no_token)
        for role in ("family", "owner")
    },
    **{
        f"another family's token, {role}": partial(_forged, role=role, token=_strangers_token)
        for role in ("family", "owner")
    },
    **{
        f"from another site, {role}": partial(
            _forged, role=role, token=_own_token, Origin="https://evil.example"
        )
        for role in ("family", "owner")
    },
    **{f"by GET, {role}": partial(_by_get, role=role) for role in ("family", "owner")},
}

THEMES = (
    Theme(
        "families",
        (
            Attack("guess a family's password", "few are checked", _GUESSING),
            Attack("take over a family's account", "only its owner's links work", _LINKS),
            Attack("learn who has an account or is here", "one answer", _LEARNING),
            Attack("forged forms of families and inmates", "403, nothing done", _FORMS),
        ),
    ),
)
