"""Originals: boxes of paper, who asks for it, what is held, and how it is destroyed"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _text(name: str, length: int | None = None, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=null)


def _number(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.Integer(), nullable=null)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def upgrade() -> None:
    _boxes()
    _destructions()
    _papers()
    _requests_and_holds()


def _boxes() -> None:
    op.create_table(
        "box",
        _number("id", null=False),
        _text("code", 16),
        _text("shelf"),
        _time("made", null=False),
        _text("made_by", 120),
        _time("closed"),
        _text("closed_by", 120),
        _primary("box", "id"),
        sa.UniqueConstraint("code", name=op.f("uq_box_code")),
    )
    op.create_table(
        "box_in_use",
        _text("profile", 64),
        _number("box_id", null=False),
        _key("box_in_use", "box_id", "box"),
        _primary("box_in_use", "profile"),
    )
    _index("box_in_use", "box_id")


def _destructions() -> None:
    op.create_table(
        "destruction",
        _number("id", null=False),
        _time("proposed", null=False),
        _text("proposed_by", 120),
        _time("withdrawn"),
        _text("withdrawn_by", 120),
        _time("confirmed"),
        _text("confirmed_by", 120),
        _number("event"),
        _primary("destruction", "id"),
    )
    op.create_table(
        "destruction_scan",
        _number("destruction_id", null=False),
        _text("scan_id", 32),
        _text("left_out", 20, null=True),
        sa.Column("facts", sa.JSON(), nullable=True),
        _number("event"),
        _key("destruction_scan", "destruction_id", "destruction"),
        _key("destruction_scan", "scan_id", "scan"),
        _primary("destruction_scan", "destruction_id", "scan_id"),
    )
    _index("destruction_scan", "scan_id")


def _papers() -> None:
    op.create_table(
        "paper",
        _text("scan_id", 32),
        _text("place", 12),
        _number("box_id"),
        _text("given_to", 12, null=True),
        _text("note"),
        _number("destruction_id"),
        _text("by", 120),
        _time("at", null=False),
        _key("paper", "scan_id", "scan"),
        _key("paper", "box_id", "box"),
        _key("paper", "destruction_id", "destruction"),
        _primary("paper", "scan_id"),
    )
    _index("paper", "box_id", "destruction_id")


def _requests_and_holds() -> None:
    op.create_table(
        "paper_request",
        _number("id", null=False),
        _text("letter", 32),
        _text("scan_id", 32),
        _text("side", 8),
        _number("inmate_id"),
        _number("correspondent_id"),
        _text("entered_by", 120),
        _text("on_behalf"),
        _time("at", null=False),
        _text("answer", 12, null=True),
        _text("why"),
        _time("answered"),
        _text("answered_by", 120),
        _key("paper_request", "scan_id", "scan"),
        _key("paper_request", "inmate_id", "inmate"),
        _primary("paper_request", "id"),
    )
    _index("paper_request", "letter", "scan_id", "inmate_id", "correspondent_id", "answer")
    op.create_table(
        "paper_hold",
        _number("id", null=False),
        _text("scan_id", 32),
        _text("item", 32),
        _text("reason"),
        sa.Column("until", sa.Date(), nullable=False),
        _text("by", 120),
        _time("at", null=False),
        _time("ended"),
        _text("ended_by", 120),
        _text("ended_why"),
        _key("paper_hold", "scan_id", "scan"),
        _primary("paper_hold", "id"),
    )
    _index("paper_hold", "scan_id")
