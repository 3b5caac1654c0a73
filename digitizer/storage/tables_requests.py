"""The table of inmates' requests to staff, on the metadata of ``tables``."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

inmate_request = sa.Table(
    "inmate_request",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    # The form's title, as it was when it was sent.
    sa.Column("form", sa.String(120), nullable=False),
    sa.Column("grievance", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("sent", UtcTime, nullable=False),
    # The last day for an answer, of local time; null: nothing says when.
    sa.Column("due", sa.Date),
    sa.Column("answer", sa.Text),
    sa.Column("answered_by", sa.String(120)),
    sa.Column("answered", UtcTime),
    # When its writer first opened the answer.
    sa.Column("seen", UtcTime),
    sa.Column("closed", UtcTime),
)
