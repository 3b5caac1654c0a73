"""Text from files and strangers, which may hold anything: for a terminal or a log, and as a name.

A control character moves the cursor or hides what was printed, a line break makes one line look
like two, a bidirectional override turns a line around. They are shown as escapes.
"""

from __future__ import annotations

import re

#: Controls of both kinds, line and paragraph separators, embeddings, overrides and isolates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
#: What JSON leaves as it is: everything above but what it escapes by itself.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


#: What has no look of its own, but can make a line read otherwise than its letters stand.
HIDDEN = re.compile(
    "[\u202a-\u202e\u2066-\u206f\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]"
)
#: Marks of direction, which a line of prose may need and a name does not; and controls.
_NOT_IN_A_NAME = re.compile("[\u061c\u200e\u200f\x00-\x08\x0e-\x1f\x7f-\x9f]")


def as_name(text: str) -> str:
    """A name as people typed it, on one line, with nothing in it that cannot be seen: on paper and
    on pages it reads as its letters stand."""
    return " ".join(_NOT_IN_A_NAME.sub("", HIDDEN.sub("", text)).split())


def visible(text: str) -> str:
    """One line of text, in which nothing is anything but a character."""
    return _UNSAFE.sub(_escape, text)


def visible_json(text: str) -> str:
    """The same for one line of JSON, which means the same as before."""
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT.get(found[0]) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
