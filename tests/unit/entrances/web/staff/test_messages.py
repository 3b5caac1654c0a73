"""The pages on which staff review messages, in a browser without script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from digitizer.messages import writing
from digitizer.model.events import Subject
from digitizer.model.mail import MessageState
from digitizer.model.people import Actor, ActorKind
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from tests.support.conversing import IDA, a_photo, as_correspondent, make_contact
from tests.support.made_mail import SUPERVISOR
from tests.support.web_kit import Mail, Visitor, verbs

OWNER = "2026-00117"
ME = Actor(ActorKind.INMATE, OWNER)
BASE = "/staff/screening/messages"


@pytest.fixture
def ida(mail: Mail) -> int:
    return make_contact(mail.facility, IDA, OWNER)


def _with_photos(mail: Mail, ida: int, number: int) -> str:
    for shade in range(number):
        writing.add_photo(
            mail.facility, OWNER, a_photo(f"hsl({60 * shade}, 80%, 50%)"), as_correspondent(ida)
        )
    return writing.write(mail.facility, OWNER, "Hi", "Look at these", as_correspondent(ida))


def _post(ana: Visitor, message: str, what: str, **data: str) -> tuple[int, str, str]:
    answer = ana.post_form(f"{BASE}/{message}/{what}", data, seen_on=f"{BASE}/{message}")
    return answer.status_code, answer.headers.get("location", ""), answer.text


def _state(mail: Mail, ida: int, message: str) -> MessageState | None:
    found = writing.conversation(mail.facility, OWNER, as_correspondent(ida))
    return next(each.state for each in found.entries if each.id == message)


def _watch(mail: Mail, kind: WatchKind, words: str, number: str = "", *, two: bool = False) -> None:
    last_day = today() + timedelta(days=9)
    rule = NewRule(kind, words, number, "report 11", last_day, two)
    policies.add_rule(mail.facility, rule, SUPERVISOR)


def test_what_waits_is_listed_and_counted(ana: Visitor, mail: Mail, ida: int) -> None:
    sent = _with_photos(mail, ida, 1)
    mine = writing.write(mail.facility, str(ida), "Back", "Thank you", ME)
    html = ana.get(BASE).text
    assert "2 messages wait for a review" in html
    assert "Ida Marlow to Tobias Quillfeather" in html
    assert "Tobias Quillfeather to Ida Marlow" in html
    assert html.index(sent) < html.index(mine)  # oldest first
    assert re.search(r"Messages <strong>2</strong>", ana.get("/staff/screening").text)
    today_page = ana.get("/staff").text
    assert re.search(r"Messages to review</dt><dd><a href=\"[^\"]+messages\">2</a>", today_page)


def test_photos_are_shown_one_after_another_and_then_it_is_released(
    ana: Visitor, mail: Mail, ida: int
) -> None:
    sent = _with_photos(mail, ida, 2)
    after = writing.write(mail.facility, str(ida), "", "Thank you", ME)
    for place in (1, 2):
        status, _, text = _post(ana, sent, "release")
        assert (status, "Look at each photo first" in text) == (409, True)
        found = re.search(r'id="sheet" src="([^"]+)"', ana.get(f"{BASE}/{sent}").text)
        assert found
        assert found[1].endswith(f"/photos/{place}/picture")  # the first that was not shown yet
        assert ana.get(found[1]).headers["content-type"] == "image/jpeg"
    status, location, _ = _post(ana, sent, "release")
    assert (status, location) == (303, f"{BASE}/{after}?done=release&of={sent}")
    assert "The message was released." in ana.get(location).text
    assert _state(mail, ida, sent) is MessageState.QUEUED
    _, location, _ = _post(ana, after, "release")
    assert location == f"{BASE}?done=release&of={after}"  # nothing is left
    gone = ana.get(f"{BASE}/{sent}", follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, f"{BASE}?done=")


def test_a_photo_is_refused_and_given_back(ana: Visitor, mail: Mail, ida: int) -> None:
    sent = _with_photos(mail, ida, 2)
    status, location, _ = _post(ana, sent, "refuse-photo", number="2", picked="Written in a code")
    assert (status, location) == (303, f"{BASE}/{sent}?done=refuse-photo&of={sent}&at=2")
    html = ana.get(location).text
    assert "refused: Written in a code" in html
    assert re.search(r'id="sheet" src="[^"]+/photos/2/picture"', html)
    status, _, _ = _post(ana, sent, "pass-photo", number="2")
    assert status == 303
    assert "Written in a code" not in re.sub("(?s)<button.*?</button>", "", ana.get(location).text)
    done = [verb for verb, _ in verbs(mail, Subject.message(sent))]
    assert done[-2:] == ["look at photo", "give photo back"] or "give photo back" in done
    assert _post(ana, sent, "refuse-photo", number="7", picked="?")[0] == 409


def test_a_message_is_refused_with_a_reason(ana: Visitor, mail: Mail, ida: int) -> None:
    mine = writing.write(mail.facility, str(ida), "", "A plan", ME)
    status, _, text = _post(ana, mine, "refuse")
    assert (status, "needs a reason" in text) == (409, True)
    status, location, _ = _post(ana, mine, "refuse", picked="Threats, or plans of a crime")
    assert (status, location) == (303, f"{BASE}?done=refuse&of={mine}")
    (entry,) = writing.conversation(mail.facility, str(ida), ME).entries
    assert (entry.state, entry.refused) == (MessageState.REFUSED, "Threats, or plans of a crime")


def test_watched_words_are_marked_both_ways(ana: Visitor, mail: Mail, ida: int) -> None:
    _watch(mail, WatchKind.WORDS, "north fence")
    _watch(mail, WatchKind.INMATE, "", OWNER)
    mine = writing.write(mail.facility, str(ida), "", "Come <b>to</b> the north fence!", ME)
    html = ana.get(f"{BASE}/{mine}").text
    assert "Come &lt;b&gt;to&lt;/b&gt; the <mark>north</mark> <mark>fence!</mark>" in html
    assert "“north fence”" in html
    assert f"({OWNER})" in html  # what an inmate sends is watched, as what they are sent
    assert "report 11" in html


def test_two_people_release_what_a_rule_asks_for(
    ana: Visitor, ruth: Visitor, mail: Mail, ida: int
) -> None:
    _watch(mail, WatchKind.INMATE, "", OWNER, two=True)
    mine = writing.write(mail.facility, str(ida), "", "Hello", ME)
    _, location, _ = _post(ana, mine, "release")
    assert location == f"{BASE}?done=first&of={mine}"
    assert mine not in ana.get(BASE).text
    html = ruth.get(f"{BASE}/{mine}").text
    assert "Ana Brookwater released it; two people must." in html
    assert _post(ruth, mine, "release")[1] == f"{BASE}?done=release&of={mine}"
    (entry,) = writing.conversation(mail.facility, str(ida), ME).entries
    assert entry.state is MessageState.QUEUED


def test_an_investigator_looks_and_does_not_decide(ivo: Visitor, mail: Mail, ida: int) -> None:
    mine = writing.write(mail.facility, str(ida), "", "Hello", ME)
    html = ivo.get(f"{BASE}/{mine}").text
    assert "but not decide about them" in html
    assert "formaction" not in html
    answer = ivo.post_form(f"{BASE}/{mine}/release", {}, seen_on=f"{BASE}/{mine}")
    assert answer.status_code == 409
    (entry,) = writing.conversation(mail.facility, str(ida), ME).entries
    assert entry.state is MessageState.IN_REVIEW


def test_the_last_decision_is_undone_from_the_next_page(ana: Visitor, mail: Mail, ida: int) -> None:
    sent = writing.write(mail.facility, OWNER, "Hi", "Hello", as_correspondent(ida))
    act = ""
    for what, reason in (("release", ""), ("refuse", "a threat")):
        _, location, _ = _post(ana, sent, what, reason=reason)
        html = ana.get(location).text
        found = re.search(rf'{BASE}/{sent}/undo".*?name="act" value="(\d+)"', html)
        assert found is not None
        act = found[1]
        answer = ana.post_form(f"{BASE}/{sent}/undo", {"act": act}, seen_on=location)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/{sent}?done=undo")
        assert "the message waits for a review again" in ana.get(f"{BASE}/{sent}?done=undo").text
        assert _state(mail, ida, sent) is MessageState.IN_REVIEW
    again = ana.post_form(f"{BASE}/{sent}/undo", {"act": act}, seen_on=BASE)
    assert again.status_code == 409
    assert "decided about it since" in again.text


def test_undo_is_not_offered_once_it_was_read(ana: Visitor, mail: Mail, ida: int) -> None:
    sent = writing.write(mail.facility, OWNER, "Hi", "Hello", as_correspondent(ida))
    _, location, _ = _post(ana, sent, "release")
    writing.conversation(mail.facility, str(ida), ME)
    html = ana.get(location).text
    assert "The message was released." in html
    assert "/undo" not in html
