"""The logbook: mail that went back or on, and things found in envelopes"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _text(name: str, length: int | None = None) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _entry_table(name: str, *own: "sa.Column[Any]") -> None:
    """What both kinds of entry have, and ``own``."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=True),
        *own,
        sa.Column("item", sa.String(32), nullable=True),
        _text("by", 120),
        _time("at"),
        _time("struck", null=True),
        _text("plain"),
        sa.Column("form", sa.String(32), nullable=True),
        _key(name, "inmate_id", "inmate"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("form", name=op.f(f"uq_{name}_form")),
    )
    for column in ("inmate_id", "item", "at"):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def upgrade() -> None:
    _entry_table(
        "returned_mail",
        _text("addressed"),
        _text("why", 16),
        _text("note"),
        _text("done", 16),
        _text("sender"),
        _text("address"),
    )
    _entry_table(
        "found_item",
        _text("owner"),
        _text("kind", 16),
        _text("what"),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        _text("currency", 8),
        _text("number", 60),
        _text("found_by", 120),
        _text("witness", 120),
        _text("went", 16),
    )
    op.create_table(
        "logbook_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("returned_id", sa.Integer(), nullable=True),
        sa.Column("found_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        _text("reason"),
        _text("by", 120),
        _time("at"),
        _key("logbook_correction", "returned_id", "returned_mail"),
        _key("logbook_correction", "found_id", "found_item"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_correction")),
    )
    for column in ("returned_id", "found_id"):
        op.create_index(op.f(f"ix_logbook_correction_{column}"), "logbook_correction", [column])
