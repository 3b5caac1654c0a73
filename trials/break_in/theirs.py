"""Two inmates and two families, each asking for all that is the others': it must look like nothing.

Of every route that there is, by the table of routes: a new one is asked too.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import quote, urlencode

from tests.support.route_rows import FAMILIES, INMATES, STAFF
from tests.support.whole_facility import ACTORS, ANOTHER, FAMILY_EMAILS, OWNER
from trials.break_in import slips
from trials.break_in.playing import Attack, Play, Theme, shut_if
from trials.break_in.routes import Route, routes
from trials.break_in.target import Target
from trials.break_in.visitor import Answer, Visitor

#: What each may see, by the names of the whole facility.
OWN: Mapping[str, frozenset[str]] = {
    "owner": frozenset(
        ("letter", "screened", "receipt", "read", "check", "reply", "answer", "passed", "cora")
    )
    | {"own_message", "own_passed", "own_request", "answered_request", "own_rejection"}
    | {"answered_step", "urgent", "slow", "about_staff", "on_form"}
    | {"visit", "asked_visit", "begun_visit", "flagged_visit"},
    "another": frozenset(
        ("others_receipt", "other", "others_reply", "strangers_answer", "stranger")
    )
    | {"others_request", "others_rejection", "others_step", "others_form", "others_visit"},
    "family": frozenset(
        ("screened", "inmate", "message", "passed", "own_passed", "answer", "familys_cover")
    )
    | {"own_rejection", "visit", "asked_visit", "begun_visit", "flagged_visit", "held_time"},
    "stranger": frozenset(
        ("anothers_number", "strangers_message", "strangers_answer", "strangers_cover")
    )
    | {"others_rejection", "others_visit", "others_time"},
}
_LOGINS = {"/login": INMATES, "/family/login": FAMILIES, "/staff/login": STAFF}
_HOMES = {"/login": "/mail", "/family/login": "/family/account", "/staff/login": "/staff/me"}
#: Headers that are never twice the same.
_PASSING = {"date", "set-cookie"}
_ENDS = ("logout", "delete", "/account/password")


def _login_page(role: str) -> str:
    return next(page for page, roles in _LOGINS.items() if role in roles)


def visiting(target: Target, role: str) -> Visitor:
    """At a device of their own."""
    visitor = target.visitor()
    if role in STAFF:
        let_in = visitor.staff_in(ACTORS[role].name)
    elif role in INMATES:
        let_in = visitor.log_in(ACTORS[role].name)
    else:
        let_in = visitor.family_in(FAMILY_EMAILS[role])
    assert let_in, f"{role} could not log in"
    return visitor


def _routes_of(target: Target, role: str, method: str) -> Iterator[Route]:
    """Routes of somebody's own pages that name something, and do not end the visit."""
    for each in routes(target):
        own_app = each.row.answers.login_page == _login_page(role)
        if own_app and each.row.method == method and each.row.own:
            yield each


def _nobodys(an_id: str) -> str:
    """An id of the same kind and length that nothing has."""
    return re.sub(r"[0-9]", "9", an_id)


def _same(answer: Answer, an_id: str) -> tuple[object, ...]:
    """All that a visitor gets: status, headers, length and page, without the id that they sent."""
    kept = {name: text for name, text in answer.headers.items() if name not in _PASSING}
    told = answer.bare if answer.status >= 400 else answer.text
    if "location" in kept:
        kept["location"] = kept["location"].replace(f"/{quote(an_id)}/", "/ID/")
    if len(an_id) < 3:  # a digit or two stand on any page
        return answer.status, sorted(kept.items()), told
    headers = sorted((name, text.replace(an_id, "ID")) for name, text in kept.items())
    return answer.status, headers, told.replace(an_id, "ID")


def _first_parameter(each: Route, an_id: str) -> str:
    found = re.search(r"\{(\w+)\}", each.row.path)
    assert found is not None, f"{each.row.route} names nothing"
    return each.address(**{found[1]: quote(an_id, safe="")})


def _every_id(target: Target, role: str) -> str:
    """Whatever has an id here, at every address of the visitor's pages that takes one."""
    visitor, own = visiting(target, role), {target.place[name] for name in OWN[role]}
    others = sorted({each for each in target.place.ids.values() if each not in own} - {""})
    differing, asked = set(), 0
    for each in _routes_of(target, role, "GET"):
        for an_id in others:
            theirs = visitor.get(_first_parameter(each, an_id))
            none = visitor.get(_first_parameter(each, _nobodys(an_id)))
            asked += 1
            if _same(theirs, an_id) != _same(none, _nobodys(an_id)):
                differing.add(f"{each.row.route} {an_id[:30]}: {theirs.status}, {none.status}")
    shut_if(asked > 0 and not differing, f"told apart: {sorted(differing)[:6]}")
    return f"{asked} ids of others, each answered as one of nothing"


