"""The tables, made for SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

#: The newest migration; a test holds it equal to the migrations folder.
SCHEMA_VERSION = "0043"

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=_NAMING)


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment in UTC. SQLite stores no time zone, so it is added again on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(32), primary_key=True)


def _to(target: str, name: str, *, null: bool = True, index: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.ForeignKey(f"{target}.id"), nullable=null, index=index)


inmate = sa.Table(
    "inmate",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("booking_number", sa.String(64), nullable=False, unique=True),
    sa.Column("last_name", sa.Text, nullable=False),
    sa.Column("first_name", sa.Text, nullable=False),
    sa.Column("housing_unit", sa.Text, nullable=False, default=""),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("more", sa.JSON, nullable=False, default=dict),
    sa.Column("pin_hash", sa.Text),
    # Staff gave the PIN out: the next login must choose another one.
    sa.Column(
        "must_change_pin", sa.Boolean, nullable=False, default=False, server_default=sa.false()
    ),
    sa.Column("question", sa.Text),
    sa.Column("answer_hash", sa.Text),
    sa.Column("changed", UtcTime, nullable=False),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(120), nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    # The next login must set a new password; with ``code_until`` the one that is hashed here is a
    # one-time code, good until then.
    sa.Column("must_change", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("code_until", UtcTime),
    # Encrypted under a key of the home; pending until a first code shows that it was taken over.
    sa.Column("totp_secret", sa.LargeBinary),
    sa.Column("totp_pending", sa.LargeBinary),
    # The time step of the last code that was accepted: none as old is accepted again.
    sa.Column("totp_step", sa.BigInteger),
)

# Codes that stand in for a lost telephone, each good once; only their SHA-256 is kept.
recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _to("staff", "staff_id", null=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

# What one person asked for and a second must confirm.
joint_request = sa.Table(
    "joint_request",
    metadata,
    _id(),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    _to("staff", "staff_id", null=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made", UtcTime, nullable=False),
)

message = sa.Table(
    "message",
    metadata,
    _id(),
    sa.Column("direction", sa.String(16), nullable=False),
    _to("inmate", "inmate_id", null=False),
    sa.Column("correspondent", sa.Text, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("subject", sa.Text, nullable=False, default=""),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("photos", sa.JSON, nullable=False, default=list),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("printed", UtcTime),
    sa.Column("cover_id", sa.String(32), unique=True),
    # The record of the person outside, where they have one. (SQLite takes no new reference.)
    sa.Column("correspondent_id", sa.Integer, index=True),
    # From when on its recipient sees it on a screen, and when they first opened it there.
    sa.Column("released", UtcTime),
    sa.Column("read", UtcTime),
    # Why it was refused, as both may know.
    sa.Column("refused", sa.Text),
    # Who released it first, where two people must.
    sa.Column("first_by", sa.String(120)),
    # Which form it was written on, if any: sent twice, that is one message.
    sa.Column("form", sa.String(32), index=True),
)

cover = sa.Table(
    "cover",
    metadata,
    _id(),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("key_id", sa.Integer, nullable=False),
    sa.Column("short_id", sa.String(16), nullable=False, unique=True),
    _to("inmate", "inmate_id"),
    _to("message", "message_id"),
    sa.Column("sheets", sa.Integer, nullable=False, default=0),
    sa.Column("once", sa.Boolean, nullable=False, default=False),
    sa.Column("sender", sa.Text),
    sa.Column("printed", UtcTime, nullable=False),
    sa.Column("expires", UtcTime),
    sa.Column("revoked", UtcTime),
    _to("scan", "used_by"),
    # Good for so many letters; null: for any number.
    sa.Column("most_letters", sa.Integer),
    # The record of who made it on the family's pages. (SQLite takes no new reference.)
    sa.Column("correspondent_id", sa.Integer, index=True),
    # A label that staff stick on a letter: it proposes its inmate, and delivers nothing by itself.
    sa.Column("label", sa.Boolean, nullable=False, server_default=sa.false()),
)

scan = sa.Table(
    "scan",
    metadata,
    _id(),
    # The SHA-256 of the original, or of its originals' digests: by it the same bytes are known
    # when they come in a second time, even in two processes at the same moment.
    sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
    sa.Column("profile", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("taken_in", UtcTime, nullable=False, index=True),
    sa.Column("finished", UtcTime),
    sa.Column("pages", sa.Integer),
    sa.Column("doubt", sa.String(40)),
    sa.Column("reason", sa.Text),
    sa.Column("rejected", sa.Boolean, nullable=False, default=False),
    sa.Column("replaced_by", sa.String(32)),
    # How many sheets and letters its covers and header promise, and how many of them are missing.
    sa.Column("counted", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("missing", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("deaths", sa.Integer, nullable=False, default=0),
    sa.Column("claimed_by", sa.String(64), index=True),
    # How often it was claimed: whoever claimed it the last time may file it, and nobody else.
    sa.Column("claims", sa.Integer, nullable=False, default=0, server_default="0"),
    # By when it is worked, where all goes well: later where it is large. Null: when it came in.
    sa.Column("due", UtcTime),
    # Only in the facility's home, where the keys of seals are, can it be worked on.
    sa.Column("at_home", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("sealed", sa.Boolean, nullable=False, default=False),
    # The name under which its key is kept; the key itself is never in the database.
    sa.Column("seal_key_id", sa.String(32)),
    # When the last of what was in it was destroyed by schedule.
    sa.Column("destroyed", UtcTime),
    sa.Index("ix_scan_profile_taken_in", "profile", "taken_in"),
)

# Seal keys that a supervisor decided to destroy: kept from before the key is destroyed until its
# destruction is recorded, so that a crash in between leaves no doubt.
seal_destruction = sa.Table(
    "seal_destruction",
    metadata,
    sa.Column("scan_id", sa.ForeignKey("scan.id"), primary_key=True),
    sa.Column("actor_kind", sa.String(16), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    # The user of the machine, where they came from the shell; null: they did not.
    sa.Column("shell", sa.Text),
)

original = sa.Table(
    "original",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _to("scan", "scan_id", null=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    # Where the encrypted bytes are, once the scan is sealed and the plain ones are gone.
    sa.Column("sealed_as", sa.String(64)),
    # When it was destroyed by schedule: its bytes are stored no more.
    sa.Column("destroyed", UtcTime),
    sa.UniqueConstraint("scan_id", "ordinal"),
)

letter = sa.Table(
    "letter",
    metadata,
    _id(),
    _to("scan", "scan_id", null=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    _to("inmate", "inmate_id"),
    _to("cover", "cover_id"),
    _to("message", "message_id"),
    sa.Column("proposed", sa.String(64)),
    sa.Column("sender", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("received", UtcTime, nullable=False, index=True),
    sa.Column("doubts", sa.JSON, nullable=False, default=list),
    sa.Column("reason", sa.Text),
    sa.Column("read", UtcTime),
    sa.Column("replaced_by", sa.String(32), index=True),
)

# Every letter that came in under a cover, delivered or held, written as it is filed.
cover_use = sa.Table(
    "cover_use",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _to("cover", "cover_id", null=False, index=False),
    sa.Column("letter_id", sa.ForeignKey("letter.id"), nullable=False, unique=True),
    _to("scan", "scan_id", null=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Index("ix_cover_use_cover_id_at", "cover_id", "at"),
)

page = sa.Table(
    "page",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _to("scan", "scan_id", null=False, index=False),
    sa.Column("number", sa.Integer, nullable=False),
    # Its place, from 1, in the paper stack; this is not its number where a stack went through a
    # one-sided feeder twice.
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    _to("letter", "letter_id"),
    # Its place among the letter's content, from 1; null for covers and blanks.
    sa.Column("position", sa.Integer),
    sa.Column("picture", sa.String(64)),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("dpi", sa.Integer, nullable=False),
    sa.Column("ink", sa.Float, nullable=False),
    sa.Column("quality", sa.JSON, nullable=False, default=list),
    # Thin lines down the whole page as it was scanned, in millimetres from its left.
    sa.Column("stripes", sa.JSON, nullable=False, default=list, server_default="[]"),
    # The colour of its paper, red, green and blue of 0 to 255; empty where that is not known.
    sa.Column("paper", sa.JSON, nullable=False, default=list, server_default="[]"),
    # The side of an envelope: content like any other, and shown as what it is.
    sa.Column("envelope", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.UniqueConstraint("scan_id", "number"),
)

# What is known about the pages of a scan that was sealed; it outlives the seal, so that a page
# that a supervisor cleared does not seal the scan again.
sealed_page = sa.Table(
    "sealed_page",
    metadata,
    sa.Column("scan_id", sa.ForeignKey("scan.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    # The verified codes on it: ``[{"kind": …, "id": the short id}]``.
    sa.Column("codes", sa.JSON, nullable=False, default=list),
    # Why it seals, in a word and in words; null for a page that does not.
    sa.Column("standing", sa.String(20)),
    sa.Column("says", sa.Text),
    # Its encrypted picture, under the scan's seal key; only of a page that seals.
    sa.Column("picture", sa.String(64)),
    sa.Column("cleared", UtcTime),
    sa.Column("cut_into", sa.String(32)),
)

# Legal markers, each good for one scan on one day. A marker in the register without a row here
# was printed before markers were bound.
legal_marker = sa.Table(
    "legal_marker",
    metadata,
    sa.Column("cover_id", sa.ForeignKey("cover.id"), primary_key=True),
    sa.Column("facility", sa.Text, nullable=False),
    _to("scan", "scan_id"),
    sa.Column("day", sa.Date),
)

transcript = sa.Table(
    "transcript",
    metadata,
    sa.Column("page_id", sa.ForeignKey("page.id"), primary_key=True),
    sa.Column("engine", sa.String(40), nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("words", sa.JSON, nullable=False, default=list),
    sa.Column("unread", sa.Float, nullable=False, server_default="0"),
)

# Staff's corrections of a transcript; the newest of a page is what is shown and searched.
correction = sa.Table(
    "correction",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _to("page", "page_id", null=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("author", sa.String(120), nullable=False),
    sa.Column("made", UtcTime, nullable=False),
)

# Every word that is, or may be, on a page that was delivered, in normal form.
term = sa.Table(
    "term",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("text", sa.String(64), nullable=False, unique=True),
)

# The terms again, many of one length in a row, as `letters/search/terms.py` has them in memory.
# Those after the greatest `last_term` are on no shelf yet.
shelf = sa.Table(
    "shelf",
    metadata,
    sa.Column("last_term", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("length", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ids", sa.LargeBinary, nullable=False),
    sa.Column("texts", sa.LargeBinary, nullable=False),
    sa.Column("letters", sa.LargeBinary, nullable=False),
)

# On which pages it may be. Ordered for a search in one mailbox, with an index for a search in all;
# both answer a search without another look-up.
posting = sa.Table(
    "posting",
    metadata,
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), primary_key=True),
    sa.Column("term_id", sa.ForeignKey("term.id"), primary_key=True),
    sa.Column("page_id", sa.ForeignKey("page.id"), primary_key=True),
    # The reader's probability, in thousandths, that the word is on this page, …
    sa.Column("weight", sa.SmallInteger, nullable=False),
    # … and how often it may be expected among a thousand of the page's words.
    sa.Column("density", sa.SmallInteger, nullable=False),
    sa.Index("ix_posting_term", "term_id", "page_id", "weight", "density"),
    sqlite_with_rowid=False,
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("actor_kind", sa.String(16), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("verb", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("detail", sa.JSON, nullable=False, default=dict),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    # The number of the key that the hash is made with; null: written before there were keys.
    sa.Column("key", sa.Integer),
    # Its leaf in the public tree, and the salt of it (``event_tree``).
    sa.Column("salt", sa.LargeBinary(16)),
    sa.Column("leaf", sa.LargeBinary(32)),
)

# The last event's number and hash, so that removing the newest events is noticed too; and, made
# with the log's key, what proves that this was the last event at a time.
event_head = sa.Table(
    "event_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("key", sa.Integer),
    sa.Column("mac", sa.String(64)),
)

# A known booking number that came with another person's name: until a person confirms who it is,
# nobody logs in with it, and ``row`` (as the file had it) is not taken over.
held_name = sa.Table(
    "held_name",
    metadata,
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), primary_key=True),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("row", sa.JSON, nullable=False),
)

# The booking numbers that people had before they got another, or before two records of one person
# were merged: whom a roster file means that still lists them.
earlier_number = sa.Table(
    "earlier_number",
    metadata,
    sa.Column("booking_number", sa.String(64), primary_key=True),
    _to("inmate", "inmate_id", null=False),
    sa.Column("since", UtcTime, nullable=False),
)

# Roster files that came in. ``content`` (compressed) is kept while a person looks at what it would
# do; after that only that it was applied, and when.
roster_file = sa.Table(
    "roster_file",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("content", sa.LargeBinary),
    sa.Column("full", sa.Boolean, nullable=False),
    # What a person said about its columns and words, as ``people.roster_choices`` writes it.
    sa.Column("choices", sa.JSON, nullable=False, default=dict),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("came", UtcTime, nullable=False),
    sa.Column("applied", UtcTime),
)

# What a person said last about the columns and words of a roster file that was then imported.
roster_choice = sa.Table(
    "roster_choice",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("choices", sa.JSON, nullable=False),
    sa.Column("made", UtcTime, nullable=False),
)

# Keys of covers that no longer count, because they were stolen or may have been.
retired_key = sa.Table(
    "retired_key",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("retired", UtcTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

session = sa.Table(
    "session",
    metadata,
    # The SHA-256 of the token: a stolen database opens no session.
    sa.Column("token_hash", sa.String(64), primary_key=True),
    _to("inmate", "inmate_id"),
    _to("staff", "staff_id"),
    sa.Column("correspondent_id", sa.Integer, index=True),
    sa.Column("steps_done", sa.Integer, nullable=False, default=0),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("seen", UtcTime, nullable=False),
    # When its owner last proved who they are, and from which address they came.
    sa.Column("proved", UtcTime),
    sa.Column("terminal", sa.String(64)),
)

# What an account owes at a terminal, an account everywhere (no terminal), a terminal (no account).
throttle = sa.Table(
    "throttle",
    metadata,
    sa.Column("account", sa.String(80), primary_key=True),
    sa.Column("terminal", sa.String(80), primary_key=True),
    sa.Column("owed_until", UtcTime, nullable=False, index=True),
)

# Where an account was logged in of late: a lock of the account does not close these terminals.
known_terminal = sa.Table(
    "known_terminal",
    metadata,
    sa.Column("account", sa.String(80), primary_key=True),
    sa.Column("terminal", sa.String(80), primary_key=True),
    sa.Column("last", UtcTime, nullable=False),
)

# A device that staff enrolled. The code is typed at it once; it then bears the token.
kiosk = sa.Table(
    "kiosk",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("code_hash", sa.String(64), unique=True),
    sa.Column("code_until", UtcTime),
    sa.Column("token_hash", sa.String(64), unique=True),
    sa.Column("enrolled", UtcTime),
    sa.Column("seen", UtcTime),
    sa.Column("revoked", UtcTime),
)

# Who sent X-Forwarded headers to the service, and what it made of them: for the doctor.
forwarder = sa.Table(
    "forwarder",
    metadata,
    sa.Column("address", sa.String(64), primary_key=True),
    sa.Column("trusted", sa.Boolean, nullable=False),
    sa.Column("client", sa.String(64), nullable=False),
    sa.Column("scheme", sa.String(8), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)
