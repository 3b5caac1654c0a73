"""What may be seen of a request before it is read: its length, and the host it asks for."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers

#: Bytes. No form of ours is longer; anything longer is refused unread.
LARGEST_BODY = 64 * 1024
#: A message of the most characters, each of which may take four bytes.
LARGEST_MESSAGE = 256 * 1024
#: But a roster: a hundred thousand people with forty columns are shorter. Who asks is checked
#: before it is read.
LARGEST_ROSTER = 33 * 1024 * 1024
#: And a message of somebody outside, who sends photos with it: likewise.
LARGEST_MESSAGE_WITH_PHOTOS = 26 * 1024 * 1024
#: A picture of an envelope, and a list of protected senders: likewise.
LARGEST_PICTURE = 26 * 1024 * 1024
LARGEST_LIST = 5 * 1024 * 1024


def is_ambiguous(headers: Headers) -> bool:
    """Whether its length is said twice, or in a way that a proxy before us might read otherwise."""
    length = headers.get("content-length")
    return length is not None and ("transfer-encoding" in headers or not length.isdecimal())


def is_ours(headers: Headers, allowed: Collection[str]) -> bool:
    """Whether it asks for one of these hosts; where none is named, any is."""
    return not allowed or host_of(headers) in allowed


def host_of(headers: Headers) -> str:
    """Without the port, as it is compared."""
    host = headers.get("host", "").casefold()
    name, _, port = host.rpartition(":")
    return name if port.isdecimal() and name else host
