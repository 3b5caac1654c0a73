"""Where a list goes on: opaque to the program that asks, so that what it is made of may change."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from digitizer.model.errors import UsageError

#: No id or number of ours is beyond what these hold.
_LONGEST_ID, _LARGEST = 64, 2**53

After = Annotated[
    str | None,
    Field(max_length=300, description="The `next` of the answer before; none: from the beginning."),
]
Limit = Annotated[int, Field(ge=1, le=500, description="So many at most.")]


class Part(BaseModel):
    """Which part of a list is asked for."""

    model_config = ConfigDict(extra="forbid")

    after: After = None
    limit: Limit = 100


def write(kind: str, *place: int | str | datetime) -> str:
    """The cursor after this place of this list."""
    plain = [each.isoformat() if isinstance(each, datetime) else each for each in place]
    text = json.dumps({kind: plain}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def read_number(kind: str, after: str | None) -> int:
    """0 for none. Raises UsageError for what is no cursor of this list."""
    if after is None:
        return 0
    match _read(kind, after):
        case [int(number)] if type(number) is int and 0 <= number <= _LARGEST:
            return number
    raise _not_ours()


def read_moment(kind: str, after: str | None) -> tuple[datetime, str] | None:
    """A moment and an id. Raises UsageError for what is no cursor of this list."""
    if after is None:
        return None
    match _read(kind, after):
        case [str(moment), str(an_id)] if len(an_id) <= _LONGEST_ID and an_id.isprintable():
            try:
                at = datetime.fromisoformat(moment)
                at.astimezone()  # not every moment that can be written can be reckoned with
            except (ValueError, OverflowError):
                raise _not_ours() from None
            if at.tzinfo is not None:
                return at, an_id
    raise _not_ours()


def _read(kind: str, after: str) -> object:
    try:
        padded = after + "=" * (-len(after) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise _not_ours() from None
    if not isinstance(found, Mapping):
        raise _not_ours()
    return found.get(kind)


def _not_ours() -> UsageError:
    return UsageError("`after` is not the `next` of an answer to this list.")
