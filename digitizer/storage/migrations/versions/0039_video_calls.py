"""Video calls"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _text(name: str, length: int | None = None) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "video_call",
        _text("id", 16),
        _text("visit", 32),
        _text("kind", 16),
        _text("room_key", 32),
        sa.Column("inmate_id", sa.Integer(), nullable=False),
        sa.Column("correspondent_id", sa.Integer(), nullable=False),
        _time("starts", null=False),
        _time("ends", null=False),
        _text("stage", 16),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("talk", "ours", "theirs")),
        _time("looked"),
        _text("here", 40),
        _text("flowing", 40),
        sa.Column("server_ran", sa.Boolean(), nullable=False),
        _time("visitor_at"),
        sa.Column("inmate_came", sa.Boolean(), nullable=False),
        _time("identified"),
        _text("identified_by", 120),
        _text("notice", 40),
        _time("noticed"),
        _time("over"),
        _text("outcome", 40),
        _text("ended_by", 120),
        _text("reason"),
        _text("again", 32),
        sa.ForeignKeyConstraint(["inmate_id"], ["inmate.id"], name=op.f("fk_video_call_inmate_id")),
        sa.ForeignKeyConstraint(
            ["correspondent_id"], ["correspondent.id"], name=op.f("fk_video_call_correspondent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_call")),
        sa.UniqueConstraint("room_key", name=op.f("uq_video_call_room_key")),
    )
    for column in ("visit", "inmate_id", "correspondent_id", "starts", "stage"):
        op.create_index(op.f(f"ix_video_call_{column}"), "video_call", [column])
