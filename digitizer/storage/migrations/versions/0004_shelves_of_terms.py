"""shelves of terms"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Starts empty: each letter that is filed from now on puts some of the terms on shelves."""
    op.create_table(
        "shelf",
        sa.Column("last_term", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("length", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.Column("letters", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("last_term", "length", name=op.f("pk_shelf")),
    )
