"""What was refused, on the family's pages, and appealing against it."""

from __future__ import annotations

from digitizer.messages import writing
from digitizer.screening import message_review
from tests.support.appealing import give_notices, rejection_of
from tests.support.conversing import as_correspondent
from tests.support.made_mail import CLERK
from tests.unit.entrances.web.family.conftest import TOBIAS, Families

HERE = "/family/refused"


def test_a_sender_appeals_and_another_cannot(families: Families) -> None:
    assert "Nothing of yours was refused." in families.nora.get(HERE).text
    home = families.facility
    by = as_correspondent(families.numbers["nora"])
    sent = writing.write(home, TOBIAS, "", "Secret words", by)
    message_review.refuse_message(home, sent, CLERK, "in a code")
    give_notices(home)
    number = rejection_of(home, sent).number
    html = families.nora.get(HERE).text
    assert "in a code" in html
    assert "You can appeal until" in html
    long = families.nora.post_form(f"{HERE}/{number}", {"words": "x" * 3001}, seen_on=HERE)
    assert (long.status_code, "That is too long." in long.text) == (409, True)
    theirs = families.sam.post_form(f"{HERE}/{number}", {"words": "Mine"}, seen_on=HERE)
    assert theirs.status_code == 404
    done = families.nora.post_form(f"{HERE}/{number}", {"words": "It is plain"}, seen_on=HERE)
    assert done.status_code == 303
    assert "It is plain" in families.nora.get(f"{HERE}?lang=es").text
    assert "Nothing of yours was refused." in families.sam.get(HERE).text
