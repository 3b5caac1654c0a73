"""Addresses of visitors, and the networks that they are in."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_OF_ONE_SITE = 64  # bits of an IPv6 address: one device has as many of the others as it likes


def address_of(text: str) -> Address | None:
    """Also ``10.0.0.7:4711`` and ``[2001:db8::7]:4711``, as proxies write them, and an IPv4 address
    within IPv6. None: it is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def is_within(address: str, networks: Iterable[str]) -> bool:
    found = address_of(address)
    return found is not None and any(found in ipaddress.ip_network(each) for each in networks)


def one_device(address: str) -> str:
    """The address; of IPv6 the network, of which one device can take any number of addresses."""
    found = address_of(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _OF_ONE_SITE), strict=False))
    return str(found) if found else "unknown"
