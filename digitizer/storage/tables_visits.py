"""The tables of visits: rooms, sessions, who is kept from whom, and what is booked."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

visit_room = sa.Table(
    "visit_room",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("medium", sa.String(16), nullable=False),
    sa.Column("places", sa.Integer, nullable=False),
    sa.Column("ended", UtcTime),
)

# Templates of times, by local time. ``days`` are digits, Monday is 0.
visit_session = sa.Table(
    "visit_session",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("room_id", sa.ForeignKey("visit_room.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("days", sa.String(7), nullable=False),
    sa.Column("begins", sa.String(5), nullable=False),
    sa.Column("ends", sa.String(5), nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date),
    sa.Column("every", sa.Integer, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("units", sa.JSON, nullable=False),
    sa.Column("for_family", sa.Boolean, nullable=False),
    sa.Column("notice_hours", sa.Integer, nullable=False),
    sa.Column("ahead_days", sa.Integer, nullable=False),
    sa.Column("left_out", sa.JSON, nullable=False),
    sa.Column("monitored", sa.Boolean, nullable=False),
    sa.Column("ended", UtcTime),
    sa.CheckConstraint("kind <> 'attorney' OR NOT monitored", name="never_monitored"),
)

visit_closure = sa.Table(
    "visit_closure",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("room_id", sa.ForeignKey("visit_room.id")),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("lifted", UtcTime),
)

visit_restriction = sa.Table(
    "visit_restriction",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # "limit" is a word of SQL.
    sa.Column("allows", sa.String(16), nullable=False),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), index=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("ended", UtcTime),
)

kept_apart = sa.Table(
    "kept_apart",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("ended", UtcTime),
)

# Two records of one person may come together here: the same inmate is never kept apart from
# themselves.
kept_apart_inmate = sa.Table(
    "kept_apart_inmate",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("apart_id", sa.ForeignKey("kept_apart.id"), nullable=False, index=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
)

visit = sa.Table(
    "visit",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("session_id", sa.ForeignKey("visit_session.id"), nullable=False, index=True),
    sa.Column("room_id", sa.ForeignKey("visit_room.id"), nullable=False),
    # Decided when it is made: nothing changes it.
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("monitored", sa.Boolean, nullable=False),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    # Who booked it from outside; null where staff did.
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), index=True),
    sa.Column("starts", UtcTime, nullable=False, index=True),
    sa.Column("ends", UtcTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("asked", UtcTime, nullable=False),
    sa.Column("changed", UtcTime, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    # Why it was refused or cancelled, and by whom: staff, inmate, visitor, time, withdrawn.
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("ended_by", sa.String(16), nullable=False),
    sa.Column("outcome", sa.String(40)),
    sa.Column("outcome_note", sa.Text, nullable=False),
    sa.CheckConstraint("kind <> 'attorney' OR NOT monitored", name="never_monitored"),
)

visit_guest = sa.Table(
    "visit_guest",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("visit_id", sa.ForeignKey("visit.id"), nullable=False, index=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), index=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("born", sa.Date),
)

# A time that somebody keeps while they book it.
visit_hold = sa.Table(
    "visit_hold",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("session_id", sa.ForeignKey("visit_session.id"), nullable=False),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), nullable=False, index=True),
    sa.Column("starts", UtcTime, nullable=False),
    sa.Column("ends", UtcTime, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
)

# What stands against a visit, and was left as it is by somebody, with a reason.
visit_left = sa.Table(
    "visit_left",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("visit_id", sa.ForeignKey("visit.id"), nullable=False, index=True),
    sa.Column("refusal", sa.String(120), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)