def _every_form(target: Target, role: str) -> str:
    """Forms about what is another's: as about nothing, and nothing of it is done."""
    visitor, own = visiting(target, role), {target.place[name] for name in OWN[role]}
    csrf, asked, differing = visitor.hidden(_HOMES[_login_page(role)])["csrf"], 0, set()
    for each in _routes_of(target, role, "POST"):
        for name in (each.row.own, each.row.others):
            an_id = target.place.ids.get(name, "")
            if not an_id or an_id in own:
                continue
            form, asked = {**each.form, "csrf": csrf}, asked + 1
            theirs = visitor.post(_first_parameter(each, an_id), form)
            none = visitor.post(_first_parameter(each, _nobodys(an_id)), form)
            if theirs.status < 400 or _same(theirs, an_id) != _same(none, _nobodys(an_id)):
                differing.add(f"{each.row.route}: {theirs.status}, {none.status}")
    shut_if(asked > 0 and not differing, f"told apart or done: {sorted(differing)[:6]}")
    return f"{asked} forms about what is another's, each answered as about nothing"


def _every_list(target: Target, role: str) -> str:
    """Pages that name nothing show nothing of the others: no id, no name, no word."""
    visitor = visiting(target, role)
    hidden, shown, asked = _of_others(target, role), set(), 0
    for each in routes(target):
        row = each.row
        if row.method != "GET" or row.own or row.answers.login_page != _login_page(role):
            continue
        asked, page = asked + 1, visitor.get(each.address()).text
        shown |= {f"{row.path}: {word}" for word in hidden if word in page}
    shut_if(asked > 0 and not shown, f"shown: {sorted(shown)}")
    return f"{asked} pages show none of {len(hidden)} ids, names and words"


def _of_others(target: Target, role: str) -> set[str]:
    """Ids and words that stand on no list of this person's."""
    side = "owner" if role in ("owner", "family") else "another"
    words = {
        "owner": {"Dan Stranger", "I am a stranger", "lighthouse", FAMILY_EMAILS["stranger"]},
        "another": {"Cora Dale", "tomatoes", "marina", FAMILY_EMAILS["family"]},
    }[side]
    sides = {"owner": ("owner", "family"), "another": ("another", "stranger")}
    own = {target.place[name] for each in sides[side] for name in OWN[each]}
    ids = {target.place[name] for names in OWN.values() for name in names} - own
    if role == "stranger":
        ids.remove(OWNER)  # they typed it themselves, to ask for a contact
    return words | {each for each in ids if len(each) > 6}


def _search(target: Target, role: str) -> str:
    """Words of others' mail, and of mail that waits, are answered as words that nobody wrote. None
    of them looks like a word of one's own mail: a search forgives misreadings."""
    words = {
        "owner": ("lighthouse", "stranger", "Okonkwo", target.place["other"]),
        "another": ("tomatoes", "marina", "Biscuit", target.place["letter"], "driving"),
    }[role]
    visitor, differing = visiting(target, role), []
    for word in words:
        for said in (word, f'"{word}"', f"{word[:5]}*", word.upper()):
            none = re.sub(r"[A-Za-z0-9]", "x", said)
            pages = [visitor.get(f"/mail?{urlencode({'q': each})}") for each in (said, none)]
            differing += [said] if _found(pages[0], said) != _found(pages[1], none) else []
    shut_if(not differing, f"found, or answered otherwise: {differing}")
    return f"{len(words)} words in 4 spellings, each answered as if nobody had written it"


def _found(answer: Answer, said: str) -> tuple[object, ...]:
    shown = answer.text
    for form in {said, said.replace('"', "&#34;"), quote(said), urlencode({"q": said})[2:]}:
        shown = shown.replace(form, "WORD")
    return answer.status, shown


def _export(target: Target, role: str) -> str:
    """What a family takes along."""
    visitor = visiting(target, role)
    csrf = visitor.hidden("/family/account")["csrf"]
    answer = visitor.post("/family/account/export", {"csrf": csrf})
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    told = archive.read("mail.json").decode() + "\n".join(archive.namelist())
    shown = [word for word in _of_others(target, role) if word in told]
    withs = {
        each["booking_number"] for each in json.loads(archive.read("mail.json"))["conversations"]
    }
    own = {OWNER if role == "family" else ANOTHER}
    shut_if(not shown and withs == own, f"taken along: {shown}, with {withs}")
    return f"{len(archive.namelist())} files, all their own"


