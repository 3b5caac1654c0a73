"""A facility's settings: one TOML file in its home, read once and passed along."""

from __future__ import annotations

import ipaddress
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from digitizer.model.errors import SettingsError

FILE_NAME = "config.toml"

_LONGER_EACH_TRY = 1.5
_LETTER_MEGAPIXELS = 15.0  # 210 by 297 mm, or 8.5 by 11 inches, at 400 dpi


class Release(StrEnum):
    """Whether a letter with a good cover reaches its mailbox at once or after a person's look."""

    AUTOMATIC = "automatic"
    AFTER_REVIEW = "after review"


def _as_network(text: str) -> str:
    return str(ipaddress.ip_network(text))


Network = Annotated[str, AfterValidator(_as_network)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Facility(_Part):
    """Who we are and where families post to; printed on every cover and letter.

    ``appeal_days`` and ``appeal_to`` stand on the notices of rejected mail: an official other
    than the one who rejected (28 CFR 540.13; the clock differs from state to state).
    """

    name: str = "Example County Detention Center"
    mail_address: tuple[str, ...] = ("Mail Room", "100 Example Road", "Exampleville, EX 00000")
    release: Release = Release.AUTOMATIC
    paper: Literal["a4", "letter"] = "letter"
    appeal_days: int = Field(default=15, ge=1)
    appeal_to: str = "Facility Administrator"


class Store(_Part):
    """Where tables and blobs live; empty means inside the home."""

    database_url: str = ""
    blobs_url: str = ""


class Work(_Part):
    """How hard the machine works, and the limits a file is opened under.

    Seconds are of work: processor time, or the wall's while a process waits. ``page_megapixels``
    bounds one picture before it is decoded. All tries at a file that hangs must end within a
    minute, whether it is looked at or read; so each further try has half as much time again, and
    what is slow, not hung, is waited for. Four pages of the most pixels allowed are looked at in
    four seconds. The slowest of real letter pages took 9 seconds to read (it lay on its side); a
    page of more pixels than a letter has at 400 dpi has its time in proportion (one of the most
    allowed took 28 seconds).
    """

    processes: int = Field(default=2, ge=1, le=64)
    survey_seconds: float = Field(default=8, gt=0)
    read_seconds: float = Field(default=9, gt=0)
    worker_megabytes: int = Field(default=1536, ge=256)
    pages: int = Field(default=2000, ge=1)
    page_megapixels: int = Field(default=120, ge=1)
    tries: int = Field(default=3, ge=1)

    def after_tries(self, tries: int) -> Work:
        """These settings for a scan that was tried so often in vain: what was slow is waited for
        longer, and what hangs kept the line only shortly at first."""
        more = _LONGER_EACH_TRY**tries
        longer = {
            "survey_seconds": self.survey_seconds * more,
            "read_seconds": self.read_seconds * more,
        }
        return self.model_copy(update=longer)

    def seconds_to_read(self, megapixels: float) -> float:
        """Seconds of work that a page of this size may take."""
        return self.read_seconds * max(1.0, megapixels / _LETTER_MEGAPIXELS)


class Endpoint(_Part):
    """A reader on the facility's own network that speaks the OpenAI chat protocol; none by default.

    ``url`` is its base (``http://127.0.0.1:8000/v1``), on this machine or on one of
    ``allowed_hosts``. ``timeout_seconds`` is all the time one page may take, tries included;
    ``at_once`` is how many pages are sent at a time. ``key_file`` (in the home, or absolute)
    holds the bearer token, if one is asked for.
    """

    url: str = ""
    model: str = ""
    allowed_hosts: tuple[str, ...] = ()
    timeout_seconds: float = Field(default=60, gt=0)
    at_once: int = Field(default=2, ge=1, le=64)
    key_file: str = ""

    @model_validator(mode="after")
    def _stays_on_the_premises(self) -> Self:
        if self.url:
            self._check_url()
        return self

    def _check_url(self) -> None:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host or parts.port == 0:
            raise ValueError("url must be like http://127.0.0.1:8000/v1")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("url must hold no login, query or fragment; a token goes to key_file")
        allowed = {name.casefold() for name in self.allowed_hosts}
        if not _is_this_machine(host) and host not in allowed:
            raise ValueError(
                f"{host} is not this machine; letters go there only if allowed_hosts names it"
            )
        if not self.model:
            raise ValueError("model must name the endpoint's model")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Web(_Part):
    """The doors. ``login_steps`` are taken in order; booking number and PIN always come first.

    ``operators_from`` are the networks (``10.1.0.0/16``) that may ask /readyz and /metrics.
    """

    login_steps: tuple[Literal["pin", "security_question"], ...] = ("pin",)
    pin_digits: int = Field(default=6, ge=6, le=12)
    failures_before_lock: int = Field(default=5, ge=1)
    lock_minutes: int = Field(default=15, ge=1)
    inmate_idle_minutes: int = Field(default=10, ge=1)
    staff_idle_minutes: int = Field(default=30, ge=1)
    operators_from: tuple[Network, ...] = ("127.0.0.0/8", "::1/128")


class Covers(_Part):
    """How often one cover is used, as a rule: more than ``usual_letters`` within ``within_days``
    is shown to staff and, with ``hold_unusual``, holds the letters past it.

    Ten a week are more than a letter a day with a weekend's post in one bag.
    """

    usual_letters: int = Field(default=10, ge=1)
    within_days: int = Field(default=7, ge=1, le=366)
    hold_unusual: bool = False


class Settings(_Part):
    """All settings of one home. Each has a default that is safe for a first try."""

    facility: Facility = Facility()
    store: Store = Store()
    work: Work = Work()
    endpoint: Endpoint = Endpoint()
    web: Web = Web()
    covers: Covers = Covers()


def read_settings(home: Path) -> Settings:
    """Reads ``config.toml`` of ``home``; raises SettingsError with the key and the mend."""
    path = home / FILE_NAME
    try:
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise SettingsError(
            f"{home} is not a digitizer home: it has no {FILE_NAME}. "
            f"Make one with: digitizer --home {home} init"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}. Mend that line.") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {key}: {first['msg']}. Mend or remove that line.") from None
