"""Settings of what happens when somebody leaves."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from digitizer.model.toml_file import Keys


class Departures(Keys):
    """``export``: whether somebody who left can take their mailbox along by a code. A code is good
    for ``code_days`` days: 30, so that who leaves with nothing finds a telephone or a library, and
    a slip that was lost does not open for long. No law that we know of names a number.
    ``tell_contacts``: whether those who write to somebody are told by e-mail that mail for them
    cannot be delivered here any more.
    """

    export: Literal["on", "off"] = "on"
    code_days: int = Field(default=30, ge=1, le=366)
    tell_contacts: bool = True
