"""what a page's paper looks like, which page is an envelope, and how many sheets were missing"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("stripes", "paper"):
        op.add_column("page", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "page",
        sa.Column("envelope", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name in ("counted", "missing"):
        op.add_column("scan", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
