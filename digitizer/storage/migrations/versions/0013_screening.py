"""withheld pages, watch rules and their marks, second looks, and blind checks"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _to(target: str, table: str, *, null: bool = True) -> sa.ForeignKeyConstraint:
    column = f"{target}_id"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "withheld_page",
        sa.Column("page_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _to("page", "withheld_page"),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_withheld_page")),
    )
    _watch_tables()
    op.create_table(
        "first_look",
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        _time("at", null=False),
        _to("letter", "first_look"),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_first_look")),
    )
    op.create_table(
        "blind_check",
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        sa.Column("first_by", sa.String(length=120), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        _time("drawn", null=False),
        sa.Column("by", sa.String(length=120)),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text()),
        _time("at"),
        _to("letter", "blind_check"),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_blind_check")),
    )


def _watch_tables() -> None:
    op.create_table(
        "watch_rule",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("inmate_id", sa.Integer()),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("second_look", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(length=120), nullable=False),
        _time("made", null=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        _time("ended"),
        sa.Column("ended_by", sa.String(length=120)),
        _to("inmate", "watch_rule"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_rule")),
    )
    op.create_index(op.f("ix_watch_rule_inmate_id"), "watch_rule", ["inmate_id"])
    op.create_table(
        "watch_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(length=32), nullable=False),
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        sa.Column("page_id", sa.Integer()),
        *(
            sa.ForeignKeyConstraint(
                [f"{each}_id"], [f"{target}.id"], name=op.f(f"fk_watch_mark_{each}_id")
            )
            for each, target in (("rule", "watch_rule"), ("letter", "letter"), ("page", "page"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_mark")),
    )
    for each in ("rule_id", "letter_id", "page_id"):
        op.create_index(op.f(f"ix_watch_mark_{each}"), "watch_mark", [each])
