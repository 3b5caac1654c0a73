"""People who move between the facilities of an agency"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def _text(name: str, length: int | None = None) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _names(table: str, target: str) -> "sa.ForeignKeyConstraint":
    column = f"{target}_id"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{target}_id"))


def upgrade() -> None:
    op.create_table(
        "transfer",
        _text("id", 32),
        sa.Column("inmate_id", sa.Integer(), nullable=False),
        _text("facility", 40),
        _text("facility_name"),
        _text("address"),
        _text("reason"),
        _text("by", 120),
        _time("made", null=False),
        _time("withdrawn"),
        _time("taken"),
        _text("taken_by", 120),
        _text("taken_as", 64),
        _names("transfer", "inmate"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index(op.f("ix_transfer_inmate_id"), "transfer", ["inmate_id"])
    op.create_table(
        "arrival",
        _text("id", 32),
        _text("facility", 40),
        _text("facility_name"),
        _text("booking_number", 64),
        _text("last_name"),
        _text("first_name"),
        _text("reason"),
        _text("by", 120),
        _time("came", null=False),
        _time("withdrawn"),
        sa.Column("inmate_id", sa.Integer(), nullable=True),
        _time("taken"),
        _text("taken_by", 120),
        _names("arrival", "inmate"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
    )
    op.create_index(op.f("ix_arrival_inmate_id"), "arrival", ["inmate_id"])
    for target in ("inmate", "correspondent"):
        table = "person_mark" if target == "inmate" else "correspondent_mark"
        op.create_table(
            table,
            _text("mark", 32),
            sa.Column(f"{target}_id", sa.Integer(), nullable=False),
            _names(table, target),
            sa.PrimaryKeyConstraint("mark", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_{target}_id"), table, [f"{target}_id"])
