"""e-messages both ways: drafts, review, accounts of correspondents"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _time(name: str, *, null: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _to(target: str, column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """What was sent before is on its recipient's screen since it was written."""
    op.add_column("message", sa.Column("correspondent_id", sa.Integer(), nullable=True))
    op.add_column("message", _time("released"))
    op.add_column("message", _time("read"))
    op.add_column("message", sa.Column("refused", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("first_by", sa.String(length=120), nullable=True))
    op.execute("UPDATE message SET released = created")
    op.add_column("session", sa.Column("correspondent_id", sa.Integer(), nullable=True))
    for table in ("message", "session"):
        op.create_index(op.f(f"ix_{table}_correspondent_id"), table, ["correspondent_id"])
    _message_tables()
    _account_tables()


def _message_tables() -> None:
    op.create_table(
        "message_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=False),
        sa.Column("correspondent_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        _time("saved", null=False),
        _to("inmate", "inmate_id", "message_draft"),
        _to("correspondent", "correspondent_id", "message_draft"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_draft")),
        sa.UniqueConstraint(
            "direction",
            "inmate_id",
            "correspondent_id",
            name=op.f("uq_message_draft_direction_inmate_id_correspondent_id"),
        ),
    )
    for column in ("inmate_id", "correspondent_id"):
        op.create_index(op.f(f"ix_message_draft_{column}"), "message_draft", [column])
    op.create_table(
        "refused_photo",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _to("message", "message_id", "refused_photo"),
        sa.PrimaryKeyConstraint("message_id", "place", name=op.f("pk_refused_photo")),
    )
    op.create_table(
        "reply_seen",
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        _time("at", null=False),
        _to("letter", "letter_id", "reply_seen"),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_reply_seen")),
    )


def _account_tables() -> None:
    op.create_table(
        "correspondent_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correspondent_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("plain_email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        _time("made", null=False),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("tell_content", sa.Boolean(), nullable=False),
        _to("correspondent", "correspondent_id", "correspondent_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondent_account")),
        *(
            sa.UniqueConstraint(column, name=op.f(f"uq_correspondent_account_{column}"))
            for column in ("correspondent_id", "plain_email")
        ),
    )
    op.create_table(
        "sign_up",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("plain_email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        _time("until", null=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_up")),
    )
    op.create_table(
        "password_reset",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _time("until", null=False),
        _to("correspondent_account", "account_id", "password_reset"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_reset")),
    )
    for table, column in (
        ("sign_up", "plain_email"),
        ("sign_up", "until"),
        ("password_reset", "account_id"),
        ("password_reset", "until"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
