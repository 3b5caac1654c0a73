"""The tables of e-messages that are being written or reviewed, on the metadata of ``tables``."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# What somebody is writing: kept as they type, one to each person; gone once it is sent.
message_draft = sa.Table(
    "message_draft",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # "to_inmate": the correspondent writes it, "from_inmate": the inmate.
    sa.Column("direction", sa.String(16), nullable=False),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), nullable=False, index=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    # The names of its stored photos.
    sa.Column("photos", sa.JSON, nullable=False),
    sa.Column("saved", UtcTime, nullable=False),
    # Of the last save: on which form it was typed, and which save of that form it was.
    sa.Column("form", sa.String(32), nullable=False, default="", server_default=""),
    sa.Column("save", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.UniqueConstraint("direction", "inmate_id", "correspondent_id"),
)

# Photos that somebody added to a draft, for as long as their messages are not sent: how many in a
# time, and which are stored for nothing. ``stored`` is null until the photo was cleaned; ``unused``
# is since when neither a draft nor a message has it.
added_photo = sa.Table(
    "added_photo",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # As of a draft: who of the two added it.
    sa.Column("direction", sa.String(16), nullable=False),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), nullable=False, index=True),
    sa.Column("stored", sa.String(64), index=True),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("unused", UtcTime),
)

# When the correspondent first opened a reply sheet that came back; the inmate's own look at it is
# the letter's.
reply_seen = sa.Table(
    "reply_seen",
    metadata,
    sa.Column("letter_id", sa.ForeignKey("letter.id"), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
)

# A photo that staff refused; the rest of its message went on. ``place`` counts from 1 among the
# photos that were sent.
refused_photo = sa.Table(
    "refused_photo",
    metadata,
    sa.Column("message_id", sa.ForeignKey("message.id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("reason", sa.Text, nullable=False),
)
