"""What no database can store is refused, whichever database it is, and is no fault of the store."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.access.password_hashing import hash_secret
from digitizer.entrances.web.app import make_app
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.model.errors import NotFound, Unstorable, UsageError
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from digitizer.storage.database import writing
from digitizer.storage.tables import staff
from tests.support.made_mail import OPERATOR, ORSON
from tests.support.web_kit import PASSWORD, Visitor

_NUL, _NO_TEXT, _HUGE = "a\0b", "a\udcffb", 10**30
_ASKED: tuple[Callable[[Facility], object], ...] = (
    lambda facility: letters.mailbox(facility, _NUL, OPERATOR),
    lambda facility: letters.mailbox(facility, _NO_TEXT, OPERATOR),
    lambda facility: letters.open_letter(facility, _NUL, OPERATOR),
    lambda facility: letters.page_picture(facility, "x", _HUGE, OPERATOR),
    lambda facility: people.set_pin(facility, _NUL, OPERATOR),
    lambda facility: login.enter_as_inmate(facility, _NUL, "123456", "here"),
    lambda facility: login.enter_as_inmate(facility, ORSON, _NUL, "here"),
    lambda facility: login.enter_as_staff(facility, _NUL, _NUL, _NUL),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Facility:
    name = "facility" if request.param == "sqlite" else "cluster"
    found = request.getfixturevalue(name)
    assert isinstance(found, Facility)
    return found


@pytest.mark.parametrize("asked", _ASKED)
def test_it_is_as_if_there_were_none_or_a_mistake(
    either: Facility, asked: Callable[[Facility], object]
) -> None:
    with pytest.raises((NotFound, UsageError, Refused)):
        asked(either)


def test_the_message_says_what_to_do(cluster: Facility) -> None:
    with pytest.raises(Unstorable, match="Leave it out"):
        letters.mailbox(cluster, _NUL, OPERATOR)


def test_an_address_with_nul_leads_nowhere(either: Facility) -> None:
    people.add_staff(either, "Ana Brook", StaffRole.SUPERVISOR, OPERATOR)
    with writing(either.engine) as tx:
        tx.execute(sa.update(staff).values(password_hash=hash_secret(PASSWORD)))
    with Visitor(make_app(either), base_url="http://mail.example") as visitor:
        visitor.post("/staff/login", data={"name": "Ana Brook", "password": PASSWORD})
        for path in ("/staff/mail/a%00/1", "/staff/mail/a%00/1/picture", "/staff/covers/%00"):
            assert visitor.get(path, follow_redirects=False).status_code == 404
        assert visitor.get("/staff/mail?q=a%00b").status_code in (200, 400)


def test_a_form_with_nul_is_refused(either: Facility) -> None:
    forms = {"/login": {"booking_number": _NUL, "pin": _NUL}, "/kiosk": {"code": _NUL}}
    forms["/staff/login"] = {"name": _NUL, "password": _NUL}
    with Visitor(make_app(either), base_url="http://mail.example") as visitor:
        for path, form in forms.items():
            assert visitor.post(path, data=form).status_code in (400, 403)
