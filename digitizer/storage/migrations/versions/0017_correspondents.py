"""people outside, their contacts, blocks of mail, and who sent a letter"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correspondent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("plain_name", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondent")),
    )
    op.create_index(op.f("ix_correspondent_plain_name"), "correspondent", ["plain_name"])
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correspondent_id", sa.Integer(), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved", sa.DateTime(timezone=True), nullable=True),
        *_keys("contact"),
    )
    op.create_table(
        "mail_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correspondent_id", sa.Integer(), nullable=True),
        sa.Column("inmate_id", sa.Integer(), nullable=True),
        sa.Column("plain_name", sa.Text(), nullable=True),
        sa.Column("wanted_by", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        *_keys("mail_block"),
    )
    for table in ("contact", "mail_block"):
        for column in ("correspondent_id", "inmate_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index(op.f("ix_mail_block_plain_name"), "mail_block", ["plain_name"])
    op.create_table(
        "letter_sender",
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        sa.Column("correspondent_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
            name=op.f("fk_letter_sender_letter_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["correspondent_id"],
            ["correspondent.id"],
            name=op.f("fk_letter_sender_correspondent_id"),
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_sender")),
    )
    op.create_index(
        op.f("ix_letter_sender_correspondent_id"), "letter_sender", ["correspondent_id"]
    )


def _keys(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["correspondent_id"],
            ["correspondent.id"],
            name=op.f(f"fk_{table}_correspondent_id"),
        ),
        sa.ForeignKeyConstraint(["inmate_id"], ["inmate.id"], name=op.f(f"fk_{table}_inmate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
