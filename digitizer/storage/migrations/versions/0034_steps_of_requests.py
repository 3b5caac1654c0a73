"""Steps of requests, their forms on paper, and the protected line"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

#: What a step holds that stood in the request itself.
_MOVED = ("due", "answer", "answered_by", "answered", "seen")
_LONGEST_CLOCK = 365


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _number(name: str, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.Integer(), nullable=null)


def _text(name: str, length: int | None = None, *, null: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=null)


def upgrade() -> None:
    """A request that is there has one step; on SQLite its old columns go with their text, which
    the step has."""
    _step_table()
    _form_table()
    _protected_tables()
    _move_old()


def _step_table() -> None:
    op.create_table(
        "request_step",
        _number("id"),
        _number("request_id"),
        _number("place"),
        _text("words"),
        _text("letter_id", 32, null=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        _time("came", null=False),
        sa.Column("due", sa.Date(), nullable=True),
        _time("emergency_by"),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        _text("confirmed_by", 120, null=True),
        _time("confirmed_at"),
        _text("confirmed_why", null=True),
        sa.Column("extended_to", sa.Date(), nullable=True),
        _text("extended_by", 120, null=True),
        _time("extended_at"),
        _text("extended_why", null=True),
        _text("answer", null=True),
        _text("answered_by", 120, null=True),
        _time("answered"),
        _time("seen"),
        _time("passed_on"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["inmate_request.id"], name=op.f("fk_request_step_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_request_step_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_step")),
        sa.UniqueConstraint("request_id", "place", name=op.f("uq_request_step_request_id_place")),
    )
    op.create_index(op.f("ix_request_step_due"), "request_step", ["due"])


def _form_table() -> None:
    op.create_table(
        "request_form",
        _text("cover_id", 32),
        _number("inmate_id"),
        sa.Column("plan", sa.JSON(), nullable=False),
        _number("request_id", null=True),
        _number("place"),
        sa.ForeignKeyConstraint(["cover_id"], ["cover.id"], name=op.f("fk_request_form_cover_id")),
        sa.ForeignKeyConstraint(
            ["inmate_id"], ["inmate.id"], name=op.f("fk_request_form_inmate_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["inmate_request.id"], name=op.f("fk_request_form_request_id")
        ),
        sa.PrimaryKeyConstraint("cover_id", name=op.f("pk_request_form")),
    )
    for column in ("inmate_id", "request_id"):
        op.create_index(op.f(f"ix_request_form_{column}"), "request_form", [column])


def _protected_tables() -> None:
    op.create_table(
        "protected_message",
        _number("id"),
        _number("inmate_id"),
        _text("addressee", 120),
        sa.Column("day", sa.Date(), nullable=False),
        _text("outbox_id", 32),
        sa.ForeignKeyConstraint(
            ["inmate_id"], ["inmate.id"], name=op.f("fk_protected_message_inmate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protected_message")),
    )
    op.create_index(op.f("ix_protected_message_inmate_id"), "protected_message", ["inmate_id"])
    op.create_table(
        "protected_sheet",
        _text("id", 32),
        _number("key_id"),
        _text("short_id", 16),
        _text("addressee", 120),
        sa.Column("printed", sa.Date(), nullable=False),
        sa.Column("logged", sa.Date(), nullable=True),
        _text("logged_by", 120, null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protected_sheet")),
        sa.UniqueConstraint("short_id", name=op.f("uq_protected_sheet_short_id")),
    )
    op.create_index(op.f("ix_protected_sheet_logged"), "protected_sheet", ["logged"])


def _move_old() -> None:
    for column in (
        sa.Column("plan", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("filed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_by", sa.String(120), server_default="", nullable=False),
    ):
        op.add_column("inmate_request", column)
    old = sa.table(
        "inmate_request",
        *(sa.column(name) for name in ("id", "form", "grievance", "body", "answer", "answered_by")),
        sa.column("plan", sa.JSON()),
        sa.column("due", sa.Date()),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("sent", "answered", "seen")),
    )
    steps = sa.table(
        "request_step",
        *(sa.column(name) for name in ("request_id", "place", "words", "answer", "answered_by")),
        sa.column("late", sa.Boolean()),
        sa.column("due", sa.Date()),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("came", "answered", "seen")),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(old).order_by(old.c.id)).all():
        plan = {
            "name": row.form,
            "grievance": bool(row.grievance),
            "steps": [{"days": _days(row.sent, row.due)}],
        }
        connection.execute(sa.update(old).where(old.c.id == row.id).values(plan=plan))
        moved = {name: getattr(row, name) for name in _MOVED}
        connection.execute(
            sa.insert(steps).values(
                request_id=row.id, place=1, words=row.body, late=False, came=row.sent, **moved
            )
        )
    for name in ("body", *_MOVED):
        op.drop_column("inmate_request", name)


def _days(sent: datetime, due: date | None) -> int:
    """The clock that a request had: 0 where nothing said when."""
    return 0 if due is None else min(max((due - sent.date()).days, 1), _LONGEST_CLOCK)
