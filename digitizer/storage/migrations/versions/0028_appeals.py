"""Rejections with their notices, and appeals"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _text(name: str, length: int | None = None) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "rejection",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("what", 20),
        _text("item", 32),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=True),
        sa.Column("correspondent_id", sa.Integer(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        _time("decided", null=False),
        _text("decided_by", 120),
        _text("sheet", 16),
        _time("told_inmate"),
        _time("told_sender"),
        sa.Column("kept_until", sa.Date(), nullable=True),
        _text("kept_by", 120),
        _text("kept_why"),
        _time("ended"),
        _key("rejection", "inmate_id", "inmate"),
        _key("rejection", "correspondent_id", "correspondent"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejection")),
        sa.UniqueConstraint("what", "item", "event", name=op.f("uq_rejection_what_item_event")),
    )
    for column in ("item", "inmate_id", "correspondent_id"):
        op.create_index(op.f(f"ix_rejection_{column}"), "rejection", [column])
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rejection_id", sa.Integer(), nullable=False),
        _text("side", 8),
        sa.Column("level", sa.Integer(), nullable=False),
        _text("words"),
        _time("at", null=False),
        sa.Column("came", sa.Date(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        _text("entered_by", 120),
        _time("decided"),
        _text("decided_by", 120),
        sa.Column("granted", sa.Boolean(), nullable=True),
        _text("why"),
        _time("escalated"),
        _time("told"),
        _key("appeal", "rejection_id", "rejection"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint(
            "rejection_id", "side", "level", name=op.f("uq_appeal_rejection_id_side_level")
        ),
    )
    op.create_index(op.f("ix_appeal_due"), "appeal", ["due"])
