"""which printed letters are still to come into the file of their housing unit"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "print_batch",
        sa.Column("for_unit", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("print_batch", sa.Column("unit_file", sa.Text(), nullable=True))
    op.add_column("print_batch", sa.Column("unit_draft", sa.Text(), nullable=True))
