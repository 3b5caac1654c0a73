"""which letter a letter was cut from, and the names that correspondents had before"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cut_part",
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        sa.Column("of_letter", sa.String(length=32), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=True),
        sa.Column("correspondent_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{target}.id"], name=op.f(f"fk_cut_part_{column}"), ondelete=gone
            )
            for column, target, gone in (
                ("letter_id", "letter", "CASCADE"),
                ("of_letter", "letter", None),
                ("inmate_id", "inmate", None),
                ("correspondent_id", "correspondent", None),
            )
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_cut_part")),
    )
    for column in ("of_letter", "inmate_id", "correspondent_id"):
        op.create_index(op.f(f"ix_cut_part_{column}"), "cut_part", [column])
    op.create_table(
        "earlier_name",
        sa.Column("correspondent_id", sa.Integer(), nullable=False),
        sa.Column("plain_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correspondent_id"],
            ["correspondent.id"],
            name=op.f("fk_earlier_name_correspondent_id"),
        ),
        sa.PrimaryKeyConstraint("correspondent_id", "plain_name", name=op.f("pk_earlier_name")),
    )
    op.create_index(op.f("ix_earlier_name_plain_name"), "earlier_name", ["plain_name"])
    op.create_index(op.f("ix_letter_replaced_by"), "letter", ["replaced_by"])
