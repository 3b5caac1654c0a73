"""The tables of the print queue."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# What was given to a printer at once.
print_batch = sa.Table(
    "print_batch",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("printer", sa.String(60), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("begun", UtcTime, nullable=False),
    sa.Column("accepted", UtcTime),
    # Where a printer that is a folder puts it; ``draft`` is its name until it is there whole.
    sa.Column("file", sa.Text),
    sa.Column("draft", sa.Text),
    # What the print system calls it.
    sa.Column("request", sa.String(200)),
    # Whether its letter is still to come into the file of its housing unit as well, and the names
    # of that file while it is being made.
    sa.Column("for_unit", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("unit_file", sa.Text),
    sa.Column("unit_draft", sa.Text),
)

print_job = sa.Table(
    "print_job",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("message_id", sa.ForeignKey("message.id"), index=True),
    # The letter or message of which it is a copy that its inmate asked for.
    sa.Column("copied", sa.String(32), index=True),
    # The stored PDF, once it is rendered.
    sa.Column("pdf", sa.String(64)),
    sa.Column("pages", sa.Integer),
    sa.Column("batch_id", sa.ForeignKey("print_batch.id"), index=True),
    # Its place, from 1, in the paper of its batch.
    sa.Column("place", sa.Integer),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("copy_of", sa.Integer),
    sa.Column("reason", sa.Text, nullable=False, default="", server_default=""),
)
