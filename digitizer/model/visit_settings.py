"""Settings of visits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from digitizer.model.toml_file import Keys


class Visits(Keys):
    """Rules of visits. Nothing can be booked until staff make a room and a session.

    ``approval``: whether staff approve what is booked from outside, or it stands at once.
    ``family``: whether people outside book for themselves at all. ``visitors`` and ``adults`` are
    the most who may come together; who is ``adult_age`` years old is an adult. ``a_week``: so many
    visits an inmate may have from Monday to Sunday; visits of attorneys do not count.
    ``paper``: whether the inmate gets a slip about each visit that is booked, moved or cancelled.
    """

    approval: Literal["staff", "automatic"] = "staff"
    family: bool = True
    visitors: int = Field(default=4, ge=1, le=20)
    adults: int = Field(default=3, ge=1, le=20)
    adult_age: int = Field(default=18, ge=12, le=21)
    a_week: int = Field(default=2, ge=0, le=50)
    paper: Literal["always", "never"] = "always"
