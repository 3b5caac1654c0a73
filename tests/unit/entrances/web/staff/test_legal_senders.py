"""The registry's pages, and the log by senders."""

from __future__ import annotations

from digitizer.legal import registry
from digitizer.model.people import Actor, ActorKind, StaffRole
from tests.support.web_kit import Mail, Visitor

HERE = "/staff/legal/senders"
RUTH = Actor(ActorKind.STAFF, "Ruth Harrow", StaffRole.SUPERVISOR)
FINCH = {"kind": "attorney", "name": "Harold <b>Finch", "reference": "W1", "expires": "2099-06-30"}


def test_a_sender_is_added_found_changed_and_revoked(ruth: Visitor, ana: Visitor) -> None:
    done = ruth.post_form(HERE, FINCH, seen_on=HERE)
    one = done.headers["location"].partition("?")[0]
    assert "Harold &lt;b&gt;Finch" in ruth.get(f"{HERE}?q=finch").text
    assert "has all of these words" in ruth.get(f"{HERE}?q=zzz").text
    twice = ruth.post_form(HERE, FINCH, seen_on=HERE)
    assert (twice.status_code, "in the registry already" in twice.text) == (409, True)
    for wrong in ({"kind": "friend"}, {"expires": "soon"}):
        assert ruth.post_form(one, FINCH | wrong, seen_on=one).status_code == 409
    assert ruth.post_form(one, FINCH | {"name": "Harry"}, seen_on=one).status_code == 303
    assert ruth.post_form(f"{one}/revoke", {}, seen_on=one).status_code == 409
    ruth.post_form(f"{one}/revoke", {"reason": "disbarred"}, seen_on=one)
    assert "disbarred" in ruth.get(one).text
    assert ruth.post_form(f"{one}/revoke", {"reason": "x"}, seen_on=one).status_code == 409
    ruth.post_form(f"{one}/reactivate", {"reason": "an error"}, seen_on=one)
    assert "disbarred" not in ruth.get(one).text
    assert ana.get(one).status_code == 403


def test_a_file_is_shown_and_then_imported(ruth: Visitor, mail: Mail) -> None:
    tokens = ruth.tokens_on(HERE)
    bad, good = b"kind,name\nlawyer,B\n", b"kind,name\nattorney,Harold Finch\n"

    def send(act: str, content: bytes, **headers: str) -> str:
        files = {"file": ("senders.csv", content)}
        data = {**tokens, "act": act}
        return ruth.post(f"{HERE}/import", data=data, files=files, headers=headers).text

    assert "nothing of the file can be imported" in send("preview", bad)
    assert "Import all of it" in send("preview", good)
    assert registry.sender_list(mail.facility, RUTH) == ()
    assert "Nothing was imported" in send("import", bad)
    assert "Imported: 1 new" in send("import", good, **{"HX-Request": "true"})
    assert len(registry.sender_list(mail.facility, RUTH)) == 1


def test_the_log_opens_with_a_reason(ruth: Visitor) -> None:
    one = ruth.post_form(HERE, FINCH, seen_on=HERE).headers["location"].partition("?")[0]
    ruth.post_form(f"{one}/code", {"booking": "2026-00117"}, seen_on=f"{one}/code")
    log = "/staff/legal/log"
    assert "Finch" not in ruth.get(log).text
    assert ruth.post_form(log, {"reason": " "}, seen_on=log).status_code == 409
    assert "Finch" in ruth.post_form(log, {"reason": "a review"}, seen_on=log).text
    number = one.rpartition("/")[2]
    of_one = ruth.post_form(log, {"reason": "a review", "sender": number}, seen_on=log).text
    assert "not arrived" in of_one
