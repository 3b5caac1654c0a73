"""The tables of people who leave: when that was told, and what opens the mail they take along."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# When somebody was last back in custody, or two records became theirs: a code that was made before
# is over. And when their contacts were last told that they left.
departure = sa.Table(
    "departure",
    metadata,
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), primary_key=True, autoincrement=False),
    sa.Column("returned", UtcTime),
    sa.Column("told", UtcTime),
)

# One-time codes, by which somebody who left takes their mailbox along. Only the SHA-256 of a code
# is kept, and of the token that is borne while it is open.
takeaway_code = sa.Table(
    "takeaway_code",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("made_by", sa.String(120), nullable=False),
    # The last day, of local time.
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("ended", UtcTime),
    sa.Column("ended_why", sa.Text, nullable=False),
    # When it was first typed, and the end of the hour in which the file can be had.
    sa.Column("opened", UtcTime),
    sa.Column("closes", UtcTime),
    sa.Column("token_hash", sa.String(64), unique=True),
)
