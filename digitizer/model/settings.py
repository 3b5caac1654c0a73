"""A facility's settings: one TOML file in its home, read once and passed along."""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from digitizer.model.appeal_settings import Appeals, RejectReason
from digitizer.model.call_settings import Calls
from digitizer.model.departure_settings import Departures
from digitizer.model.family_settings import Family
from digitizer.model.originals_settings import Originals
from digitizer.model.people import StaffRole
from digitizer.model.request_settings import Requests
from digitizer.model.retention_settings import Retention
from digitizer.model.toml_file import AsWritten, Keys
from digitizer.model.upkeep_settings import Alarms, MailServer, OwnBackups, Webhook
from digitizer.model.visit_settings import Visits
from digitizer.support.clock import is_zone

_LONGER_EACH_TRY = 1.5
_MOST_NOTES = 450  # characters: with more, a cover's other words become too small
_DAY = 1440  # minutes; no session lives so long
_LETTER_MEGAPIXELS = 15.0  # 210 by 297 mm, or 8.5 by 11 inches, at 400 dpi


class Release(StrEnum):
    """Whether a letter with a valid cover reaches its mailbox at once, or after a person's look."""

    AUTOMATIC = "automatic"
    AFTER_REVIEW = "after review"


def _as_network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValueError(
            f'holds {text!r}, which is not a network ({error}). Write it like "10.1.0.0/16".'
        ) from None


Network = Annotated[str, AfterValidator(_as_network)]


def _not_everyone(network: str) -> str:
    if ipaddress.ip_network(network).prefixlen == 0:
        raise ValueError(
            f"holds {network}, which is everyone: whoever asks could say that they are anybody "
            "else. List the addresses of your proxies alone."
        )
    return network


ProxyNetwork = Annotated[Network, AfterValidator(_not_everyone)]


def _as_host_name(text: str) -> str:
    name = text.casefold().strip()
    if not name or (any(each in name for each in "/:@ ") and not name.startswith("[")):
        raise ValueError(f'holds {text!r}, which is not a host. Write it like "mail.example.org".')
    return name


HostName = Annotated[str, AfterValidator(_as_host_name)]


class FacilitySettings(Keys):
    """Who we are and where families post to; printed on every cover and letter.

    ``code`` is the facility's name in its agency, which the option --facility takes.
    ``appeal_to`` is on the notices of rejected mail: an official other than the one who rejected
    (28 CFR 540.13). ``appeal_days``, where it is set, counts for inmates and senders in place of
    the days in ``[appeals]``: homes from before there were those have it.
    ``pin_after_release``: whether an inmate who leaves keeps the PIN for another stay.
    ``time_zone`` is that of all times that people read; empty means the machine's.
    ``cover_notes`` are sentences on every inmate's cover: that mail is scanned, what becomes of the
    paper, what is forbidden, whom to ask; ``cover_notes_es`` are the same in Spanish.
    """

    name: str = "Example County Detention Center"
    code: str = Field(default="main", pattern=r"^[a-z][a-z0-9_]{0,39}$")
    mail_address: AsWritten[tuple[str, ...]] = (
        "Mail Room",
        "100 Example Road",
        "Exampleville, EX 00000",
    )
    release: AsWritten[Release] = Release.AUTOMATIC
    paper: Literal["a4", "letter"] = "letter"
    appeal_days: int = Field(default=0, ge=0, le=365)
    appeal_to: str = "Facility Administrator"
    pin_after_release: Literal["keep", "remove"] = "remove"
    time_zone: str = ""
    cover_notes: AsWritten[tuple[str, ...]] = (
        "Letters are scanned, and read on a screen.",
        "Ask the mail room what may be sent, and what becomes of the paper.",
    )
    cover_notes_es: AsWritten[tuple[str, ...]] = (
        "Las cartas se escanean y se leen en una pantalla.",
        "Pregunte en la sala de correo qué se puede enviar y qué pasa con el papel.",
    )

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        if zone and not is_zone(zone):
            raise ValueError(
                'must be the name of a time zone, such as "America/Chicago", or "" for the '
                "machine's."
            )
        return zone

    @field_validator("cover_notes", "cover_notes_es")
    @classmethod
    def _fit_a_cover(cls, notes: tuple[str, ...]) -> tuple[str, ...]:
        if sum(map(len, notes)) > _MOST_NOTES or any(not each.strip() for each in notes):
            raise ValueError(f"must hold sentences, together at most {_MOST_NOTES} characters.")
        return notes


