"""The tables of inmates' requests to staff, on the metadata of ``tables``."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

inmate_request = sa.Table(
    "inmate_request",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    # The category's title, as it was when it was sent.
    sa.Column("form", sa.String(120), nullable=False),
    sa.Column("grievance", sa.Boolean, nullable=False),
    # The category with its steps and clocks, as the settings had it then.
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("sent", UtcTime, nullable=False),
    # Whom of the staff it is about: they do not see it.
    sa.Column("about", sa.Text, nullable=False, default=""),
    # Who filed it in the inmate's name, and who of the staff entered it; empty: the inmate did.
    sa.Column("filed_by", sa.Text, nullable=False, default=""),
    sa.Column("entered_by", sa.String(120), nullable=False, default=""),
    sa.Column("closed", UtcTime),
)

# One level of an answer, from when it was asked for.
request_step = sa.Table(
    "request_step",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("request_id", sa.ForeignKey("inmate_request.id"), nullable=False),
    # From 1.
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    # The scan of the form on which it came, if it came on one.
    sa.Column("letter_id", sa.ForeignKey("letter.id")),
    # On paper, after the last day for it.
    sa.Column("late", sa.Boolean, nullable=False, default=False),
    sa.Column("came", UtcTime, nullable=False),
    # The last day for an answer, of local time; null: nothing says when.
    sa.Column("due", sa.Date, index=True),
    # The inmate says that it cannot wait: until when staff say whether that is so.
    sa.Column("emergency_by", UtcTime),
    sa.Column("confirmed", sa.Boolean),
    sa.Column("confirmed_by", sa.String(120)),
    sa.Column("confirmed_at", UtcTime),
    sa.Column("confirmed_why", sa.Text),
    # Once the last day may be put off, with a reason that the inmate reads.
    sa.Column("extended_to", sa.Date),
    sa.Column("extended_by", sa.String(120)),
    sa.Column("extended_at", UtcTime),
    sa.Column("extended_why", sa.Text),
    sa.Column("answer", sa.Text),
    sa.Column("answered_by", sa.String(120)),
    sa.Column("answered", UtcTime),
    # When its writer first opened the answer.
    sa.Column("seen", UtcTime),
    # When it was taken to the next step: nothing can be answered here any more.
    sa.Column("passed_on", UtcTime),
    sa.UniqueConstraint("request_id", "place"),
)

# A form on paper for a category, by the code on it; ``request_id``: for the next step of that one.
request_form = sa.Table(
    "request_form",
    metadata,
    sa.Column("cover_id", sa.ForeignKey("cover.id"), primary_key=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("request_id", sa.ForeignKey("inmate_request.id"), index=True),
    sa.Column("place", sa.Integer, nullable=False),
)
