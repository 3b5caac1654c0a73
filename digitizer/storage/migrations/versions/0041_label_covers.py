"""Covers that are labels: they propose an inmate, and deliver nothing by themselves"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    no = sa.false()
    op.add_column("cover", sa.Column("label", sa.Boolean(), nullable=False, server_default=no))
