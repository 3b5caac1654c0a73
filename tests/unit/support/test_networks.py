"""Addresses of devices and the networks they are in."""

from __future__ import annotations

from digitizer.support.networks import address_of, is_within, one_device

PROXY, PROXIES = "10.9.0.1", ("10.9.0.0/24",)


def test_one_device_has_one_address() -> None:
    assert one_device("10.1.1.1") == one_device("::ffff:10.1.1.1") == "10.1.1.1"
    assert one_device("2001:db8::1") == one_device("2001:db8::ffff:2") != one_device("2001:db8:1::")
    assert address_of("10.1.1.1, 10.1.1.2") is None
    assert is_within("::ffff:10.9.0.7", PROXIES)
