"""The table of who works the queue from which machine; on the same metadata."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# Workers and watchers on PostgreSQL, each with the last sign of life that it gave, by the server's
# clock. On SQLite there are none: all run on one machine, and locks of files show who lives.
claimant = sa.Table(
    "claimant",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    # Whose file locks those of the same machine see (a hash), and its name for people.
    sa.Column("machine", sa.String(64), nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("began", UtcTime, nullable=False),
    sa.Column("beat", UtcTime, nullable=False),
)

# One row: a hash over the settings, profiles and keys by which the facility's home works. A machine
# elsewhere that has others works nothing.
home_rules = sa.Table(
    "home_rules",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.String(64), nullable=False),
)
