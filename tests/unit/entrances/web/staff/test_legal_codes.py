"""A supervisor makes a code on behalf of a sender."""

from __future__ import annotations

from tests.support.web_kit import Visitor

SENDERS = "/staff/legal/senders"


def test_a_code_is_made_printed_and_revoked(ruth: Visitor) -> None:
    entry = {"kind": "court", "organisation": "Court of Lake County"}
    one = ruth.post_form(SENDERS, entry, seen_on=SENDERS).headers["location"].partition("?")[0]
    new = f"{one}/code"
    assert "2026-00117" in ruth.get(f"{new}?find=tobias").text
    assert "matches" in ruth.get(f"{new}?find=zzzz").text
    for booking, says in (("2025-00031", "no code is made"), ("", "no inmate")):
        wrong = ruth.post_form(new, {"booking": booking}, seen_on=new)
        assert wrong.status_code == 409, says
    made = ruth.post_form(new, {"booking": "2026-00117"}, seen_on=new)
    code = made.headers["location"].partition("?")[0]
    assert "Good until" in ruth.get(code).text
    pdf, png = ruth.get(f"{code}/cover.pdf"), ruth.get(f"{code}/code.png")
    assert (pdf.content[:4], png.headers["content-type"]) == (b"%PDF", "image/png")
    assert ruth.post_form(f"{code}/revoke", {}, seen_on=code).status_code == 409
    assert ruth.post_form(f"{code}/revoke", {"reason": "lost"}, seen_on=code).status_code == 303
    assert "lost" in ruth.get(code).text
    assert ruth.get(f"{code}/cover.pdf").status_code == 409
