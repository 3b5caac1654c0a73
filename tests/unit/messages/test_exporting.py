"""Taking one's own mail along: everything of one's own, and nothing of anybody else's."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from digitizer.facility import Facility
from digitizer.messages import exporting
from digitizer.messages import writing as conversing
from digitizer.model.people import Actor
from digitizer.people.correspondents.records import Entry
from digitizer.screening import message_review
from tests.support.conversing import (
    IDA,
    a_photo,
    as_correspondent,
    give_account,
    make_contact,
    with_family,
)
from tests.support.made_mail import CLERK, ORSON, PETRA, as_inmate


@pytest.fixture
def ida(facility: Facility) -> Actor:
    number = make_contact(facility)
    give_account(facility, number)
    return as_correspondent(number)


def test_all_that_is_theirs_and_nothing_else(facility: Facility, ida: Actor) -> None:
    stranger = as_correspondent(make_contact(facility, Entry("Sam Stranger"), PETRA))
    conversing.add_photo(facility, ORSON, a_photo(), ida)
    conversing.write(facility, ORSON, "Hi", "From Ida", ida)
    conversing.write(facility, PETRA, "Hi", "From a stranger", stranger)
    released = conversing.write(facility, ida.name, "", "Released to Ida", as_inmate(ORSON))
    message_review.release_message(facility, released, CLERK, "nothing against it")
    conversing.write(facility, ida.name, "", "In review still", as_inmate(ORSON))
    with zipfile.ZipFile(io.BytesIO(exporting.export_own(with_family(facility), ida))) as archive:
        told = json.loads(archive.read("mail.json"))
        (talk,) = told["conversations"]
        assert [each["text"] for each in talk["entries"]] == ["From Ida", "Released to Ida"]
        (photo,) = talk["entries"][0]["pictures"]
        assert archive.read(photo).startswith(b"\xff\xd8")
        assert set(archive.namelist()) == {"mail.json", photo}
    assert (told["name"], told["email"]) == (IDA.name, "ida@example.org")
    text = json.dumps(told)
    assert "stranger" not in text
    assert "In review" not in text
