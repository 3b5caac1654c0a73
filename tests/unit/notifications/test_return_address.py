"""Return addresses: one for each e-mail, and nobody else makes one."""

from __future__ import annotations

from dataclasses import replace

from digitizer.engines.codes.cover_code import KeyRing, new_key
from digitizer.notifications.return_address import items_of, return_address
from digitizer.support.clock import new_id

RING = KeyRing({1: new_key(), 2: new_key()}, current=2)


def test_an_address_tells_its_item_whatever_servers_do_to_its_letters() -> None:
    item = new_id()
    address = return_address("mailroom@example.org", item, RING)
    assert address.startswith("mailroom+b-")
    assert len(address.partition("@")[0]) <= 64
    for text in (address, address.upper(), f"<{address}> for {address}"):
        assert items_of(text, RING) == (item,)
    assert items_of(address, replace(RING, current=1)) == (item,), "after the key was changed"


def test_what_we_did_not_sign_is_no_address_of_ours() -> None:
    item, other = new_id(), new_id()
    address = return_address("mailroom@example.org", item, RING)
    assert items_of(address.replace(item, other), RING) == ()
    assert items_of(address, KeyRing({1: new_key()}, current=1)) == ()
    assert items_of(address, replace(RING, retired=frozenset({2}), current=1)) == ()
    assert items_of("mailroom@example.org, +b--@, +b-é-" + "a" * 16 + "@x", RING) == ()
