"""The tables of people outside, on the metadata of ``tables``."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

correspondent = sa.Table(
    "correspondent",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    # Free lines, as they stand on an envelope.
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    # The name, and name and address, without capitals, accents and punctuation, to be searched.
    sa.Column("plain_name", sa.Text, nullable=False, index=True),
    sa.Column("plain", sa.Text, nullable=False),
    sa.Column("changed", UtcTime, nullable=False),
)

# The names that a correspondent had before, and those of records that were merged into theirs, as
# ``plain_name``: covers go on bearing them.
earlier_name = sa.Table(
    "earlier_name",
    metadata,
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), primary_key=True),
    sa.Column("plain_name", sa.Text, primary_key=True, index=True),
)

# That a correspondent and an inmate write to each other: asked for, and approved or not yet.
contact = sa.Table(
    "contact",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), nullable=False, index=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    sa.Column("asked", UtcTime, nullable=False),
    sa.Column("approved", UtcTime),
)

# Mail that a person must look at: of one correspondent to one inmate, of one to anybody (no
# inmate), or of anybody to one inmate (no correspondent).
mail_block = sa.Table(
    "mail_block",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), index=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    # The correspondent's name when it was blocked, to be compared with senders.
    sa.Column("plain_name", sa.Text, index=True),
    # Who wants it: the facility, the inmate or the correspondent.
    sa.Column("wanted_by", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", UtcTime, nullable=False),
    # The last day, of local time; null: until somebody ends it.
    sa.Column("until", sa.Date),
    sa.Column("ended", UtcTime),
)

# Who sent a letter, as a person said; a letter that a cut made, and that is undone, takes it along.
letter_sender = sa.Table(
    "letter_sender",
    metadata,
    sa.Column("letter_id", sa.ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), nullable=False, index=True),
    sa.Column("at", UtcTime, nullable=False),
)

# The login of a correspondent, by e-mail and password. A record has one at most.
correspondent_account = sa.Table(
    "correspondent_account",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), nullable=False, unique=True),
    # Confirmed by a link that was sent to it; ``plain_email`` without capitals.
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("plain_email", sa.String(254), nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("made", UtcTime, nullable=False),
    # Whether they want e-mails that tell of news, and what was written to them in these.
    sa.Column("tell", sa.Boolean, nullable=False),
    sa.Column("tell_content", sa.Boolean, nullable=False),
)

# Who asked for an account and has not confirmed their e-mail yet. Only the SHA-256 of the token in
# the link is kept.
sign_up = sa.Table(
    "sign_up",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("plain_email", sa.String(254), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("until", UtcTime, nullable=False, index=True),
)

# Links by which an owner of an account chooses a new password, each good once.
password_reset = sa.Table(
    "password_reset",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("correspondent_account.id"), nullable=False, index=True),
    sa.Column("until", UtcTime, nullable=False, index=True),
)

# Which letter a letter was cut from; for whom that one waited and who had sent it, as a person
# said, when it was cut. Blocks and watch rules go by that, too; of this letter nobody is told so.
cut_part = sa.Table(
    "cut_part",
    metadata,
    sa.Column("letter_id", sa.ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("of_letter", sa.ForeignKey("letter.id"), nullable=False, index=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), index=True),
)

# Links by which somebody ends the e-mails that tell them of news, without logging in.
leave_link = sa.Table(
    "leave_link",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("correspondent_account.id"), nullable=False, index=True),
    sa.Column("until", UtcTime, nullable=False, index=True),
)

# Whom a correspondent asked to write to on the family's pages, as they typed it. ``inmate_id`` is
# who has that number and name; none is told whether anybody has.
contact_ask = sa.Table(
    "contact_ask",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), nullable=False, index=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("booking_number", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("asked", UtcTime, nullable=False),
    # When staff approved or refused it, and why they refused.
    sa.Column("answered", UtcTime),
    sa.Column("refused", sa.Text),
)
