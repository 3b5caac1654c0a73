"""sealed pages and legal markers"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Starts empty: a scan sealed before has no such pages, and a marker printed before is bound
    to nothing, which makes it a doubt."""
    op.create_table(
        "sealed_page",
        sa.Column("scan_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=True),
        sa.Column("says", sa.Text(), nullable=True),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("cleared", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cut_into", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_sealed_page_scan_id")),
        sa.PrimaryKeyConstraint("scan_id", "number", name=op.f("pk_sealed_page")),
    )
    op.create_table(
        "legal_marker",
        sa.Column("cover_id", sa.String(length=32), nullable=False),
        sa.Column("facility", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.String(length=32), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["cover_id"], ["cover.id"], name=op.f("fk_legal_marker_cover_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_legal_marker_scan_id")),
        sa.PrimaryKeyConstraint("cover_id", name=op.f("pk_legal_marker")),
    )
    op.create_index(op.f("ix_legal_marker_scan_id"), "legal_marker", ["scan_id"])
