"""The table of what was refused, on the metadata of ``tables``."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# Who was refused what of late: when an event last said so, and how often it happened since then
# without one.
refusal = sa.Table(
    "refusal",
    metadata,
    sa.Column("actor_kind", sa.String(16), primary_key=True),
    sa.Column("actor", sa.Text, primary_key=True),
    sa.Column("subject", sa.String(80), primary_key=True),
    sa.Column("asked", sa.String(80), primary_key=True),
    sa.Column("noted", UtcTime, nullable=False),
    sa.Column("more", sa.Integer, nullable=False),
)
