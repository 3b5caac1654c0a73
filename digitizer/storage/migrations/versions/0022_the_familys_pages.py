"""the family's pages: whom they ask to write to, their covers, and leaving e-mails"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _to(target: str, column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.add_column("outbox", sa.Column("leave", sa.Text(), nullable=True))
    op.add_column("cover", sa.Column("correspondent_id", sa.Integer(), nullable=True))
    op.create_table(
        "leave_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _time("until"),
        _to("correspondent_account", "account_id", "leave_link"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_leave_link")),
    )
    op.create_table(
        "contact_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correspondent_id", sa.Integer(), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=True),
        sa.Column("booking_number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _time("asked"),
        _time("answered", null=True),
        sa.Column("refused", sa.Text(), nullable=True),
        _to("correspondent", "correspondent_id", "contact_ask"),
        _to("inmate", "inmate_id", "contact_ask"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_ask")),
    )
    for table, column in (
        ("cover", "correspondent_id"),
        ("leave_link", "account_id"),
        ("leave_link", "until"),
        ("contact_ask", "correspondent_id"),
        ("contact_ask", "inmate_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
