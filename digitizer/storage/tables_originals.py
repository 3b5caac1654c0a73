"""The tables of originals: where the paper of each scan is, who asks for it, and how it ended."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

box = sa.Table(
    "box",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(16), nullable=False, unique=True),
    # Where it stands, in the words of who put it there.
    sa.Column("shelf", sa.Text, nullable=False),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("made_by", sa.String(120), nullable=False),
    sa.Column("closed", UtcTime),
    sa.Column("closed_by", sa.String(120), nullable=False),
)

# The box into which the paper of each new scan of a scanner profile goes.
box_in_use = sa.Table(
    "box_in_use",
    metadata,
    sa.Column("profile", sa.String(64), primary_key=True),
    sa.Column("box_id", sa.ForeignKey("box.id"), nullable=False, index=True),
)

# Where the paper of a scan is; without a row here it is in no box yet.
paper = sa.Table(
    "paper",
    metadata,
    sa.Column("scan_id", sa.ForeignKey("scan.id"), primary_key=True),
    # "box", "given" or "destroyed"; the last two are the end.
    sa.Column("place", sa.String(12), nullable=False),
    # Also of what was given out or destroyed: the box in which it lay before.
    sa.Column("box_id", sa.ForeignKey("box.id"), index=True),
    sa.Column("given_to", sa.String(12)),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("destruction_id", sa.ForeignKey("destruction.id"), index=True),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)

# Somebody asks for the paper of a letter. The letter is named without a foreign key: undoing a cut
# takes a letter away, and what was asked stays true.
paper_request = sa.Table(
    "paper_request",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("letter", sa.String(32), nullable=False, index=True),
    sa.Column("scan_id", sa.ForeignKey("scan.id"), nullable=False, index=True),
    # "inmate", "family" or "staff": who entered it.
    sa.Column("side", sa.String(8), nullable=False),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("correspondent_id", sa.Integer, index=True),
    sa.Column("entered_by", sa.String(120), nullable=False),
    # For whom staff ask.
    sa.Column("on_behalf", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("answer", sa.String(12), index=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("answered", UtcTime),
    sa.Column("answered_by", sa.String(120), nullable=False),
)

# The paper of a scan, or of a letter in it, is to be kept. The whole stack stays then.
paper_hold = sa.Table(
    "paper_hold",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("scan_id", sa.ForeignKey("scan.id"), nullable=False, index=True),
    sa.Column("item", sa.String(32), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    # The last day, of local time.
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("ended", UtcTime),
    sa.Column("ended_by", sa.String(120), nullable=False),
    sa.Column("ended_why", sa.Text, nullable=False),
)

# One person proposes, another confirms; its number is that of the certificate.
destruction = sa.Table(
    "destruction",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("proposed", UtcTime, nullable=False),
    sa.Column("proposed_by", sa.String(120), nullable=False),
    sa.Column("withdrawn", UtcTime),
    sa.Column("withdrawn_by", sa.String(120), nullable=False),
    sa.Column("confirmed", UtcTime),
    sa.Column("confirmed_by", sa.String(120), nullable=False),
    # The event that confirms it, the last one that the certificate names.
    sa.Column("event", sa.Integer),
)

destruction_scan = sa.Table(
    "destruction_scan",
    metadata,
    sa.Column("destruction_id", sa.ForeignKey("destruction.id"), primary_key=True),
    sa.Column("scan_id", sa.ForeignKey("scan.id"), primary_key=True, index=True),
    # Why it was not destroyed after all; null before it is confirmed, and of what was destroyed.
    sa.Column("left_out", sa.String(20)),
    # What the certificate says of it, as it was known when it was destroyed.
    sa.Column("facts", sa.JSON),
    # The event of its own.
    sa.Column("event", sa.Integer),
)
