"""Reviews of the event log, and the last look whether it is intact"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _number(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str, length: int | None = None) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "reviewed_week",
        sa.Column("week", sa.Date(), nullable=False),
        _time("opened", null=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_reviewed_week")),
    )
    op.create_table(
        "log_review",
        _number("id"),
        sa.Column("week", sa.Date(), nullable=False),
        _text("actor_kind", 16),
        _text("person"),
        _number("looks"),
        _number("grave"),
        _number("refused"),
        _number("most"),
        _text("most_of"),
        _time("ended"),
        _text("ended_by", 120),
        _text("note"),
        sa.Column("raised", sa.Boolean(), nullable=False),
        _time("closed"),
        _text("closed_by", 120),
        _text("closing"),
        sa.ForeignKeyConstraint(["week"], ["reviewed_week.week"], name=op.f("fk_log_review_week")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_review")),
        sa.UniqueConstraint(
            "week", "actor_kind", "person", name=op.f("uq_log_review_week_actor_kind_person")
        ),
    )
    op.create_table(
        "log_check",
        _number("id"),
        _time("at", null=False),
        _number("events"),
        _text("fault"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_check")),
    )
