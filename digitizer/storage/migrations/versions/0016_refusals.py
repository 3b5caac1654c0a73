"""what was refused of late, and from which shell a key was destroyed"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seal_destruction", sa.Column("shell", sa.Text(), nullable=True))
    op.create_table(
        "refusal",
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("asked", sa.String(length=80), nullable=False),
        sa.Column("noted", sa.DateTime(timezone=True), nullable=False),
        sa.Column("more", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("actor_kind", "actor", "subject", "asked", name=op.f("pk_refusal")),
    )
