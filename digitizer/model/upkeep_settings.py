"""Settings of what keeps a facility's service well: its e-mail, its alarms, its own backups."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from digitizer.model.toml_file import AsWritten, Keys


def _whole_path(path: str) -> str:
    if path and not Path(path).is_absolute():
        raise ValueError('must be a whole path, as in "/etc/digitizer/authority.pem".')
    return path


def _address(name: str) -> str:
    before, at, after = name.rpartition("@")
    if not (before and at and after) or not name.isascii() or re.search(r"[\s<>,]", name):
        raise ValueError(f'holds {name!r}, which is no mail address. Write it like "a@b.example".')
    return name


WholePath = Annotated[str, AfterValidator(_whole_path)]
Address = Annotated[str, AfterValidator(_address)]


class MailServer(Keys):
    """The server that takes our e-mail; none by default.

    ``security``: "starttls" or "tls", both with a checked certificate; "if offered": STARTTLS where
    the server has it; "none". ``certificates`` is a PEM file with the authority of a server whose
    certificate no public one signed. ``user`` logs in with the first line of ``password_file``.
    ``bounces`` is the maildir or folder of what comes back to ``sender`` with "+b-..." before
    the @.
    """

    host: str = ""
    port: int = Field(default=25, ge=1, le=65535)
    sender: Address = "digitizer@localhost"
    security: Literal["starttls", "tls", "if offered", "none"] = "starttls"
    certificates: WholePath = ""
    user: str = ""
    password_file: WholePath = ""
    timeout_seconds: float = Field(default=30, ge=1, le=120)
    bounces: WholePath = ""

    @field_validator("user")
    @classmethod
    def _is_not_shown_to_all(cls, user: str, others: ValidationInfo) -> str:
        if user and others.data.get("security") in ("none", "if offered"):
            raise ValueError(
                'needs security = "starttls" or "tls": its password would be readable.'
            )
        return user


class Webhook(Keys):
    """Another program that is told, soon after, that letters or the roster changed; none by
    default. ``url`` is ``https``, or on this machine. ``secret_file`` holds the secret that signs
    what it is sent, ``whsec_`` and base64, in its first line; ``certificates`` is a PEM file with
    the authority of a server whose certificate no public one signed."""

    url: str = ""
    certificates: WholePath = ""
    secret_file: WholePath = Field(default="", validate_default=True)
    timeout_seconds: float = Field(default=15, ge=1, le=120)

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        if not url:
            return url
        try:
            parts = urlsplit(url)
            good = bool(parts.hostname) and parts.port != 0 and url.isascii()
        except ValueError:
            good = False
        here = good and parts.hostname in ("127.0.0.1", "::1", "localhost")
        if not good or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
            raise ValueError(
                "must be like https://jms.example/mailroom; http only on this machine."
            )
        if parts.username is not None or parts.fragment or not url.isprintable() or " " in url:
            raise ValueError("must have no login, space or fragment.")
        return url

    @field_validator("secret_file")
    @classmethod
    def _is_named_for_a_url(cls, path: str, others: ValidationInfo) -> str:
        if others.data.get("url") and not path:
            raise ValueError("must name the file of the secret that signs what is sent.")
        return path


class Alarms(Keys):
    """To whom the service mails what is wrong, and from when on something is; 0: never.

    ``oldest_hours`` is the age of the oldest item of a queue, ``backup_hours`` that of the newest
    good backup, ``free_gigabytes`` the free space on the home's disk (2**30 bytes).
    ``digest_to`` gets the numbers of what waits once a day, from ``digest_hour`` on.
    """

    mail_to: AsWritten[tuple[Address, ...]] = ()
    oldest_hours: int = Field(default=48, ge=0, le=8760)
    backup_hours: int = Field(default=36, ge=0, le=8760)
    free_gigabytes: float = Field(default=2, ge=0)
    digest_to: AsWritten[tuple[Address, ...]] = ()
    digest_hour: int = Field(default=7, ge=0, le=23)


class OwnBackups(Keys):
    """Backups that the service makes by itself: into new folders in ``folder``, once a day from
    ``at`` on (local time), encrypted under the first line of ``passphrase_file``. The newest
    ``keep`` good ones are kept. Each ``whole_every``-th is whole; those between share the stored
    files that the one before has, unaltered. ``key_folder``, of a home that is encrypted at rest,
    is where the one copy of the key book is kept, by which destruction reaches older backups:
    another device."""

    folder: WholePath = ""
    key_folder: WholePath = ""
    at: str = "02:30"
    keep: int = Field(default=7, ge=1, le=1000)
    whole_every: int = Field(default=7, ge=1, le=1000)
    passphrase_file: WholePath = Field(default="", validate_default=True)

    @field_validator("at")
    @classmethod
    def _is_a_time(cls, at: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
            raise ValueError('must be a time of day, as in "02:30".')
        return at

    @field_validator("passphrase_file")
    @classmethod
    def _has_a_passphrase(cls, path: str, others: ValidationInfo) -> str:
        if others.data.get("folder") and not path:
            raise ValueError("must name a file: a backup without its keys opens no sealed mail.")
        return path
