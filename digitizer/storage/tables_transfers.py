"""The tables of people who move between the facilities of an agency, on the metadata of
``tables``."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata

# Somebody of this facility who is given to another one: made here, taken over there.
transfer = sa.Table(
    "transfer",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
    # The code of the other facility, its name, and where it gets its mail: lines.
    sa.Column("facility", sa.String(40), nullable=False),
    sa.Column("facility_name", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("withdrawn", UtcTime),
    # When it was taken over there, by whom, and under which booking number.
    sa.Column("taken", UtcTime),
    sa.Column("taken_by", sa.String(120), nullable=False, default=""),
    sa.Column("taken_as", sa.String(64), nullable=False, default=""),
)

# Somebody whom another facility gives to this one: what it says of them, and who took them over.
arrival = sa.Table(
    "arrival",
    metadata,
    # That of the transfer there.
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("facility", sa.String(40), nullable=False),
    sa.Column("facility_name", sa.Text, nullable=False),
    sa.Column("booking_number", sa.String(64), nullable=False),
    sa.Column("last_name", sa.Text, nullable=False),
    sa.Column("first_name", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("came", UtcTime, nullable=False),
    sa.Column("withdrawn", UtcTime),
    # Null until somebody said who that is here.
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), index=True),
    sa.Column("taken", UtcTime),
    sa.Column("taken_by", sa.String(120), nullable=False, default=""),
)

# By which transfers somebody became known here, or left: two facilities that share one of these
# know the same person.
person_mark = sa.Table(
    "person_mark",
    metadata,
    sa.Column("mark", sa.String(32), primary_key=True),
    sa.Column("inmate_id", sa.ForeignKey("inmate.id"), nullable=False, index=True),
)

# The same of a correspondent whose record went along.
correspondent_mark = sa.Table(
    "correspondent_mark",
    metadata,
    sa.Column("mark", sa.String(32), primary_key=True),
    sa.Column("correspondent_id", sa.ForeignKey("correspondent.id"), nullable=False, index=True),
)
