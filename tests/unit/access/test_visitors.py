"""Proxies that were noted, for a week."""

from __future__ import annotations

from datetime import timedelta

from digitizer.access.noting import note_forwarder
from digitizer.access.visitors import KEPT, Forwarder, forwarders
from digitizer.facility import Facility
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR


def _seen(address: str, ago: timedelta, client: str = "10.0.0.9") -> Forwarder:
    return Forwarder(address, True, client, "https", now() - ago)


def test_the_newest_come_first_and_none_older_than_a_week(facility: Facility) -> None:
    for address, ago in (
        ("10.0.0.1", KEPT + timedelta(minutes=1)),
        ("10.0.0.2", timedelta(hours=2)),
        ("10.0.0.3", timedelta(hours=1)),
    ):
        note_forwarder(facility, _seen(address, ago))
    listed = forwarders(facility, OPERATOR)
    assert [each.address for each in listed] == ["10.0.0.3", "10.0.0.2"]
