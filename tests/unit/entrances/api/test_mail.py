"""Letters by their states, what is held, and covers: never what is in a letter."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest

from digitizer.letters import actions as letters
from digitizer.model.people import Actor, ActorKind, Scope, StaffRole
from digitizer.screening import decisions
from tests.support.api_kit import Program, problem
from tests.support.web_kit import Mail, add_letter, add_scan

TOBIAS = Actor(ActorKind.INMATE, "2026-00117")
ANA = Actor(ActorKind.STAFF, "Ana Brookwater", StaffRole.CLERK)


def _from(program: Program, after: str | None, limit: int = 500) -> tuple[list[Any], str]:
    """All that changed, in as many parts as it takes."""
    found: list[Any] = []
    while True:
        query = {"limit": str(limit)} | ({"after": after} if after else {})
        part = program.get("/letters", params=query).json()
        found, after = [*found, *part["items"]], part["next"]
        if not part["more"]:
            return found, str(after)


def test_a_letter_shows_where_it_is_and_nothing_else(mail: Mail, program: Program) -> None:
    found = program.get(f"/letters/{mail.ids['letter']}").json()
    assert found == {
        "letter": mail.ids["letter"],
        "scan": found["scan"],
        "kind": "letter",
        "state": "delivered",
        "booking_number": "2026-00117",
        "received": found["received"],
        "opened": None,
        "pages": 3,
        "replaced_by": None,
    }
    held = program.get(f"/letters/{mail.ids['review']}").json()
    assert (held["state"], held["booking_number"]) == ("awaiting_review", None)


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_every_letter_is_in_the_list(mail: Mail, program: Program, limit: int) -> None:
    found, _ = _from(program, None, limit)
    named = {"letter", "other", "read", "held", "beside", "review"}
    assert {each["letter"] for each in found} == {mail.ids[name] for name in named}


def test_what_changes_is_told_from_where_one_stopped(mail: Mail, program: Program) -> None:
    _, place = _from(program, None)
    assert _from(program, place)[0] == []
    decisions.assign(mail.facility, mail.ids["held"], "2026-00117", ANA, "why")
    (changed,), place = _from(program, place)
    assert (changed["letter"], changed["state"]) == (mail.ids["held"], "delivered")
    new = add_letter(mail, add_scan(mail, "later.pdf"), "2026-00118")
    letters.open_letter(mail.facility, mail.ids["letter"], TOBIAS, 1)
    found = {each["letter"]: each for each in _from(program, place)[0]}
    assert found.keys() == {mail.ids["letter"], new}
    assert found[mail.ids["letter"]]["opened"] is not None
    assert found[new]["opened"] is None


def test_a_letter_that_was_only_copied_is_opened_too(mail: Mail, program: Program) -> None:
    _, place = _from(program, None)
    letters.letter_pdf(mail.facility, mail.ids["letter"], TOBIAS)
    (opened,) = _from(program, place)[0]
    assert opened["opened"] is not None


def test_staff_who_look_change_nothing(mail: Mail, program: Program) -> None:
    _, place = _from(program, None)
    ivo = Actor(ActorKind.STAFF, "Ivo Glass", StaffRole.INVESTIGATOR)
    letters.name_case(mail.facility, "26-0117", ivo)
    letters.open_letter(mail.facility, mail.ids["letter"], ivo, 1)
    assert _from(program, place)[0] == []


def test_a_cut_and_a_join_tell_of_all_their_letters(mail: Mail, program: Program) -> None:
    _, place = _from(program, None)
    decisions.cut(mail.facility, mail.ids["held"], 3, ANA, "why")
    found, place = _from(program, place)
    states = {each["letter"]: each["pages"] for each in found}
    assert states[mail.ids["held"]] == 1
    (new,) = states.keys() - set(mail.ids.values())
    decisions.join(mail.facility, mail.ids["held"], new, ANA, "why")
    found, _ = _from(program, place)
    assert {each["letter"]: each["pages"] for each in found}[mail.ids["held"]] == 2


def test_a_place_that_is_yet_to_come_is_refused(program: Program) -> None:
    """The home was restored from a backup: what was told since is not so."""
    from digitizer.entrances.api import cursors

    after = cursors.write("letters", 10**9)
    found = problem(program.get("/letters", params={"after": after}), 409)
    assert "backup" in found["detail"]


def test_what_is_held_is_listed_once_and_in_order(mail: Mail, program: Program) -> None:
    seen, after = [], None
    while True:
        query = {"limit": "2"} | ({"after": after} if after else {})
        part = program.get("/held", params=query).json()
        seen += part["items"]
        after = part["next"]
        if after is None:
            break
    ids = [each["letter"] or each["scan"] for each in seen]
    waiting = decisions.held(mail.facility, ANA)
    assert sorted(ids) == sorted(each.letter or each.scan for each in waiting)
    assert [each["since"] for each in seen] == sorted(each["since"] for each in seen)
    assert all(each["reason"] for each in seen)


def test_a_decision_between_two_parts_leaves_the_rest(mail: Mail, program: Program) -> None:
    first = program.get("/held", params={"limit": "1"}).json()
    gone = first["items"][0]["letter"] or first["items"][0]["scan"]
    waiting = {each.letter or each.scan for each in decisions.held(mail.facility, ANA)}
    decisions.reject(mail.facility, gone, ANA, "why")
    rest = program.get("/held", params={"after": first["next"]}).json()["items"]
    assert {each["letter"] or each["scan"] for each in rest} == waiting - {gone}


def test_no_word_of_a_letter_is_anywhere(mail: Mail, program: Program) -> None:
    for path in ("/letters", f"/letters/{mail.ids['letter']}", "/held", "/balance"):
        text = program.get(path).text
        assert "tomatoes" not in text
        assert "Philippa" not in text  # the sender on the cover
        assert "Privileged" not in text


def test_a_cover_is_one_page(program: Program) -> None:
    answer = program.post(
        "/inmates/2026-00117/covers",
        json={"sheets": 2, "sender": "Aunt Ida", "paper": "a4"},
        headers=program.new_key(),
    )
    assert answer.status_code == 201
    assert len(pikepdf.open(io.BytesIO(answer.content)).pages) == 1
    assert answer.headers["cover-id"]
    assert answer.headers["cover-warning"] == ""


def test_a_cover_for_someone_who_left_says_so(program: Program) -> None:
    answer = program.post("/inmates/2025-00031/covers", json={}, headers=program.new_key())
    assert answer.status_code == 201
    assert "mail that comes with this sheet will be held" in answer.headers["cover-warning"]


@pytest.mark.parametrize(
    "terms",
    [
        {"sheets": -1},
        {"sheets": 251},
        {"once": True, "uses": 2},
        {"valid_days": 3, "until": "2100-01-01"},
        {"until": "9999-12-31"},
        {"sender": "x" * 201},
        {"kind": "legal"},
        [],
    ],
)
def test_terms_that_cannot_be_are_refused(program: Program, terms: Any) -> None:
    answer = program.post("/inmates/2026-00117/covers", json=terms, headers=program.new_key())
    problem(answer, 422)


def test_nobodys_cover_is_not_printed(program: Program) -> None:
    problem(program.post("/inmates/none/covers", json={}, headers=program.new_key()), 404)


def test_a_scope_shows_its_own_list_alone(mail: Mail) -> None:
    with Program(mail.facility, [Scope.LETTERS_READ]) as reader:
        assert reader.get("/letters").status_code == 200
        answer = reader.get("/held")
        problem(answer, 403)
        assert 'scope="held:read"' in answer.headers["www-authenticate"]
