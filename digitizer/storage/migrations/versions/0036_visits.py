"""Visits: rooms, sessions, limits, and what is booked"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

#: A visit with an attorney.
_NEVER = "kind <> 'attorney' OR NOT monitored"


def _time(name: str, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _number(name: str, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.Integer(), nullable=null)


def _text(name: str, length: int | None = None, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=null)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def upgrade() -> None:
    _rooms()
    _limits()
    _visits()


def _rooms() -> None:
    op.create_table(
        "visit_room",
        _number("id"),
        _text("name", 80),
        _text("medium", 16),
        _number("places"),
        _time("ended", null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_room")),
        sa.UniqueConstraint("name", name=op.f("uq_visit_room_name")),
    )
    op.create_table(
        "visit_session",
        _number("id"),
        _number("room_id"),
        _text("kind", 16),
        _text("days", 7),
        _text("begins", 5),
        _text("ends", 5),
        _number("minutes"),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        _number("every"),
        _number("capacity"),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("for_family", sa.Boolean(), nullable=False),
        _number("notice_hours"),
        _number("ahead_days"),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("monitored", sa.Boolean(), nullable=False),
        _time("ended", null=True),
        _to("visit_session", "room_id", "visit_room"),
        sa.CheckConstraint(_NEVER, name="never_monitored"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_session")),
    )
    op.create_index(op.f("ix_visit_session_room_id"), "visit_session", ["room_id"])
    op.create_table(
        "visit_closure",
        _number("id"),
        _number("room_id", null=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        _text("reason"),
        _time("lifted", null=True),
        _to("visit_closure", "room_id", "visit_room"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_closure")),
    )


def _limits() -> None:
    op.create_table(
        "visit_restriction",
        _number("id"),
        _text("allows", 16),
        _number("correspondent_id", null=True),
        _number("inmate_id", null=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        _text("reason"),
        _time("ended", null=True),
        _to("visit_restriction", "correspondent_id", "correspondent"),
        _to("visit_restriction", "inmate_id", "inmate"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_restriction")),
    )
    op.create_index(
        op.f("ix_visit_restriction_correspondent_id"), "visit_restriction", ["correspondent_id"]
    )
    op.create_index(op.f("ix_visit_restriction_inmate_id"), "visit_restriction", ["inmate_id"])
    op.create_table(
        "kept_apart",
        _number("id"),
        _text("reason"),
        _time("ended", null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart")),
    )
    op.create_table(
        "kept_apart_inmate",
        _number("id"),
        _number("apart_id"),
        _number("inmate_id"),
        _to("kept_apart_inmate", "apart_id", "kept_apart"),
        _to("kept_apart_inmate", "inmate_id", "inmate"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart_inmate")),
    )
    op.create_index(op.f("ix_kept_apart_inmate_apart_id"), "kept_apart_inmate", ["apart_id"])
    op.create_index(op.f("ix_kept_apart_inmate_inmate_id"), "kept_apart_inmate", ["inmate_id"])


def _visits() -> None:
    op.create_table(
        "visit",
        _text("id", 16),
        _number("session_id"),
        _number("room_id"),
        _text("kind", 16),
        sa.Column("monitored", sa.Boolean(), nullable=False),
        _number("inmate_id"),
        _number("correspondent_id", null=True),
        _time("starts"),
        _time("ends"),
        _text("state", 16),
        _time("asked"),
        _time("changed"),
        _number("sequence"),
        _text("reason"),
        _text("ended_by", 16),
        _text("outcome", 40, null=True),
        _text("outcome_note"),
        _to("visit", "session_id", "visit_session"),
        _to("visit", "room_id", "visit_room"),
        _to("visit", "inmate_id", "inmate"),
        _to("visit", "correspondent_id", "correspondent"),
        sa.CheckConstraint(_NEVER, name="never_monitored"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_correspondent_id"), "visit", ["correspondent_id"])
    op.create_index(op.f("ix_visit_inmate_id"), "visit", ["inmate_id"])
    op.create_index(op.f("ix_visit_session_id"), "visit", ["session_id"])
    op.create_index(op.f("ix_visit_starts"), "visit", ["starts"])
    op.create_table(
        "visit_guest",
        _number("id"),
        _text("visit_id", 16),
        _number("correspondent_id", null=True),
        _text("name", 120),
        sa.Column("born", sa.Date(), nullable=True),
        _to("visit_guest", "visit_id", "visit"),
        _to("visit_guest", "correspondent_id", "correspondent"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_guest")),
    )
    op.create_index(op.f("ix_visit_guest_correspondent_id"), "visit_guest", ["correspondent_id"])
    op.create_index(op.f("ix_visit_guest_visit_id"), "visit_guest", ["visit_id"])
    op.create_table(
        "visit_hold",
        _text("id", 16),
        _number("session_id"),
        _number("inmate_id"),
        _number("correspondent_id"),
        _time("starts"),
        _time("ends"),
        _time("until"),
        _to("visit_hold", "session_id", "visit_session"),
        _to("visit_hold", "inmate_id", "inmate"),
        _to("visit_hold", "correspondent_id", "correspondent"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_hold")),
    )
    op.create_index(op.f("ix_visit_hold_correspondent_id"), "visit_hold", ["correspondent_id"])
    op.create_index(op.f("ix_visit_hold_inmate_id"), "visit_hold", ["inmate_id"])
    op.create_table(
        "visit_left",
        _number("id"),
        _text("visit_id", 16),
        _text("refusal", 120),
        _text("reason"),
        _text("by", 120),
        _time("at"),
        _to("visit_left", "visit_id", "visit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_left")),
    )
    op.create_index(op.f("ix_visit_left_visit_id"), "visit_left", ["visit_id"])
