"""Settings of the pages for families and friends."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from digitizer.model.toml_file import Keys


class Family(Keys):
    """What people outside may do on pages of their own.

    ``address`` is how their browsers reach the pages (``https://mail.example.org``): links in
    e-mails are made of it, never of what a visitor says the host is. Without it, or without a
    server that sends e-mail, nobody can confirm an address, and there are no accounts: then a
    letter can be followed by the number of its cover (``tracking``), and that is all.
    ``show_opened``: whether its sender also sees when the inmate opened it. ``asks_a_day`` bounds
    whom an account may ask to write to, ``covers_a_day`` the cover sheets that it may make.
    ``mail_shows``: whether an e-mail may hold the words of a message, for those who want that.
    """

    enabled: bool = True
    address: str = ""
    idle_minutes: int = Field(default=30, ge=1, le=1440)
    tracking: bool = True
    show_opened: bool = False
    asks_a_day: int = Field(default=5, ge=1, le=100)
    covers_a_day: int = Field(default=10, ge=0, le=1000)
    mail_shows: Literal["nothing", "words"] = "nothing"

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        if not address:
            return ""
        try:
            parts = urlsplit(address)
            good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            good = False
        if not good or not address.isascii() or parts.path.strip("/") or parts.query:
            raise ValueError("must be like https://mail.example.org, without a path.")
        return f"{parts.scheme}://{parts.netloc}"
