"""Who left and came back, and the codes by which a mailbox is taken along"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def upgrade() -> None:
    op.create_table(
        "departure",
        sa.Column("inmate_id", sa.Integer(), autoincrement=False, nullable=False),
        _time("returned"),
        _time("told"),
        sa.ForeignKeyConstraint(["inmate_id"], ["inmate.id"], name=op.f("fk_departure_inmate_id")),
        sa.PrimaryKeyConstraint("inmate_id", name=op.f("pk_departure")),
    )
    op.create_table(
        "takeaway_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        _time("made", null=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _time("ended"),
        sa.Column("ended_why", sa.Text(), nullable=False),
        _time("opened"),
        _time("closes"),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["inmate_id"], ["inmate.id"], name=op.f("fk_takeaway_code_inmate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeaway_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_takeaway_code_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_takeaway_code_token_hash")),
    )
    op.create_index(op.f("ix_takeaway_code_inmate_id"), "takeaway_code", ["inmate_id"])
