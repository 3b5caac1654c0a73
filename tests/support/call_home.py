"""A home with real media servers, an inmate, and a correspondent of theirs who has an account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from digitizer.access.password_hashing import hash_secret
from digitizer.facility import open_facility
from tests.support.call_kit import free_ports, own_address
from tests.support.conversing import IDA, give_account, make_contact
from tests.support.web_kit import PASSWORD, PIN, Mail, make_mail

OWNER = "2026-00117"
_SETTINGS = """
[family]
address = "https://mail.jail.example"

[mail]
host = "127.0.0.1"
sender = "mailroom@jail.example"
security = "none"

[calls]
video = true
media_address = "{address}"
relay_host = "127.0.0.1"
relay_address = "127.0.0.1"
relay_port = {port}
relay_range = [{relay_first}, {relay_last}]
media_range = [{media_first}, {media_last}]
most_moved_minutes = 0
"""
#: How each of three logs in.
LOGINS: dict[str, tuple[str, dict[str, str | float | bool]]] = {
    "family": ("/family/login", {"email": "ida@example.org", "password": PASSWORD}),
    "inmate": ("/login", {"booking_number": OWNER, "pin": PIN}),
    "staff": ("/staff/login", {"name": "Ana Brookwater", "password": PASSWORD}),
}


def home_with_calls(folder: Path, more: str = "") -> Iterator[Mail]:
    """``more``: further lines of [calls]."""
    made = make_mail(folder / "home")
    assert make_contact(made.facility, IDA, OWNER) == 1
    give_account(made.facility, 1, hashed=hash_secret(PASSWORD))
    first = free_ports()
    written = made.facility.home / "config.toml"
    text = _SETTINGS.format(
        address=own_address(),
        port=first,
        relay_first=first + 1,
        relay_last=first + 99,
        media_first=first + 100,
        media_last=first + 199,
    )
    written.write_text(written.read_text() + text + more)
    made.facility.engine.dispose()
    made = Mail(open_facility(made.facility.home), made.ids)
    yield made
    made.facility.engine.dispose()
