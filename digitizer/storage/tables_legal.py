"""The tables of legal mail that is proven on its envelope. Only the room ``legal`` reads them."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

protected_sender = sa.Table(
    "protected_sender",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("organisation", sa.Text, nullable=False),
    # Lines.
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("reference", sa.String(80), nullable=False),
    # The last local day.
    sa.Column("expires", sa.Date),
    sa.Column("revoked", UtcTime),
    sa.Column("revoked_why", sa.Text, nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("added", UtcTime, nullable=False),
    # What is searched: without capitals, accents and punctuation.
    sa.Column("plain", sa.Text, nullable=False),
)

# One code, for one item to one inmate.
legal_item = sa.Table(
    "legal_item",
    metadata,
    # The random id in the code.
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("key_id", sa.Integer, nullable=False),
    sa.Column("short_id", sa.String(16), nullable=False, unique=True),
    sa.Column("sender_id", sa.ForeignKey("protected_sender.id"), nullable=False, index=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("made_by", sa.String(120), nullable=False),
    sa.Column("expires", UtcTime, nullable=False),
    sa.Column("revoked", UtcTime),
    sa.Column("revoked_why", sa.Text, nullable=False),
    # The scan that let it in; null until then, and written once.
    sa.Column("scanned", UtcTime, index=True),
    sa.Column("scanned_by", sa.String(120)),
    sa.Column("drawn", sa.Boolean, nullable=False),
    # Opened in the inmate's presence, and whether something was found in it.
    sa.Column("opened", UtcTime),
    sa.Column("opened_by", sa.String(120)),
    sa.Column("found", sa.Boolean),
    # Handed over, or sent back.
    sa.Column("ended", UtcTime, index=True),
    sa.Column("ended_by", sa.String(120)),
    sa.Column("ending", sa.String(16)),
    sa.Column("ending_why", sa.Text, nullable=False),
)

# Every scan of a code of ours, with its answer; of nothing else is a row kept.
legal_scan = sa.Table(
    "legal_scan",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("item_id", sa.ForeignKey("legal_item.id"), nullable=False, index=True),
    sa.Column("answer", sa.String(16), nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)
