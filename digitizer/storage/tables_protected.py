"""The tables of the protected line. Only the room ``protected_line`` reads them."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import metadata

# That somebody wrote to the protected line on a screen, for a count and for themselves: never what.
protected_message = sa.Table(
    "protected_message",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    sa.Column("addressee", sa.String(120), nullable=False),
    # Of local time; no hour, which would say who sat at a screen then.
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("outbox_id", sa.String(32), nullable=False),
)

# A sheet for the protected line, from blank stock: for whom it was taken, nobody knows.
protected_sheet = sa.Table(
    "protected_sheet",
    metadata,
    # The random id in its code.
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("key_id", sa.Integer, nullable=False),
    sa.Column("short_id", sa.String(16), nullable=False, unique=True),
    sa.Column("addressee", sa.String(120), nullable=False),
    sa.Column("printed", sa.Date, nullable=False),
    # The day on which it went out sealed, and who logged that.
    sa.Column("logged", sa.Date, index=True),
    sa.Column("logged_by", sa.String(120)),
)
