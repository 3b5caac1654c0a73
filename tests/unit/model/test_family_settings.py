"""Settings of the pages for families."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from digitizer.facility import Facility
from digitizer.model.family_settings import Family
from tests.support.conversing import with_family


@pytest.mark.parametrize(
    "address",
    ["mail.example", "ftp://mail.example", "https://", "https://a.example/x", "https://é"],
)
def test_an_address_that_no_link_can_be_made_of(address: str) -> None:
    with pytest.raises(ValidationError, match="must be like"):
        Family(address=address)


def test_an_address_ends_without_a_slash() -> None:
    assert Family(address="https://mail.example:8443/").address == "https://mail.example:8443"


def test_accounts_need_a_mail_server_and_an_address(facility: Facility) -> None:
    assert not facility.settings.has_family_accounts
    assert with_family(facility).settings.has_family_accounts
    assert not with_family(facility, address="").settings.has_family_accounts
    assert not with_family(facility, enabled=False).settings.has_family_accounts