def _not_released(target: Target) -> str:
    """What waits for a review is on no page of whom it is for."""
    names = {
        "owner": ("message",),
        "another": ("strangers_message",),
        "family": ("own_message",),
    }
    asked = 0
    for role, waiting in names.items():
        visitor = visiting(target, role)
        base = "/mail/messages/{}/photos/1/picture" if role in INMATES else "/family/photo/{}/1"
        for name in waiting:
            an_id, asked = target.place[name], asked + 1
            theirs, none = (visitor.get(base.format(x)) for x in (an_id, _nobodys(an_id)))
            same = _same(theirs, an_id) == _same(none, _nobodys(an_id))
            shut_if(same, f"{role} asked for {name}: {theirs.status}")
        talk = f"/mail/with/{target.place['cora']}" if role == "owner" else ""
        shut_if(not talk or target.place["message"] not in visitor.get(talk).text, "in the thread")
    return f"{asked} that wait, none is seen by whom it is for"


def _tracker(target: Target) -> str:
    """Numbers of covers under which nothing came, of anybody and of nobody."""
    made = [target.place["familys_cover"], target.place["strangers_cover"]]
    answers = set()
    for role in ("family", "stranger"):
        visitor = visiting(target, role)
        for number in made:
            answer = visitor.post("/family/where", {"number": number})
            shut_if(answer.status == 200, f"answered {answer.status}")
            page = answer.text.replace(number, "NUMBER")
            shut_if(not any(name in page for name in ("Tobias", "José")), "names an inmate")
            answers.add((role, page))
    shut_if(len(answers) == 2, f"{len(answers)} kinds of answer to two visitors")
    return "one's own and another's are answered alike, and nobody is named"


def _numbers_tried(target: Target) -> str:
    """Numbers of covers one after another, at one device."""
    visitor = target.visitor()
    statuses = [
        visitor.post("/family/where", {"number": target.place["cover"]}).status for _ in range(40)
    ]
    looked = statuses.count(200)
    shut_if(looked <= 20 and statuses[-1] == 429, f"{looked} of 40 looked up: {statuses[-1]}")
    return f"{looked} looked up, then 429"


def _other_apps(target: Target, role: str) -> str:
    """Every address of the pages of the others, with the cookie of one's own, under each name."""
    visitor, let_in, asked = visiting(target, role), [], 0
    (token,) = (text for name, text in visitor.cookies.items() if name != "__Host-kiosk")
    visitor.cookies |= {"__Host-digitizer": token, "__Host-family": token}
    for each in routes(target):
        page = each.row.answers.login_page
        if not page or page == _login_page(role) or each.row.path.endswith(_ENDS):
            continue
        asked += 1
        form = None if each.row.method == "GET" else dict(each.form)
        answer = visitor.ask(each.row.method, each.address(), form)
        if (answer.status, answer.to) != (303, page):
            let_in.append(f"{each.row.route}: {answer.status}")
    shut_if(asked > 0 and not let_in, f"answered: {let_in[:6]}")
    return f"{asked} addresses lead to a login"


_ROLES = (*INMATES, *FAMILIES)
_PLAYS: Mapping[str, Play] = {
    "every id at every address, a family": partial(_every_id, role="family"),
    "every id at every address, another family": partial(_every_id, role="stranger"),
    "every id at every address, an inmate": partial(_every_id, role="owner"),
    "every id at every address, another inmate": partial(_every_id, role="another"),
    **{f"every form, {role}": partial(_every_form, role=role) for role in _ROLES},
    **{f"every list, {role}": partial(_every_list, role=role) for role in _ROLES},
    **{f"by search, {role}": partial(_search, role=role) for role in INMATES},
    **{f"by the export, {role}": partial(_export, role=role) for role in FAMILIES},
    "what was not released": _not_released,
    "by the tracker": _tracker,
    "numbers of covers, tried": _numbers_tried,
}
_APPS: Mapping[str, Play] = {
    role: partial(_other_apps, role=role)
    for role in ("family", "owner", "clerk", "supervisor", "administrator")
}

THEMES = (
    Theme(
        "theirs",
        (
            Attack("what is another family's or inmate's", "as if it did not exist", _PLAYS),
            Attack(
                "mail that somebody takes along", "only with slip, number and name", slips.PLAYS
            ),
            Attack("pages of the others", "each cookie opens its own pages alone", _APPS),
        ),
    ),
)
