"""The tables of video calls. Only the room ``calls`` reads them."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

video_call = sa.Table(
    "video_call",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    # The visit whose call it is; a call that is held again has a visit of its own.
    sa.Column("visit", sa.String(32), nullable=False, index=True),
    # Decided when it is made: nothing changes it.
    sa.Column("kind", sa.String(16), nullable=False),
    # What its rooms are named by; nobody is told.
    sa.Column("room_key", sa.String(32), nullable=False, unique=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), nullable=False, index=True),
    sa.Column("starts", UtcTime, nullable=False, index=True),
    sa.Column("ends", UtcTime, nullable=False),
    sa.Column("stage", sa.String(16), nullable=False, index=True),
    # Seconds within the visit, by whose they were.
    sa.Column("talk", sa.Float, nullable=False),
    sa.Column("ours", sa.Float, nullable=False),
    sa.Column("theirs", sa.Float, nullable=False),
    # The last look: when, whose page was open, from whom media came, whether the server ran.
    sa.Column("looked", UtcTime),
    sa.Column("here", sa.String(120), nullable=False),
    sa.Column("flowing", sa.String(120), nullable=False),
    sa.Column("server_ran", sa.Boolean, nullable=False),
    sa.Column("inmate_came", sa.Boolean, nullable=False),
    # Whether somebody of staff looked then, and the seconds since the last who did.
    sa.Column("watched", sa.Boolean, nullable=False),
    sa.Column("unwatched", sa.Float, nullable=False),
    # What staff last told both, by its name in the code.
    sa.Column("notice", sa.String(40), nullable=False),
    sa.Column("noticed", UtcTime),
    sa.Column("over", UtcTime),
    sa.Column("outcome", sa.String(40), nullable=False),
    sa.Column("ended_by", sa.String(120), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    # Whether the inmate agreed to a recording: "yes", "no", or "" for no answer.
    sa.Column("inmate_agrees", sa.String(8), nullable=False),
    # The visit that was booked in place of one that was lost.
    sa.Column("again", sa.String(32), nullable=False),
)

# What was recorded of a call. Its files are encrypted under a key of its own; null once it was
# destroyed, and they with it.
recording = sa.Table(
    "recording",
    metadata,
    sa.Column("call_id", sa.ForeignKey("video_call.id"), primary_key=True),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("key", sa.String(64)),
    sa.Column("destroyed", UtcTime),
)

# One for each connection and medium, as the media server wrote and named it.
recorded_file = sa.Table(
    "recorded_file",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("call_id", sa.ForeignKey("recording.call_id"), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("call_id", "name"),
)

#: The guests of a call: who of them sits where. The inmate needs no row.
call_seat = sa.Table(
    "call_seat",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("call_id", sa.ForeignKey("video_call.id"), nullable=False, index=True),
    sa.Column("seat", sa.String(16), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    # None: they have no account, and come by a link.
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), index=True),
    sa.Column("known", sa.Boolean, nullable=False),
    sa.Column("last", UtcTime),
    sa.Column("identified", UtcTime),
    sa.Column("identified_by", sa.String(120), nullable=False),
    # Sent out by staff, and why.
    sa.Column("sent_out", sa.Boolean, nullable=False),
    sa.Column("sent_out_why", sa.Text, nullable=False),
    # What they said their name is when they opened the link.
    sa.Column("typed", sa.String(120), nullable=False),
    # SHA-256 of what is in the link, and of what the device that opened it was given.
    sa.Column("link", sa.String(64), unique=True),
    sa.Column("device", sa.String(64), unique=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    # Whether they agreed to a recording, as ``inmate_agrees``.
    sa.Column("agrees", sa.String(8), nullable=False),
    sa.UniqueConstraint("call_id", "seat"),
)
