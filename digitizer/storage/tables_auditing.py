"""The tables of reviews of the event log, on the metadata of ``tables``."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# The weeks whose reviews were opened, by their Mondays.
reviewed_week = sa.Table(
    "reviewed_week",
    metadata,
    sa.Column("week", sa.Date, primary_key=True),
    sa.Column("opened", UtcTime, nullable=False),
)

# What one person did in one week, to be looked at by another.
log_review = sa.Table(
    "log_review",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("week", sa.ForeignKey("reviewed_week.week"), nullable=False),
    # As in the event log.
    sa.Column("actor_kind", sa.String(16), nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    # Events of that week, as counted when it was over; and whose letters were opened most.
    sa.Column("looks", sa.Integer, nullable=False),
    sa.Column("grave", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("most", sa.Integer, nullable=False),
    sa.Column("most_of", sa.Text, nullable=False),
    sa.Column("ended", UtcTime),
    sa.Column("ended_by", sa.String(120), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    # Something is to be followed up, until it is closed.
    sa.Column("raised", sa.Boolean, nullable=False),
    sa.Column("closed", UtcTime),
    sa.Column("closed_by", sa.String(120), nullable=False),
    sa.Column("closing", sa.Text, nullable=False),
    sa.UniqueConstraint("week", "actor_kind", "person"),
)

# The last time that the service walked along the whole log; "fault" is empty where all was intact.
log_check = sa.Table(
    "log_check",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("fault", sa.Text, nullable=False),
)
