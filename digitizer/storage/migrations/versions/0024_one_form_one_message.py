"""Which form a message was written on, and the photos that were added to drafts"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("form", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_message_form"), "message", ["form"])
    for column in (
        sa.Column("form", sa.String(length=32), server_default="", nullable=False),
        sa.Column("save", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("message_draft", column)
    _added_photo_table()
    _note_photos_of_drafts()


def _added_photo_table() -> None:
    op.create_table(
        "added_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        _to("inmate"),
        _to("correspondent"),
        sa.Column("stored", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unused", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [f"{each}_id"], [f"{each}.id"], name=op.f(f"fk_added_photo_{each}_id")
            )
            for each in ("inmate", "correspondent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_added_photo")),
    )
    for column in ("inmate_id", "correspondent_id", "stored", "at"):
        op.create_index(op.f(f"ix_added_photo_{column}"), "added_photo", [column])


def _to(table: str) -> "sa.Column[Any]":
    return sa.Column(f"{table}_id", sa.Integer(), nullable=False)


def _note_photos_of_drafts() -> None:
    """So that those of drafts that are thrown away later are removed as well."""
    drafts = sa.table(
        "message_draft",
        sa.column("direction", sa.String),
        sa.column("inmate_id", sa.Integer),
        sa.column("correspondent_id", sa.Integer),
        sa.column("photos", sa.JSON),
        sa.column("saved", sa.DateTime(timezone=True)),
    )
    added = sa.table(
        "added_photo",
        *(sa.column(each) for each in ("direction", "inmate_id", "correspondent_id", "stored")),
        sa.column("at", sa.DateTime(timezone=True)),
    )
    tx = op.get_bind()
    for row in tx.execute(sa.select(drafts)).all():
        for photo in row.photos:
            tx.execute(
                sa.insert(added).values(
                    direction=row.direction,
                    inmate_id=row.inmate_id,
                    correspondent_id=row.correspondent_id,
                    stored=photo,
                    at=row.saved,
                )
            )
