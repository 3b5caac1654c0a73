"""roster files that were previewed, what was said of their columns, and earlier booking numbers"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "earlier_number",
        sa.Column("booking_number", sa.String(length=64), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inmate_id"], ["inmate.id"], name=op.f("fk_earlier_number_inmate_id")
        ),
        sa.PrimaryKeyConstraint("booking_number", name=op.f("pk_earlier_number")),
    )
    op.create_index(op.f("ix_earlier_number_inmate_id"), "earlier_number", ["inmate_id"])
    op.create_table(
        "roster_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("came", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_roster_file")),
    )
    op.create_index(op.f("ix_roster_file_state"), "roster_file", ["state"])
    op.create_table(
        "roster_choice",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_choice")),
    )
