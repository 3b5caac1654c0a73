"""The tables of retention: legal holds, and runs that destroy what is due."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# Nothing that it is on is destroyed. Exactly one of the four says what that is: a letter or message
# by its id, a person by their record.
legal_hold = sa.Table(
    "legal_hold",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("letter", sa.String(32), index=True),
    sa.Column("message", sa.String(32), index=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("case", sa.String(120), nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("since", UtcTime, nullable=False),
    # The last day, of local time; null: until somebody lifts it.
    sa.Column("until", sa.Date),
    sa.Column("lifted", UtcTime),
    sa.Column("lifted_by", sa.String(120), nullable=False),
    sa.Column("lifted_why", sa.Text, nullable=False),
)

# What one person proposed to destroy, and another confirmed.
retention_run = sa.Table(
    "retention_run",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("proposed_by", sa.String(120), nullable=False),
    sa.Column("proposed", UtcTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("confirmed_by", sa.String(120), nullable=False),
    sa.Column("confirmed", UtcTime),
    sa.Column("finished", UtcTime),
)

# What is in a run, in the order in which it goes. It outlives what was destroyed, and holds nothing
# of what was in it.
retention_item = sa.Table(
    "retention_item",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.ForeignKey("retention_run.id"), nullable=False, index=True),
    sa.Column("thing", sa.String(16), nullable=False),
    sa.Column("item", sa.String(32), nullable=False, index=True),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("due", sa.Date, nullable=False),
    sa.Column("fate", sa.String(16), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("hashes", sa.JSON, nullable=False),
    sa.Column("at", UtcTime),
)

# Stored files that a run deletes once nothing names them: those of what was destroyed, and those
# that it stored for neighbours and could not use. Written before the file is, or is unnamed.
leftover_file = sa.Table(
    "leftover_file",
    metadata,
    sa.Column("store", sa.String(16), primary_key=True),
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("run_id", sa.ForeignKey("retention_run.id"), nullable=False, index=True),
)

# In which stored file a page of a scan is, and where there, from 1, once a letter beside it was
# destroyed. A scan without a row has its pages in its files one after the other.
kept_page = sa.Table(
    "kept_page",
    metadata,
    sa.Column("page_id", sa.ForeignKey("page.id"), primary_key=True, autoincrement=False),
    sa.Column("original_id", sa.ForeignKey("original.id"), nullable=False, index=True),
    sa.Column("place", sa.Integer, nullable=False),
)
