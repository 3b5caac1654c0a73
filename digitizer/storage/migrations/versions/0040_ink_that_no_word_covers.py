"""The share of a page's ink of which no word was read"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unread = sa.Column("unread", sa.Float(), nullable=False, server_default="0")
    op.add_column("transcript", unread)
