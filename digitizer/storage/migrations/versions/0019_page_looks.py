"""what a page's paper looks like, which page is an envelope, and how many sheets were missing"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("page") as page:
        page.add_column(sa.Column("stripes", sa.JSON(), nullable=False, server_default="[]"))
        page.add_column(sa.Column("paper", sa.JSON(), nullable=False, server_default="[]"))
        page.add_column(
            sa.Column("envelope", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("scan") as scan:
        scan.add_column(sa.Column("counted", sa.Integer(), nullable=False, server_default="0"))
        scan.add_column(sa.Column("missing", sa.Integer(), nullable=False, server_default="0"))
