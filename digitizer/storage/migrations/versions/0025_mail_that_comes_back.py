"""The language of an e-mail, and addresses whose e-mail comes back"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("language", sa.String(length=8), nullable=True))
    op.create_table(
        "email_bounce",
        sa.Column("plain_email", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plain_email", name=op.f("pk_email_bounce")),
    )
