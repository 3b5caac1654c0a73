"""PINs that must be changed, copies on paper, requests to staff"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def upgrade() -> None:
    """Whoever has a PIN keeps it: only those that are given out from now on must be changed."""
    op.add_column(
        "inmate",
        sa.Column("must_change_pin", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("print_job", sa.Column("copied", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_print_job_copied"), "print_job", ["copied"])
    _request_table()


def _request_table() -> None:
    op.create_table(
        "inmate_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=120), nullable=False),
        sa.Column("grievance", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _time("sent", null=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=120), nullable=True),
        _time("answered"),
        _time("seen"),
        _time("closed"),
        sa.ForeignKeyConstraint(
            ["inmate_id"], ["inmate.id"], name=op.f("fk_inmate_request_inmate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inmate_request")),
    )
    op.create_index(op.f("ix_inmate_request_inmate_id"), "inmate_request", ["inmate_id"])
