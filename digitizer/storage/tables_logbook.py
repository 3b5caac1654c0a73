"""The tables of the logbook: mail that went back or on, and things found in envelopes."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

#: A letter or scan is named without a foreign key: undoing a cut takes a letter away, and what was
#: written about its paper stays true.
_ITEM = sa.String(32)

returned_mail = sa.Table(
    "returned_mail",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # Null: nobody on the roster. The name is as it was written on the envelope, or on the roster.
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("addressed", sa.Text, nullable=False),
    sa.Column("why", sa.String(16), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("done", sa.String(16), nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    # Where it goes, as its label shows it: lines.
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("item", _ITEM, index=True),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    # When it was struck out: it counts for nothing, and stays to be seen.
    sa.Column("struck", UtcTime),
    # What is searched: without capitals, accents and punctuation.
    sa.Column("plain", sa.Text, nullable=False),
    # Of the page that was filled in: sent twice, it is one entry.
    sa.Column("form", sa.String(32), unique=True),
)

found_item = sa.Table(
    "found_item",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    # Of money: hundredths, and the sign or word of its currency as it was set then.
    sa.Column("amount", sa.BigInteger),
    sa.Column("currency", sa.String(8), nullable=False),
    sa.Column("number", sa.String(60), nullable=False),
    sa.Column("item", _ITEM, index=True),
    sa.Column("found_by", sa.String(120), nullable=False),
    sa.Column("witness", sa.String(120), nullable=False),
    sa.Column("went", sa.String(16), nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("struck", UtcTime),
    sa.Column("plain", sa.Text, nullable=False),
    sa.Column("form", sa.String(32), unique=True),
)

# What an entry said before it was corrected; never changed, never removed.
logbook_correction = sa.Table(
    "logbook_correction",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("returned_id", sa.ForeignKey("returned_mail.id"), index=True),
    sa.Column("found_id", sa.ForeignKey("found_item.id"), index=True),
    # The fields that changed, with their old values.
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)
