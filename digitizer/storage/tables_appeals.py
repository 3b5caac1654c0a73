"""The tables of rejections and appeals, on the metadata of ``tables``."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# A decision by which mail was refused, from when on its clocks run: written when it is noted, after
# the time in which it could be undone.
rejection = sa.Table(
    "rejection",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("what", sa.String(20), nullable=False),
    # A letter or message; and the number of the event of the decision.
    sa.Column("item", sa.String(32), nullable=False, index=True),
    sa.Column("event", sa.Integer, nullable=False),
    # Null: only a cover says whose it is; nobody knows who sent it.
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), index=True),
    # The numbers of pages or photos.
    sa.Column("parts", sa.JSON, nullable=False),
    # Each with its rule, and in Spanish, as the settings had them.
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("decided", UtcTime, nullable=False),
    sa.Column("decided_by", sa.String(120), nullable=False),
    sa.Column("sheet", sa.String(16), nullable=False),
    # When the notice was given to each.
    sa.Column("told_inmate", UtcTime),
    sa.Column("told_sender", UtcTime),
    # The notice is withheld until the end of this day, of local time.
    sa.Column("kept_until", sa.Date),
    sa.Column("kept_by", sa.String(120), nullable=False),
    sa.Column("kept_why", sa.Text, nullable=False),
    # It is refused no longer: recalled, undone, or given back by an appeal.
    sa.Column("ended", UtcTime),
    sa.UniqueConstraint("what", "item", "event"),
)

appeal = sa.Table(
    "appeal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rejection_id", sa.ForeignKey("rejection.id"), nullable=False),
    # "inmate" or "sender"
    sa.Column("side", sa.String(8), nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    # Days of local time: when the facility had it, and the last one for the decision.
    sa.Column("came", sa.Date, nullable=False),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("due", sa.Date, nullable=False, index=True),
    sa.Column("entered_by", sa.String(120), nullable=False),
    sa.Column("decided", UtcTime),
    sa.Column("decided_by", sa.String(120), nullable=False),
    sa.Column("granted", sa.Boolean),
    sa.Column("why", sa.Text, nullable=False),
    # When supervisors were told that its clock lapsed; when both sides were told the decision.
    sa.Column("escalated", UtcTime),
    sa.Column("told", UtcTime),
    sa.UniqueConstraint("rejection_id", "side", "level"),
)
