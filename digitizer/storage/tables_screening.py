"""The tables of screening: pages that are withheld, what is watched for, and who looked again."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# Why a page was withheld, as its inmate reads it. It counts only while the page's role says so.
withheld_page = sa.Table(
    "withheld_page",
    metadata,
    sa.Column("page_id", sa.ForeignKey("page.id"), primary_key=True, autoincrement=False),
    sa.Column("reason", sa.Text, nullable=False),
)

# A part of a page that was withheld, in pixels of its picture, and why, as its inmate reads it. It
# counts whatever the page is, and whatever letter it is in.
withheld_part = sa.Table(
    "withheld_part",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("page_id", sa.ForeignKey("page.id"), nullable=False, index=True),
    sa.Column("left", sa.Integer, nullable=False),
    sa.Column("top", sa.Integer, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

# What supervisors want looked at. A rule is never removed: one that ended counts no more.
watch_rule = sa.Table(
    "watch_rule",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    # A word or phrase, or a sender's name, as it was typed.
    sa.Column("words", sa.Text, nullable=False, default=""),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("second_look", sa.Boolean, nullable=False),
    sa.Column("set_by", sa.String(120), nullable=False),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("ended", UtcTime),
    sa.Column("ended_by", sa.String(120)),
)

# Where a rule found something: on a page, or about the letter as a whole (no page).
watch_mark = sa.Table(
    "watch_mark",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rule_id", sa.ForeignKey("watch_rule.id"), nullable=False, index=True),
    sa.Column("letter_id", sa.ForeignKey("letter.id"), nullable=False, index=True),
    sa.Column("page_id", sa.ForeignKey("page.id"), index=True),
)

# Who released a letter first that a second person must look at too, and which pages they released.
first_look = sa.Table(
    "first_look",
    metadata,
    sa.Column("letter_id", sa.ForeignKey("letter.id"), primary_key=True),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("pages", sa.JSON, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)

# Letters drawn at random after one person screened them; another looks again, without knowing what
# the first decided.
blind_check = sa.Table(
    "blind_check",
    metadata,
    sa.Column("letter_id", sa.ForeignKey("letter.id"), primary_key=True),
    sa.Column("first_by", sa.String(120), nullable=False),
    # The numbers of the pages that the first person let pass; empty for a rejected letter.
    sa.Column("passed", sa.JSON, nullable=False),
    sa.Column("drawn", UtcTime, nullable=False),
    sa.Column("by", sa.String(120)),
    # The numbers of the pages that the second person would not let pass.
    sa.Column("refused", sa.JSON, nullable=False, default=list),
    sa.Column("why", sa.Text),
    sa.Column("at", UtcTime),
)
