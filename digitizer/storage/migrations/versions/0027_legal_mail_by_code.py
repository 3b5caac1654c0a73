"""Legal mail that is proven on its envelope: its senders, its codes, and their scans"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _text(name: str, length: int | None = None, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=null)


def _number(name: str, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.Integer(), nullable=null)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "protected_sender",
        _number("id"),
        _text("kind", 16),
        _text("name"),
        _text("organisation"),
        _text("address"),
        _text("reference", 80),
        sa.Column("expires", sa.Date(), nullable=True),
        _time("revoked"),
        _text("revoked_why"),
        _text("by", 120),
        _time("added", null=False),
        _text("plain"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protected_sender")),
    )
    op.create_table(
        "legal_item",
        _text("id", 32),
        _number("key_id"),
        _text("short_id", 16),
        _number("sender_id"),
        _number("inmate_id"),
        _time("made", null=False),
        _text("made_by", 120),
        _time("expires", null=False),
        _time("revoked"),
        _text("revoked_why"),
        _time("scanned"),
        _text("scanned_by", 120, null=True),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        _time("opened"),
        _text("opened_by", 120, null=True),
        sa.Column("found", sa.Boolean(), nullable=True),
        _time("ended"),
        _text("ended_by", 120, null=True),
        _text("ending", 16, null=True),
        _text("ending_why"),
        _key("legal_item", "sender_id", "protected_sender"),
        _key("legal_item", "inmate_id", "inmate"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_item")),
        sa.UniqueConstraint("short_id", name=op.f("uq_legal_item_short_id")),
    )
    for column in ("sender_id", "inmate_id", "scanned", "ended"):
        op.create_index(op.f(f"ix_legal_item_{column}"), "legal_item", [column])
    op.create_table(
        "legal_scan",
        _number("id"),
        _text("item_id", 32),
        _text("answer", 16),
        _text("by", 120),
        _time("at", null=False),
        _key("legal_scan", "item_id", "legal_item"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_scan")),
    )
    op.create_index(op.f("ix_legal_scan_item_id"), "legal_scan", ["item_id"])
    op.create_table(
        "token_sender",
        _text("token_id", 32),
        _number("sender_id"),
        _key("token_sender", "token_id", "api_token"),
        _key("token_sender", "sender_id", "protected_sender"),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_token_sender")),
    )
    op.create_index(op.f("ix_token_sender_sender_id"), "token_sender", ["sender_id"])
