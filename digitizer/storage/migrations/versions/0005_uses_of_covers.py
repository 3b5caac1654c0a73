"""uses of covers, covers good for so many letters, reply sheets good for one reply"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cover", sa.Column("most_letters", sa.Integer(), nullable=True))
    op.create_table(
        "cover_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cover_id", sa.String(length=32), nullable=False),
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        sa.Column("scan_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cover_id"], ["cover.id"], name=op.f("fk_cover_use_cover_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_cover_use_letter_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_cover_use_scan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_use")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_cover_use_letter_id")),
    )
    op.create_index(op.f("ix_cover_use_scan_id"), "cover_use", ["scan_id"])
    op.create_index(op.f("ix_cover_use_at"), "cover_use", ["at"])
    op.create_index("ix_cover_use_cover_id_at", "cover_use", ["cover_id", "at"])
    op.execute(
        "INSERT INTO cover_use (cover_id, letter_id, scan_id, at)"
        " SELECT cover_id, id, scan_id, received FROM letter"
        " WHERE cover_id IS NOT NULL ORDER BY received, id"
    )
    # A reply that came in before is the one use its sheet was good for.
    op.execute(
        "UPDATE cover SET used_by ="
        " (SELECT min(letter.scan_id) FROM letter WHERE letter.cover_id = cover.id"
        "  AND letter.state IN ('delivered', 'awaiting_review'))"
        " WHERE kind = 'reply' AND used_by IS NULL"
    )
