"""The tables of what is sent, announced, wrong and backed up; on the same metadata."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# What is to be sent, to one recipient each, and what became of it.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    # By it a recipient knows the same thing if it comes again: it never changes.
    sa.Column("message_id", sa.String(160), nullable=False, unique=True),
    # What the event was about that caused it.
    sa.Column("cause", sa.String(80), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("put", UtcTime, nullable=False),
    # Since when it is tried: from when it was put, or from when a person had it sent again.
    sa.Column("since", UtcTime, nullable=False),
    # Until then no one else tries it; one that is being sent and outlives this is doubtful.
    sa.Column("next_try", UtcTime, nullable=False),
    sa.Column("ended", UtcTime),
    sa.Column("problem", sa.Text),
    # The address at which its recipient ends such mail with one click.
    sa.Column("leave", sa.Text),
    # In which it was written: it is sent as a page too. None: as text alone.
    sa.Column("language", sa.String(8)),
)

# Addresses that no e-mail reaches: news to them wait until their owner says to try again.
email_bounce = sa.Table(
    "email_bounce",
    metadata,
    sa.Column("plain_email", sa.String(254), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
)

# What inmates are told on their pages, for a time.
announcement = sa.Table(
    "announcement",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("english", sa.Text, nullable=False),
    sa.Column("spanish", sa.Text, nullable=False),
    sa.Column("starts", UtcTime, nullable=False),
    sa.Column("ends", UtcTime, nullable=False, index=True),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("ended", UtcTime),
)

# What is wrong and was mailed; ``good_since``: it is no longer so, but not yet for long.
alarm = sa.Table(
    "alarm",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("good_since", UtcTime),
)

# Every backup that was begun here, and how it ended.
backup_run = sa.Table(
    "backup_run",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("by_schedule", sa.Boolean, nullable=False),
    sa.Column("started", UtcTime, nullable=False, index=True),
    sa.Column("finished", UtcTime),
    sa.Column("good", sa.Boolean, nullable=False, default=False),
    sa.Column("problem", sa.Text),
    sa.Column("removed", UtcTime),
)