class Store(Keys):
    """Where tables and blobs live; empty means inside the home. ``outpost``: this is the folder of
    a machine elsewhere that works for a home, made by it."""

    database_url: str = ""
    blobs_url: str = ""
    outpost: bool = False


class Work(Keys):
    """How hard the machine works, and the limits a file is opened under.

    Seconds are of work: processor time, or elapsed time while a process waits. ``page_megapixels``
    limits one picture before it is decoded. All tries at a file that hangs must end within a
    minute, whether it is surveyed or read; but each further try has half as much time again, so
    that a file that is slow, and does not hang, gets through. Four pages of the most pixels allowed
    are surveyed in four seconds. The slowest real letter page took 9 seconds to read (it lay on its
    side); a page of more pixels than a letter has at 400 dpi gets time in proportion (one of the
    most allowed took 28 seconds).
    """

    processes: int = Field(default=2, ge=1, le=64)
    survey_seconds: float = Field(default=8, gt=0)
    read_seconds: float = Field(default=9, gt=0)
    worker_megabytes: int = Field(default=1536, ge=256)
    pages: int = Field(default=2000, ge=1)
    page_megapixels: int = Field(default=120, ge=1)
    tries: int = Field(default=3, ge=1)

    def after_tries(self, tries: int) -> Work:
        """These settings for a scan whose tries failed so often: what was slow is waited for
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


class Endpoint(Keys):
    """A reader on the facility's own network that speaks the OpenAI chat protocol; none by default.

    ``url`` is its base (``http://127.0.0.1:8000/v1``), on this machine or on one of
    ``allowed_hosts``. ``timeout_seconds`` is all the time that one page may take, with its retries;
    ``at_once`` is how many pages are sent at a time. ``key_file`` (in the home, or absolute)
    holds the bearer token, if one is needed.
    """

    allowed_hosts: AsWritten[tuple[str, ...]] = ()
    url: str = ""
    model: str = Field(default="", validate_default=True)
    timeout_seconds: float = Field(default=60, gt=0)
    at_once: int = Field(default=2, ge=1, le=64)
    key_file: str = ""

    @field_validator("url")
    @classmethod
    def _stays_on_the_premises(cls, url: str, others: ValidationInfo) -> str:
        if url:
            _check_url(url, others.data.get("allowed_hosts", ()))
        return url

    @field_validator("model")
    @classmethod
    def _is_named_for_a_url(cls, model: str, others: ValidationInfo) -> str:
        if others.data.get("url") and not model:
            raise ValueError("must name the endpoint's model.")
        return model


class AtRest(Keys):
    """Where the secret is that opens a home encrypted at rest; nothing for one that is not.

    ``key_file`` is on another device than the home. ``passphrase_file`` lets the service start
    unattended: whoever takes a disk that has this file too can open the home.
    """

    key_file: str = ""
    passphrase_file: str = ""


def _url_parts(url: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(f"must be like {example}")
    return parts


def _check_url(url: str, allowed_hosts: tuple[str, ...]) -> None:
    parts = _url_parts(url, "http://127.0.0.1:8000/v1")
    host = parts.hostname or ""
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must have no login, query or fragment. Put a token in key_file.")
    if not _is_this_machine(host) and host not in {name.casefold() for name in allowed_hosts}:
        raise ValueError(
            f"names {host}, which is not this machine; letters are sent there only if "
            "allowed_hosts names it."
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Web(Keys):
    """The web apps. ``login_steps`` are taken in order; booking number and PIN always come first.

    Wrong logins: ``access.throttling`` makes its rules of ``failures_before_lock`` and
    ``lock_minutes``. Networks are written ``10.1.0.0/16``. ``operators_from`` may ask /readyz and
    /metrics, ``staff_from`` may see the staff's pages, and of ``trusted_proxies`` what they say of
    a visitor's address and scheme is believed. ``allowed_hosts`` are the names that the service is
    asked by; none: by any. The rest bounds what a flood can use up: hashings at once (19 MiB
    each), logins that wait for their turn, connections, and the seconds in which a request must
    arrive and its answer be fetched.

    ``totp_for`` are the roles whose login needs a code from an app as well. An act that cannot be
    undone needs a password that was typed within ``proof_minutes``; those in ``second_person_for``
    need a second person too. ``reading_reason_for`` are the roles that say why they open a
    delivered letter, again after ``reading_reason_minutes``; those in ``case_number_for`` name the
    case that they read for, again after ``case_number_minutes``.
    """

    login_steps: AsWritten[tuple[Literal["pin", "security_question"], ...]] = ("pin",)
    pin_digits: int = Field(default=6, ge=6, le=12)
    failures_before_lock: int = Field(default=5, ge=1, le=100)
    lock_minutes: int = Field(default=15, ge=1, le=60)
    inmate_idle_minutes: int = Field(default=10, ge=1, le=_DAY)
    staff_idle_minutes: int = Field(default=30, ge=1, le=_DAY)
    operators_from: AsWritten[tuple[Network, ...]] = ("127.0.0.0/8", "::1/128")
    staff_from: AsWritten[tuple[Network, ...]] = ("0.0.0.0/0", "::/0")
    trusted_proxies: AsWritten[tuple[ProxyNetwork, ...]] = ()
    allowed_hosts: AsWritten[tuple[HostName, ...]] = ()
    hashing_at_once: int = Field(default=4, ge=1, le=64)
    logins_waiting: int = Field(default=250, ge=1, le=10_000)
    connections: int = Field(default=1000, ge=10, le=100_000)
    connections_per_client: int = Field(default=300, ge=4, le=100_000)
    request_seconds: float = Field(default=15, gt=0)
    answer_seconds: float = Field(default=300, gt=0)
    totp_for: AsWritten[tuple[AsWritten[StaffRole], ...]] = ()
    proof_minutes: int = Field(default=5, ge=1, le=60)
    second_person_for: AsWritten[tuple[Literal["destroy"], ...]] = ()
    reading_reason_for: AsWritten[tuple[AsWritten[StaffRole], ...]] = (StaffRole.CLERK,)
    reading_reason_minutes: int = Field(default=15, ge=1, le=480)
    case_number_for: AsWritten[tuple[AsWritten[StaffRole], ...]] = (StaffRole.INVESTIGATOR,)
    case_number_minutes: int = Field(default=60, ge=1, le=720)


class Api(Keys):
    """What other programs call. ``clients_from`` are the networks they may ask from;
    ``requests_a_minute`` is how many each token may make."""

    clients_from: AsWritten[tuple[Network, ...]] = ("0.0.0.0/0", "::/0")
    requests_a_minute: int = Field(default=300, ge=1, le=100_000)


class Covers(Keys):
    """How often one cover is used, as a rule: more than ``usual_letters`` within ``within_days``
    is shown to staff and, with ``hold_unusual``, holds the letters past it.

    Ten in a week are more than a letter a day, with a weekend's mail in one bag.
    """

    usual_letters: int = Field(default=10, ge=1)
    within_days: int = Field(default=7, ge=1, le=366)
    hold_unusual: bool = False


def _as_reason(entry: str | RejectReason) -> RejectReason:
    return RejectReason(reason=entry) if isinstance(entry, str) else entry


class Screening(Keys):
    """How staff decide about held mail. ``reject_reasons`` are offered to whoever rejects a letter,
    in this order; the inmate and the sender read the one that is picked. Others can be typed. Each
    is a sentence, or a sentence with its rule (``RejectReason``).

    ``watch_holds``: which watch rules hold a letter for a review that would be delivered at once:
    those of words, those of people (inmates, senders, pairs of them), both, or none.
    ``second_look``: which letters two people must release: none, those that a rule marks, or all;
    a rule can ask for it besides. ``checked_percent``: how many of a hundred letters that one
    person screened another looks at again, without knowing what the first decided.
    """

    reject_reasons: AsWritten[tuple[str | RejectReason, ...]] = (
        "It holds something that is not allowed here",
        "There is a substance or a stain on the paper",
        "No inmate of this name is here",
        "No sender's name and address",
        "Threats, or plans of a crime",
        "Sexually explicit pictures or text",
        "Written in a code",
        "It cannot be read: please send it again",
    )

    watch_holds: AsWritten[tuple[Literal["words", "people"], ...]] = ("words", "people")

    second_look: Literal["none", "marked", "all"] = "none"
    checked_percent: float = Field(default=0, ge=0, le=100)

    @field_validator("reject_reasons")
    @classmethod
    def _can_be_printed(
        cls, reasons: tuple[str | RejectReason, ...]
    ) -> tuple[str | RejectReason, ...]:
        said = [each for each in reasons if isinstance(each, str)]
        if any(not each.strip() or len(each) > 500 for each in said):
            raise ValueError("must hold sentences of at most 500 characters.")
        return reasons

    @property
    def reasons_offered(self) -> tuple[str, ...]:
        """The sentences alone, as they are picked."""
        return tuple(each.reason for each in map(_as_reason, self.reject_reasons))

    def reason_of(self, said: str) -> RejectReason:
        """What the settings know of a reason that somebody gave; one that was typed has no rule."""
        known = {each.reason: each for each in map(_as_reason, self.reject_reasons)}
        return known.get(said) or RejectReason.model_construct(reason=said)


class Messages(Keys):
    """What inmates and correspondents may write to each other on their pages.

    ``review``: which of it staff look at before it goes on: all, what a watch rule marks, or none.
    ``characters`` and ``photos`` bound one message, ``a_day`` what each person may write in a day
    (0: nobody may write), ``photos_an_hour`` how many photos they may add in an hour. ``paper``:
    whether a message to an inmate is printed too, with its reply sheet; it is on their screen in
    any case. ``large_print``: for whom it is printed in large print: nobody, all, or those for whom
    the roster's column ``large_print`` says yes.
    """

    review: Literal["all", "marked", "none"] = "all"
    characters: int = Field(default=6000, ge=100, le=30_000)
    photos: int = Field(default=5, ge=0, le=25)
    photos_an_hour: int = Field(default=30, ge=1, le=1000)
    a_day: int = Field(default=20, ge=0, le=1000)
    paper: Literal["always", "never"] = "always"
    large_print: Literal["nobody", "roster", "all"] = "nobody"


class Logbook(Keys):
    """Things found in envelopes. ``witness``: a second person is named with each; for money alone,
    always, or never. ``currency`` stands before an amount: a sign, or a word such as "MXN".
    """

    witness: Literal["always", "money", "never"] = "never"
    currency: str = Field(default="$", min_length=1, max_length=8)

    @field_validator("currency")
    @classmethod
    def _is_a_word(cls, sign: str) -> str:
        if not sign.strip() or not sign.isprintable() or any(each.isdigit() for each in sign):
            raise ValueError('must be a sign or a word without digits, such as "$" or "MXN".')
        return sign.strip()


class LegalMail(Keys):
    """Legal mail that is proven on its envelope. ``check_percent`` of the good codes are drawn for
    a random check; a code is good for ``code_days`` days."""

    check_percent: int = Field(default=10, ge=0, le=100)
    code_days: int = Field(default=28, ge=1, le=366)


class Audit(Keys):
    """The event log: where its head is written down besides, and what a search records.

    ``anchor_path`` is a file on another disk. Anchors are mailed to ``mail_to`` by the server under
    ``[mail]``; homes from before there was one name it here, in ``smtp_host``, ``smtp_port`` and
    ``mail_from``. ``timestamp_url`` is a time-stamping authority
    (RFC 3161), whose roots ``timestamp_certificates`` holds, a PEM file. ``search_words``: the
    words of staff's searches as they were typed, or hashed with the log's key, so that a word can
    be looked for but not read.
    """

    anchor_path: str = ""
    mail_from: str = "digitizer@localhost"
    smtp_host: str = ""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    mail_to: AsWritten[tuple[str, ...]] = ()
    timestamp_certificates: str = ""
    timestamp_url: str = ""
    search_words: Literal["plain", "hashed"] = "plain"

    @field_validator("timestamp_certificates")
    @classmethod
    def _is_a_whole_path(cls, path: str) -> str:
        if path and not Path(path).is_absolute():
            raise ValueError('must be a whole path, as in "/etc/digitizer/authority.pem".')
        return path

    @field_validator("timestamp_url")
    @classmethod
    def _can_be_checked(cls, url: str, others: ValidationInfo) -> str:
        if url:
            parts = _url_parts(url, "http://timestamp.example/tsr")
            if parts.username is not None or parts.query or parts.fragment:
                raise ValueError("must have no login, query or fragment.")
            if not others.data.get("timestamp_certificates"):
                raise ValueError(
                    "needs timestamp_certificates, a file with the authority's root certificates."
                )
        return url

    @field_validator("anchor_path")
    @classmethod
    def _is_absolute(cls, path: str) -> str:
        if path and not Path(path).is_absolute():
            raise ValueError('must be a whole path, as in "/mnt/other-disk/anchors.txt".')
        return path

    @field_validator("mail_to")
    @classmethod
    def _are_addresses(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if any("@" not in name or not name.isprintable() for name in names):
            raise ValueError("must hold mail addresses, each with an @.")
        return names


class Roster(Keys):
    """The folder into which the jail management system puts its nightly file, and how it is taken.

    ``folder`` is a whole path; empty: ``inbox-roster`` in the home. ``full``: its files list
    everyone in custody. ``settle_seconds``: a file must rest so long before it is read.
    """

    folder: str = ""
    full: bool = False
    settle_seconds: float = Field(default=10, ge=1)

    @field_validator("folder")
    @classmethod
    def _is_absolute(cls, path: str) -> str:
        if path and not Path(path).is_absolute():
            raise ValueError('must be a whole path, as in "/mnt/jms/roster".')
        return path


def _as_printer(where: str) -> str:
    if not Path(where).is_absolute() and not re.fullmatch(r"[A-Za-z0-9_][\w.@/:+-]*", where):
        raise ValueError(
            f'holds {where!r}. Write what the print system calls the printer ("lpstat -p" lists '
            'them), or the whole path of a folder, as in "/srv/print".'
        )
    return where


#: A printer of the print system (CUPS), or a folder that something else prints from.
Destination = Annotated[str, AfterValidator(_as_printer)]


class Settings(Keys):
    """All settings of one home. Each has a default that is safe for a first try."""

    facility: FacilitySettings = FacilitySettings()
    store: Store = Store()
    work: Work = Work()
    endpoint: Endpoint = Endpoint()
    web: Web = Web()
    api: Api = Api()
    webhook: Webhook = Webhook()
    covers: Covers = Covers()
    screening: Screening = Screening()
    appeals: Appeals = Appeals()
    messages: Messages = Messages()
    family: Family = Family()
    release: Departures = Departures()
    calls: Calls = Calls()
    requests: Requests = Requests()
    logbook: Logbook = Logbook()
    originals: Originals = Originals()
    legal_mail: LegalMail = LegalMail()
    visits: Visits = Visits()
    retention: Retention = Retention()
    audit: Audit = Audit()
    roster: Roster = Roster()
    keys: AtRest = AtRest()
    mail: MailServer = MailServer()
    alarms: Alarms = Alarms()
    backup: OwnBackups = OwnBackups()
    printers: dict[str, Destination] = Field(default_factory=dict)

    @property
    def mail_server(self) -> MailServer | None:
        """The one that sends e-mail; None where no setting names one."""
        if self.mail.host:
            return self.mail
        old = self.audit
        if not old.smtp_host:
            return None
        named = {"host": old.smtp_host, "port": old.smtp_port, "sender": old.mail_from}
        return MailServer().model_copy(update={**named, "security": "if offered"})

    @property
    def appeal_days(self) -> tuple[int, int]:
        """Days in which an inmate may appeal, and a sender."""
        own = self.facility.appeal_days
        return own or self.appeals.inmate_days, own or self.appeals.sender_days

    @property
    def has_family_accounts(self) -> bool:
        """Whether people outside can have a login: their e-mail can be confirmed."""
        family = self.family
        return family.enabled and bool(family.address) and self.mail_server is not None

    @field_validator("printers")
    @classmethod
    def _have_names(cls, printers: dict[str, str]) -> dict[str, str]:
        for name in printers:
            if not name.strip() or len(name) > 60 or not name.isprintable():
                raise ValueError(f"holds the name {name!r}: a name has 1 to 60 letters.")
            if name == "this computer":
                raise ValueError('cannot hold the name "this computer": that is the browser.')
        return printers
