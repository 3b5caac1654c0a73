"""Workers on several machines: signs of life, claims with a number, large scans later"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claimant",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("machine", sa.String(64), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_claimant")),
    )
    op.create_table(
        "home_rules",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_rules")),
    )
    for column in (
        sa.Column("claims", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at_home", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("scan", column)
    op.execute("UPDATE scan SET due = taken_in")
